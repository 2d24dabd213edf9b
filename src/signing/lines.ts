import type {Chunk} from './chunk.js';

/** More than any line that can be signed; of a longer one only the beginning is kept. */
export const longestLine = 64 * 1024;

const newline = 0x0a;
const lineEnd = Buffer.from([newline]);

export interface ChunkSizes {
  /** A chunk ends with the line that reaches one of these. */
  readonly lines: number;
  readonly bytes: number;
  /** A whole line waits no longer for more to come: whoever feeds lines one by one waits for what they become. */
  readonly waitMs: number;
}

/**
 * Cuts a stream into chunks of whole lines. Holds one chunk at a time, however long a line is. Reads a piece ahead, so
 * who leaves early must end the input where it may not come to an end by itself.
 */
export async function* chunksOf(
  input: AsyncIterable<Uint8Array | string>,
  sizes: ChunkSizes,
): AsyncGenerator<Chunk, void, undefined> {
  let parts: Buffer[] = [];
  let [bytes, lines, firstLine] = [0, 0, 1];
  /** Parts that end with a line; what follows is the line that has no end yet, of this length. */
  let whole = 0;
  let open = 0;
  /** When the first line of the chunk has waited enough. */
  let dueAt = 0;

  const keep = (part: Buffer): void => {
    parts.push(part);
    bytes += part.length;
  };
  const cut = (isFull: boolean, upTo = parts.length): Chunk => {
    const chunk = {firstLine, isFull, lines: new Uint8Array(Buffer.concat(parts.slice(0, upTo)))};
    firstLine += lines;
    parts = parts.slice(upTo);
    [bytes, lines, whole] = [bytes - chunk.lines.length, 0, 0];
    return chunk;
  };

  const pieces = input[Symbol.asyncIterator]();
  try {
    for (;;) {
      const coming = pieces.next();
      if (lines > 0 && !(await settlesWithin(coming, dueAt - performance.now()))) yield cut(false, whole);
      const next = await coming;
      if (next.done === true) break;
      const piece = next.value;
      const buffer =
        typeof piece === 'string'
          ? Buffer.from(piece)
          : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      let from = 0;
      for (let end = buffer.indexOf(newline); end >= 0; end = buffer.indexOf(newline, from)) {
        const room = longestLine - open;
        if (end - from <= room) keep(buffer.subarray(from, end + 1));
        else {
          keep(buffer.subarray(from, from + Math.max(0, room)));
          keep(lineEnd);
        }
        from = end + 1;
        open = 0;
        if (lines === 0) dueAt = performance.now() + sizes.waitMs;
        lines++;
        whole = parts.length;
        if (lines >= sizes.lines || bytes >= sizes.bytes) yield cut(true);
      }
      const rest = buffer.subarray(from);
      const room = longestLine - open;
      if (rest.length > 0 && room > 0) keep(rest.subarray(0, room));
      open += rest.length;
    }
    if (bytes > 0) yield cut(false);
  } finally {
    // Not waited for: it would wait for a piece that may never come.
    pieces.return?.().catch(() => undefined);
  }
}

/** A rejection settles, too: it is thrown where the promise is waited for. */
function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, Math.max(0, ms), false);
    const settled = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
}
