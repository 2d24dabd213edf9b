import type {_Object, S3} from '@aws-sdk/client-s3';

import type {CallContext, Handlers, Table} from '../../types.js';
import {owner} from '../buckets/acl.js';
import {accessDenied, invalidArgument} from '../errors.js';
import {compareUtf8, listPage, type KeyRange, type Page} from './listing.js';
import {urlEncoded} from '../names.js';
import type {BucketRecord, ObjectRecord, Version} from '../records.js';
import type {Room} from '../room.js';
import {versionsOf} from '../objects/versions.js';

interface ListInput {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

/** A table's rows of one bucket, by object key. */
const keysOf = <V>(table: Table<V>, bucket: string): KeyRange<V> =>
  function* ({prefix, after, from}) {
    const scope = `${bucket}/`;
    for (const [row, value] of table.range({
      prefix: scope + prefix,
      ...(after !== undefined && {after: scope + after}),
      ...(from !== undefined && {from: scope + from}),
    }))
      yield [row.slice(scope.length), value] as const;
  };

export const pageSize = (value: number | undefined, name: string): number => {
  if (value === undefined) return 1000;
  if (!Number.isInteger(value) || value < 0)
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, value);
  return Math.min(value, 1000);
};

/** How keys are written in this answer. */
export const encoderOf = (type: string | undefined): ((text: string) => string) => {
  if (type === undefined) return text => text;
  if (type === 'url') return urlEncoded;
  throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
};

const openForListing = (room: Room, input: ListInput, context: CallContext, action: string): BucketRecord => {
  const bucket = room.bucket(input);
  const allowed = room.allows(context, action, bucket, {
    keys: {'s3:prefix': input.Prefix ?? '', 's3:delimiter': input.Delimiter, 's3:max-keys': input.MaxKeys},
  });
  if (!allowed) throw accessDenied();
  return bucket;
};

const describeObject = (key: string, object: ObjectRecord, withOwner: boolean): _Object => ({
  Key: key,
  LastModified: new Date(object.modified),
  ETag: `"${object.etag}"`,
  ...(object.checksum && {
    ChecksumAlgorithm: [object.checksum.algorithm],
    ChecksumType: object.checksum.type,
  }),
  Size: object.size,
  StorageClass: object.storageClass,
  ...(withOwner && {Owner: owner}),
});

const split = (page: Page<ObjectRecord>, encode: (text: string) => string, withOwner: boolean) => {
  const Contents: _Object[] = [];
  const CommonPrefixes: {Prefix: string}[] = [];
  for (const entry of page.entries)
    if (entry.kind === 'key') Contents.push(describeObject(encode(entry.key), entry.value, withOwner));
    else CommonPrefixes.push({Prefix: encode(entry.prefix)});
  return {
    ...(Contents.length > 0 && {Contents}),
    ...(CommonPrefixes.length > 0 && {CommonPrefixes}),
  };
};

const toToken = (last: string): string => `1${Buffer.from(last).toString('base64url')}`;
const fromToken = (token: string): string => {
  const last = Buffer.from(token.slice(1), 'base64url').toString();
  if (last === '' || toToken(last) !== token)
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  return last;
};

