/** The manifest read for its keys alone: an inventory of a million files must not cost a gigabyte. */
import {parseManifest} from './manifest.js';

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

/**
 * Key, size and Cache-Control of every file in a manifest, straight from its bytes, in the order of its rows. Undefined where
 * it is not laid out as `serializeManifest` writes it, or a row is damaged: `parseManifest` tells then what is wrong. Failures
 * of the head are those of `parseManifest`; `where` names the object for the message.
 */
export function readRows(bytes: Uint8Array, where: string): readonly ManifestRow[] | undefined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const endOfHead = body.indexOf(newline ?? 0);
  if (endOfHead < 2 || body[endOfHead - 1] !== comma) return undefined;
  const start = endOfHead + 1 + filesLine.length;
  if (!body.subarray(endOfHead + 1, start).equals(filesLine)) return undefined;
  const cacheControls = cacheControlsIn(body.toString('utf8', 0, endOfHead - 1), where);
  return cacheControls && rowsFrom(body, start, cacheControls);
}

/** By their index in the table of headers; undefined where a table is not what it should be. */
function cacheControlsIn(head: string, where: string): readonly string[] | undefined {
  // What is wrong with it is told in the words of the whole.
  parseManifest(`${head},"files":{}}`, where);
  const {headers} = JSON.parse(`${head}}`) as {readonly headers: readonly unknown[]};
  const values = headers.map(pair =>
    typeof pair === 'object' && pair !== null && 'cacheControl' in pair ? pair.cacheControl : undefined,
  );
  return values.every(value => typeof value === 'string') ? values : undefined;
}

/** `"KEY":["SHA-256",SIZE,HEADERS,"ETAG"]` or `...,"ETAG",TAGS]`, a row a line, `,` between them and `}}` at the end. */
function rowsFrom(
  body: Buffer,
  start: number,
  cacheControls: readonly string[],
): readonly ManifestRow[] | undefined {
  const rows: ManifestRow[] = [];
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

  while (body[at] !== brace) {
    const row = takeRow();
    if (row === undefined) return undefined;
    rows.push(row);
    if (body[at] !== comma) break;
    at += 1;
    take(newline);
    if (isWrong() || body[at] === brace) return undefined;
  }
  take(brace);
  take(brace);
  if (body[at] === newline) at += 1;
  return isWrong() || at !== body.length ? undefined : rows;
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
