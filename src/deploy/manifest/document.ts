import {Failure} from '../../failure.js';
import type {FileHeaders} from '../../site/index.js';
import type {Manifest, ManifestEntry, PendingInvalidation, Release} from './manifest.js';

const version = 2;

/**
 * The document in the bucket. 20,000 files are one JSON of about 3 MB that parses in some 20 ms: each file is a row, and
 * the few distinct sets of headers stand once in a table that the rows point into. Version 1 (frontctl 0.1.0 before
 * releases were kept) has one release at the top, only pairs of headers, and cache tags in a table of their own.
 */
interface ManifestDocument {
  readonly version: 2;
  readonly site?: string;
  readonly distributions: readonly string[];
  readonly releases: readonly Release[];
  readonly hidden?: boolean;
  readonly pendingInvalidations?: readonly PendingInvalidation[];
  readonly headers: readonly FileHeaders[];
  /** Key -> [SHA-256, bytes, index into `headers`, ETag, index into `releases` of the last that had it where it has left]. */
  readonly files: Readonly<Record<string, readonly [string, number, number, string, number?]>>;
}

interface FirstDocument extends Pick<ManifestDocument, 'hidden' | 'pendingInvalidations' | 'files'> {
  readonly version: 1;
  readonly release: string;
  readonly commit?: string;
  readonly createdAt: string;
  readonly headers: readonly Pick<FileHeaders, 'contentType' | 'cacheControl'>[];
  readonly cacheTags?: readonly string[];
}

