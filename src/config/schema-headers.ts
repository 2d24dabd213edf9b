import * as v from 'valibot';
import {cacheControlProblems} from './cache-control.js';
import {dispositionProblem} from './content-disposition.js';
import * as format from './formats.js';
import {isPlainObject} from './path.js';
import {formatted, oneOf} from './schema-pieces.js';
import {cacheTags} from './schema-tags.js';

/** Of S3's own words for an object's headers: what a rule may set, beside Cache-Control and Content-Type. */
const metadata = v.pipe(
  v.custom<Record<string, unknown>>(isPlainObject, 'an object'),
  v.record(
    v.pipe(
      v.string(),
      v.regex(
        format.metadataName,
        'at most 128 lowercase letters, digits and hyphens, and not cache-tag, which cacheTags sets',
      ),
    ),
    v.pipe(
      v.string('a string'),
      v.regex(format.metadataValue, 'printable ASCII characters without blanks at the ends'),
    ),
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const bytes = metadataBytes(Object.entries(dataset.value));
    if (bytes > format.maxMetadataBytes) {
      addIssue({
        message: `takes ${bytes} bytes of S3 metadata, of which an object has ${format.maxMetadataBytes}`,
      });
    }
  }),
  v.description(
    "The object's own metadata, by name without x-amz-meta-; viewers see it too. At most 2 KB with the cache tags. An empty object: none.",
  ),
);

const metadataBytes = (entries: readonly (readonly [string, string])[]): number =>
  entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);

const cacheControl = v.pipe(
  v.string('a string'),
  v.regex(format.headerValue, 'a Cache-Control value such as "public, max-age=60"'),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const wrong = cacheControlProblems(dataset.value).filter(({severity}) => severity === 'error');
    if (wrong.length > 0) addIssue({message: wrong.map(({clause}) => clause).join('; it ')});
  }),
  v.description(
    'Cache-Control of the files that match. What contradicts itself, such as no-store with a max-age, is refused.',
  ),
);

const contentDisposition = v.pipe(
  v.string('a string'),
  v.rawCheck(({dataset, addIssue}) => {
    const problem = dataset.typed ? dispositionProblem(dataset.value) : undefined;
    if (problem !== undefined) addIssue({message: problem});
  }),
  v.description(
    'Content-Disposition of the files that match: inline, attachment, or attachment; filename="report.pdf" (beyond ASCII: filename*=UTF-8\'\'...).',
  ),
);

/** What a header rule may set; the first rule that matches a key and names one decides it. */
export const headers = {
  cacheControl: v.optional(cacheControl),
  contentType: v.optional(
    formatted(
      format.mediaType,
      'a media type such as "text/html; charset=utf-8"',
      'Content-Type of the files that match.',
    ),
  ),
  cacheTags: v.optional(cacheTags),
  contentEncoding: v.optional(
    formatted(
      format.contentEncoding,
      'gzip, br, zstd or deflate, several of them in the order in which they were applied, or identity for none',
      'Content-Encoding of files that are stored compressed: every viewer gets them so. identity: none, also for a precompressed copy such as app.js.br.',
    ),
  ),
  contentLanguage: v.optional(
    formatted(
      format.contentLanguage,
      'language tags such as "de-AT" or "en, fr"',
      'Content-Language of the files that match.',
    ),
  ),
  contentDisposition: v.optional(contentDisposition),
  redirect: v.optional(
    formatted(
      format.redirectLocation,
      'a path such as /new.html, or a URL that begins with http:// or https://: at most 2,048 characters, percent-encoded where they are not ASCII',
      'Where a viewer is sent instead. Only S3 website endpoints read it; behind an origin access control use a CloudFront function.',
    ),
  ),
  metadata: v.optional(metadata),
  storageClass: v.optional(
    oneOf(
      format.storageClasses,
      'Storage class of the files that match; STANDARD when left out. The infrequent ones bill at least 128 KB and 30 days (GLACIER_IR 90) a file.',
      ', which CloudFront reads at once (an archived object is 403 InvalidObjectState for viewers)',
    ),
  ),
};
