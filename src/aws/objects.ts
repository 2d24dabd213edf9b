import {createHash} from 'node:crypto';
import {Failure} from '../failure.js';
import {createExchange, type ExchangeOptions, type S3Response} from './exchange.js';
import {toFailure} from './failures.js';
import {listAll} from './listing.js';
import {createParts} from './parts.js';
import {errorFacts, S3AnswerError} from './retry.js';
import {emptyHash, encodeKey, sha256} from './sigv4.js';
import type {ObjectStore, PutObject, StoredObject, UndeletedKey} from './types.js';
import {elements, elementText, escapeXml, parseErrorDocument} from './xml.js';

/** DeleteObjects takes no more. */
const deleteBatch = 1000;

export interface ObjectStoreOptions extends ExchangeOptions {
  readonly bucket: string;
}

function etagOf(response: S3Response, etag: string | undefined): string {
  if (etag !== undefined && etag !== '') return etag;
  throw new S3AnswerError('NotAws', 'no ETag', response.status, response.headers['x-amz-request-id']);
}

/** A 404 for the object is an answer, one for the bucket is an error; HEAD cannot tell them apart. */
function isMissing(response: S3Response): boolean {
  if (response.status !== 404) return false;
  const text = response.body.toString('utf8');
  const document = parseErrorDocument(text);
  if (document === undefined && text === '') return true;
  if (document?.code === 'NoSuchKey') return true;
  const {headers} = response;
  throw new S3AnswerError(
    document?.code ?? 'NotAws',
    document?.message ?? '',
    404,
    headers['x-amz-request-id'],
  );
}

/** The error that an accepted 412 stands for. */
const preconditionFailed = (response: S3Response): S3AnswerError =>
  new S3AnswerError('PreconditionFailed', '', 412, response.headers['x-amz-request-id']);

const md5 = (body: Uint8Array): string => createHash('md5').update(body).digest('base64');

/** Object Lock takes no body without a digest; S3 says so as InvalidRequest, naming headers that it would take. */
const asksForDigest = (error: unknown): boolean => {
  const {name, message} = errorFacts(error);
  return name === 'InvalidRequest' && message.includes('Content-MD5');
};

const noSplit = (): Promise<readonly string[]> => Promise.resolve([]);

