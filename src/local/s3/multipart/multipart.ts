import type {S3} from '@aws-sdk/client-s3';
import {createHash, randomBytes} from 'node:crypto';

import type {CallContext, Handlers} from '../../types.js';
import type {Received} from '../objects/bodies.js';
import {findCopySource, type CopySourceInput} from '../objects/copy-source.js';
import {describe, etagOf, versionMember} from '../objects/describe.js';
import {encryptionFor} from '../objects/encryption.js';
import {
  badDigest,
  entityTooLarge,
  entityTooSmall,
  invalidArgument,
  invalidPartOrder,
  invalidRequest,
  malformedXml,
} from '../errors.js';
import {
  checksumMembers,
  declare,
  declaredChecksum,
  verify,
  type IntegrityInput,
} from '../objects/integrity.js';
import {requireKey} from '../names.js';
import {copySourceRange} from '../objects/ranges.js';
import type {PartRecord, StoredChecksum, UploadRecord} from '../records.js';
import type {Room} from '../room.js';
import {
  checksumChoice,
  findUpload,
  matchPart,
  partRow,
  partsOf,
  requirePartNumber,
  uploadRow,
  wholeChecksum,
} from './uploads.js';
import {requireDigest} from '../objects/retention.js';
import {putIf, requireWriteAccess, requireWriteConditions} from '../objects/write.js';

const smallestPart = 5 * 1024 ** 2;
const largestPart = 5 * 1024 ** 3;

