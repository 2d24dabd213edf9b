import type {Chunk} from './chunk.js';

/** More than any line that can be signed; of a longer one only the beginning is kept. */
export const longestLine = 64 * 1024;

const newline = 0x0a;
const lineEnd = Buffer.from([newline]);
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export interface ChunkSizes {
  /** A chunk ends with the line that reaches one of these. */
  readonly lines: number;
  readonly bytes: number;
}

/** Cuts a stream into chunks of whole lines. Holds one chunk at a time, however long a line is. */
export async function* chunksOf(
  input: AsyncIterable<Uint8Array | string>,
  sizes: ChunkSizes,
): AsyncGenerator<Chunk, void, undefined> {
  let parts: Buffer[] = [];
  let [bytes, lines, firstLine] = [0, 0, 1];
  /** Length of the line that has no end yet. */
  let open = 0;

  const keep = (part: Buffer): void => {
    parts.push(part);
    bytes += part.length;
  };
  const cut = (): Chunk => {
    const chunk = {firstLine, lines: new Uint8Array(Buffer.concat(parts))};
    firstLine += lines;
    parts = [];
    [bytes, lines] = [0, 0];
    return chunk;
  };

  let begun = false;
  for await (const piece of input) {
    let buffer =
      typeof piece === 'string'
        ? Buffer.from(piece)
        : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    if (!begun && buffer.length > 0) {
      begun = true;
      if (buffer.subarray(0, 3).equals(byteOrderMark)) buffer = buffer.subarray(3);
    }
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
      lines++;
      if (lines >= sizes.lines || bytes >= sizes.bytes) yield cut();
    }
    const rest = buffer.subarray(from);
    const room = longestLine - open;
    if (rest.length > 0 && room > 0) keep(rest.subarray(0, room));
    open += rest.length;
  }
  if (bytes > 0) yield cut();
}