export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const {bucket} = options;
  const {exchange, serverNow} = createExchange(options);
  /** The bucket has asked for digests: every PUT carries one from then on. */
  let isDigestWanted = false;

  const run = async <T>(operation: string, key: string | undefined, work: () => Promise<T>): Promise<T> => {
    const resource = key === undefined ? `bucket ${bucket}` : `object ${key} in bucket ${bucket}`;
    // An empty key would address the bucket itself: PUT would create it, DELETE would delete it.
    if (key === '')
      throw new Failure('usage', 'BAD_KEY', `${operation} in bucket ${bucket} needs a key that is not empty`);
    try {
      return await work();
    } catch (error) {
      const isBucketGone = errorFacts(error).name === 'NoSuchBucket';
      throw toFailure(error, {
        service: 's3',
        operation,
        resource: isBucketGone ? `bucket ${bucket}` : resource,
      });
    }
  };

  const read = async (
    key: string,
    ifNoneMatch?: string,
    onPiece?: (piece: Uint8Array, isFirst: boolean) => void,
  ): Promise<StoredObject | 'not-modified' | undefined> => {
    const response = await exchange({
      method: 'GET',
      key,
      headers: ifNoneMatch === undefined ? {} : {'if-none-match': ifNoneMatch},
      payloadHash: emptyHash,
      accept: [304, 404],
      onPiece,
    });
    if (response.status === 304) return 'not-modified';
    if (isMissing(response)) return undefined;
    return {body: response.body, etag: etagOf(response, response.headers['etag']), headers: response.headers};
  };

  const put = async (object: PutObject): Promise<{readonly etag: string}> => {
    const isConditional = object.ifMatch !== undefined || object.ifNoneMatch !== undefined;
    const isDigested = isDigestWanted;
    let response: S3Response;
    try {
      response = await exchange({
        method: 'PUT',
        key: object.key,
        headers:
          isConditional || isDigested
            ? {
                ...object.headers,
                ...(object.ifMatch === undefined ? {} : {'if-match': object.ifMatch}),
                ...(object.ifNoneMatch === undefined ? {} : {'if-none-match': object.ifNoneMatch}),
                ...(isDigested ? {'content-md5': md5(object.body)} : {}),
              }
            : object.headers,
        body: object.body,
        payloadHash: object.sha256,
        ...(isConditional ? {accept: [412]} : {}),
      });
    } catch (error) {
      if (isDigested || !asksForDigest(error)) throw error;
      isDigestWanted = true;
      return put(object);
    }
    if (response.status !== 412) return {etag: etagOf(response, response.headers['etag'])};
    // The attempt before this one lost its answer; when the object is what we wrote, it is that attempt that won.
    const found = response.isRepeat ? await read(object.key) : undefined;
    if (typeof found === 'object' && sha256(found.body) === object.sha256) return {etag: found.etag};
    throw preconditionFailed(response);
  };

  const deleteSome = async (keys: readonly string[]): Promise<readonly UndeletedKey[]> => {
    const items = keys.map(key => `<Object><Key>${escapeXml(key)}</Key></Object>`).join('');
    const body = Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${items}<Quiet>true</Quiet></Delete>`,
    );
    const digest = sha256(body);
    const response = await exchange({
      method: 'POST',
      query: {delete: ''},
      headers: {
        'content-type': 'application/xml',
        // S3 takes any checksum here; MinIO, Oracle and other S3 alikes take this one alone.
        'content-md5': md5(body),
      },
      body,
      payloadHash: digest,
    });
    const xml = response.body.toString('utf8');
    if (!xml.includes('<DeleteResult'))
      throw new S3AnswerError('NotAws', 'not a DeleteResult', response.status, undefined);
    return [...elements(xml, 'Error')].map(item => ({
      key: elementText(item, 'Key') ?? '',
      code: elementText(item, 'Code') ?? 'Unknown',
      message: elementText(item, 'Message') ?? '',
    }));
  };

  return {
    bucket,
    concurrency: options.limiter.concurrency,
    serverNow,
    parts: createParts(bucket, exchange, run),
    put: object => run('PutObject', object.key, () => put(object)),
    get: (key, {ifNoneMatch, onPiece} = {}) => run('GetObject', key, () => read(key, ifNoneMatch, onPiece)),
    head: key =>
      run('HeadObject', key, async () => {
        const response = await exchange({method: 'HEAD', key, payloadHash: emptyHash, accept: [404]});
        if (response.status === 404) return undefined;
        const {headers} = response;
        return {
          etag: etagOf(response, headers['etag']),
          size: Number(headers['content-length'] ?? 0),
          headers,
        };
      }),
    copy: ({from, key, headers, sourceIfMatch}) =>
      run('CopyObject', key, async () => {
        const response = await exchange({
          method: 'PUT',
          key,
          headers: {
            ...headers,
            'x-amz-copy-source': `/${encodeKey(bucket)}/${encodeKey(from)}`,
            'x-amz-metadata-directive': 'REPLACE',
            ...(sourceIfMatch === undefined ? {} : {'x-amz-copy-source-if-match': sourceIfMatch}),
          },
          payloadHash: emptyHash,
          errorInBody: true,
        });
        return {etag: etagOf(response, elementText(response.body.toString('utf8'), 'ETag'))};
      }),
    delete: (key, {ifMatch} = {}) =>
      run('DeleteObject', key, async () => {
        const response = await exchange({
          method: 'DELETE',
          key,
          headers: ifMatch === undefined ? {} : {'if-match': ifMatch},
          payloadHash: emptyHash,
          accept: [404, 412],
        });
        if (response.status === 412) throw preconditionFailed(response);
        isMissing(response);
      }),
    deleteMany: async keys => {
      const batches: (readonly string[])[] = [];
      for (let at = 0; at < keys.length; at += deleteBatch) batches.push(keys.slice(at, at + deleteBatch));
      const refused = await Promise.all(
        batches.map(batch => run('DeleteObjects', undefined, () => deleteSome(batch))),
      );
      return refused.flat();
    },
    list: ({prefix = '', splitAt = noSplit, atLeast} = {}) =>
      run('ListObjectsV2', undefined, () => listAll(exchange, prefix, splitAt, atLeast)),
    close: () => options.connection.close(),
  };
}
