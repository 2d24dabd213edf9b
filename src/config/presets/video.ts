import type {BehaviorSettings, VideoPreset} from '../types.js';
import type {Fragment, Surroundings} from './types.js';

const day = 86_400;
const year = 31_536_000;

export const playlists = ['*.m3u8', '*.mpd'];
export const segments = ['*.ts', '*.m4s', '*.mp4', '*.aac', '*.vtt'];

/** Query parameters of low-latency HLS (RFC 8216bis, "Delivery Directives"): each asks for another playlist. */
const directives = ['_HLS_msn', '_HLS_part', '_HLS_skip'];

const nothing = {
  headersConfig: {headerBehavior: 'none'},
  cookiesConfig: {cookieBehavior: 'none'},
  queryStringsConfig: {queryStringBehavior: 'none'},
} as const;

/** HLS and DASH: playlists live for seconds, so that players see new segments; segments never change under a name. */
export function video(preset: VideoPreset, {siteTarget, isBucket}: Surroundings): Fragment {
  const {playlistTTL = 2, segmentTTL = day, allowOrigins = ['*']} = preset;
  const behavior: Omit<BehaviorSettings, 'raw'> = {
    targetOriginId: siteTarget,
    viewerProtocolPolicy: 'redirect-to-https',
    // Players on other hosts ask by OPTIONS first.
    allowedMethods: {items: ['GET', 'HEAD', 'OPTIONS'], cachedMethods: ['GET', 'HEAD']},
    originRequestPolicyId: isBucket ? 'CORS-S3Origin' : 'CORS-CustomOrigin',
    responseHeadersPolicyId: 'video-cors',
  };
  return {
    distribution: {
      defaultCacheBehavior: {
        targetOriginId: siteTarget,
        viewerProtocolPolicy: 'redirect-to-https',
        compress: true,
        cachePolicyId: 'CachingOptimized',
      },
      cacheBehaviors: [
        ...playlists.map(pathPattern => ({
          pathPattern,
          ...behavior,
          compress: true,
          cachePolicyId: 'video-playlists',
        })),
        ...segments.map(pathPattern => ({
          pathPattern,
          ...behavior,
          compress: false,
          cachePolicyId: 'video-segments',
        })),
      ],
    },
    cachePolicies: {
      'video-playlists': {
        comment: `Playlists: ${playlistTTL} s`,
        // Not 0: at 0 and no-store every player's request would reach the origin.
        minTTL: 1,
        defaultTTL: playlistTTL,
        maxTTL: playlistTTL,
        parametersInCacheKeyAndForwardedToOrigin: {
          ...nothing,
          enableAcceptEncodingGzip: true,
          enableAcceptEncodingBrotli: true,
          queryStringsConfig: {queryStringBehavior: 'whitelist', queryStrings: directives},
        },
      },
      'video-segments': {
        comment: `Segments: at least ${segmentTTL} s`,
        minTTL: segmentTTL,
        defaultTTL: segmentTTL,
        maxTTL: Math.max(segmentTTL, year),
        parametersInCacheKeyAndForwardedToOrigin: {
          ...nothing,
          enableAcceptEncodingGzip: false,
          enableAcceptEncodingBrotli: false,
        },
      },
    },
    responseHeadersPolicies: {
      'video-cors': {
        comment: 'Players on other hosts',
        corsConfig: {
          accessControlAllowOrigins: allowOrigins,
          accessControlAllowHeaders: ['*'],
          accessControlAllowMethods: ['GET', 'HEAD', 'OPTIONS'],
          accessControlAllowCredentials: false,
          accessControlExposeHeaders: ['Content-Length', 'Content-Range', 'Date'],
          accessControlMaxAgeSec: day,
          originOverride: true,
        },
      },
    },
    // Without a rule S3 answers 403 to a preflight, whatever headers CloudFront adds.
    ...(isBucket
      ? {
          bucket: {
            cors: [
              {
                allowedOrigins: allowOrigins,
                allowedMethods: ['GET', 'HEAD'],
                allowedHeaders: ['*'],
                maxAgeSeconds: day,
              },
            ],
          },
        }
      : {}),
  };
}
