import {S3AnswerError} from './retry.js';
import type {Exchange} from './exchange.js';
import {emptyHash} from './sigv4.js';
import type {ListedObject, Listing} from './types.js';
import {decodeEntities} from './xml.js';

export interface ListingPage {
  readonly objects: readonly ListedObject[];
  /** Where the next page goes on; undefined: this was the last. */
  readonly next: string | undefined;
}

/** S3 encodes like a form: `+` is a space, a real plus is `%2B`. */
const decodeUrl = (text: string): string =>
  /[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text;

/** One ListObjectsV2 answer. Throws S3AnswerError `NotAws` when it is something else. */
export function parseListingPage(body: Uint8Array): ListingPage {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  // A character a byte: places in the text are places in the bytes. What is kept is taken from those, because a part of a
  // text would keep all of it in memory.
  const xml = bytes.toString('latin1');
  if (!xml.includes('<ListBucketResult'))
    throw new S3AnswerError('NotAws', 'not a ListBucketResult', 200, undefined);
  const text = (open: string, start = 0, end = xml.length): string => textIn(bytes, xml, open, start, end);
  const isEncoded = text('<EncodingType>') === 'url';
  const objects: ListedObject[] = [];
  const close = '</Contents>';
  for (let start = xml.indexOf('<Contents>'); start >= 0;) {
    const end = xml.indexOf(close, start);
    if (end < 0) break;
    const key = text('<Key>', start, end);
    objects.push({
      key: isEncoded ? decodeUrl(key) : key,
      size: Number(text('<Size>', start, end)),
      etag: text('<ETag>', start, end),
    });
    start = xml.indexOf('<Contents>', end);
  }
  const next = text('<NextContinuationToken>');
  return {objects, next: text('<IsTruncated>') === 'true' && next !== '' ? next : undefined};
}

/** Of the element that `open` begins between `start` and `end`; empty without one. */
function textIn(bytes: Buffer, xml: string, open: string, start: number, end: number): string {
  const at = xml.indexOf(open, start);
  if (at < 0 || at > end) return '';
  const from = at + open.length;
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
  const response = await exchange({
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
  });
  return parseListingPage(response.body);
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
