/** Objects that are sent in parts (S3 User Guide, "Uploading and copying objects using multipart upload"). */
import {createHash} from 'node:crypto';
import type {Exchange, S3Response} from './exchange.js';
import {S3AnswerError} from './retry.js';
import {emptyHash, sha256} from './sigv4.js';
import type {ObjectParts, SentPart} from './types.js';
import {elementText, escapeXml, parseErrorDocument} from './xml.js';

/** Runs one operation on a key; its errors become Failures. */
export type RunOperation = <T>(operation: string, key: string, work: () => Promise<T>) => Promise<T>;

export function createParts(exchange: Exchange, run: RunOperation): ObjectParts {
  /** Its answer to an earlier attempt may have been lost; then the object is there, with the ETag that its parts make. */
  const isComplete = async (key: string, etag: string): Promise<boolean> => {
    const {status, headers} = await exchange({method: 'HEAD', key, payloadHash: emptyHash, accept: [404]});
    return status === 200 && headers['etag'] === etag;
  };

  return {
    create: (key, headers) =>
      run('CreateMultipartUpload', key, async () => {
        const response = await exchange({
          method: 'POST',
          key,
          query: {uploads: ''},
          headers: {...headers, 'x-amz-checksum-algorithm': 'CRC32'},
          payloadHash: emptyHash,
        });
        const uploadId = elementText(response.body.toString('utf8'), 'UploadId') ?? '';
        if (uploadId === '') throw notAws(response, 'no UploadId');
        return {uploadId, isRepeat: response.isRepeat};
      }),

    send: ({key, uploadId, number, body, crc32, signal}) =>
      run('UploadPart', key, async () => {
        const checksum = Buffer.alloc(4);
        checksum.writeUInt32BE(crc32);
        const response = await exchange({
          method: 'PUT',
          key,
          query: {partNumber: String(number), uploadId},
          headers: {'x-amz-checksum-crc32': checksum.toString('base64')},
          body,
          payloadHash: undefined,
          signal,
        });
        const {etag = '', 'x-amz-checksum-crc32': echo} = response.headers;
        if (etag === '') throw notAws(response, 'no ETag');
        return {number, etag, crc32: echo};
      }),

    complete: (key, uploadId, parts) =>
      run('CompleteMultipartUpload', key, async () => {
        const sorted = [...parts].sort((a, b) => a.number - b.number);
        const body = Buffer.from(completion(sorted));
        const response = await exchange({
          method: 'POST',
          key,
          query: {uploadId},
          headers: {'content-type': 'application/xml'},
          body,
          payloadHash: sha256(body),
          errorInBody: true,
          accept: [404],
        });
        const text = response.body.toString('utf8');
        if (response.status !== 404) {
          const etag = elementText(text, 'ETag') ?? '';
          if (etag === '') throw notAws(response, 'no ETag');
          return {etag};
        }
        const {code, message} = parseErrorDocument(text) ?? {code: 'NotAws', message: ''};
        const etag = etagOfParts(sorted);
        if (response.isRepeat && code === 'NoSuchUpload' && (await isComplete(key, etag))) return {etag};
        throw new S3AnswerError(code, message, 404, response.headers['x-amz-request-id']);
      }),

    abort: (key, uploadId) =>
      run('AbortMultipartUpload', key, async () => {
        await exchange({
          method: 'DELETE',
          key,
          query: {uploadId},
          payloadHash: emptyHash,
          accept: [404],
        });
      }),
  };
}

const notAws = ({status, headers}: S3Response, what: string): S3AnswerError =>
  new S3AnswerError('NotAws', what, status, headers['x-amz-request-id']);

function completion(parts: readonly SentPart[]): string {
  const rows = parts.map(({number, etag, crc32: crc}) => {
    const checksum = crc === undefined ? '' : `<ChecksumCRC32>${crc}</ChecksumCRC32>`;
    return `<Part><ETag>${escapeXml(etag)}</ETag>${checksum}<PartNumber>${number}</PartNumber></Part>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rows.join('')}</CompleteMultipartUpload>`;
}

/** With quotes. The MD5 of the parts' MD5s and their number; what S3 makes of encrypted ones is another, which never matches. */
function etagOfParts(parts: readonly SentPart[]): string {
  const hash = createHash('md5');
  for (const {etag} of parts) hash.update(etag.replaceAll('"', ''), 'hex');
  return `"${hash.digest('hex')}-${parts.length}"`;
}
