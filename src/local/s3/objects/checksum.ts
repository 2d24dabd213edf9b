import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';

/**
 * The checksums S3 keeps beside an object.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const checksumAlgorithms = [
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
  'SHA512',
  'MD5',
] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** Bytes in one value of each algorithm. */
export const checksumLength: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
};

export interface Digest {
  update(bytes: Uint8Array): void;
  /** The value, big-endian, in base64 as the `x-amz-checksum-*` headers carry it. Ends the digest. */
  base64(): string;
}

/** 8 tables for slicing-by-8 of a reflected 32-bit CRC. */
const crc32Tables = (polynomial: number): Uint32Array => {
  const tables = new Uint32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    tables[n] = value;
  }
  for (let n = 0; n < 256; n++)
    for (let slice = 1; slice < 8; slice++) {
      const previous = tables[(slice - 1) * 256 + n] ?? 0;
      tables[slice * 256 + n] = (previous >>> 8) ^ (tables[previous & 255] ?? 0);
    }
  return tables;
};

const castagnoli = crc32Tables(0x82f63b78);

/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index below is masked to its table's size */

/** CRC-32C (RFC 3720, B.4) of `bytes`, continuing from `previous`. */
export const crc32c = (bytes: Uint8Array, previous = 0): number => {
  const table = castagnoli;
  let crc = ~previous;
  let at = 0;
  const whole = bytes.length - 7;
  for (; at < whole; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      table[1792 + (crc & 255)]! ^
      table[1536 + ((crc >>> 8) & 255)]! ^
      table[1280 + ((crc >>> 16) & 255)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 255]!;
  return ~crc >>> 0;
};

/** Tables for slicing-by-8 of the reflected CRC-64/NVME, as pairs of 32-bit halves. */
const [nvmeHigh, nvmeLow] = (() => {
  const polynomial = 0x9a6c9329ac4bc9b5n;
  const high = new Uint32Array(8 * 256);
  const low = new Uint32Array(8 * 256);
  const wide: bigint[] = [];
  for (let n = 0; n < 256; n++) {
    let value = BigInt(n);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    wide.push(value);
  }
  for (let slice = 0; slice < 8; slice++)
    for (let n = 0; n < 256; n++) {
      const value =
        slice === 0
          ? wide[n]!
          : (wide[(slice - 1) * 256 + n]! >> 8n) ^ wide[Number(wide[(slice - 1) * 256 + n]! & 255n)]!;
      wide[slice * 256 + n] = value;
      high[slice * 256 + n] = Number(value >> 32n);
      low[slice * 256 + n] = Number(value & 0xffffffffn);
    }
  return [high, low] as const;
})();

/** CRC-64/NVME with its state as two halves, so that no BigInt is made per byte. */
const crc64Nvme = (): {update: (bytes: Uint8Array) => void; value: () => Buffer} => {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(bytes) {
      let at = 0;
      const whole = bytes.length - 7;
      for (; at < whole; at += 8) {
        low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
        high ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
        const a = 1792 + (low & 255);
        const b = 1536 + ((low >>> 8) & 255);
        const c = 1280 + ((low >>> 16) & 255);
        const d = 1024 + (low >>> 24);
        const e = 768 + (high & 255);
        const f = 512 + ((high >>> 8) & 255);
        const g = 256 + ((high >>> 16) & 255);
        const h = high >>> 24;
        low =
          nvmeLow[a]! ^
          nvmeLow[b]! ^
          nvmeLow[c]! ^
          nvmeLow[d]! ^
          nvmeLow[e]! ^
          nvmeLow[f]! ^
          nvmeLow[g]! ^
          nvmeLow[h]!;
        high =
          nvmeHigh[a]! ^
          nvmeHigh[b]! ^
          nvmeHigh[c]! ^
          nvmeHigh[d]! ^
          nvmeHigh[e]! ^
          nvmeHigh[f]! ^
          nvmeHigh[g]! ^
          nvmeHigh[h]!;
      }
      for (; at < bytes.length; at++) {
        const index = (low ^ bytes[at]!) & 255;
        low = ((low >>> 8) | (high << 24)) ^ nvmeLow[index]!;
        high = (high >>> 8) ^ nvmeHigh[index]!;
      }
    },
    value() {
      const out = Buffer.alloc(8);
      out.writeUInt32BE(~high >>> 0, 0);
      out.writeUInt32BE(~low >>> 0, 4);
      return out;
    },
  };
};

/* eslint-enable @typescript-eslint/no-non-null-assertion */

const bigEndian32 = (value: number): string => {
  const out = Buffer.allocUnsafe(4);
  out.writeUInt32BE(value >>> 0);
  return out.toString('base64');
};

const ofCrc32 = (step: (bytes: Uint8Array, previous: number) => number): Digest => {
  let value = 0;
  return {
    update: bytes => {
      value = step(bytes, value);
    },
    base64: () => bigEndian32(value),
  };
};

const ofHash = (name: string): Digest => {
  const hash = createHash(name);
  return {update: bytes => void hash.update(bytes), base64: () => hash.digest('base64')};
};

/** A running checksum of one algorithm. */
export const digest = (algorithm: ChecksumAlgorithm): Digest => {
  switch (algorithm) {
    case 'CRC32':
      return ofCrc32((bytes, previous) => crc32(bytes, previous));
    case 'CRC32C':
      return ofCrc32(crc32c);
    case 'CRC64NVME': {
      const crc = crc64Nvme();
      return {update: bytes => crc.update(bytes), base64: () => crc.value().toString('base64')};
    }
    case 'SHA1':
      return ofHash('sha1');
    case 'SHA256':
      return ofHash('sha256');
    case 'SHA512':
      return ofHash('sha512');
    case 'MD5':
      return ofHash('md5');
  }
};

/** The checksum of a whole buffer, base64. */
export const checksumOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): string => {
  const running = digest(algorithm);
  running.update(bytes);
  return running.base64();
};

/** A multipart COMPOSITE checksum: the algorithm over the parts' binary values, `-N` at the end. */
export const compositeChecksum = (algorithm: ChecksumAlgorithm, parts: readonly string[]): string =>
  `${checksumOf(algorithm, Buffer.concat(parts.map(part => Buffer.from(part, 'base64'))))}-${String(parts.length)}`;

/** Whether `value` is base64 of the algorithm's length. */
export const isChecksumValue = (algorithm: ChecksumAlgorithm, value: string): boolean => {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === checksumLength[algorithm] && bytes.toString('base64') === value;
};

/** Default type of a multipart upload's checksum: CRC64NVME is always over the full object, hashes only composite. */
export const defaultChecksumType = (algorithm: ChecksumAlgorithm): ChecksumType =>
  algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
