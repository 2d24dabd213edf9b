import {field, type ViewerRequest} from '../message.js';

/**
 * The CloudFront-* request headers that mean something on one machine, computed from the request (facts §10). Absent:
 * places, ASN, JA3 and JA4, for which there is no source here. Undefined = the header is not sent.
 */
export const cloudFrontHeader = (name: string, viewer: ViewerRequest): string | undefined =>
  compute[name]?.(viewer);

const device = (viewer: ViewerRequest): 'tv' | 'tablet' | 'mobile' | 'desktop' => {
  const agent = field(viewer.headers, 'user-agent') ?? '';
  if (/smart-?tv|googletv|appletv|hbbtv|bravia|tizen.*\btv\b|web0s/i.test(agent)) return 'tv';
  if (/ipad|tablet|kindle|silk|android(?!.*mobile)/i.test(agent)) return 'tablet';
  return /mobi|iphone|ipod/i.test(agent) ? 'mobile' : 'desktop';
};

const agentHas = (viewer: ViewerRequest, pattern: RegExp): string =>
  String(pattern.test(field(viewer.headers, 'user-agent') ?? ''));

const compute: Readonly<Record<string, (viewer: ViewerRequest) => string | undefined>> = {
  'cloudfront-is-desktop-viewer': viewer => String(device(viewer) === 'desktop'),
  'cloudfront-is-mobile-viewer': viewer => String(device(viewer) === 'mobile'),
  'cloudfront-is-tablet-viewer': viewer => String(device(viewer) === 'tablet'),
  'cloudfront-is-smarttv-viewer': viewer => String(device(viewer) === 'tv'),
  'cloudfront-is-android-viewer': viewer => agentHas(viewer, /android/i),
  'cloudfront-is-ios-viewer': viewer => agentHas(viewer, /iphone|ipad|ipod/i),
  'cloudfront-viewer-address': viewer =>
    `${viewer.address.includes(':') ? `[${viewer.address}]` : viewer.address}:${viewer.addressPort}`,
  'cloudfront-viewer-country': viewer => viewer.country,
  'cloudfront-viewer-http-version': viewer => viewer.httpVersion,
  'cloudfront-viewer-tls': viewer => viewer.tls,
  'cloudfront-viewer-header-order': viewer => viewer.rawHeaders.filter((_, i) => i % 2 === 0).join(':'),
  'cloudfront-viewer-header-count': viewer => String(viewer.rawHeaders.length / 2),
  'cloudfront-forwarded-proto': viewer => viewer.scheme,
};
