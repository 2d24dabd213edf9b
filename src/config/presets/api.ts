import type {ApiPreset, BehaviorSettings, OriginSettings} from '../types.js';
import type {Fragment, Surroundings} from './types.js';

/** A server that is reached by TLS 1.2 alone. */
export const httpsServer = (id: string, domainName: string): OriginSettings => ({
  id,
  domainName,
  customOriginConfig: {
    httpPort: 80,
    httpsPort: 443,
    originProtocolPolicy: 'https-only',
    originSslProtocols: ['TLSv1.2'],
  },
});

/**
 * An API: nothing is cached, every method and everything of the request but Host goes through. Plain HTTP is refused rather
 * than redirected: a redirected POST loses its body, and its credentials have crossed the network already.
 *
 * The secret is rotated without a gap: the origin accepts both values, the environment variable changes and `apply` sends
 * the new one, the origin drops the old one.
 */
export function api(preset: ApiPreset, {hasSite}: Surroundings, id: string): Fragment {
  const {origin, secretHeader, paths = hasSite ? ['/api/*'] : []} = preset;
  const behavior: Omit<BehaviorSettings, 'pathPattern' | 'raw'> = {
    targetOriginId: id,
    viewerProtocolPolicy: 'https-only',
    allowedMethods: {
      items: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
      cachedMethods: ['GET', 'HEAD'],
    },
    compress: true,
    cachePolicyId: 'CachingDisabled',
    originRequestPolicyId: 'AllViewerExceptHostHeader',
  };
  return {
    distribution: {
      origins: [
        {
          ...httpsServer(id, origin),
          ...(secretHeader === undefined
            ? {}
            : {customHeaders: [{headerName: secretHeader.name, headerValue: secretHeader.value}]}),
        },
      ],
      ...(paths.length === 0
        ? {defaultCacheBehavior: behavior}
        : {cacheBehaviors: paths.map(pathPattern => ({pathPattern, ...behavior}))}),
    },
  };
}
