/** The headers of an object: as they are wanted, as they are live, and as S3 takes them. */
import type {ObjectHead} from '../../aws/index.js';
import type {FileHeaders} from '../../site/index.js';
import {adoptedTags, expandTags, tagHeader} from './tags.js';
import type {HeaderChange} from '../types.js';

/** What a step changes, header by header, in the order in which people look for them. */
export function headerChanges(before: FileHeaders, after: FileHeaders): readonly HeaderChange[] {
  if (before === after) return [];
  const changes: HeaderChange[] = [];
  const compare = (header: string, old: string | undefined, wanted: string | undefined): void => {
    if (old !== wanted) changes.push({header, before: old ?? '', after: wanted ?? ''});
  };
  compare('content-type', before.contentType, after.contentType);
  compare('cache-control', before.cacheControl, after.cacheControl);
  compare(tagHeader, before.cacheTags, after.cacheTags);
  if (before.others !== undefined || after.others !== undefined) {
    const names = new Set([...Object.keys(before.others ?? {}), ...Object.keys(after.others ?? {})]);
    for (const name of [...names].sort()) compare(name, before.others?.[name], after.others?.[name]);
  }
  return changes;
}

/**
 * Of a live object that was looked at: the headers that a rule sets now or did set (`recorded`); those of others are nobody's
 * business.
 */
export function headersOf(head: ObjectHead, wanted: FileHeaders, recorded?: FileHeaders): FileHeaders {
  const cacheTags = adoptedTags(head.headers[tagHeader], wanted.cacheTags ?? recorded?.cacheTags);
  const others = Object.keys({...recorded?.others, ...wanted.others})
    .map(name => [name, head.headers[name]] as const)
    .filter(([, value]) => value !== undefined);
  return {
    contentType: head.headers['content-type'] ?? '',
    cacheControl: head.headers['cache-control'] ?? '',
    ...(cacheTags !== undefined && {cacheTags}),
    ...(others.length > 0 && {others: Object.fromEntries(others) as Record<string, string>}),
  };
}

/** As S3 takes them. `release` takes the place of `{release}` in cache tags. */
export function objectHeaders(
  {contentType, cacheControl, cacheTags, others}: FileHeaders,
  release: string,
): Record<string, string> {
  return {
    ...(contentType !== '' && {'content-type': contentType}),
    ...(cacheControl !== '' && {'cache-control': cacheControl}),
    ...(cacheTags !== undefined && {[tagHeader]: expandTags(cacheTags, release)}),
    ...others,
  };
}

const metadataPrefix = 'x-amz-meta-';

/** What a copy with MetadataDirective REPLACE would lose (S3 API, "CopyObject"). */
const preserved = new Set([
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
]);

/**
 * The headers with which an object is copied onto itself: the wanted ones, and what it has beside them (of others, or by
 * hand). Those that a rule set once and no rule sets now (`changes`) go.
 */
export function copyHeaders(
  head: ObjectHead,
  wanted: FileHeaders,
  changes: readonly HeaderChange[],
  release: string,
): Record<string, string> {
  const dropped = new Set(changes.map(({header}) => header));
  const kept = Object.entries(head.headers).filter(
    ([name]) => (preserved.has(name) || name.startsWith(metadataPrefix)) && !dropped.has(name),
  );
  return {...Object.fromEntries(kept), ...objectHeaders(wanted, release)};
}
