import * as v from 'valibot';
import * as format from './formats.js';
import {distinct} from './schema-pieces.js';

/** Release ids are at most so long. */
const longestRelease = 64;

const metadataName = 'cache-tag';

const atLongest = (tag: string): string => tag.replaceAll(format.releaseMark, 'r'.repeat(longestRelease));

export const cacheTags = v.pipe(
  v.array(
    v.pipe(
      v.string('a string'),
      v.regex(
        format.cacheTag,
        'a cache tag: 1 to 256 printable ASCII characters without spaces and commas, and no `*` at the end',
      ),
      v.check(
        tag => atLongest(tag).length <= 256,
        'at most 256 characters long, the release id (64) included',
      ),
    ),
    'a list',
  ),
  v.maxLength(
    format.maxCacheTags,
    `at most ${format.maxCacheTags} tags, all that CloudFront keeps for an object`,
  ),
  // CloudFront compares tags without case.
  distinct(tag => tag.toLowerCase(), 'the tag'),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const bytes = metadataName.length + atLongest(dataset.value.join(',')).length;
    if (bytes > format.maxMetadataBytes) {
      addIssue({
        message: `takes ${bytes} bytes of S3 metadata, its commas included, of which an object has ${format.maxMetadataBytes}`,
      });
    }
  }),
  v.description(
    "Tags of the files that match, for `frontctl invalidate '#TAG'`; at most 50; an empty list: none. `{release}` stands for the id of the release that writes the file.",
  ),
);
