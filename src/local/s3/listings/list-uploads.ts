import type {S3} from '@aws-sdk/client-s3';

import type {Handlers} from '../../types.js';
import {owner} from '../buckets/acl.js';
import {encoderOf, pageSize} from './list.js';
import {listPage, type KeyRange} from './listing.js';
import {findUpload, partsOf} from '../multipart/uploads.js';
import {requireKey} from '../names.js';
import type {UploadRecord} from '../records.js';
import type {Room} from '../room.js';

/** Same-key uploads stand in the order of their start. */
const oldestFirst = (a: UploadRecord, b: UploadRecord): number =>
  a.initiated - b.initiated || (a.id < b.id ? -1 : 1);

/** ListParts and ListMultipartUploads. */
export const uploadListHandlers = (room: Room) => {
  const uploadsOf = (bucket: string, key: string): readonly UploadRecord[] =>
    [...room.tables.uploads.range({prefix: `${bucket}/${key}\0`})]
      .map(([, upload]) => upload)
      .sort(oldestFirst);

  const keysWithUploads = (bucket: string): KeyRange<undefined> =>
    function* ({prefix, after, from}) {
      const scope = `${bucket}/`;
      let last = after;
      for (const [, {key}] of room.tables.uploads.range({
        prefix: scope + prefix,
        ...(after !== undefined && {after: scope + after}),
        ...(from !== undefined && {from: scope + from}),
      })) {
        if (key === last) continue;
        last = key;
        yield [key, undefined] as const;
      }
    };

  return {
    ListParts(input, context) {
      const bucket = room.bucket(input);
      const key = requireKey(input.Key);
      room.require(context, 's3:ListMultipartUploadParts', bucket, {key});
      const upload = findUpload(room, bucket.name, key, input.UploadId);
      const maxParts = pageSize(input.MaxParts, 'max-parts');
      const marker = Number(input.PartNumberMarker ?? '0');
      const rest = partsOf(room, upload.id).filter(({number}) => number > marker);
      const shown = rest.slice(0, maxParts);
      return {
        Bucket: bucket.name,
        Key: key,
        UploadId: upload.id,
        PartNumberMarker: String(marker),
        NextPartNumberMarker: String(shown.at(-1)?.number ?? 0),
        MaxParts: maxParts,
        IsTruncated: rest.length > shown.length,
        Parts: shown.map(part => ({
          PartNumber: part.number,
          LastModified: new Date(part.modified),
          ETag: `"${part.etag}"`,
          Size: part.size,
          ...(part.checksum && {[`Checksum${part.checksum.algorithm}`]: part.checksum.value}),
        })),
        Initiator: owner,
        Owner: owner,
        StorageClass: upload.object.storageClass,
        ...(upload.checksum && {
          ChecksumAlgorithm: upload.checksum.algorithm,
          ChecksumType: upload.checksum.type,
        }),
      };
    },

    ListMultipartUploads(input, context) {
      const bucket = room.open(input, context, 's3:ListBucketMultipartUploads');
      const encode = encoderOf(input.EncodingType);
      const maxUploads = pageSize(input.MaxUploads, 'max-uploads');
      const {Prefix: prefix = '', KeyMarker: keyMarker = '', UploadIdMarker: idMarker = ''} = input;
      const delimiter = input.Delimiter === '' ? undefined : input.Delimiter;
      const uploads: UploadRecord[] = [];
      const prefixes: string[] = [];
      let truncated = false;
      let next = {key: '', id: ''};
      const full = (): boolean => uploads.length + prefixes.length >= maxUploads;
      /** False when the page is full before all are on it. */
      const add = (all: readonly UploadRecord[]): boolean => {
        for (const upload of all) {
          if (full()) return false;
          uploads.push(upload);
          next = {key: upload.key, id: upload.id};
        }
        return true;
      };
      if (keyMarker !== '' && idMarker !== '') {
        const own = uploadsOf(bucket.name, keyMarker);
        truncated = !add(own.slice(own.findIndex(({id}) => id === idMarker) + 1));
      }
      if (!truncated && maxUploads > 0) {
        const page = listPage(keysWithUploads(bucket.name), {
          prefix,
          delimiter,
          after: keyMarker === '' ? undefined : keyMarker,
          maxKeys: maxUploads + 1,
        });
        for (const entry of page.entries) {
          truncated = full();
          if (truncated) break;
          if (entry.kind === 'key') truncated = !add(uploadsOf(bucket.name, entry.key));
          else {
            prefixes.push(entry.prefix);
            next = {key: entry.prefix, id: ''};
          }
        }
      }
      return {
        Bucket: bucket.name,
        KeyMarker: encode(keyMarker),
        UploadIdMarker: idMarker,
        Prefix: encode(prefix),
        ...(delimiter !== undefined && {Delimiter: encode(delimiter)}),
        MaxUploads: maxUploads,
        IsTruncated: truncated,
        ...(truncated && {NextKeyMarker: encode(next.key), NextUploadIdMarker: next.id}),
        ...(uploads.length > 0 && {
          Uploads: uploads.map(upload => ({
            UploadId: upload.id,
            Key: encode(upload.key),
            Initiated: new Date(upload.initiated),
            StorageClass: upload.object.storageClass,
            Owner: owner,
            Initiator: owner,
            ...(upload.checksum && {
              ChecksumAlgorithm: upload.checksum.algorithm,
              ChecksumType: upload.checksum.type,
            }),
          })),
        }),
        ...(prefixes.length > 0 && {CommonPrefixes: prefixes.map(Prefix => ({Prefix: encode(Prefix)}))}),
        ...(input.EncodingType !== undefined && {EncodingType: input.EncodingType}),
      };
    },
  } satisfies Handlers<S3>;
};
