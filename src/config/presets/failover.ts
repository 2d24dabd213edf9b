import type {Config, DefaultBehaviorSettings, FailoverPreset, OriginSettings} from '../types.js';
import {httpsServer} from './api.js';
import type {Fragment, Surroundings} from './types.js';

export const failoverId = 'failover';

/** By default CloudFront waits 3 times 10 seconds before it asks the second origin. */
const impatient = {connectionAttempts: 2, connectionTimeout: 3} as const;

/** As UseOriginCacheControlHeaders, without Host: the two servers have names of their own. */
const asTheServersSay = {
  comment: 'As the servers say; by query string and cookies',
  minTTL: 0,
  defaultTTL: 0,
  maxTTL: 31_536_000,
  parametersInCacheKeyAndForwardedToOrigin: {
    enableAcceptEncodingGzip: true,
    enableAcceptEncodingBrotli: true,
    headersConfig: {headerBehavior: 'none'},
    cookiesConfig: {cookieBehavior: 'all'},
    queryStringsConfig: {queryStringBehavior: 'all'},
  },
} as const;

/** Two origins, of which the second answers when the first fails; GET and HEAD alone, as origin groups take no writes. */
export function failover(
  {primary, secondary, statusCodes = [500, 502, 503, 504]}: FailoverPreset,
  {hasPages, siteOrigin}: Surroundings,
  config: Config,
): Fragment {
  const first: OriginSettings = primary === undefined ? {id: siteOrigin} : httpsServer('primary', primary);
  const isReplica = config.bucket?.replicas?.some(({name}) => name === secondary) === true;
  const second: OriginSettings = isReplica
    ? {id: 'secondary', bucket: secondary}
    : httpsServer('secondary', secondary);
  const isDynamic = primary !== undefined && !hasPages;
  const behavior: DefaultBehaviorSettings = {
    targetOriginId: failoverId,
    viewerProtocolPolicy: 'redirect-to-https',
    compress: true,
    ...(isDynamic
      ? {cachePolicyId: failoverId, originRequestPolicyId: 'AllViewerExceptHostHeader'}
      : {cachePolicyId: 'CachingOptimized'}),
  };
  return {
    distribution: {
      origins: [{...first, ...impatient}, second],
      originGroups: [
        {
          id: failoverId,
          failoverCriteria: {statusCodes},
          members: [{originId: primary === undefined ? siteOrigin : 'primary'}, {originId: 'secondary'}],
        },
      ],
      defaultCacheBehavior: behavior,
    },
    ...(isDynamic ? {cachePolicies: {[failoverId]: asTheServersSay}} : {}),
  };
}
