import {S3AnswerError} from './retry.js';
import type {Exchange} from './exchange.js';
import {emptyHash} from './sigv4.js';
import type {ListedObject, Listing} from './types.js';
import {decodeEntities, elementText} from './xml.js';

export interface ListingPage {
  readonly objects: readonly ListedObject[];
  /** Where the next page goes on; undefined: this was the last. */
  readonly next: string | undefined;
}

/** S3 encodes like a form: `+` is a space, a real plus is `%2B`. */
const decodeUrl = (text: string): string =>
  /[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text;

const open = '<Contents>';
const close = Buffer.from('</Contents>');

/** Takes one ListObjectsV2 answer as it comes, so that neither its bytes nor its text are ever in memory as a whole. */
export interface PageReader {
  /** `isFirst`: what came before counts no more. */
  readonly push: (piece: Uint8Array, isFirst: boolean) => void;
  /** Throws S3AnswerError `NotAws` when it was something else. */
  readonly end: () => ListingPage;
}

export function createPageReader(): PageReader {
  let objects: Writable<ListedObject>[] = [];
  /** What stands around the objects. */
  let around = '';
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(piece, isFirst) {
      if (isFirst) [objects, around, rest] = [[], '', Buffer.alloc(0)];
      const next = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      const bytes = rest.length === 0 ? next : Buffer.concat([rest, next]);
      const last = bytes.lastIndexOf(close);
      const end = last < 0 ? 0 : last + close.length;
      if (end > 0) around += takeObjects(objects, bytes, end);
      rest = Buffer.from(bytes.subarray(end));
    },
    end() {
      around += rest.toString('utf8');
      if (!around.includes('<ListBucketResult'))
        throw new S3AnswerError('NotAws', 'not a ListBucketResult', 200, undefined);
      if (elementText(around, 'EncodingType') === 'url') {
        for (const object of objects) object.key = decodeUrl(object.key);
      }
      const next = elementText(around, 'NextContinuationToken') ?? '';
      const isTruncated = elementText(around, 'IsTruncated') === 'true';
      return {objects, next: isTruncated && next !== '' ? next : undefined};
    },
  };
}

type Writable<T> = {-readonly [Name in keyof T]: T[Name]};

/** Those before `end`. Answers what stands before the first. */
function takeObjects(objects: ListedObject[], bytes: Buffer, end: number): string {
  // A character a byte: places in the text are places in the bytes. What is kept is taken from those, because a part of a
  // text would keep all of it in memory.
  const xml = bytes.toString('latin1', 0, end);
  const first = xml.indexOf(open);
  for (let start = first; start >= 0;) {
    const stop = xml.indexOf('</Contents>', start);
    if (stop < 0) break;
    objects.push({
      key: textIn(bytes, xml, '<Key>', start, stop),
      size: Number(textIn(bytes, xml, '<Size>', start, stop)),
      etag: textIn(bytes, xml, '<ETag>', start, stop),
    });
    start = xml.indexOf(open, stop);
  }
  return bytes.toString('utf8', 0, Math.max(0, first));
}

/** Of the element that `tag` begins between `start` and `end`; empty without one. */
function textIn(bytes: Buffer, xml: string, tag: string, start: number, end: number): string {
  const at = xml.indexOf(tag, start);
  if (at < 0 || at > end) return '';
  const from = at + tag.length;
  return decodeEntities(bytes.toString('utf8', from, xml.indexOf('<', from)));
}

/** Moves surrogates above the rest of the BMP, where UTF-8 has them. */
const utf8Rank = (unit: number): number =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;

/** Order of the keys' UTF-8 bytes: S3's order of listing. `<` on strings orders UTF-16 units, which differs beyond U+D7FF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** Keys in `(after, through]`; an undefined end is open. */
export interface KeyRange {
  readonly after: string | undefined;
  readonly through: string | undefined;
}

/** Adjoining ranges that together hold every key, whatever the split points are. */
export function keyRanges(prefix: string, splitAt: readonly string[]): readonly KeyRange[] {
  const inside = splitAt.filter(key => key.startsWith(prefix)).sort(compareKeys);
  const points = inside.filter((key, index) => key !== inside[index - 1]);
  return [undefined, ...points].map((after, index) => ({after, through: points[index]}));
}

async function listPage(
  exchange: Exchange,
  prefix: string,
  start: {readonly token?: string | undefined; readonly after?: string | undefined},
): Promise<ListingPage> {
  const {token, after} = start;
  const page = createPageReader();
  await exchange({
    method: 'GET',
    query: {
      'list-type': '2',
      'encoding-type': 'url',
      ...(prefix === '' ? {} : {prefix}),
      ...(token !== undefined
        ? {'continuation-token': token}
        : after === undefined
          ? {}
          : {'start-after': after}),
    },
    payloadHash: emptyHash,
    onPiece: page.push,
  });
  return page.end();
}

/** Goes on at `token` where there is one. */
async function listRange(
  exchange: Exchange,
  prefix: string,
  {after, through}: KeyRange,
  atLeast: number,
  token?: string,
): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for (;;) {
    const page = await listPage(exchange, prefix, {token, after});
    for (const object of page.objects) {
      if (through === undefined || compareKeys(object.key, through) <= 0) found.push(object);
    }
    const last = page.objects.at(-1);
    const isPastEnd = through !== undefined && last !== undefined && compareKeys(last.key, through) >= 0;
    if (page.next === undefined || isPastEnd || found.length >= atLeast) return found;
    token = page.next;
  }
}

/**
 * All objects under `prefix`. The first page is read at once; where there is more, `splitAt` is asked, and each range between
 * two of its keys is read on its own connection.
 */
export async function listAll(
  exchange: Exchange,
  prefix: string,
  splitAt: () => Promise<readonly string[]>,
  atLeast = Number.POSITIVE_INFINITY,
): Promise<Listing> {
  const first = await listPage(exchange, prefix, {});
  const last = first.objects.at(-1);
  if (first.next === undefined || first.objects.length >= atLeast) return first.objects;
  const points = await splitAt();
  const ahead = points.filter(point => last === undefined || compareKeys(point, last.key) > 0);
  const parts = await Promise.all(
    keyRanges(prefix, ahead).map((range, index) =>
      listRange(
        exchange,
        prefix,
        range,
        atLeast - first.objects.length,
        index === 0 ? first.next : undefined,
      ),
    ),
  );
  return [first.objects, ...parts].flat();
}