interface UploadInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** CreateMultipartUpload, UploadPart, UploadPartCopy, CompleteMultipartUpload, AbortMultipartUpload. */
export const multipartHandlers = (room: Room) => {
  const open = (input: UploadInput, context: CallContext, action: string) => {
    const bucket = room.bucket(input);
    const key = requireKey(input.Key);
    room.require(context, action, bucket, {key});
    return {bucket, key, upload: findUpload(room, bucket.name, key, input.UploadId)};
  };

  /** Keeps a received part in place of an earlier one of its number. */
  const keepPart = async (
    bucket: string,
    upload: UploadRecord,
    number: number,
    received: Received,
    verified: StoredChecksum | undefined,
  ): Promise<PartRecord> => {
    const algorithm = upload.checksum?.algorithm ?? verified?.algorithm;
    const value = algorithm === undefined ? undefined : received.checksums.get(algorithm);
    return room.bodies.change(({release}) => {
      // It may have been completed or aborted while the part came in.
      findUpload(room, bucket, upload.key, upload.id);
      const row = partRow(upload.id, number);
      const earlier = room.tables.parts.get(row);
      if (earlier) release(earlier.segments);
      const part: PartRecord = {
        number,
        modified: room.clock.now(),
        size: received.size,
        etag: etagOf(received.md5, upload.object.encryption),
        segments: received.claim(),
        ...(algorithm !== undefined && value !== undefined && {checksum: {algorithm, value}}),
      };
      room.tables.parts.put(row, part);
      return part;
    });
  };

  const receivePart = async (
    input: UploadInput & IntegrityInput & {readonly PartNumber?: number | undefined},
    context: CallContext,
    body: () => AsyncIterable<unknown> | Uint8Array | string | undefined,
  ) => {
    const {bucket, upload} = open(input, context, 's3:PutObject');
    const number = requirePartNumber(input.PartNumber);
    const declared = declare(input, context.headers);
    const kept = upload.checksum?.algorithm;
    if (kept !== undefined && declared.algorithm !== undefined && declared.algorithm !== kept)
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${kept.toLowerCase()}, actual checksum Type: ${declared.algorithm.toLowerCase()}`,
      );
    const algorithms = new Set([declared.algorithm, kept].filter(name => name !== undefined));
    const received = await room.bodies.receive(body(), [...algorithms]);
    try {
      if (received.size > largestPart) throw entityTooLarge(received.size, largestPart);
      const part = await keepPart(bucket.name, upload, number, received, verify(declared, received));
      return {part, upload};
    } catch (error) {
      await received.discard();
      throw error;
    }
  };

  const partMembers = ({part, upload}: {part: PartRecord; upload: UploadRecord}) => ({
    ETag: `"${part.etag}"`,
    ...(part.checksum && {[`Checksum${part.checksum.algorithm}`]: part.checksum.value}),
    ...upload.object.encryption,
  });

  return {
    async CreateMultipartUpload(input, context) {
      const bucket = room.bucket(input);
      const key = requireKey(input.Key);
      requireWriteAccess(room, context, bucket, key, input);
      const checksum = checksumChoice(input.ChecksumAlgorithm, input.ChecksumType);
      const upload: UploadRecord = {
        id: randomBytes(48).toString('base64url'),
        key,
        initiated: room.clock.now(),
        object: describe(input, bucket, encryptionFor(room, context, bucket, key, input)),
        ...(checksum && {checksum}),
      };
      await room.bodies.change(() => {
        room.bucket({Bucket: bucket.name});
        room.tables.uploads.put(uploadRow(bucket.name, key, upload.id), upload);
      });
      return {
        Bucket: bucket.name,
        Key: key,
        UploadId: upload.id,
        ...upload.object.encryption,
        ...(checksum && {ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type}),
      };
    },

    async UploadPart(input, context) {
      requireDigest(room.bucket(input), context.headers, 'Part');
      return partMembers(
        await receivePart(
          input,
          context,
          () => input.Body as AsyncIterable<unknown> | Uint8Array | string | undefined,
        ),
      );
    },

    async UploadPartCopy(input, context) {
      open(input, context, 's3:PutObject');
      const {object, bucket: sourceBucket} = findCopySource(room, input satisfies CopySourceInput, context);
      const range =
        input.CopySourceRange === undefined
          ? {start: 0, end: object.size}
          : copySourceRange(input.CopySourceRange, object.size);
      if (!range)
        throw invalidArgument(
          `Range specified is not valid for source object of size: ${String(object.size)}`,
          'x-amz-copy-source-range',
          input.CopySourceRange,
        );
      const body = () => room.bodies.read(object.segments, range.start, range.end);
      const {Bucket, Key, UploadId, PartNumber} = input;
      const {part, upload} = await receivePart(
        {Bucket, Key, UploadId, PartNumber},
        {...context, headers: {}},
        body,
      );
      const {ETag, ...checksum} = partMembers({part, upload});
      return {
        CopyPartResult: {ETag, LastModified: new Date(part.modified), ...checksum},
        ...upload.object.encryption,
        ...(sourceBucket.versioning !== undefined && {CopySourceVersionId: object.versionId}),
      };
    },

    async CompleteMultipartUpload(input, context) {
      const bucket = room.bucket(input);
      const key = requireKey(input.Key);
      room.require(context, 's3:PutObject', bucket, {key});
      requireWriteConditions(input);
      const wanted = input.MultipartUpload?.Parts ?? [];
      if (wanted.length === 0) throw malformedXml();
      const numbers = wanted.map(({PartNumber}) => requirePartNumber(PartNumber));
      if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) throw invalidPartOrder();
      const declared = declaredChecksum(input);
      const {etag, checksum, put} = await room.bodies.change(release => {
        const upload = findUpload(room, bucket.name, key, input.UploadId);
        const uploaded = new Map(partsOf(room, upload.id).map(part => [part.number, part]));
        const parts = wanted.map(entry => matchPart(entry, uploaded.get(entry.PartNumber ?? 0), upload));
        const small = parts.slice(0, -1).find(part => part.size < smallestPart);
        if (small) throw entityTooSmall(small.number, small.size, small.etag);
        const size = parts.reduce((sum, part) => sum + part.size, 0);
        if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size)
          throw invalidRequest(
            `The provided 'x-amz-mp-object-size' header value ${String(input.MpuObjectSize)} does not match what was computed: ${String(size)}`,
          );
        const checksum = wholeChecksum(upload, parts);
        if (
          input.ChecksumType !== undefined &&
          upload.checksum &&
          input.ChecksumType !== upload.checksum.type
        )
          throw invalidRequest(
            `The upload was created using the ${upload.checksum.type} checksum mode. The complete request must use the same checksum mode.`,
          );
        if (declared && checksum?.algorithm === declared.algorithm) {
          const given = declared.value.split('-')[0];
          if (given !== checksum.value.split('-')[0]) throw badDigest(declared.algorithm);
        }
        const md5 = createHash('md5');
        for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
        const etag = `${md5.digest('hex')}-${String(parts.length)}`;
        const modified = room.clock.now();
        const put = putIf(
          room,
          bucket.name,
          key,
          input,
          false,
          () => ({
            modified,
            size,
            etag,
            segments: parts.flatMap(part => part.segments),
            ...upload.object,
            parts: parts.map((part, index) => ({
              number: index + 1,
              size: part.size,
              ...(part.checksum && {checksum: part.checksum.value}),
            })),
            ...(checksum && {checksum}),
          }),
          release,
        );
        const used = new Set(parts.map(({number}) => number));
        for (const part of uploaded.values()) {
          room.tables.parts.delete(partRow(upload.id, part.number));
          if (!used.has(part.number)) release.release(part.segments);
        }
        room.tables.uploads.delete(uploadRow(bucket.name, key, upload.id));
        return {etag, checksum, put};
      });
      return {
        Location: `${context.origin}/${bucket.name}/${encodeURIComponent(key)}`,
        Bucket: bucket.name,
        Key: key,
        ETag: `"${etag}"`,
        ...checksumMembers(checksum),
        ...versionMember(put.bucket, put.versionId),
      };
    },

    async AbortMultipartUpload(input, context) {
      const {bucket, key, upload} = open(input, context, 's3:AbortMultipartUpload');
      await room.bodies.change(({release}) => {
        findUpload(room, bucket.name, key, upload.id);
        for (const part of partsOf(room, upload.id)) {
          room.tables.parts.delete(partRow(upload.id, part.number));
          release(part.segments);
        }
        room.tables.uploads.delete(uploadRow(bucket.name, key, upload.id));
      });
      return {};
    },
  } satisfies Handlers<S3>;
};
