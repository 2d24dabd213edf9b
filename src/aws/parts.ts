/** Objects that are sent in parts (S3 User Guide, "Uploading and copying objects using multipart upload"). */
import {crc32 as checksumOf} from 'node:zlib';
import {Failure} from '../failure.js';
import type {Exchange, S3Response} from './exchange.js';
import {errorFacts, S3AnswerError} from './retry.js';
import {emptyHash, sha256} from './sigv4.js';
import type {ObjectParts, SentPart} from './types.js';
import {elementText, escapeXml, parseErrorDocument} from './xml.js';

/** Runs one operation on a key; its errors become Failures. */
export type RunOperation = <T>(operation: string, key: string, work: () => Promise<T>) => Promise<T>;

export function createParts(bucket: string, exchange: Exchange, run: RunOperation): ObjectParts {
  /**
   * The ETag of the object, where an earlier attempt completed the upload and only its answer was lost: S3 calls such an
   * upload and one that was aborted alike NoSuchUpload. Undefined where what is there is anything else. Told by the checksum
   * of the parts' checksums, which encryption does not change as it does ETags (S3 User Guide, "Composite checksums").
   */
  const completedBefore = async (key: string, parts: readonly SentPart[]): Promise<string | undefined> => {
    const {status, headers} = await exchange({
      method: 'HEAD',
      key,
      headers: {'x-amz-checksum-mode': 'ENABLED'},
      payloadHash: emptyHash,
      accept: [404],
    });
    return status === 200 && headers['x-amz-checksum-crc32'] === compositeChecksum(parts)
      ? headers['etag']
      : undefined;
  };
  const unlessAborted = async <T>(key: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw errorFacts(error).name === 'NoSuchUpload' ? uploadAborted(`s3://${bucket}/${key}`, error) : error;
    }
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
        const sending = exchange({
          method: 'PUT',
          key,
          query: {partNumber: String(number), uploadId},
          headers: {'x-amz-checksum-crc32': checksum.toString('base64')},
          body,
          payloadHash: undefined,
          signal,
        });
        const response = await unlessAborted(key, sending);
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
        const error = new S3AnswerError(code, message, 404, response.headers['x-amz-request-id']);
        if (code !== 'NoSuchUpload') throw error;
        const etag = await completedBefore(key, sorted);
        if (etag === undefined) throw uploadAborted(`s3://${bucket}/${key}`, error);
        return {etag};
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

/** Base64, then the number of parts: `eC4pRg==-3`. */
function compositeChecksum(parts: readonly SentPart[]): string {
  const all = Buffer.concat(parts.map(({crc32 = ''}) => Buffer.from(crc32, 'base64')));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(checksumOf(all));
  return `${checksum.toString('base64')}-${parts.length}`;
}

const uploadAborted = (address: string, cause: unknown): Failure =>
  new Failure(
    'conflict',
    'UPLOAD_ABORTED',
    `The upload of ${address} was aborted by someone else meanwhile.`,
    {
      hint: 'Another deploy, or a lifecycle rule of the bucket. Deploy again: what is uploaded already is not sent twice.',
      cause,
    },
  );
