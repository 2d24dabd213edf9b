import type {Tag} from '@aws-sdk/client-s3';

import {invalidArgument, invalidTag} from '../errors.js';
import {ApiError} from '../../types.js';

/**
 * Tags as S3 takes them: at most `limit`, keys of 1 to 128 and values of up to 256 characters, no key twice, none that
 * starts with `aws:`. InvalidTag or BadRequest otherwise.
 */
export const requireTags = (tags: readonly Tag[], limit: number): readonly Tag[] => {
  if (tags.length > limit)
    throw new ApiError(
      'BadRequest',
      limit === 10 ? 'Object tags cannot be greater than 10' : `Tag quota exceeded: at most ${String(limit)}`,
      400,
    );
  const keys = new Set<string>();
  for (const {Key: key = '', Value: value = ''} of tags) {
    if (key === '' || key.length > 128) throw invalidTag('The TagKey you have provided is invalid');
    if (value.length > 256) throw invalidTag('The TagValue you have provided is invalid');
    if (/^aws:/i.test(key)) throw invalidTag('System tags cannot be added/updated by requester');
    if (keys.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key');
    keys.add(key);
  }
  return tags;
};

/** The `x-amz-tagging` header: `a=1&b=2`, URL-encoded. */
export const parseTagging = (header: string | undefined): readonly Tag[] => {
  if (header === undefined || header === '') return [];
  const pairs = [...new URLSearchParams(header)];
  if (pairs.some(([key]) => key === ''))
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    );
  return requireTags(
    pairs.map(([Key, Value]) => ({Key, Value})),
    10,
  );
};
