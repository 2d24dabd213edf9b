import {asBinary, type RootDatabase} from 'lmdb';

import type {Table} from '../types.js';

/** One key space of the whole environment: `name NUL key`, compared as UTF-8 bytes. */
export type Database = RootDatabase<unknown, Buffer>;

/** The running change. */
export interface Change {
  /** Its way back: what to do, last first, to leave the transaction as the change found it. */
  readonly undo: (() => void)[];
  /** About what the disk must take for it, in bytes. */
  weight: number;
}

/** Pages that a put may copy, and the part of its value that is not bytes. */
const putWeight = 32 * 1024;

/**
 * A table inside the shared key space. `running` answers the change that runs now, and throws outside one.
 */
export function openTable<V>(database: Database, name: string, running: () => Change): Table<V> {
  const space = `${name}\0`;
  const encode = (key: string): Buffer => Buffer.from(space + key);
  const spaceBytes = Buffer.byteLength(space);

  const remember = (key: Buffer): void => {
    const {undo} = running();
    const before = database.getBinary(key);
    // The bytes are copied: lmdb hands out memory that the next read may reuse.
    const copy = before && Buffer.from(before);
    undo.push(() => {
      if (copy) database.putSync(key, asBinary(copy));
      else database.removeSync(key);
    });
  };

  return {
    get: key => database.get(encode(key)) as V | undefined,
    put(key, value) {
      const bytes = encode(key);
      remember(bytes);
      running().weight += putWeight + (value instanceof Uint8Array ? value.byteLength : 0);
      database.putSync(bytes, value);
    },
    delete(key) {
      const bytes = encode(key);
      remember(bytes);
      database.removeSync(bytes);
    },
    *range({prefix = '', after, from, limit} = {}) {
      const lowest = encode(prefix);
      let start = lowest;
      let exclusiveStart = false;
      if (from !== undefined) start = later(start, encode(from));
      if (after !== undefined) {
        const bytes = encode(after);
        if (bytes.compare(start) >= 0) {
          start = bytes;
          exclusiveStart = true;
        }
      }
      const end = following(lowest);
      if (start.compare(end) >= 0) return;
      const entries = database.getRange({start, end, exclusiveStart, ...(limit !== undefined && {limit})});
      for (const {key, value} of entries) yield [key.toString('utf8', spaceBytes), value as V] as const;
    },
  };
}

const later = (a: Buffer, b: Buffer): Buffer => (a.compare(b) >= 0 ? a : b);

/** The first key after everything that starts with `prefix`. UTF-8 knows no 0xff, so the last byte can always grow. */
function following(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}
