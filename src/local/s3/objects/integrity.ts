import type {Received} from './bodies.js';
import {checksumAlgorithms, isChecksumValue, type ChecksumAlgorithm, type ChecksumType} from './checksum.js';
import {
  badContentMd5,
  badDigest,
  invalidArgument,
  invalidDigest,
  invalidRequest,
  notImplemented,
} from '../errors.js';
import type {StoredChecksum} from '../records.js';

/** The `x-amz-checksum-*` members of requests and answers. */
export type ChecksumMembers = {readonly [K in `Checksum${ChecksumAlgorithm}`]?: string | undefined};

export interface IntegrityInput extends ChecksumMembers {
  readonly ContentMD5?: string | undefined;
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ChecksumXXHASH64?: string | undefined;
  readonly ChecksumXXHASH3?: string | undefined;
  readonly ChecksumXXHASH128?: string | undefined;
}

/** What a request says about its body before the body is read. */
export interface Declared {
  readonly md5: Buffer | undefined;
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Undefined when it follows in a trailer. */
  readonly value: string | undefined;
}

const isAlgorithm = (name: string): name is ChecksumAlgorithm =>
  (checksumAlgorithms as readonly string[]).includes(name);

/** An algorithm's name in any case, or InvalidRequest; XXHASH is AWS's but not of the embedded cloud. */
export const requireAlgorithm = (name: string): ChecksumAlgorithm => {
  const upper = name.toUpperCase();
  if (isAlgorithm(upper)) return upper;
  if (upper.startsWith('XXHASH')) throw notImplemented(`The checksum algorithm ${upper}`);
  throw invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
};

/** The one checksum among the members; InvalidRequest when there are several. */
export const declaredChecksum = (
  input: IntegrityInput,
): {readonly algorithm: ChecksumAlgorithm; readonly value: string} | undefined => {
  if (
    input.ChecksumXXHASH64 !== undefined ||
    input.ChecksumXXHASH3 !== undefined ||
    input.ChecksumXXHASH128 !== undefined
  )
    throw notImplemented('An XXHASH checksum');
  let found: {algorithm: ChecksumAlgorithm; value: string} | undefined;
  for (const algorithm of checksumAlgorithms) {
    const value = input[`Checksum${algorithm}`];
    if (value === undefined) continue;
    if (found)
      throw invalidRequest(
        'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
      );
    found = {algorithm, value};
  }
  return found;
};

const trailerAlgorithm = (headers: Readonly<Record<string, string>>): ChecksumAlgorithm | undefined => {
  const match = /x-amz-checksum-([a-z0-9]+)/i.exec(headers['x-amz-trailer'] ?? '');
  return match?.[1] === undefined ? undefined : requireAlgorithm(match[1]);
};

/**
 * Reads what a request declares about its body: Content-MD5 (InvalidDigest when it is no MD5), one checksum in a header
 * or announced as a trailer. InvalidRequest when these contradict each other.
 */
export const declare = (input: IntegrityInput, headers: Readonly<Record<string, string>>): Declared => {
  let md5: Buffer | undefined;
  if (input.ContentMD5 !== undefined) {
    md5 = Buffer.from(input.ContentMD5, 'base64');
    if (md5.length !== 16 || md5.toString('base64') !== input.ContentMD5)
      throw invalidDigest(input.ContentMD5);
  }
  const checksum = declaredChecksum(input);
  if (checksum && !isChecksumValue(checksum.algorithm, checksum.value))
    throw invalidRequest(`Value for x-amz-checksum-${checksum.algorithm.toLowerCase()} header is invalid.`);
  const algorithm = checksum?.algorithm ?? trailerAlgorithm(headers);
  if (input.ChecksumAlgorithm !== undefined) {
    const named = requireAlgorithm(input.ChecksumAlgorithm);
    if (algorithm === undefined)
      throw invalidRequest(
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      );
    if (algorithm !== named)
      throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  return {md5, algorithm, value: checksum?.value};
};

/**
 * Compares what arrived with what was declared: BadDigest when it differs, InvalidRequest when an announced trailer
 * did not come. Answers the checksum to keep.
 */
export const verify = (declared: Declared, received: Received): StoredChecksum | undefined => {
  if (declared.md5 && !declared.md5.equals(received.md5))
    throw badContentMd5(declared.md5.toString('base64'), received.md5.toString('base64'));
  const {algorithm} = declared;
  if (algorithm === undefined) return undefined;
  const calculated = received.checksums.get(algorithm);
  const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
  const value = declared.value ?? received.trailers[name];
  if (value === undefined || !isChecksumValue(algorithm, value))
    throw invalidRequest(`Value for ${name} trailing header is invalid.`);
  if (calculated !== value) throw badDigest(algorithm);
  return {algorithm, value, type: 'FULL_OBJECT'};
};

/** The members that tell a stored checksum. */
export const checksumMembers = (
  checksum: StoredChecksum | undefined,
): ChecksumMembers & {readonly ChecksumType?: ChecksumType} =>
  checksum === undefined
    ? {}
    : {[`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type};

/** `x-amz-checksum-type`, or InvalidArgument. */
export const requireChecksumType = (type: string): ChecksumType => {
  if (type === 'FULL_OBJECT' || type === 'COMPOSITE') return type;
  throw invalidArgument('Checksum type is invalid', 'x-amz-checksum-type', type);
};
