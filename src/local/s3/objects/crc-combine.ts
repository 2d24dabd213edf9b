import type {ChecksumAlgorithm} from './checksum.js';

/** Reflected CRCs whose full-object value follows from the values of the parts. */
const crcs: Partial<
  Readonly<Record<ChecksumAlgorithm, {readonly width: bigint; readonly polynomial: bigint}>>
> = {
  CRC32: {width: 32n, polynomial: 0xedb88320n},
  CRC32C: {width: 32n, polynomial: 0x82f63b78n},
  CRC64NVME: {width: 64n, polynomial: 0x9a6c9329ac4bc9b5n},
};

/** A linear map over GF(2), column by column: what each bit of a CRC becomes. */
type Matrix = readonly bigint[];

const times = (matrix: Matrix, vector: bigint): bigint => {
  let sum = 0n;
  for (let bit = 0; vector > 0n; bit++, vector >>= 1n) if (vector & 1n) sum ^= matrix[bit] ?? 0n;
  return sum;
};
const square = (matrix: Matrix): Matrix => matrix.map(column => times(matrix, column));

const shifts = new Map<string, readonly Matrix[]>();

/** The map of `2^n` zero bytes, for every n up to 2^43 bytes and more. */
const shiftsOf = (algorithm: ChecksumAlgorithm, width: bigint, polynomial: bigint): readonly Matrix[] => {
  let found = shifts.get(algorithm);
  if (!found) {
    const oneBit: Matrix = [
      polynomial,
      ...Array.from({length: Number(width) - 1}, (_, bit) => 1n << BigInt(bit)),
    ];
    const powers: Matrix[] = [square(square(square(oneBit)))];
    for (let last = powers[0]; last && powers.length < 44; powers.push(last)) last = square(last);
    found = powers;
    shifts.set(algorithm, found);
  }
  return found;
};

export const isCombinable = (algorithm: ChecksumAlgorithm): boolean => crcs[algorithm] !== undefined;

/**
 * The CRC of parts laid end to end, from the CRC (base64, big-endian) and length of each: crc(AB) is crc(A) shifted
 * over B's length, plus crc(B). Undefined for algorithms that cannot be combined.
 */
export const combineCrcs = (
  algorithm: ChecksumAlgorithm,
  parts: readonly {readonly value: string; readonly size: number}[],
): string | undefined => {
  const crc = crcs[algorithm];
  if (!crc) return undefined;
  const powers = shiftsOf(algorithm, crc.width, crc.polynomial);
  let combined = 0n;
  for (const {value, size} of parts) {
    for (let bit = 0, left = BigInt(size); left > 0n; bit++, left >>= 1n) {
      const power = powers[bit];
      if (left & 1n && power) combined = times(power, combined);
    }
    combined ^= BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`);
  }
  return Buffer.from(combined.toString(16).padStart(Number(crc.width / 4n), '0'), 'hex').toString('base64');
};
