/** The manifest read for its keys alone: an inventory of a million files must not cost a gigabyte. */
import {parseManifest} from './document.js';

export interface ManifestRow {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly cacheControl: string;
}

const [quote, backslash, newline, comma, colon, open, close, brace] = Buffer.from('"\\\n,:[]}');
const filesLine = Buffer.from('"files":{\n');
const escapable = Buffer.from('"\\/bfnrtu');
const [letterU] = Buffer.from('u');
const [zero, nine] = Buffer.from('09');

/** Takes the bytes of a manifest as they come, and keeps only what it is read for. */
export interface RowReader {
  /** `isFirst`: what came before counts no more. */
  readonly push: (piece: Uint8Array, isFirst: boolean) => void;
  /**
   * Key, size and Cache-Control of every file, in the order of the rows. Undefined where the manifest is not laid out as
   * `serializeManifest` writes it, or a row is damaged: `parseManifest` tells then what is wrong. Failures of the head are
   * those of `parseManifest`.
   */
  readonly end: () => readonly ManifestRow[] | undefined;
}

/** What the next line must be; `odd`: nothing more is read. */
type Part = 'head' | 'files' | 'rows' | 'over' | 'odd';

/** `where` names the object for messages. */
export function createRowReader(where: string): RowReader {
  let part: Part = 'head';
  let head = '';
  let cacheControls: readonly string[] | undefined;
  let rows: ManifestRow[] = [];
  /** The beginning of a line. */
  let rest: Buffer[] = [];

  const take = (lines: Buffer): void => {
    let at = 0;
    if (part === 'head') {
      at = lines.indexOf(newline ?? 0) + 1;
      part = at > 1 && lines[at - 2] === comma ? 'files' : 'odd';
      if (part === 'files') head = lines.toString('utf8', 0, at - 2);
    }
    if (part === 'files' && at < lines.length) {
      const isFiles = lines.subarray(at, at + filesLine.length).equals(filesLine);
      at += filesLine.length;
      part = isFiles ? 'rows' : 'odd';
      if (isFiles) cacheControls = cacheControlsIn(head);
    }
    if (at >= lines.length) return;
    part = part === 'rows' && cacheControls ? takeRows(lines, at, cacheControls, rows) : 'odd';
  };

  return {
    push(piece, isFirst) {
      if (isFirst) [part, rows, rest] = ['head', [], []];
      if (part === 'odd') return;
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      const end = bytes.lastIndexOf(newline ?? 0) + 1;
      const whole = bytes.subarray(0, end);
      const pieces = [...rest, whole];
      rest = end === 0 ? [...rest, bytes] : [bytes.subarray(end)];
      if (end > 0) take(pieces.length === 1 ? whole : Buffer.concat(pieces));
    },
    end() {
      const last = Buffer.concat(rest);
      rest = [];
      if (last.length > 0) take(last);
      if (part !== 'over') return undefined;
      // What is wrong with the head is told in the words of the whole.
      parseManifest(`${head},"files":{}}`, where);
      return rows;
    },
  };
}

/** Of a manifest that is in memory. */
export function readRows(bytes: Uint8Array, where: string): readonly ManifestRow[] | undefined {
  const reader = createRowReader(where);
  reader.push(bytes, true);
  return reader.end();
}

/** By their index in the table of headers; undefined where a table is not what it should be. */
function cacheControlsIn(head: string): readonly string[] | undefined {
  try {
    const {headers} = JSON.parse(`${head}}`) as {readonly headers?: unknown};
    if (!Array.isArray(headers)) return undefined;
    const values = headers.map((pair: unknown) =>
      typeof pair === 'object' && pair !== null && 'cacheControl' in pair ? pair.cacheControl : undefined,
    );
    return values.every(value => typeof value === 'string') ? values : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `"KEY":["SHA-256",SIZE,HEADERS,"ETAG"]` or `...,"ETAG",TAGS]`, a row a line, `,` between them and `}}` at the end. Adds to
 * `rows`; answers what comes after the last of these lines.
 */
function takeRows(body: Buffer, start: number, cacheControls: readonly string[], rows: ManifestRow[]): Part {
  let at = start;
  let isDamaged = false;
  const isWrong = (): boolean => isDamaged;

  const take = (byte: number | undefined): void => {
    if (body[at] === byte) at += 1;
    else isDamaged = true;
  };
  /** Past the string that begins here; true if it has escapes. */
  const skipText = (): boolean => {
    take(quote);
    let escapes = false;
    // Past the end there is 0, a control character like the others that JSON allows in no text.
    for (let byte = body[at] ?? 0; byte !== quote && byte >= 0x20; byte = body[at] ?? 0) {
      at += 1;
      if (byte !== backslash) continue;
      escapes = true;
      const escape = body[at] ?? 0;
      const length = escape === letterU ? 5 : 1;
      if (!escapable.includes(escape) || !areHex(body, at + 1, at + length)) isDamaged = true;
      at += length;
    }
    take(quote);
    return escapes;
  };
  const takeNumber = (): number => {
    const from = at;
    let value = 0;
    for (let byte = body[at] ?? 0; byte >= (zero ?? 0) && byte <= (nine ?? 0); byte = body[at] ?? 0) {
      value = value * 10 + (byte - (zero ?? 0));
      at += 1;
    }
    // JSON knows no 007; beyond the safe numbers digits do not add up.
    if (at === from || (body[from] === zero && at > from + 1) || value > Number.MAX_SAFE_INTEGER)
      isDamaged = true;
    return value;
  };
  const takeRow = (): ManifestRow | undefined => {
    const from = at;
    const escapes = skipText();
    // A copy of its own: a piece of a longer string would keep all of that.
    const key = escapes
      ? unescaped(body.toString('utf8', from, at))
      : body.toString('utf8', from + 1, at - 1);
    take(colon);
    take(open);
    skipText();
    take(comma);
    const size = takeNumber();
    take(comma);
    const cacheControl = cacheControls[takeNumber()];
    take(comma);
    skipText();
    if (body[at] === comma) {
      at += 1;
      takeNumber();
    }
    take(close);
    return isDamaged || key === undefined || cacheControl === undefined
      ? undefined
      : {key, size, cacheControl};
  };

  while (rows.length > 0 || body[at] !== brace) {
    const row = takeRow();
    if (row === undefined) return 'odd';
    rows.push(row);
    if (body[at] !== comma) break;
    at += 1;
    take(newline);
    if (at === body.length && !isWrong()) return 'rows';
  }
  take(brace);
  take(brace);
  if (body[at] === newline) at += 1;
  return isWrong() || at !== body.length ? 'odd' : 'over';
}

function areHex(body: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = body[at] ?? 0;
    const letter = byte | 0x20;
    if (!(byte >= 0x30 && byte <= 0x39) && !(letter >= 0x61 && letter <= 0x66)) return false;
  }
  return true;
}

/** Undefined where it is no JSON. */
function unescaped(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
