import {randomBytes} from 'node:crypto';

import type {Release} from './bodies.js';
import type {BucketRecord, DeleteMarker, ObjectRecord, Tables, Version} from '../records.js';

/**
 * The versions of one key: the current one in `objects` unless it is a delete marker; all others, and markers, in
 * `versions` under an order that falls, so that the newest comes first. All functions that change run inside a change.
 */
const path = (bucket: string, key: string): string => `${bucket}/${key}`;
const newestOrder = Number.MAX_SAFE_INTEGER;
const newVersionId = (): string => randomBytes(24).toString('base64url');

/** `[row key, version]` of the noncurrent versions and markers, newest first. */
const shelved = (tables: Tables, at: string, limit?: number): (readonly [string, Version])[] => [
  ...tables.versions.range({prefix: `${at}\0`, ...(limit !== undefined && {limit})}),
];

const shelve = (tables: Tables, at: string, version: Version): void => {
  const [newest] = shelved(tables, at, 1);
  const order = newest ? Number.parseInt(newest[0].slice(at.length + 1), 36) - 1 : newestOrder;
  tables.versions.put(`${at}\0${order.toString(36).padStart(11, '0')}`, version);
};

export const currentObject = (tables: Tables, bucket: string, key: string): ObjectRecord | undefined =>
  tables.objects.get(path(bucket, key));

/** What stands on top of a key without a current object: a delete marker, or nothing. */
export const topMarker = (tables: Tables, bucket: string, key: string): DeleteMarker | undefined => {
  const [top] = shelved(tables, path(bucket, key), 1);
  return top?.[1].kind === 'marker' ? top[1] : undefined;
};

export const versionOf = (
  tables: Tables,
  bucket: string,
  key: string,
  versionId: string,
): Version | undefined => {
  const current = currentObject(tables, bucket, key);
  if (current?.versionId === versionId) return current;
  return shelved(tables, path(bucket, key)).find(([, version]) => version.versionId === versionId)?.[1];
};

/** Every version of a key, newest first. */
export const versionsOf = (tables: Tables, bucket: string, key: string): readonly Version[] => {
  const current = currentObject(tables, bucket, key);
  const rest = shelved(tables, path(bucket, key)).map(([, version]) => version);
  return current ? [current, ...rest] : rest;
};

/** Replaces what is stored under the version id of `record` without changing its place: for tags and ACLs. */
export const rewriteVersion = (tables: Tables, bucket: string, key: string, record: ObjectRecord): void => {
  const at = path(bucket, key);
  if (tables.objects.get(at)?.versionId === record.versionId) {
    tables.objects.put(at, record);
    return;
  }
  const row = shelved(tables, at).find(([, version]) => version.versionId === record.versionId);
  if (row) tables.versions.put(row[0], record);
};

/** Takes the `null` version away wherever it is, for a write that takes its place. */
const dropNullVersion = (tables: Tables, at: string, {release}: Release): void => {
  for (const [row, version] of shelved(tables, at)) {
    if (version.versionId !== 'null') continue;
    tables.versions.delete(row);
    if (version.kind === 'object') release(version.segments);
  }
};

/** Makes room on top of a key by the bucket's versioning state; answers the id for what comes there. */
const makeRoom = (tables: Tables, bucket: BucketRecord, at: string, release: Release): string => {
  const current = tables.objects.get(at);
  if (bucket.versioning === undefined) {
    if (current) release.release(current.segments);
    return 'null';
  }
  if (bucket.versioning === 'Enabled') {
    if (current) shelve(tables, at, current);
    return newVersionId();
  }
  if (current?.versionId === 'null') release.release(current.segments);
  else {
    if (current) shelve(tables, at, current);
    dropNullVersion(tables, at, release);
  }
  return 'null';
};

/** Makes `record` the current version; answers its version id. */
export const putVersion = (
  tables: Tables,
  bucket: BucketRecord,
  key: string,
  record: Omit<ObjectRecord, 'versionId' | 'kind'>,
  release: Release,
): string => {
  const at = path(bucket.name, key);
  const versionId = makeRoom(tables, bucket, at, release);
  tables.objects.put(at, {...record, kind: 'object', versionId});
  return versionId;
};

export interface Deletion {
  readonly deleteMarker: boolean;
  readonly versionId: string | undefined;
}

/** DeleteObject without a version id: removes the object, or puts a delete marker on top of a versioned key. */
export const deleteCurrent = (
  tables: Tables,
  bucket: BucketRecord,
  key: string,
  modified: number,
  release: Release,
): Deletion => {
  const at = path(bucket.name, key);
  if (bucket.versioning === undefined) {
    const current = tables.objects.get(at);
    if (current) {
      release.release(current.segments);
      tables.objects.delete(at);
    }
    return {deleteMarker: false, versionId: undefined};
  }
  const versionId = makeRoom(tables, bucket, at, release);
  tables.objects.delete(at);
  shelve(tables, at, {kind: 'marker', versionId, modified});
  return {deleteMarker: true, versionId};
};

/** DeleteObject with a version id: removes that version for good; the next one becomes current. Idempotent. */
export const deleteVersion = (
  tables: Tables,
  bucket: string,
  key: string,
  versionId: string,
  {release}: Release,
): Deletion => {
  const at = path(bucket, key);
  const current = tables.objects.get(at);
  let removed: Version | undefined;
  if (current?.versionId === versionId) {
    tables.objects.delete(at);
    removed = current;
  } else {
    const row = shelved(tables, at).find(([, version]) => version.versionId === versionId);
    if (row) tables.versions.delete(row[0]);
    removed = row?.[1];
  }
  if (removed?.kind === 'object') release(removed.segments);
  if (!tables.objects.get(at)) {
    const [top] = shelved(tables, at, 1);
    if (top?.[1].kind === 'object') {
      tables.versions.delete(top[0]);
      tables.objects.put(at, top[1]);
    }
  }
  return {deleteMarker: removed?.kind === 'marker', versionId};
};
