import type {CompletedPart} from '@aws-sdk/client-s3';

import {compositeChecksum, defaultChecksumType, type ChecksumAlgorithm} from '../objects/checksum.js';
import {combineCrcs, isCombinable} from '../objects/crc-combine.js';
import {invalidArgument, invalidPart, invalidRequest, noSuchUpload} from '../errors.js';
import {declaredChecksum, requireAlgorithm, requireChecksumType} from '../objects/integrity.js';
import type {PartRecord, StoredChecksum, UploadRecord} from '../records.js';
import type {Room} from '../room.js';

export const uploadRow = (bucket: string, key: string, id: string): string => `${bucket}/${key}\0${id}`;
export const partRow = (uploadId: string, number: number): string =>
  `${uploadId}/${String(number).padStart(5, '0')}`;

/** The upload, or NoSuchUpload. */
export const findUpload = (room: Room, bucket: string, key: string, id: string | undefined): UploadRecord => {
  const upload = room.tables.uploads.get(uploadRow(bucket, key, id ?? ''));
  if (!upload) throw noSuchUpload(id ?? '');
  return upload;
};

export const partsOf = (room: Room, uploadId: string): readonly PartRecord[] =>
  [...room.tables.parts.range({prefix: `${uploadId}/`})].map(([, part]) => part);

export const requirePartNumber = (number: number | undefined): number => {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > 10_000)
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      number,
    );
  return number;
};

/** The part that a CompleteMultipartUpload names, checked against what was uploaded. */
export const matchPart = (
  wanted: CompletedPart,
  part: PartRecord | undefined,
  upload: UploadRecord,
): PartRecord => {
  const number = requirePartNumber(wanted.PartNumber);
  const etag = (wanted.ETag ?? '').replace(/^"(.*)"$/, '$1');
  if (part?.etag !== etag) throw invalidPart(number, etag);
  const checksum = declaredChecksum(wanted);
  if (checksum && part.checksum?.algorithm === checksum.algorithm && part.checksum.value !== checksum.value)
    throw invalidPart(number, etag);
  if (upload.checksum?.type === 'COMPOSITE' && !checksum)
    throw invalidRequest(
      `The upload was created using a ${upload.checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${String(number)} in the request.`,
    );
  return part;
};

export const wholeChecksum = (
  upload: UploadRecord,
  parts: readonly PartRecord[],
): StoredChecksum | undefined => {
  if (!upload.checksum) return undefined;
  const {algorithm, type} = upload.checksum;
  const values = parts.map(({checksum, size}) => ({value: checksum?.value ?? '', size}));
  const value =
    type === 'COMPOSITE'
      ? compositeChecksum(
          algorithm,
          values.map(part => part.value),
        )
      : combineCrcs(algorithm, values);
  return value === undefined ? undefined : {algorithm, value, type};
};

/** The checksum that an upload keeps, and whether it is over the full object or over its parts; not every pair exists. */
export const checksumChoice = (
  algorithmName: string | undefined,
  typeName: string | undefined,
): UploadRecord['checksum'] => {
  if (algorithmName === undefined) {
    if (typeName !== undefined)
      throw invalidRequest(
        'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      );
    return undefined;
  }
  const algorithm: ChecksumAlgorithm = requireAlgorithm(algorithmName);
  const type = typeName === undefined ? defaultChecksumType(algorithm) : requireChecksumType(typeName);
  const possible = type === 'FULL_OBJECT' ? isCombinable(algorithm) : algorithm !== 'CRC64NVME';
  if (!possible)
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return {algorithm, type};
};
