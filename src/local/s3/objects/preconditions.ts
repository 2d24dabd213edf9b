/** Validators of what is stored. `modified` in milliseconds; `etag` without quotes. */
export interface Validators {
  readonly etag: string;
  readonly modified: number;
}

export interface ReadConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

export type ReadVerdict =
  | {readonly kind: 'proceed'}
  | {readonly kind: 'not-modified'}
  | {readonly kind: 'failed'; readonly condition: string};

/** Whether a list of entity tags (`"a", W/"b", *`) names `etag`. S3 also takes a tag without its quotes. */
export const matchesTag = (list: string, etag: string): boolean =>
  list.split(',').some(raw => {
    const tag = raw.trim();
    return tag === '*' || tag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1') === etag;
  });

/** HTTP dates carry whole seconds. */
const seconds = (ms: number): number => Math.floor(ms / 1000);

/** RFC 9110, 13.2.2 for GET and HEAD: If-Match beats If-Unmodified-Since, If-None-Match beats If-Modified-Since. */
export const evaluateRead = (conditions: ReadConditions, stored: Validators): ReadVerdict => {
  const {ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince} = conditions;
  if (ifMatch !== undefined) {
    if (!matchesTag(ifMatch, stored.etag)) return {kind: 'failed', condition: 'If-Match'};
  } else if (
    ifUnmodifiedSince !== undefined &&
    seconds(stored.modified) > seconds(ifUnmodifiedSince.getTime())
  ) {
    return {kind: 'failed', condition: 'If-Unmodified-Since'};
  }
  if (ifNoneMatch !== undefined) {
    if (matchesTag(ifNoneMatch, stored.etag)) return {kind: 'not-modified'};
  } else if (
    ifModifiedSince !== undefined &&
    seconds(stored.modified) <= seconds(ifModifiedSince.getTime())
  ) {
    return {kind: 'not-modified'};
  }
  return {kind: 'proceed'};
};

export type WriteVerdict = 'proceed' | 'exists' | 'mismatch' | 'missing';

/**
 * Conditional writes: `If-None-Match: *` wants no current object, `If-Match` wants its ETag.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export const evaluateWrite = (
  conditions: {readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined},
  current: {readonly etag: string} | undefined,
): WriteVerdict => {
  if (conditions.ifMatch !== undefined) {
    if (!current) return 'missing';
    if (!matchesTag(conditions.ifMatch, current.etag)) return 'mismatch';
  }
  return conditions.ifNoneMatch !== undefined && current ? 'exists' : 'proceed';
};
