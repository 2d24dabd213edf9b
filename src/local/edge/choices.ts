/**
 * Every place where CloudFront's guide is silent, contradicts itself or was not confirmed, and what this edge does there.
 * Constants are read by the code that acts on them; what is a way of working rather than a value is said here:
 *
 * - Cache and config: objects are keyed by distribution, path and what the policies select, never by behavior or config
 *   version, so a config change keeps the cache, as CloudFront's does. The cache does not outlive the process.
 * - Behaviors: escapes of unreserved characters (`%61`) are decoded before patterns are matched. The behavior is chosen by
 *   the viewer's own path (`/`); the default root object is what cache key, origin request and invalidations see.
 * - HEAD: a HEAD miss is asked as HEAD and fills nothing; a HEAD hit uses the copy a GET stored.
 * - Ranges: with no whole copy one range is forwarded, and its 206 answers only the very same range later. Several
 *   ranges fetch the whole object. Once a whole copy exists every range comes from it.
 * - Conditions: If-None-Match and If-Modified-Since on a copy answer 304 here; on a miss they are forwarded, and such
 *   a request is not collapsed. If-Match and If-Unmodified-Since are never judged here.
 * - Compression: br and gzip viewers have different keys, so each gets its own variant. A compressed answer has no
 *   Content-Length, on the miss or later. HTTP/1.0 counts as a missing Accept-Encoding.
 * - Legacy settings negotiate as a policy with the gzip flag on and br off, except that nothing (not `identity`) is sent
 *   to the origin when gzip is not accepted.
 * - Errors: custom pages replace errors the edge makes about the origin (502, 504) and geo blocks, never the refusals
 *   of §2; a cached one goes by the failed URL. Response headers policies apply to everything but refusals and
 *   redirects made before the cache is asked.
 * - Signatures: asked of behaviors that have signers, never of OPTIONS, after method and protocol, before the cache; the
 *   refusal is the viewer's alone, stored nowhere; a custom page for 403 may replace it, and that page needs no signature.
 *   The five query parameters and the five cookies are neither keyed nor forwarded, of signed behaviors only.
 *   Parameter and cookie names have case and are not decoded; values are not decoded either (`%7E` is no `~`). A query
 *   parameter that comes twice has no value; of a cookie the first counts. Policy wins over Expires. No Signature is an
 *   unreadable one; neither Policy nor Expires, or an Expires that is no whole number, is a malformed policy, as is a
 *   policy with members that the guide does not name. A Hash-Algorithm other than SHA1 and SHA256 is denied.
 *   The URL is the viewer's, byte for byte, and `/` is not the root object; hosts are lowercase. The dates are compared
 *   in whole seconds of cloud time. An IPv6 viewer is in no IpAddress range. A `?` in a policy is a wildcard or begins
 *   the query, whichever fits. AWS account signers are accepted but have no keys here: they trust nobody.
 * - Signatures on this machine: a port stands for 443 or 80 and a loopback address for the distribution's domain, so a
 *   URL signed with the typed host and port and one signed with the name that it stands for are both right.
 * - Invalidation paths are compared byte for byte with path (+ `?` + keyed query); `/` is not the root object.
 * - Cache tags: read from what the origin answered, on every status, by the config that chose the behavior; the header
 *   goes on to the viewer. Repeats and what is no tag do not count towards the 50. A tag belongs to the header that it
 *   came in: after a renaming it is not found, after naming the old header again it is. Of a 304 they stay, unless it
 *   carries the header itself. A custom error page under a failed URL has the tags of the failed answer and of the page,
 *   so that either purge renews it. A purge also reaches fetches under way: what turns out to carry a purged tag is
 *   served to those who waited and not stored, and later viewers wait for a fetch of their own.
 * - Functions: a viewer-request function sees the viewer's `/`; the default root object takes the place of a `/` that it
 *   leaves. It sees a request that access was granted to. A viewer-response function sees the request as the viewer-request
 *   function left it, and the response with the headers of the response headers policy. It runs neither on redirects to
 *   HTTPS, answers that functions made and refusals, nor on what is marked Error: errors, cached or not, and custom error
 *   pages. What a function answers is replaced by no custom page. Their time is counted in branches and calls, not
 *   milliseconds. A rewritten query writes an empty value as `name=`. Syntax and globals that the guide lists for no runtime
 *   fail here, as most of them do there. There is no KeyValueStore, and origins cannot be chosen by a function.
 * - HTTP/3 is not served and so not announced. Where a viewer is, is unknown on loopback; unknown is served.
 */

