import type {S3, Tag} from '@aws-sdk/client-s3';

import type {CallContext, Handlers} from '../../types.js';
import {owner, ownerOnly, requestedGrants} from '../buckets/acl.js';
import {versionMember} from './describe.js';
import {invalidArgument, malformedXml, noSuchKey} from '../errors.js';
import {checksumMembers} from './integrity.js';
import {pageSize} from '../listings/list.js';
import {findObject, type Found} from './read.js';
import type {ObjectRecord} from '../records.js';
import type {Room} from '../room.js';
import {requireTags} from '../buckets/tags.js';
import {rewriteVersion, versionOf} from './versions.js';
import {without} from '../without.js';

interface ObjectInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** Object tags, object ACLs, GetObjectAttributes. */
export const detailHandlers = (room: Room) => {
  const rewrite = async (
    input: ObjectInput,
    context: CallContext,
    action: string,
    change: (object: ObjectRecord, found: Found) => ObjectRecord,
  ) => {
    const found = findObject(room, input, context, action);
    const {bucket, key, object} = found;
    await room.bodies.change(() => {
      const now = versionOf(room.tables, bucket.name, key, object.versionId);
      if (now?.kind !== 'object') throw noSuchKey(key);
      rewriteVersion(room.tables, bucket.name, key, change(now, found));
    });
    return versionMember(bucket, object.versionId);
  };
  const setTags = (input: ObjectInput, context: CallContext, action: string, tags: readonly Tag[]) =>
    rewrite(input, context, action, object => ({...object, tags}));

  return {
    GetObjectTagging(input, context) {
      const {bucket, object} = findObject(room, input, context, 's3:GetObjectTagging');
      return {TagSet: [...object.tags], ...versionMember(bucket, object.versionId)};
    },
    PutObjectTagging(input, context) {
      if (!input.Tagging) throw malformedXml();
      const tags = requireTags(input.Tagging.TagSet ?? [], 10);
      return setTags(input, context, 's3:PutObjectTagging', tags);
    },
    DeleteObjectTagging: (input, context) => setTags(input, context, 's3:DeleteObjectTagging', []),

    GetObjectAcl(input, context) {
      const {object} = findObject(room, input, context, 's3:GetObjectAcl');
      return {Owner: owner, Grants: [...(object.grants ?? ownerOnly)]};
    },
    async PutObjectAcl(input, context) {
      await rewrite(input, context, 's3:PutObjectAcl', (object, {bucket}) => {
        const grants = requestedGrants(input, bucket);
        return {...without(object, 'grants'), ...(grants && {grants})};
      });
      return {};
    },

    GetObjectAttributes(input, context) {
      const wanted = new Set<string>(input.ObjectAttributes ?? []);
      const known = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];
      if (wanted.size === 0 || [...wanted].some(name => !known.includes(name)))
        throw invalidArgument(
          'Invalid attribute name specified.',
          'x-amz-object-attributes',
          [...wanted].join(','),
        );
      const {bucket, object} = findObject(room, input, context, 's3:GetObject');
      const maxParts = pageSize(input.MaxParts, 'max-parts');
      const marker = Number(input.PartNumberMarker ?? '0');
      const rest = (object.parts ?? []).filter(({number}) => number > marker);
      const shown = rest.slice(0, maxParts);
      return {
        LastModified: new Date(object.modified),
        ...versionMember(bucket, object.versionId),
        ...(wanted.has('ETag') && {ETag: object.etag}),
        ...(wanted.has('Checksum') && object.checksum && {Checksum: checksumMembers(object.checksum)}),
        ...(wanted.has('StorageClass') && {StorageClass: object.storageClass}),
        ...(wanted.has('ObjectSize') && {ObjectSize: object.size}),
        ...(wanted.has('ObjectParts') &&
          object.parts && {
            ObjectParts: {
              TotalPartsCount: object.parts.length,
              // Without checksums S3 tells the number of parts and nothing about each.
              ...(object.checksum && {
                PartNumberMarker: String(marker),
                NextPartNumberMarker: String(shown.at(-1)?.number ?? marker),
                MaxParts: maxParts,
                IsTruncated: rest.length > shown.length,
                Parts: shown.map(part => ({
                  PartNumber: part.number,
                  Size: part.size,
                  ...(object.checksum &&
                    part.checksum !== undefined && {[`Checksum${object.checksum.algorithm}`]: part.checksum}),
                })),
              }),
            },
          }),
      };
    },
  } satisfies Handlers<S3>;
};
