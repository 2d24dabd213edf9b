import {createHash} from 'node:crypto';

export interface StoredObject {
  /** undefined: larger than what is kept; its size and ETag are still true. */
  readonly body: Buffer | undefined;
  readonly size: number;
  /** With the double quotes. */
  readonly etag: string;
  readonly modified: Date;
  /** Content-Type, Cache-Control, x-amz-meta-*, ... as they were put. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Bucket {
  readonly objects: Map<string, StoredObject>;
  /** Keys in order; undefined after a change until the next listing. */
  sorted: readonly string[] | undefined;
}

export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Pick<StoredObject, 'body' | 'size'> & {readonly md5: Buffer}>;
}

/** Everything the server holds; in memory, gone with the process. */
export interface World {
  readonly buckets: Map<string, Bucket>;
  readonly uploads: Map<string, Upload>;
}

export const emptyWorld = (): World => ({buckets: new Map(), uploads: new Map()});

export function put(bucket: Bucket, key: string, object: StoredObject): void {
  if (!bucket.objects.has(key)) bucket.sorted = undefined;
  bucket.objects.set(key, object);
}

export function remove(bucket: Bucket, key: string): void {
  if (bucket.objects.delete(key)) bucket.sorted = undefined;
}

/** Joins the parts in the order of their numbers; the ETag is the MD5 of the parts' MD5s, as S3 makes it. */
export function complete({headers, parts}: Upload): StoredObject {
  const ordered = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  const bodies = ordered.map(({body}) => body).filter(body => body !== undefined);
  const md5 = createHash('md5').update(Buffer.concat(ordered.map(part => part.md5)));
  return {
    body: bodies.length === ordered.length ? Buffer.concat(bodies) : undefined,
    size: ordered.reduce((sum, {size}) => sum + size, 0),
    etag: `"${md5.digest('hex')}-${ordered.length}"`,
    modified: new Date(),
    headers,
  };
}

export interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** The last key or prefix told, where there are more. */
  readonly next: string | undefined;
}

/** Keys after `after` that begin with `prefix`, those with `delimiter` behind it rolled up; at most `limit` entries. */
export function list(
  bucket: Bucket,
  {prefix, delimiter, after, limit}: {prefix: string; delimiter: string; after: string; limit: number},
): Page {
  bucket.sorted ??= [...bucket.objects.keys()].sort();
  const {sorted} = bucket;
  const keys: string[] = [];
  const prefixes: string[] = [];
  for (let i = lowerBound(sorted, after > prefix ? after : prefix); i < sorted.length; i++) {
    const key = sorted[i] ?? '';
    if (!key.startsWith(prefix)) break;
    if (key <= after) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const rolled = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (rolled !== undefined && (rolled === prefixes.at(-1) || (after !== '' && after.startsWith(rolled))))
      continue;
    if (keys.length + prefixes.length === limit) {
      const [lastKey = '', lastPrefix = ''] = [keys.at(-1), prefixes.at(-1)];
      return {keys, prefixes, next: lastKey > lastPrefix ? lastKey : lastPrefix};
    }
    if (rolled === undefined) keys.push(key);
    else prefixes.push(rolled);
  }
  return {keys, prefixes, next: undefined};
}

function lowerBound(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
