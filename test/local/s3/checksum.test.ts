import fc from 'fast-check';
import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';
import {describe, expect, it} from 'vitest';

import {
  checksumAlgorithms,
  checksumOf,
  compositeChecksum,
  digest,
  isChecksumValue,
} from '../../../src/local/s3/objects/checksum.js';
import {combineCrcs} from '../../../src/local/s3/objects/crc-combine.js';

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');
const ascii = (text: string): Buffer => Buffer.from(text, 'ascii');

describe('checksumOf', () => {
  // The "check" values of the CRC catalogue (reveng), RFC 3720 B.4 and FIPS 180.
  it.each([
    ['CRC32', ascii('123456789'), 'cbf43926'],
    ['CRC32C', ascii('123456789'), 'e3069283'],
    ['CRC32C', Buffer.alloc(32), '8a9136aa'],
    ['CRC32C', Buffer.alloc(32, 0xff), '62a8ab43'],
    ['CRC64NVME', ascii('123456789'), 'ae8b14860a799888'],
    ['CRC64NVME', ascii(''), '0000000000000000'],
    ['SHA1', ascii('abc'), 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['SHA256', ascii('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['MD5', ascii('abc'), '900150983cd24fb0d6963f7d28e17f72'],
  ] as const)('%s of %s', (algorithm, bytes, expected) => {
    expect(hex(checksumOf(algorithm, bytes))).toBe(expected);
  });

  it('does not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({maxLength: 100}),
        fc.nat(100),
        fc.constantFrom(...checksumAlgorithms),
        (bytes, cut, algorithm) => {
          const running = digest(algorithm);
          running.update(bytes.subarray(0, cut));
          running.update(bytes.subarray(cut));
          const value = running.base64();
          expect(value).toBe(checksumOf(algorithm, bytes));
          expect(isChecksumValue(algorithm, value)).toBe(true);
        },
      ),
    );
  });

  it('agrees with zlib and the bit-by-bit definition of CRC-64/NVME', () => {
    const slow = (bytes: Uint8Array): string => {
      let crc = 0xffffffffffffffffn;
      for (const byte of bytes) {
        crc ^= BigInt(byte);
        for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
      }
      return (crc ^ 0xffffffffffffffffn).toString(16).padStart(16, '0');
    };
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 60}), bytes => {
        expect(hex(checksumOf('CRC64NVME', bytes))).toBe(slow(bytes));
        expect(hex(checksumOf('CRC32', bytes))).toBe(crc32(bytes).toString(16).padStart(8, '0'));
      }),
    );
  });
});

describe('combineCrcs', () => {
  it('makes the CRC of the whole from those of the parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({maxLength: 300}), {minLength: 1, maxLength: 5}),
        fc.constantFrom('CRC32', 'CRC32C', 'CRC64NVME'),
        (parts, algorithm) => {
          const values = parts.map(part => ({value: checksumOf(algorithm, part), size: part.length}));
          expect(combineCrcs(algorithm, values)).toBe(checksumOf(algorithm, Buffer.concat(parts)));
        },
      ),
    );
  });

  it('knows no combination of hashes', () => {
    expect(combineCrcs('SHA256', [{value: checksumOf('SHA256', ascii('a')), size: 1}])).toBeUndefined();
  });
});

it('makes a composite checksum of the binary values', () => {
  const parts = ['one', 'two'].map(part => checksumOf('SHA256', ascii(part)));
  const binary = Buffer.concat(parts.map(part => Buffer.from(part, 'base64')));
  expect(compositeChecksum('SHA256', parts)).toBe(
    `${createHash('sha256').update(binary).digest('base64')}-2`,
  );
});
