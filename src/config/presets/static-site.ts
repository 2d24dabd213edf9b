import type {StaticSitePreset} from '../types.js';
import {notFoundPage, pages, viewerRequest} from './site.js';
import type {Fragment, Surroundings} from './types.js';

export const cleanUrlsName = 'clean-urls';

/** Keys without an extension that are files all the same live under /.well-known/ (RFC 8615). */
export const cleanUrlsCode = `// /about and /about/ show /about/index.html.
function handler(event) {
  const request = event.request;
  const uri = request.uri;
  if (uri.startsWith('/.well-known/')) return request;
  if (uri.endsWith('/')) request.uri = uri + 'index.html';
  else if (!uri.slice(uri.lastIndexOf('/')).includes('.')) request.uri = uri + '/index.html';
  return request;
}
`;

/** A static site of pages: the bucket behind HTTPS, security headers, clean URLs, /404.html with status 404. */
export function staticSite(preset: StaticSitePreset, around: Surroundings): Fragment {
  const {cleanUrls = true} = preset;
  return {
    distribution: {
      defaultRootObject: 'index.html',
      defaultCacheBehavior: {
        ...pages(around, preset),
        ...(cleanUrls ? {functionAssociations: viewerRequest(cleanUrlsName)} : {}),
      },
      ...notFoundPage(around),
    },
    ...(cleanUrls
      ? {
          site: {cleanUrls: true},
          functions: {
            [cleanUrlsName]: {
              code: cleanUrlsCode,
              runtime: 'cloudfront-js-2.0',
              comment: 'Shows /about/index.html at /about and /about/',
            },
          },
        }
      : {}),
  };
}
