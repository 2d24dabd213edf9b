/**
 * The bytes of a hash cache. A head: magic, CRC-32 of all that follows, the build folder. Then an entry a file, in the order of
 * keys, so that a build that is asked for in that order is found by one walk, without an index: lengths of key, stamp and
 * suspect, size, SHA-256, and the three texts in UTF-8. Little-endian.
 */
import {crc32} from 'node:zlib';
import {compareKeys} from '../aws/index.js';
import type {Digests} from './types.js';

/** Its last digits must change with this layout, with `stampOf` and with what secrets.ts takes for a secret. */
const magic = Buffer.from('frontctl hashes 1\n');
const foldersAt = magic.length + 4;
const textsAt = 44;

export interface HashEntry {
  readonly key: string;
  readonly size: number;
  readonly stamp: string;
  readonly digests: Digests;
}

/** A walk over the entries. */
export interface HashWalk {
  /**
   * The digests of this very file. Keys are asked in their order (`compareKeys`); one that comes too late is not found.
   */
  readonly find: (key: string, size: number, stamp: string) => Digests | undefined;
  /** How many were found. */
  readonly found: () => number;
  /** A new file for the same folder: what was found and `fresh`. */
  readonly rewrite: (fresh: readonly HashEntry[]) => Buffer;
}

/** `bytes` of another folder, another layout or damaged ones hold nothing. */
export function walkHashes(bytes: Buffer, folder: string): HashWalk {
  const head = headOf(folder);
  const isOurs =
    bytes.length >= head.length &&
    bytes.subarray(0, magic.length).equals(magic) &&
    bytes.subarray(foldersAt, head.length).equals(head.subarray(foldersAt)) &&
    bytes.readUInt32LE(magic.length) === crc32(bytes.subarray(foldersAt));
  const end = isOurs ? bytes.length : 0;
  let at = head.length;
  /** Where the entries begin that were found. */
  const kept: number[] = [];

  const keyAt = (start: number): string =>
    bytes.toString('utf8', start + textsAt, start + textsAt + bytes.readUInt16LE(start));
  const endAt = (start: number): number =>
    start + textsAt + bytes.readUInt16LE(start) + bytes.readUInt8(start + 2) + bytes.readUInt8(start + 3);

  const matching = (start: number, size: number, stamp: string): Digests | undefined => {
    if (bytes.readDoubleLE(start + 4) !== size) return undefined;
    const stampAt = start + textsAt + bytes.readUInt16LE(start);
    const suspectAt = stampAt + bytes.readUInt8(start + 2);
    if (bytes.toString('latin1', stampAt, suspectAt) !== stamp) return undefined;
    const sha256 = bytes.toString('hex', start + 12, start + textsAt);
    const suspect = bytes.toString('utf8', suspectAt, endAt(start));
    return suspect === '' ? {sha256} : {sha256, suspect};
  };

  return {
    find(key, size, stamp) {
      while (at < end) {
        const start = at;
        const name = keyAt(start);
        if (name !== key && compareKeys(name, key) > 0) return undefined;
        at = endAt(start);
        if (name !== key) continue;
        const digests = matching(start, size, stamp);
        if (digests !== undefined) kept.push(start);
        return digests;
      }
      return undefined;
    },
    found: () => kept.length,
    rewrite(fresh) {
      const added = [...fresh].sort((a, b) => compareKeys(a.key, b.key));
      const room = added.reduce((sum, entry) => sum + mostBytes(entry), head.length + end);
      const whole = Buffer.allocUnsafe(room);
      let filled = head.copy(whole);
      let next = 0;
      for (const start of kept) {
        const key = keyAt(start);
        for (
          let entry = added[next];
          entry !== undefined && compareKeys(entry.key, key) < 0;
          entry = added[next]
        ) {
          filled = writeEntry(whole, filled, entry);
          next += 1;
        }
        filled += bytes.copy(whole, filled, start, endAt(start));
      }
      for (const entry of added.slice(next)) filled = writeEntry(whole, filled, entry);
      whole.writeUInt32LE(crc32(whole.subarray(foldersAt, filled)), magic.length);
      return whole.subarray(0, filled);
    },
  };
}

/** The checksum is filled in once all the rest is there. */
function headOf(folder: string): Buffer {
  const name = Buffer.from(folder);
  const head = Buffer.alloc(foldersAt + 4);
  magic.copy(head);
  head.writeUInt32LE(name.length, foldersAt);
  return Buffer.concat([head, name]);
}

/** A unit of a string is at most three bytes of UTF-8. */
const mostBytes = ({key, stamp, digests: {suspect = ''}}: HashEntry): number =>
  textsAt + 3 * (key.length + stamp.length + suspect.length);

/** Answers where the next one goes. */
function writeEntry(
  bytes: Buffer,
  at: number,
  {key, size, stamp, digests: {sha256, suspect = ''}}: HashEntry,
): number {
  const keyBytes = bytes.write(key, at + textsAt);
  const stampBytes = bytes.write(stamp, at + textsAt + keyBytes, 'latin1');
  const suspectBytes = bytes.write(suspect, at + textsAt + keyBytes + stampBytes);
  bytes.writeUInt16LE(keyBytes, at);
  bytes.writeUInt8(stampBytes, at + 2);
  bytes.writeUInt8(suspectBytes, at + 3);
  bytes.writeDoubleLE(size, at + 4);
  bytes.write(sha256, at + 12, 'hex');
  return at + textsAt + keyBytes + stampBytes + suspectBytes;
}

/** Whether the lengths have room in an entry. */
export function isStorable({key, stamp, digests: {suspect = ''}}: HashEntry): boolean {
  return Buffer.byteLength(key) < 2 ** 16 && stamp.length < 2 ** 8 && Buffer.byteLength(suspect) < 2 ** 8;
}
