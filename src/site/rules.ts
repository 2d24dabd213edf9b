import type {SiteConfig} from '../config/types.js';
import {configRules, othersOf, reasonsOf, tagsOf} from './config-rules.js';
import {contentTypeOf, isHtml} from './content-type.js';
import {fingerprintOf} from './fingerprint.js';
import {keyGlob, type KeyGlob} from './key-glob.js';
import {copyOf} from './precompressed.js';
import type {FileHeaders, FileKind} from './types.js';

/**
 * The built-in Cache-Control values. `max-age` is for browsers, `s-maxage` for the edge (CloudFront prefers it:
 * "Manage how long content stays in the cache", Developer Guide, Expiration).
 *
 * `page`: a browser asks before every use; the edge keeps the copy for a day and answers without the origin, because a
 * deploy invalidates every path that it changes. Why a day and not a year: an invalidation does not reach another CDN or
 * shared proxy in front (it obeys s-maxage too), nor a copy cached under a URL that the deploy cannot know; a day bounds
 * the harm, and an object asked for less than once a day leaves the edge by itself anyway.
 * `errorPage`: no s-maxage. CloudFront caches an error under the URL that failed, for the greater of ErrorCachingMinTTL
 * and what the error response says; no deploy would invalidate those URLs when a page appears there.
 * `asset`: fixed names and changing content; browsers may be five minutes late.
 */
export const cacheControl = {
  fingerprinted: 'public, max-age=31536000, immutable',
  page: 'public, max-age=0, s-maxage=86400, must-revalidate',
  errorPage: 'public, max-age=0, must-revalidate',
  asset: 'public, max-age=300, s-maxage=86400',
} as const;

/** Scripts that decide which version a browser runs: late by one cache lifetime means a stuck client. */
const serviceWorker =
  /^(?:sw|service[-_]?worker|ngsw-worker|firebase-messaging-sw|OneSignalSDK(?:Updater)?Worker|safety-worker|worker-basic\.min|registerSW|workbox-sw|expo-service-worker)\.m?js$/i;

/** Pages for `CustomErrorResponses` by their usual names. */
const errorPageName =
  /^(?:[45]\d\d|[45]xx|error|not[-_]?found|maintenance)$|^(?:.*\/)?(?:[45]\d\d|[45]xx)\.html?$|^(?:error|not[-_]?found)\.html?$/i;

/** Data that belongs to a page or to a version: must not be older than the HTML (Next's `.txt` payloads, `page-data.json`, feeds, manifests). */
const besidePages = new Set([
  'json',
  'jsonld',
  'geojson',
  'webmanifest',
  'xml',
  'rss',
  'atom',
  'txt',
  'appcache',
  'xsl',
]);

export interface Decision {
  readonly kind: FileKind;
  readonly headers: FileHeaders;
  readonly rule: string;
}

/**
 * Compiles the site's rules once; the result decides one key. Config rules come first, in order, header by header: the
 * first that matches and names a header decides it. Then the built-in rules. `errorPages` are keys that the distribution
 * serves as custom error responses, beyond the usual names (`404.html`). A key for which `isPrecompressed` holds has what
 * its original has, and its coding: rules that match it by its own name come first. Failure METADATA_TOO_LARGE.
 */
export function compileRules(
  site: SiteConfig,
  errorPages: readonly string[] = [],
  isPrecompressed: (key: string) => boolean = () => false,
): (key: string) => Decision {
  const decidingFor = configRules(site.rules ?? []);
  const fingerprinted = (site.fingerprinted ?? []).map(keyGlob);
  const errors = new Set(errorPages.map(page => page.replace(/^\//, '')));

  return key => {
    const own = decidingFor(key);
    const coding = own.contentEncoding?.rule.contentEncoding;
    // A rule that says `identity` has it be a file like any other.
    const copy = coding !== 'identity' && isPrecompressed(key) ? copyOf(key) : undefined;
    const deciding = copy === undefined ? own : {...decidingFor(copy.original), ...own};
    const original = copy?.original ?? key;
    const contentType = deciding.contentType?.rule.contentType ?? contentTypeOf(original);
    const builtIn = classify(original, contentType, fingerprinted, errors);
    const cacheTags = tagsOf(deciding);
    const others = othersOf(key, deciding, coding ?? copy?.coding);
    const reasons = reasonsOf(deciding, builtIn.rule);
    return {
      kind: builtIn.kind,
      headers: {
        contentType,
        cacheControl: deciding.cacheControl?.rule.cacheControl ?? builtIn.cacheControl,
        ...(cacheTags !== undefined && {cacheTags}),
        ...(others !== undefined && {others}),
      },
      rule: copy === undefined ? reasons : `${copy.coding} copy of ${copy.original}: ${reasons}`,
    };
  };
}

interface Class {
  readonly kind: FileKind;
  readonly cacheControl: string;
  readonly rule: string;
}

function classify(
  key: string,
  contentType: string,
  declared: readonly KeyGlob[],
  errorPages: ReadonlySet<string>,
): Class {
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (isHtml(contentType)) {
    const isError = errorPages.has(key) || errorPageName.test(key) || /^404\/index\.html$/.test(key);
    return isError
      ? {kind: 'html', cacheControl: cacheControl.errorPage, rule: 'error page'}
      : {kind: 'html', cacheControl: cacheControl.page, rule: 'html'};
  }
  const byConfig = declared.find(({matches}) => matches(key));
  if (byConfig !== undefined) {
    return {
      kind: 'fingerprinted',
      cacheControl: cacheControl.fingerprinted,
      rule: `fingerprint (config: ${byConfig.pattern})`,
    };
  }
  // It names the files that it fetches ahead, as a page does: nothing of them may come after it.
  if (serviceWorker.test(name))
    return {kind: 'html', cacheControl: cacheControl.page, rule: 'service worker'};
  const fingerprint = fingerprintOf(key);
  if (fingerprint !== undefined) {
    return {
      kind: 'fingerprinted',
      cacheControl: cacheControl.fingerprinted,
      rule: `fingerprint (${fingerprint.tool})`,
    };
  }
  if (errorPages.has(key)) return {kind: 'asset', cacheControl: cacheControl.errorPage, rule: 'error page'};
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (besidePages.has(extension) || /(?:^|\/)\.well-known\//.test(key)) {
    return {kind: 'asset', cacheControl: cacheControl.page, rule: 'data beside pages'};
  }
  return {kind: 'asset', cacheControl: cacheControl.asset, rule: 'default'};
}
