import type {CopyObjectCommandInput, CopyObjectOutput, S3} from '@aws-sdk/client-s3';

import type {CallContext, Handlers} from '../../types.js';
import {findCopySource} from './copy-source.js';
import {describe, etagOf, versionMember, type Description} from './describe.js';
import {invalidArgument, invalidRequest} from '../errors.js';
import {encryptionFor} from './encryption.js';
import {checksumMembers, requireAlgorithm} from './integrity.js';
import {requireKey} from '../names.js';
import type {BucketRecord, ObjectRecord, StoredChecksum} from '../records.js';
import type {Room} from '../room.js';
import {currentObject} from './versions.js';
import {putIf, requireWriteAccess, requireWriteConditions, type WriteConditions} from './write.js';
import {without} from '../without.js';

const largestCopy = 5 * 1024 ** 3;

const directive = (value: string | undefined, name: string): 'COPY' | 'REPLACE' => {
  if (value === undefined || value === 'COPY') return 'COPY';
  if (value === 'REPLACE') return value;
  throw invalidArgument(`Unknown ${name} directive.`, `x-amz-${name}-directive`, value);
};

/** CopyObject. */
export const copyHandlers = (room: Room) => {
  /**
   * A new description over the same bytes: an object of a bucket without versions copied to itself. Undefined when the
   * object changed since it was read as the source.
   */
  const rewriteInPlace = (
    bucketName: string,
    key: string,
    source: ObjectRecord,
    description: Description,
    conditions: WriteConditions,
    modified: number,
  ) =>
    room.bodies.change(() => {
      const current = currentObject(room.tables, bucketName, key);
      if (current?.modified !== source.modified || current.segments[0]?.id !== source.segments[0]?.id)
        return undefined;
      if (room.bucket({Bucket: bucketName}).versioning !== undefined) return undefined;
      const record = {...without(current, 'kind', 'versionId', 'grants'), ...description, modified};
      // The bytes stay with the new record: nothing is let go.
      return putIf(room, bucketName, key, conditions, true, () => record, {release: () => undefined});
    });

  const handlers = {
    async CopyObject(input: CopyObjectCommandInput, context: CallContext): Promise<CopyObjectOutput> {
      const bucket = room.bucket(input);
      const key = requireKey(input.Key);
      requireWriteConditions(input);
      const metadata = directive(input.MetadataDirective, 'metadata');
      const tagging = directive(input.TaggingDirective, 'tagging');
      const {bucket: sourceBucket, key: sourceKey, object: source} = findCopySource(room, input, context);
      requireWriteAccess(room, context, bucket, key, input);
      if (source.size > largestCopy)
        throw invalidRequest(
          `The specified copy source is larger than the maximum allowable size for a copy source: ${String(largestCopy)}`,
        );
      const asked = describe(input, bucket, encryptionFor(room, context, bucket, key, input));
      const toItself = sourceBucket.name === bucket.name && sourceKey === key;
      const sameVersion =
        toItself && currentObject(room.tables, bucket.name, key)?.versionId === source.versionId;
      const changes =
        metadata === 'REPLACE' ||
        input.StorageClass !== undefined ||
        input.WebsiteRedirectLocation !== undefined ||
        input.ServerSideEncryption !== undefined;
      if (sameVersion && !changes)
        throw invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      const sourceHeaders = without(source.headers, 'WebsiteRedirectLocation');
      const description: Description = {
        ...asked,
        ...(metadata === 'COPY' && {
          headers: {
            ...sourceHeaders,
            ...(input.WebsiteRedirectLocation !== undefined && {
              WebsiteRedirectLocation: input.WebsiteRedirectLocation,
            }),
          },
          metadata: source.metadata,
        }),
        ...(tagging === 'COPY' && {tags: source.tags}),
      };
      const existed = currentObject(room.tables, bucket.name, key) !== undefined;
      const algorithm =
        input.ChecksumAlgorithm === undefined
          ? source.checksum?.algorithm
          : requireAlgorithm(input.ChecksumAlgorithm);
      const answer = (
        put: {readonly bucket: BucketRecord; readonly versionId: string},
        etag: string,
        modified: number,
        checksum: StoredChecksum | undefined,
      ) => ({
        CopyObjectResult: {
          ETag: `"${etag}"`,
          LastModified: new Date(modified),
          ...checksumMembers(checksum),
        },
        ...description.encryption,
        ...(sourceBucket.versioning !== undefined && {CopySourceVersionId: source.versionId}),
        ...versionMember(put.bucket, put.versionId),
      });

      const unencrypted =
        description.encryption.ServerSideEncryption === 'AES256' &&
        source.encryption.ServerSideEncryption === 'AES256';
      const whole =
        source.parts === undefined && (algorithm === source.checksum?.algorithm || algorithm === undefined);
      if (sameVersion && bucket.versioning === undefined && unencrypted && whole) {
        const modified = room.clock.now();
        const put = await rewriteInPlace(bucket.name, key, source, description, input, modified);
        return put
          ? answer(put, source.etag, modified, source.checksum)
          : handlers.CopyObject(input, context);
      }

      const body = room.bodies.read(source.segments, 0, source.size);
      const received = await room.bodies.receive(body, algorithm === undefined ? [] : [algorithm]);
      try {
        const value = algorithm === undefined ? undefined : received.checksums.get(algorithm);
        const checksum: StoredChecksum | undefined =
          algorithm === undefined || value === undefined
            ? undefined
            : {algorithm, value, type: 'FULL_OBJECT'};
        const etag = etagOf(received.md5, description.encryption);
        const modified = room.clock.now();
        const put = await room.bodies.change(release =>
          putIf(
            room,
            bucket.name,
            key,
            input,
            existed,
            () => ({
              modified,
              size: received.size,
              etag,
              segments: received.claim(),
              ...description,
              ...(checksum && {checksum}),
            }),
            release,
          ),
        );
        return answer(put, etag, modified, checksum);
      } catch (error) {
        await received.discard();
        throw error;
      }
    },
  } satisfies Handlers<S3>;
  return handlers;
};
