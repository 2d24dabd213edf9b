import type {BehaviorSettings, DefaultBehaviorSettings} from '../types.js';
import type {Surroundings} from './types.js';

/** Pages over HTTPS only, compressed, kept as their headers say. */
export const pages = (
  {siteTarget}: Surroundings,
  {securityHeaders = true}: {readonly securityHeaders?: boolean | undefined},
): DefaultBehaviorSettings => ({
  targetOriginId: siteTarget,
  viewerProtocolPolicy: 'redirect-to-https',
  compress: true,
  cachePolicyId: 'CachingOptimized',
  ...(securityHeaders ? {responseHeadersPolicyId: 'SecurityHeadersPolicy'} : {}),
});

export const viewerRequest = (name: string): NonNullable<BehaviorSettings['functionAssociations']> => [
  {functionARN: name, eventType: 'viewer-request'},
];

/**
 * S3 answers 403 for an object that does not exist, because CloudFront may not list the bucket. Custom error responses count
 * for the whole distribution: beside an API there are none, since they would replace its errors with a page.
 */
export const notFoundPage = ({hasApi, isBucket}: Surroundings) =>
  hasApi
    ? {}
    : {
        customErrorResponses: (isBucket ? [403, 404] : [404]).map(errorCode => ({
          errorCode,
          responsePagePath: '/404.html',
          responseCode: '404',
        })),
      };
