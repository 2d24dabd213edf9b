import type {SpaPreset} from '../types.js';
import {notFoundPage, pages, viewerRequest} from './site.js';
import type {Fragment, Surroundings} from './types.js';

export const spaName = 'spa-fallback';

/** The last segment decides: `/users/42` is a view of the app, `/app.js` a file. */
export const spaCode = (
  fallback: string,
): string => `// Views of the app show its page; files are themselves, or 404.
function handler(event) {
  const request = event.request;
  const uri = request.uri;
  if (uri.startsWith('/.well-known/')) return request;
  if (!uri.slice(uri.lastIndexOf('/')).includes('.')) request.uri = '${fallback}';
  return request;
}
`;

/**
 * A single-page app. No custom error response shows the app: a missing asset would be its page with status 200, which
 * browsers run as a script and caches keep.
 */
export function spa(preset: SpaPreset, around: Surroundings): Fragment {
  const {fallback = '/index.html'} = preset;
  return {
    distribution: {
      defaultRootObject: fallback.slice(1),
      defaultCacheBehavior: {
        ...pages(around, preset),
        functionAssociations: viewerRequest(spaName),
      },
      ...notFoundPage(around),
    },
    functions: {
      [spaName]: {
        code: spaCode(fallback),
        runtime: 'cloudfront-js-2.0',
        comment: `Shows ${fallback} for paths without an extension`,
      },
    },
  };
}