/** What one run of a function may take: 10,000 branches and calls a turn, memory, stack; its logs are cut off after 10 KB. */
export const functionTurns = 100;
export const functionMemoryBytes = 2 * 1024 * 1024;
export const functionStackBytes = 128 * 1024;
export const mostLogBytes = 10 * 1024;

/** The one location of this edge, in the shape `<airport><number>-<class><number>`; LCL is no airport. */
export const popName = 'LCL50-C1';

/** Sent as `Server` by pages that the edge makes itself and when a policy removes the origin's. */
export const edgeServer = 'CloudFront';

/** Cache tags of one object, and characters of one tag. */
export const mostTags = 50;
export const largestTag = 256;

/** Memory for stored bodies and what belongs to them; the least recently used copies leave above it. */
export const cacheBytes = 256 * 1024 * 1024;

/** Bodies above this go to a file as they arrive. */
export const spillAboveBytes = 8 * 1024 * 1024;

/** What one cached object weighs besides its body, for the byte budget of the cache. */
export const copyOverheadBytes = 1024;

/** Request URL in bytes, then 414; whole request head in bytes, then 494 (the logging page says 20 KB of headers). */
export const maxUrlBytes = 8192;
export const maxHeadBytes = 32_768;

/** `no-cache` stores and revalidates on every request; `no-store` and `private` do not store (MinTTL 0). */
export const noCacheStores: boolean = true;

/** An `Age` from the origin is time already spent: it counts against max-age, before the clamp, and adds to our Age. */
export const originAgeCounts: boolean = true;

/** A 304 renews the stored headers except those that describe the stored body. */
export const notModifiedKeeps: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-range',
  'transfer-encoding',
  'etag',
  'vary',
]);

/** X-Cache of a stale copy served because the origin failed. */
export const staleMark = 'Hit';

/** X-Cache of a custom error page, remapped to 200 or not: Error, as in the log. */
export const errorPageMark = 'Error';

/**
 * Statuses at 400 and above that neither list of the error page names (401, 402, 429, ...) follow the 400/403/405 row:
 * kept only with max-age or s-maxage. A CustomErrorResponse that names the status makes it cacheable for its
 * ErrorCachingMinTTL (403 of a private bucket, mapped to a page, is the everyday case).
 */
export const customErrorMakesCacheable: boolean = true;

/** A custom error page whose path picks another behavior than the failed URL's lives by that behavior's TTLs. */
export const pageWithOwnBehaviorKeepsItsTtl: boolean = true;

/** Good signatures that each trusted key remembers, about 1 KB each. */
export const rememberedSignatures = 4096;

/** Content-Length limits of compression, inclusive. */
export const compressibleBytes = {least: 1000, most: 10_000_000} as const;

/** Levels that keep a first request quick. */
export const brotliQuality = 5;
export const gzipLevel = 6;

/**
 * Under policies the origin also gets what the transfer itself needs, besides the listed and automatic headers: the
 * body's description, and on a miss the viewer's conditions and range.
 */
export const transferHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-md5',
  'content-disposition',
  'content-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
]);

/** What viewers get from a disabled distribution that is still reached by name or port. */
export const disabledStatus = 403;

/** Where the location of a viewer is unknown, geo restriction lets it pass. */
export const unknownLocationIsServed: boolean = true;

/**
 * An S3 origin that is sent the viewer's Host (an `allViewer` origin request policy) answers 403: S3 looks for a bucket
 * of that name and the signature does not fit. The edge answers so itself; the emulated S3 is always told the bucket.
 */
export const viewerHostAtS3 = {status: 403, code: 'SignatureDoesNotMatch'} as const;
