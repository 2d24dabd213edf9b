/**
 * General purpose bucket names:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export const bucketName =
  /^(?=.{3,63}$)(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9]$/;

/** `us-east-1`, `us-gov-west-1`, `eu-isoe-west-1`. */
export const region = /^[a-z]{2,}(?:-[a-z]+){1,2}-\d{1,2}$/;

/** Segments between single slashes; no `.` or `..`, and never the folder where frontctl keeps its own records. */
export const keyPrefix = /^(?!\.frontctl(?:\/|$))(?!(?:.*\/)?\.{1,2}(?:\/|$))[^/\p{Cc}]+(?:\/[^/\p{Cc}]+)*$/u;

export const siteName = /^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

export const distributionId = /^E[A-Z0-9]+$/;

/**
 * Alternate domain names, `*.` allowed as the whole first label:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
 */
export const alias =
  /^(?=.{1,253}$)(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html (empty: none). */
export const rootObject = /^(?!\/)[A-Za-z0-9_\-.*$/~"'&]{0,255}$/;

/** A field value as HTTP allows it (RFC 9110, section 5.5), ASCII only. */
export const headerValue = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

/** RFC 9110, section 8.3.1: `text/html; charset=utf-8`. */
export const mediaType =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))*$/;

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/APIReference/API_Tag.html; `aws:` is AWS's own. */
export const tagKey = /^(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
export const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/**
 * Visible ASCII without commas, and no `*` at the end, which no invalidation of the tag could spell
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-tags.html).
 */
export const cacheTag = /^(?=.{1,256}$)[!-+\--~]*[!-)+\--~]$/;
/** Tags beyond this are dropped by CloudFront. */
export const maxCacheTags = 50;

/** S3 counts names and values of an object's own metadata together (S3 User Guide, "Working with object metadata"). Bytes. */
export const maxMetadataBytes = 2048;
/** S3 answers metadata under lowercase names. `cache-tag` is that of `cacheTags`. */
export const metadataName = /^(?!cache-tag$)[a-z0-9-]{1,128}$/;
/** What S3 gives back as it was sent: printable ASCII, no blanks around it. */
export const metadataValue = /^[!-~](?:[ -~]*[!-~])?$/;

/** Codings that browsers decode, in the order in which they were applied; `identity` stands alone, for none. */
export const contentEncoding = /^(?:identity|(?:gzip|br|zstd|deflate)(?:, ?(?:gzip|br|zstd|deflate))*)$/;

/** Language tags (RFC 5646, section 2.1, without grandfathered ones), separated by commas. */
const languageTag =
  /(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z\d]{5,8}|\d[A-Za-z\d]{3}))*(?:-[A-WY-Za-wy-z\d](?:-[A-Za-z\d]{2,8})+)*(?:-[Xx](?:-[A-Za-z\d]{1,8})+)?)/;
export const contentLanguage = new RegExp(`^${languageTag.source}(?:, ?${languageTag.source})*$`);

/** S3 User Guide, "(Optional) Configuring a webpage redirect": a path or an HTTP URL, at most 2 KB. */
export const redirectLocation = /^(?=.{1,2048}$)(?:\/(?!\/)|https?:\/\/[^/])[!-~]*$/;

/**
 * Classes that S3 reads at once. An object in GLACIER or DEEP_ARCHIVE has to be restored first: until then its GET is 403
 * InvalidObjectState. EXPRESS_ONEZONE is for directory buckets, OUTPOSTS, SNOW and FSX_* for others that no origin can be.
 */
export const storageClasses = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'REDUCED_REDUNDANCY',
] as const;

/** In a cache tag: the id of the release that writes the file. */
export const releaseMark = '{release}';

/** A field name (RFC 9110, section 5.1). */
export const headerName = /^[\w!#$%&'*+.^`|~-]+$/;

/** Ids of public keys in CloudFront: K2JCJMDEHXQW5F. */
export const keyPairId = /^[A-Z0-9]{8,32}$/;

/** A file name, or `env:NAME`. */
export const keyPlace = /^(?!env:(?![A-Za-z_][A-Za-z0-9_]*$))(?!-$)\P{Cc}{1,1024}$/u;

/**
 * The text of a key (PEM, its body, or the Base64 of either) where its place was asked for. What matches is never repeated.
 */
export const keyText =
  /-----\s*BEGIN|LS0tLS1CRUdJTi|BEGIN [A-Z ]*PRIVATE KEY|^\s*M[A-Z][A-Za-z0-9+/=\s]{58,}$|[A-Za-z0-9+/]{60}\s*[\r\n]/;

export const environmentName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Names that a config gives to policies, functions and origin access controls: parts of their names at AWS. */
export const resourceName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** An id or a name of a policy; names begin with `Managed-` or not. */
export const policy = /^[A-Za-z0-9_-]{1,136}$/;
/** Ids of policies. */
export const policyId = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** A function's ARN, or its name. */
export const edgeFunction = /^(?:arn:aws[a-z-]*:cloudfront::\d{12}:function\/)?[A-Za-z0-9_-]{1,64}$/;

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html ("Path pattern"). */
export const pathPattern = /^[A-Za-z0-9_.*$/~"'@:+&?\-%,;=!()]{1,255}$/;

/** A host name, without scheme, port and path. */
export const hostName =
  /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Begins with a slash and does not end with one; empty: none. */
export const originPath = /^(?:|\/(?=.{0,254}$)\S*[^\s/])$/;

export const certificateArn =
  /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Codes that may send a request on to the second origin of a group (Developer Guide, "Optimize high availability with CloudFront origin failover"). */
export const failoverCodes = [400, 403, 404, 416, 429, 500, 502, 503, 504] as const;

/** Developer Guide, "Use Amazon CloudFront Origin Shield". */
export const shieldRegions = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'sa-east-1',
  'me-central-1',
] as const;

/** Codes that CloudFront lets a custom error response replace. */
export const errorCodes = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504] as const;
/** Codes that it may answer instead, as CloudFront spells them: strings. */
export const responseCodes = ['200', ...errorCodes.map(String)] as const;

/** Values of MinimumProtocolVersion from old to new: a newer one refuses older clients. */
export const tlsPolicies = [
  'SSLv3',
  'TLSv1',
  'TLSv1_2016',
  'TLSv1.1_2016',
  'TLSv1.2_2018',
  'TLSv1.2_2019',
  'TLSv1.2_2021',
  'TLSv1.2_2025',
  'TLSv1.3_2025',
] as const;

/** As flags take durations: `90s`, `10m`, `1.5h`. */
export const duration = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/;

/** `0%` to `100%`. */
export const percentage = /^(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)%$/;