/** Values in the order in which they are first met. */
class Table<T> {
  readonly values: T[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #known = new Map<T, number>();

  constructor(readonly identity: (value: T) => string) {}

  indexOf(value: T): number {
    const same = this.#known.get(value);
    if (same !== undefined) return same;
    const identity = this.identity(value);
    const index = this.#indexes.get(identity) ?? this.values.push(value) - 1;
    this.#indexes.set(identity, index);
    // Objects that many rows share are found without spelling them out; one a row must not be kept alive here.
    if (this.#known.size < 1000) this.#known.set(value, index);
    return index;
  }
}

const orderedHeaders = ({contentType, cacheControl, cacheTags, others}: FileHeaders): FileHeaders => ({
  contentType,
  cacheControl,
  ...(cacheTags !== undefined && {cacheTags}),
  ...(others !== undefined && {others}),
});

/** Rows are encoded some thousands at a time: 200,000 of them at once would take three times the memory. */
const rowsAtATime = 4096;

/**
 * As it goes into the bucket, UTF-8. `room`: bytes that nobody needs any more, written over where the manifest fits. A large
 * site's takes tens of megabytes, and a deploy writes it several times.
 */
export function serializeManifest(manifest: Manifest, room: Buffer = Buffer.alloc(0)): Buffer {
  const {site, distributions, releases, hidden, pendingInvalidations, files} = manifest;
  const headers = new Table<FileHeaders>(value => JSON.stringify(orderedHeaders(value)));
  for (const entry of files.values()) headers.indexOf(entry.headers);
  const positions = new Map(releases.map(({id}, index) => [id, index]));
  const head = JSON.stringify({
    version,
    site,
    distributions,
    releases,
    ...(hidden && {hidden}),
    ...(pendingInvalidations.length > 0 && {pendingInvalidations}),
    headers: headers.values.map(orderedHeaders),
  });
  const out = createWriter(room);
  out.write(`${head.slice(0, -1)}${filesMark}`, 0);
  // A Map of rows: keys such as `__proto__` or `404` must come out as they are and in order.
  let rows: string[] = [];
  let left = files.size;
  for (const [key, entry] of files) {
    if (rows.length === rowsAtATime) {
      left -= rows.length;
      out.write(`${rows.join(',\n')},\n`, left / rows.length);
      rows = [];
    }
    const index = headers.indexOf(entry.headers);
    const [sha256, etag] = [JSON.stringify(entry.sha256), JSON.stringify(entry.etag)];
    const position = entry.left === undefined ? undefined : positions.get(entry.left);
    const last = position === undefined ? '' : `,${position}`;
    rows.push(`${JSON.stringify(key)}:[${sha256},${entry.size},${index},${etag}${last}]`);
  }
  out.write(`${rows.join(',\n')}${endMark}`, 0);
  return out.written();
}

/** Bytes one after the other, in `room` while they fit there. */
function createWriter(room: Buffer) {
  let bytes = room;
  let length = 0;
  return {
    /** `more`: about how many texts as long as this one are to come. */
    write(text: string, more: number): void {
      const size = Buffer.byteLength(text);
      if (length + size > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(length + Math.ceil(size * (1 + more * 1.05)));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      length += bytes.write(text, length);
    },
    written: (): Buffer => bytes.subarray(0, length),
  };
}

const filesMark = ',\n"files":{\n';
const endMark = '}}\n';
/** Bytes that are parsed at a time. */
const pieceBytes = 256 * 1024;

/** Takes a manifest as it comes, so that the whole of it is never bytes, text and parsed JSON at once. */
export interface DocumentReader {
  /** `isFirst`: what came before counts no more. */
  readonly push: (piece: Uint8Array, isFirst: boolean) => void;
  /**
   * Undefined where it is not laid out as `serializeManifest` does that, a row a line, or anything is wrong: `parseManifest`
   * reads the one, and says what is wrong with the other.
   */
  readonly end: () => Manifest | undefined;
}

export function createDocumentReader(): DocumentReader {
  let head: ManifestDocument | undefined;
  let files = new Map<string, ManifestEntry>();
  let isOdd = false;
  let pending: Buffer[] = [];
  let size = 0;
  /** Bytes that are waited for. */
  let wanted = pieceBytes;

  const takeRows = (document: ManifestDocument, bytes: Buffer, from: number, to: number): void => {
    const rows = JSON.parse(`{${bytes.toString('utf8', from, to)}}`) as ManifestDocument['files'];
    addRows(files, {...document, files: rows}, '');
  };
  /** Answers what is left over. */
  const take = (bytes: Buffer): Buffer => {
    let at = 0;
    if (head === undefined) {
      const mark = bytes.indexOf(filesMark);
      if (mark < 0) return bytes;
      head = headIn(bytes.toString('utf8', 0, mark));
      at = mark + filesMark.length;
    }
    const end = bytes.lastIndexOf(',\n');
    if (end < at) return bytes.subarray(at);
    takeRows(head, bytes, at, end);
    return bytes.subarray(end + 2);
  };
  const unlessOdd = (work: () => void): void => {
    try {
      if (!isOdd) work();
    } catch {
      isOdd = true;
    }
  };
  return {
    push(piece, isFirst) {
      if (isFirst) {
        head = undefined;
        files = new Map();
        isOdd = false;
        pending = [];
        size = 0;
        wanted = pieceBytes;
      }
      if (isOdd) return;
      pending.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      size += piece.length;
      if (size < wanted) return;
      const bytes = Buffer.concat(pending);
      pending = [];
      unlessOdd(() => {
        const rest = Buffer.from(take(bytes));
        pending = [rest];
        size = rest.length;
        // Twice what is left: a head that is long, or never ends, is not copied again with every piece.
        wanted = pieceBytes + 2 * size;
      });
    },
    end() {
      let manifest: Manifest | undefined;
      unlessOdd(() => {
        const bytes = take(Buffer.concat(pending));
        const end = bytes.length - endMark.length;
        if (head === undefined || end < 0 || bytes.toString('latin1', end) !== endMark) return;
        takeRows(head, bytes, 0, end);
        manifest = manifestOf(head, files);
      });
      pending = [];
      return manifest;
    },
  };
}

/** What comes before the rows. Throws where it is not that of this version. */
function headIn(text: string): ManifestDocument {
  const head = JSON.parse(`${text},"files":{}}`) as Partial<ManifestDocument>;
  if (!isManifestDocument(head)) throw new Error('another version');
  return head;
}

/**
 * Failures: MANIFEST_NEWER (written by a later frontctl: going on would lose what it says), MANIFEST_UNREADABLE.
 * `where` names the object for the message.
 */
export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(where, 'it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || !('version' in value)) {
    throw unreadable(where, 'it has no version');
  }
  if (typeof value.version === 'number' && value.version > version) {
    throw new Failure(
      'conflict',
      'MANIFEST_NEWER',
      `${where} was written by a newer frontctl (manifest version ${value.version}; this one knows ${version}).`,
      {hint: 'Update frontctl: `npm install frontctl@latest`.'},
    );
  }
  const document =
    value.version === 1
      ? upgraded(value as Partial<FirstDocument>, where)
      : (value as Partial<ManifestDocument>);
  if (!isManifestDocument(document))
    throw unreadable(where, `its members are not those of version ${version}`);
  const files = new Map<string, ManifestEntry>();
  addRows(files, document, where);
  return manifestOf(document, files);
}

function addRows(files: Map<string, ManifestEntry>, document: ManifestDocument, where: string): void {
  for (const key of Object.keys(document.files)) {
    const row: readonly unknown[] | undefined = document.files[key];
    const [sha256, size, index, etag, position] = Array.isArray(row) ? (row as readonly unknown[]) : [];
    const headers = typeof index === 'number' ? document.headers[index] : undefined;
    if (typeof sha256 !== 'string' || typeof size !== 'number' || typeof etag !== 'string' || !headers) {
      throw unreadable(where, `its row for "${key}" is damaged`);
    }
    const left = typeof position === 'number' ? document.releases[position]?.id : undefined;
    files.set(key, {sha256, size, headers, etag, ...(left !== undefined && {left})});
  }
}

const manifestOf = (document: ManifestDocument, files: Manifest['files']): Manifest => ({
  ...(document.site !== undefined && {site: document.site}),
  distributions: document.distributions,
  releases: document.releases,
  files,
  pendingInvalidations: document.pendingInvalidations ?? [],
  hidden: document.hidden === true,
});

function isManifestDocument(value: Partial<ManifestDocument>): value is ManifestDocument {
  return (
    value.version === version &&
    (value.site === undefined || typeof value.site === 'string') &&
    isListOf(value.distributions, id => typeof id === 'string') &&
    isListOf(value.releases, isRelease) &&
    isListOf(value.headers, isHeaders) &&
    typeof (value.files ?? undefined) === 'object' &&
    (value.pendingInvalidations === undefined || isListOf(value.pendingInvalidations, isPending))
  );
}

const isListOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(test);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isRelease = (value: unknown): boolean =>
  isObject(value) && typeof value['id'] === 'string' && typeof value['createdAt'] === 'string';

const isHeaders = (value: unknown): boolean =>
  isObject(value) && typeof value['contentType'] === 'string' && typeof value['cacheControl'] === 'string';

const isPending = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['reference'] === 'string' &&
  typeof value['distributionId'] === 'string' &&
  isListOf(value['paths'], path => typeof path === 'string');

/** Version 1 as version 2. What only `isManifestDocument` and the reading of the rows can tell is left to them. */
function upgraded(document: Partial<FirstDocument>, where: string): Partial<ManifestDocument> {
  const {release, commit, createdAt, hidden, pendingInvalidations} = document;
  const [headers, cacheTags]: readonly unknown[] = [document.headers, document.cacheTags ?? []];
  const files: unknown = document.files;
  const isFirst = typeof release === 'string' && typeof createdAt === 'string' && isObject(files);
  if (!isFirst || !Array.isArray(headers) || !Array.isArray(cacheTags)) {
    throw unreadable(where, 'its members are not those of version 1');
  }
  const table = [...(headers as FileHeaders[])];
  const rows: Record<string, readonly unknown[]> = Object.create(null) as Record<string, readonly unknown[]>;
  let bytes = 0;
  for (const [key, row] of Object.entries(files)) {
    if (!Array.isArray(row)) throw unreadable(where, `its row for "${key}" is damaged`);
    const [sha256, size, index, etag, tag] = row as readonly unknown[];
    const pair = table[Number(index)];
    const tags = (cacheTags as readonly string[])[Number(tag ?? -1)];
    const position =
      pair === undefined || tags === undefined ? index : table.push({...pair, cacheTags: tags}) - 1;
    rows[key] = [sha256, size, position, etag];
    bytes += Number(size);
  }
  const only: Release = {
    id: release,
    isNamed: false,
    ...(commit !== undefined && {commit}),
    createdAt,
    files: Object.keys(rows).length,
    bytes,
  };
  return {
    version,
    distributions: [],
    releases: [only],
    ...(hidden !== undefined && {hidden}),
    ...(pendingInvalidations !== undefined && {pendingInvalidations}),
    headers: table,
    files: rows as unknown as ManifestDocument['files'],
  };
}

function unreadable(where: string, why: string, cause?: unknown): Failure {
  return new Failure('conflict', 'MANIFEST_UNREADABLE', `${where} cannot be read: ${why}.`, {
    hint: 'Delete that object to start afresh: the next deploy compares the files with the bucket itself and uploads only what differs.',
    cause,
  });
}
