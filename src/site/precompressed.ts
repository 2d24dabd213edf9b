/**
 * Copies that a build compressed ahead: `app.js.br` beside `app.js`. S3 does not negotiate, so nobody gets them under the
 * plain name by themselves; under their own name they are served as what they are, and a function at the edge may send the
 * browsers that accept them there.
 */
import {closeSync, openSync, readSync} from 'node:fs';
import {brotliDecompressSync, constants} from 'node:zlib';
import {Failure} from '../failure.js';
import {failureOf} from './reading.js';
import type {FoundFile} from './scan.js';
import type {SiteFile} from './types.js';

type Coding = 'br' | 'gzip' | 'zstd';

const codings: ReadonlyMap<string, Coding> = new Map([
  ['br', 'br'],
  ['gz', 'gzip'],
  ['zst', 'zstd'],
]);

/**
 * What pages load and browsers show. A `.gz` of anything else is a download (`data.csv.gz`, `backup.sql.gz`): a browser
 * that is told of its coding would save the unpacked bytes under the packed name.
 */
const loadedByPages =
  /\.(?:html?|xhtml|css|[cm]?js|json|jsonld|geojson|map|wasm|svg|xml|rss|atom|txt|md|webmanifest|ico|ttf|otf|eot)$/i;
/** Crawlers fetch `sitemap.xml.gz` as a gzip file. */
const sitemap = /(?:^|\/)sitemap[^/]*\.xml$/i;

export interface Copy {
  /** Key of what was compressed. */
  readonly original: string;
  readonly coding: Coding;
}

/** What a key is a compressed copy of, by its name alone. */
export function copyOf(key: string): Copy | undefined {
  const dot = key.lastIndexOf('.');
  const coding = codings.get(key.slice(dot + 1));
  if (coding === undefined) return undefined;
  const original = key.slice(0, Math.max(0, dot));
  if (!loadedByPages.test(original)) return undefined;
  return coding === 'gzip' && sitemap.test(original) ? undefined : {original, coding};
}

/**
 * The keys that are compressed copies: by their names, by a file that is deployed beside them, and by their first bytes, so
 * that `index.html.br` may as well be Brazilian. Failures: those of reading a file.
 */
export function precompressedCopies(files: readonly FoundFile[]): ReadonlySet<string> {
  const candidates = files.flatMap(file => {
    const copy = copyOf(file.key);
    return copy === undefined ? [] : [{file, copy}];
  });
  if (candidates.length === 0) return new Set();
  const keys = new Set(files.map(({key}) => key));
  return new Set(
    candidates
      .filter(({file, copy}) => keys.has(copy.original) && isEncoded(file, copy.coding))
      .map(({file}) => file.key),
  );
}

/**
 * Refuses files to which a rule gives a Content-Encoding that they do not have: no browser could read them. `copies` are
 * looked at already. Failure NOT_ENCODED (refused); those of reading a file.
 */
export function requireEncodings(files: readonly SiteFile[], copies: ReadonlySet<string>): void {
  for (const file of files) {
    const header = file.headers.others?.['content-encoding'];
    if (header === undefined || (copies.has(file.key) && copyOf(file.key)?.coding === header)) continue;
    // The coding that was applied last is the outermost.
    const coding = /[a-z]+$/.exec(header)?.[0] ?? '';
    if (coding === 'deflate' || isEncoded(file, coding as Coding)) continue;
    throw new Failure(
      'refused',
      'NOT_ENCODED',
      `${file.key} is not compressed with ${coding}, but its rule says Content-Encoding: ${header} (${file.rule}): no browser could read it.`,
      {
        hint: 'Compress the file in the build, or leave contentEncoding out: CloudFront compresses by itself.',
      },
    );
  }
}

/** As far as its beginning tells: enough to see that a file is not. */
const headBytes = 1024;

function isEncoded({key, path}: {readonly key: string; readonly path: string}, coding: Coding): boolean {
  const head = headOf(key, path);
  switch (coding) {
    case 'gzip':
      return head.length >= 18 && head.readUIntBE(0, 3) === 0x1f8b08;
    case 'zstd':
      // A frame, or one to skip in front of it (RFC 8878, section 3.1).
      return (
        head.length >= 9 && (head.readUInt32LE(0) === 0xfd2fb528 || head.readUInt32LE(0) >>> 4 === 0x184d2a5)
      );
    case 'br':
      return head.length > 0 && isBrotli(head);
  }
}

function headOf(key: string, path: string): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  try {
    const file = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(file, head, 0, headBytes, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw failureOf(error, key);
  }
}

/** Brotli has no signature: its beginning has to unpack, and an eighth of all texts would; so it must be no text either. */
function isBrotli(head: Buffer): boolean {
  if (isText(head)) return false;
  const isWhole = head.length < headBytes;
  try {
    brotliDecompressSync(head, {
      maxOutputLength: 64 * headBytes,
      ...(!isWhole && {finishFlush: constants.BROTLI_OPERATION_FLUSH}),
    });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
  }
}

/** UTF-8 without control characters other than tabs and line ends. The last character may be cut off. */
function isText(head: Buffer): boolean {
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(head, {stream: true});
    return !/[^\P{Cc}\t\n\r]/u.test(text);
  } catch {
    return false;
  }
}