/** An option that was given, with an empty one (`delimiter=`) left out as S3 does. */
const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/** ListObjectsV2, ListObjects, ListObjectVersions. */
export const listHandlers = (room: Room) =>
  ({
    ListObjectsV2(input, context) {
      const bucket = openForListing(room, input, context, 's3:ListBucket');
      const encode = encoderOf(input.EncodingType);
      const maxKeys = pageSize(input.MaxKeys, 'max-keys');
      const {ContinuationToken: token, StartAfter: startAfter, Prefix: prefix = ''} = input;
      const delimiter = given(input.Delimiter);
      const after = token === undefined ? given(startAfter) : fromToken(token);
      const page = listPage(keysOf(room.tables.objects, bucket.name), {prefix, delimiter, after, maxKeys});
      return {
        Name: bucket.name,
        Prefix: encode(prefix),
        ...(delimiter !== undefined && {Delimiter: encode(delimiter)}),
        MaxKeys: maxKeys,
        KeyCount: page.entries.length,
        IsTruncated: page.truncated,
        ...split(page, encode, input.FetchOwner === true),
        ...(input.EncodingType !== undefined && {EncodingType: input.EncodingType}),
        ...(startAfter !== undefined && {StartAfter: encode(startAfter)}),
        ...(token !== undefined && {ContinuationToken: token}),
        ...(page.truncated && page.last !== undefined && {NextContinuationToken: toToken(page.last)}),
      };
    },

    ListObjects(input, context) {
      const bucket = openForListing(room, input, context, 's3:ListBucket');
      const encode = encoderOf(input.EncodingType);
      const maxKeys = pageSize(input.MaxKeys, 'max-keys');
      const {Marker: marker = '', Prefix: prefix = ''} = input;
      const delimiter = given(input.Delimiter);
      const page = listPage(keysOf(room.tables.objects, bucket.name), {
        prefix,
        delimiter,
        after: given(marker),
        maxKeys,
      });
      return {
        Name: bucket.name,
        Prefix: encode(prefix),
        Marker: encode(marker),
        ...(delimiter !== undefined && {Delimiter: encode(delimiter)}),
        MaxKeys: maxKeys,
        IsTruncated: page.truncated,
        ...split(page, encode, true),
        ...(input.EncodingType !== undefined && {EncodingType: input.EncodingType}),
        // Without a delimiter the client goes on from the last key itself.
        ...(page.truncated &&
          delimiter !== undefined &&
          page.last !== undefined && {NextMarker: encode(page.last)}),
      };
    },

    ListObjectVersions(input, context) {
      const bucket = openForListing(room, input, context, 's3:ListBucketVersions');
      const encode = encoderOf(input.EncodingType);
      const maxKeys = pageSize(input.MaxKeys, 'max-keys');
      const {KeyMarker: keyMarker = '', VersionIdMarker: versionMarker = '', Prefix: prefix = ''} = input;
      if (versionMarker !== '' && keyMarker === '')
        throw invalidArgument(
          'A version-id marker cannot be specified without a key marker.',
          'version-id-marker',
          versionMarker,
        );
      const delimiter = given(input.Delimiter);
      const page = versionPage(room, bucket, {
        prefix,
        delimiter,
        after: given(keyMarker),
        afterVersion: given(versionMarker),
        maxKeys,
      });
      const Versions = [];
      const DeleteMarkers = [];
      for (const {key, version, latest} of page.versions) {
        const shared = {
          Key: encode(key),
          VersionId: version.versionId,
          IsLatest: latest,
          LastModified: new Date(version.modified),
          Owner: owner,
        };
        if (version.kind === 'marker') DeleteMarkers.push(shared);
        else {
          Versions.push({
            ...describeObject(encode(key), version, true),
            ...shared,
            StorageClass: 'STANDARD' as const,
          });
        }
      }
      return {
        Name: bucket.name,
        Prefix: encode(prefix),
        KeyMarker: encode(keyMarker),
        VersionIdMarker: versionMarker,
        ...(delimiter !== undefined && {Delimiter: encode(delimiter)}),
        MaxKeys: maxKeys,
        IsTruncated: page.truncated,
        ...(Versions.length > 0 && {Versions}),
        ...(DeleteMarkers.length > 0 && {DeleteMarkers}),
        ...(page.prefixes.length > 0 && {
          CommonPrefixes: page.prefixes.map(Prefix => ({Prefix: encode(Prefix)})),
        }),
        ...(input.EncodingType !== undefined && {EncodingType: input.EncodingType}),
        ...(page.truncated && {
          NextKeyMarker: encode(page.lastKey),
          ...(page.lastVersion !== undefined && {NextVersionIdMarker: page.lastVersion}),
        }),
      };
    },
  }) satisfies Handlers<S3>;

interface ListedVersion {
  readonly key: string;
  readonly version: Version;
  readonly latest: boolean;
}

/** Keys that have a current object, other versions, or both, in one order. */
const allKeys = (room: Room, bucket: string): KeyRange<undefined> =>
  function* (options) {
    const current = keysOf(room.tables.objects, bucket)(options)[Symbol.iterator]();
    const shelved = keysOf(room.tables.versions, bucket)(options)[Symbol.iterator]();
    const keyOf = (next: IteratorResult<readonly [string, unknown], unknown>): string | undefined =>
      next.done === true ? undefined : next.value[0].split('\0')[0];
    let a = keyOf(current.next());
    let b = keyOf(shelved.next());
    let last: string | undefined;
    while (a !== undefined || b !== undefined) {
      const takeA = a !== undefined && (b === undefined || compareUtf8(a, b) <= 0);
      const key = takeA ? a : b;
      if (takeA) a = keyOf(current.next());
      else b = keyOf(shelved.next());
      // Shelved rows of the marker's own key come after it as rows, not as keys.
      if (key === undefined || key === last || key === options.after) continue;
      last = key;
      yield [key, undefined] as const;
    }
  };

const versionPage = (
  room: Room,
  bucket: BucketRecord,
  options: {
    readonly prefix: string;
    readonly delimiter: string | undefined;
    readonly after: string | undefined;
    readonly afterVersion: string | undefined;
    readonly maxKeys: number;
  },
) => {
  const versions: ListedVersion[] = [];
  const prefixes: string[] = [];
  let lastKey = '';
  let lastVersion: string | undefined;
  const full = (): boolean => versions.length + prefixes.length >= options.maxKeys;
  /** False when the page is full before the key's versions end. */
  const add = (key: string, skipThrough: string | undefined): boolean => {
    const all = versionsOf(room.tables, bucket.name, key);
    const start =
      skipThrough === undefined ? 0 : all.findIndex(({versionId}) => versionId === skipThrough) + 1;
    for (const [index, version] of all.entries()) {
      if (index < start) continue;
      if (full()) return false;
      versions.push({key, version, latest: index === 0});
      lastKey = key;
      lastVersion = version.versionId;
    }
    return true;
  };
  const answer = (truncated: boolean) => ({versions, prefixes, truncated, lastKey, lastVersion});
  if (options.maxKeys === 0) return answer(false);
  if (
    options.after !== undefined &&
    options.afterVersion !== undefined &&
    !add(options.after, options.afterVersion)
  )
    return answer(true);
  const page = listPage(allKeys(room, bucket.name), {...options, maxKeys: options.maxKeys + 1});
  for (const entry of page.entries) {
    if (full()) return answer(true);
    if (entry.kind === 'key') {
      if (!add(entry.key, undefined)) return answer(true);
    } else {
      prefixes.push(entry.prefix);
      lastKey = entry.prefix;
      lastVersion = undefined;
    }
  }
  return answer(page.truncated);
};
