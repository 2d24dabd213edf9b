import {Upload} from '@aws-sdk/lib-storage';
import {createHash, randomBytes} from 'node:crypto';
import {request} from 'node:http';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {liveBlobs} from '../../../src/local/s3/index.js';
import {refusal, startCloud, type Cloud} from './cloud.js';

const Bucket = 'site';
let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
  await cloud.s3.createBucket({Bucket});
});
afterAll(() => cloud[Symbol.asyncDispose]());

const md5 = (bytes: Uint8Array): string => `"${createHash('md5').update(bytes).digest('hex')}"`;
const bytesOf = async (Key: string, more: object = {}): Promise<Buffer> => {
  const {Body} = await cloud.s3.getObject({Bucket, Key, ...more});
  return Buffer.from(await Body!.transformToByteArray());
};
const blobCount = (): number => [...liveBlobs(cloud.store)].length;
/** A request without the SDK: status and body. */
const raw = (method: string, path: string, headers: Record<string, string> = {}, body = '') =>
  new Promise<{status: number; body: string}>((resolve, reject) => {
    const call = request(`${cloud.served.endpoint}${path}`, {method, headers}, response => {
      text(response).then(answer => resolve({status: response.statusCode ?? 0, body: answer}), reject);
    });
    call.on('error', reject);
    call.end(body);
  });

describe('bytes', () => {
  it.each([0, 1, 65_536, 65_537, 300_000, 3_000_000])(
    '%i bytes come back, as bytes and as a stream',
    async size => {
      const bytes = randomBytes(size);
      const put = await cloud.s3.putObject({Bucket, Key: 'size', Body: bytes});
      expect(put.ETag).toBe(md5(bytes));
      expect((await bytesOf('size')).equals(bytes)).toBe(true);
      await cloud.s3.putObject({Bucket, Key: 'streamed', Body: Readable.from([bytes]), ContentLength: size});
      expect((await bytesOf('streamed')).equals(bytes)).toBe(true);
      const head = await cloud.s3.headObject({Bucket, Key: 'streamed', ChecksumMode: 'ENABLED'});
      expect(head).toMatchObject({ContentLength: size, ETag: md5(bytes), AcceptRanges: 'bytes'});
      expect(head.ChecksumCRC32).toBeDefined();
    },
  );

  it.each([
    'a b',
    'a#b',
    'a%b%20c',
    'a+b',
    '~tilde',
    'emoji 😀/é',
    `${'k'.repeat(1020)}😀`,
    'quote"\'<&>',
    'a//b',
    './x',
    '../y',
    'trailing/',
    'q?x=1&y',
    "!*'()",
    ' lead',
    '\u{feff}',
    'line\nbreak',
  ])('key %j', async Key => {
    const Body = Buffer.from(Key);
    await cloud.s3.putObject({Bucket, Key, Body});
    expect(await bytesOf(Key)).toEqual(Body);
    const listed = await cloud.s3.listObjectsV2({Bucket, Prefix: Key});
    expect(listed.Contents?.map(object => object.Key)).toContain(Key);
    const copied = `copy of ${Key}`.slice(0, 200);
    await cloud.s3.copyObject({Bucket, Key: copied, CopySource: `${Bucket}/${encodeURIComponent(Key)}`});
    expect(await bytesOf(copied)).toEqual(Body);
    const deleted = await cloud.s3.deleteObjects({Bucket, Delete: {Objects: [{Key}, {Key: copied}]}});
    expect(deleted.Deleted?.map(object => object.Key)).toEqual([Key, copied]);
    expect(await refusal(cloud.s3.getObject({Bucket, Key}))).toBe('NoSuchKey 404');
  });

  it('refuses a key above 1,024 bytes', async () => {
    expect(await refusal(cloud.s3.putObject({Bucket, Key: 'k'.repeat(1025), Body: 'x'}))).toBe(
      'KeyTooLongError 400',
    );
  });

  it('answers ranges from inline bodies, blobs and parts', async () => {
    for (const size of [1000, 200_000]) {
      const bytes = randomBytes(size);
      await cloud.s3.putObject({Bucket, Key: 'range', Body: bytes});
      const part = await cloud.s3.getObject({Bucket, Key: 'range', Range: 'bytes=10-19'});
      expect(part.$metadata.httpStatusCode).toBe(206);
      expect(part.ContentRange).toBe(`bytes 10-19/${String(size)}`);
      expect(Buffer.from(await part.Body!.transformToByteArray())).toEqual(bytes.subarray(10, 20));
      expect(await bytesOf('range', {Range: 'bytes=-7'})).toEqual(bytes.subarray(-7));
      expect(await refusal(cloud.s3.getObject({Bucket, Key: 'range', Range: `bytes=${String(size)}-`}))).toBe(
        'InvalidRange 416',
      );
    }
  });
});

it('gives back system headers, user metadata and response-* overrides', async () => {
  const Expires = new Date(Date.UTC(2027, 0, 1));
  const headers = {
    CacheControl: 'public, max-age=31536000, immutable',
    ContentDisposition: 'inline',
    ContentEncoding: 'gzip',
    ContentLanguage: 'en',
    ContentType: 'text/css; charset=utf-8',
    WebsiteRedirectLocation: '/elsewhere',
    StorageClass: 'STANDARD_IA',
  } as const;
  await cloud.s3.putObject({
    Bucket,
    Key: 'headers',
    Body: 'x',
    Expires,
    ...headers,
    Metadata: {Sha: 'abc', 'cache-tag': 'a,b'},
  });
  const got = await cloud.s3.getObject({Bucket, Key: 'headers'});
  expect(got).toMatchObject({
    ...headers,
    Metadata: {sha: 'abc', 'cache-tag': 'a,b'},
    ExpiresString: Expires.toUTCString(),
  });
  const overridden = await cloud.s3.getObject({
    Bucket,
    Key: 'headers',
    ResponseCacheControl: 'no-store',
    ResponseContentType: 'text/plain',
  });
  expect(overridden).toMatchObject({
    CacheControl: 'no-store',
    ContentType: 'text/plain',
    ContentLanguage: 'en',
  });
  await cloud.s3.putObject({Bucket, Key: 'plain', Body: Readable.from([Buffer.from('x')]), ContentLength: 1});
  const plain = await cloud.s3.headObject({Bucket, Key: 'plain'});
  expect(plain).toMatchObject({
    ContentType: 'application/octet-stream',
    ServerSideEncryption: 'AES256',
    Metadata: {},
  });
  expect(plain.ContentEncoding).toBeUndefined();
  expect(
    await refusal(cloud.s3.putObject({Bucket, Key: 'm', Body: 'x', Metadata: {a: 'x'.repeat(2048)}})),
  ).toBe('MetadataTooLarge 400');
});

describe('conditions', () => {
  it('reads', async () => {
    const {ETag} = await cloud.s3.putObject({Bucket, Key: 'c', Body: 'c'});
    expect(await refusal(cloud.s3.getObject({Bucket, Key: 'c', IfMatch: '"x"'}))).toBe(
      'PreconditionFailed 412',
    );
    expect(await refusal(cloud.s3.getObject({Bucket, Key: 'c', IfNoneMatch: ETag}))).toMatch(/ 304$/);
    expect(await refusal(cloud.s3.headObject({Bucket, Key: 'c', IfNoneMatch: ETag}))).toMatch(/ 304$/);
    expect(await bytesOf('c', {IfMatch: ETag})).toEqual(Buffer.from('c'));
  });

  it('writes', async () => {
    const put = (more: object) => refusal(cloud.s3.putObject({Bucket, Key: 'w', Body: 'w', ...more}));
    expect(await put({IfMatch: '"x"'})).toBe('NoSuchKey 404');
    expect(await put({IfNoneMatch: '*'})).toBe('no refusal');
    expect(await put({IfNoneMatch: '*'})).toBe('PreconditionFailed 412');
    expect(await put({IfMatch: '"x"'})).toBe('PreconditionFailed 412');
    expect(await put({IfMatch: md5(Buffer.from('w'))})).toBe('no refusal');
    expect(await refusal(cloud.s3.deleteObject({Bucket, Key: 'w', IfMatch: '"x"'}))).toBe(
      'PreconditionFailed 412',
    );
    expect(await refusal(cloud.s3.deleteObject({Bucket, Key: 'w', IfMatch: md5(Buffer.from('w'))}))).toBe(
      'no refusal',
    );
    expect(await refusal(cloud.s3.deleteObject({Bucket, Key: 'w'}))).toBe('no refusal');
  });

  it('lets exactly one of many creators win', async () => {
    const all = await Promise.all(
      Array.from({length: 20}, (_, at) =>
        refusal(cloud.s3.putObject({Bucket, Key: 'lock', Body: String(at), IfNoneMatch: '*'})),
      ),
    );
    expect(all.filter(answer => answer === 'no refusal')).toHaveLength(1);
    expect(all.filter(answer => answer === 'PreconditionFailed 412')).toHaveLength(19);
  });

  it('answers 409 when the object is deleted while a conditional write is on its way', async () => {
    await cloud.s3.putObject({Bucket, Key: 'race', Body: 'old'});
    const first = randomBytes(200_000);
    const body = async function* () {
      yield first;
      await cloud.s3.deleteObject({Bucket, Key: 'race'});
      yield randomBytes(200_000);
    };
    const put = cloud.s3.putObject({
      Bucket,
      Key: 'race',
      Body: Readable.from(body()),
      ContentLength: 400_000,
      IfMatch: md5(Buffer.from('old')),
    });
    expect(await refusal(put)).toBe('ConditionalRequestConflict 409');
  });
});

describe('integrity', () => {
  it.each([
    ['ContentMD5', createHash('md5').update('other').digest('base64'), 'BadDigest 400'],
    ['ContentMD5', 'nonsense', 'InvalidDigest 400'],
    ['ChecksumCRC32', 'AAAAAA==', 'BadDigest 400'],
    ['ChecksumCRC32', 'AAAA', 'InvalidRequest 400'],
    ['ChecksumCRC32C', 'AAAAAA==', 'BadDigest 400'],
    ['ChecksumCRC64NVME', 'AAAAAAAAAAA=', 'BadDigest 400'],
    ['ChecksumSHA1', createHash('sha1').update('other').digest('base64'), 'BadDigest 400'],
    ['ChecksumSHA256', createHash('sha256').update('other').digest('base64'), 'BadDigest 400'],
    ['ChecksumSHA256', createHash('sha256').update('x').digest('base64'), 'no refusal'],
  ])('%s %s: %s', async (member, value, expected) => {
    expect(await refusal(cloud.s3.putObject({Bucket, Key: 'sum', Body: 'x', [member]: value}))).toBe(
      expected,
    );
  });

  it('refuses a wrong trailer and keeps the object that was there', async () => {
    await cloud.s3.putObject({Bucket, Key: 'trailer', Body: 'old'});
    const blobs = blobCount();
    for (const size of [10, 400_000]) {
      const put = cloud.s3.putObject({
        Bucket,
        Key: 'trailer',
        Body: randomBytes(size),
        ChecksumSHA256: createHash('sha256').update('other').digest('base64'),
      });
      expect(await refusal(put)).toBe('BadDigest 400');
    }
    expect(await bytesOf('trailer')).toEqual(Buffer.from('old'));
    expect(blobCount()).toBe(blobs);
  });

  it('leaves nothing behind when the client goes away in the middle', async () => {
    await cloud.s3.putObject({Bucket, Key: 'torn', Body: 'old'});
    const blobs = blobCount();
    const client = new AbortController();
    const body = async function* () {
      yield randomBytes(300_000);
      await new Promise(resolve => setImmediate(resolve));
      client.abort();
      yield randomBytes(300_000);
    };
    const put = cloud.s3.putObject(
      {Bucket, Key: 'torn', Body: Readable.from(body()), ContentLength: 600_000},
      {abortSignal: client.signal},
    );
    await expect(put).rejects.toThrow('aborted');
    expect(await bytesOf('torn')).toEqual(Buffer.from('old'));
    expect(blobCount()).toBe(blobs);
  });

  it('removes the blob of a replaced or deleted object, but not from under a reader', async () => {
    const before = blobCount();
    const bytes = randomBytes(5_000_000);
    await cloud.s3.putObject({Bucket, Key: 'blob', Body: bytes});
    expect(blobCount()).toBe(before + 1);
    const {Body} = await cloud.s3.getObject({Bucket, Key: 'blob'});
    await cloud.s3.putObject({Bucket, Key: 'blob', Body: 'small'});
    await cloud.s3.deleteObject({Bucket, Key: 'blob'});
    expect(blobCount()).toBe(before);
    expect(Buffer.from(await Body!.transformToByteArray()).equals(bytes)).toBe(true);
  });
});

describe('CopyObject', () => {
  it('keeps or replaces metadata, and refuses a copy to itself that changes nothing', async () => {
    const bytes = randomBytes(100_000);
    await cloud.s3.putObject({
      Bucket,
      Key: 'from',
      Body: bytes,
      CacheControl: 'a',
      Metadata: {m: '1'},
      Tagging: 't=1',
    });
    const blobs = blobCount();
    const CopySource = `${Bucket}/from`;
    await cloud.s3.copyObject({Bucket, Key: 'to', CopySource, CacheControl: 'ignored'});
    expect(await cloud.s3.headObject({Bucket, Key: 'to'})).toMatchObject({
      CacheControl: 'a',
      Metadata: {m: '1'},
    });
    expect((await cloud.s3.getObjectTagging({Bucket, Key: 'to'})).TagSet).toEqual([{Key: 't', Value: '1'}]);
    expect(await refusal(cloud.s3.copyObject({Bucket, Key: 'from', CopySource}))).toBe('InvalidRequest 400');
    expect(blobCount()).toBe(blobs + 1);
    cloud.clock.advance(5000);
    await cloud.s3.copyObject({
      Bucket,
      Key: 'from',
      CopySource,
      MetadataDirective: 'REPLACE',
      CacheControl: 'b',
    });
    expect(blobCount()).toBe(blobs + 1);
    const head = await cloud.s3.headObject({Bucket, Key: 'from'});
    expect(head).toMatchObject({
      CacheControl: 'b',
      Metadata: {},
      ETag: md5(bytes),
      LastModified: new Date(cloud.clock.now()),
    });
    expect((await bytesOf('from')).equals(bytes)).toBe(true);
    expect((await bytesOf('to')).equals(bytes)).toBe(true);
  });

  it('obeys conditions on both sides', async () => {
    await cloud.s3.putObject({Bucket, Key: 'source', Body: 's'});
    const copy = (more: object) =>
      refusal(cloud.s3.copyObject({Bucket, Key: 'dest', CopySource: `${Bucket}/source`, ...more}));
    expect(await copy({CopySourceIfMatch: '"x"'})).toBe('PreconditionFailed 412');
    expect(await copy({CopySourceIfNoneMatch: md5(Buffer.from('s'))})).toBe('PreconditionFailed 412');
    expect(await copy({IfMatch: '"x"'})).toBe('NoSuchKey 404');
    expect(await copy({IfNoneMatch: '*'})).toBe('no refusal');
    expect(await copy({IfNoneMatch: '*'})).toBe('PreconditionFailed 412');
    expect(await copy({CopySource: `${Bucket}/none`})).toBe('NoSuchKey 404');
  });
});

describe('multipart', () => {
  const MiB = 1024 ** 2;

  it('takes what lib-storage sends', async () => {
    const bytes = randomBytes(12 * MiB);
    const upload = new Upload({
      client: cloud.s3,
      params: {Bucket, Key: 'big', Body: Readable.from([bytes]), ContentType: 'video/mp4'},
      partSize: 5 * MiB,
    });
    await upload.done();
    const head = await cloud.s3.headObject({Bucket, Key: 'big', ChecksumMode: 'ENABLED'});
    expect(head.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(head).toMatchObject({ContentLength: bytes.length, ContentType: 'video/mp4'});
    expect((await bytesOf('big')).equals(bytes)).toBe(true);
    expect(await bytesOf('big', {Range: `bytes=${String(5 * MiB - 2)}-${String(5 * MiB + 1)}`})).toEqual(
      bytes.subarray(5 * MiB - 2, 5 * MiB + 2),
    );
    const second = await cloud.s3.getObject({Bucket, Key: 'big', PartNumber: 3});
    expect(second).toMatchObject({PartsCount: 3, ContentLength: 2 * MiB});
    second.Body!.transformToByteArray().catch(() => undefined);
    const attributes = await cloud.s3.getObjectAttributes({
      Bucket,
      Key: 'big',
      ObjectAttributes: ['ObjectParts', 'ObjectSize', 'ETag', 'Checksum'],
    });
    expect(attributes.ObjectParts?.TotalPartsCount).toBe(3);
    expect(attributes.ObjectSize).toBe(bytes.length);
  });

  it('checks order, sizes, ETags and the full-object checksum', async () => {
    const before = blobCount();
    const parts = [randomBytes(5 * MiB), randomBytes(100)];
    const start = await cloud.s3.createMultipartUpload({Bucket, Key: 'mp', ChecksumAlgorithm: 'CRC64NVME'});
    const at = {Bucket, Key: 'mp', UploadId: start.UploadId};
    expect(start.ChecksumType).toBe('FULL_OBJECT');
    const done: {PartNumber: number; ETag: string | undefined}[] = [];
    for (const [index, Body] of parts.entries()) {
      const {ETag} = await cloud.s3.uploadPart({
        ...at,
        PartNumber: index + 1,
        Body,
        ChecksumAlgorithm: 'CRC64NVME',
      });
      done.push({PartNumber: index + 1, ETag});
    }
    const complete = (Parts: typeof done, more: object = {}) =>
      refusal(cloud.s3.completeMultipartUpload({...at, MultipartUpload: {Parts}, ...more}));
    expect(await complete([...done].reverse())).toBe('InvalidPartOrder 400');
    expect(await complete([{PartNumber: 1, ETag: '"x"'}])).toBe('InvalidPart 400');
    expect(await complete([...done, {PartNumber: 9, ETag: '"x"'}])).toBe('InvalidPart 400');
    expect(await complete(done, {ChecksumCRC64NVME: 'AAAAAAAAAAA='})).toBe('BadDigest 400');
    const listed = await cloud.s3.listParts({...at, MaxParts: 1});
    expect(listed).toMatchObject({IsTruncated: true, NextPartNumberMarker: '1'});
    expect((await cloud.s3.listMultipartUploads({Bucket})).Uploads?.map(({Key}) => Key)).toContain('mp');
    await cloud.s3.uploadPart({...at, PartNumber: 7, Body: randomBytes(100_000)}).catch(() => undefined);
    expect(await complete(done)).toBe('no refusal');
    expect(await complete(done)).toBe('NoSuchUpload 404');
    expect((await bytesOf('mp')).equals(Buffer.concat(parts))).toBe(true);
    expect(blobCount()).toBe(before + 1);

    const small = await cloud.s3.createMultipartUpload({Bucket, Key: 'small', ChecksumAlgorithm: 'CRC32'});
    const smallAt = {Bucket, Key: 'small', UploadId: small.UploadId};
    const Parts = [];
    for (const PartNumber of [1, 2]) {
      const {ETag, ChecksumCRC32} = await cloud.s3.uploadPart({...smallAt, PartNumber, Body: 'tiny'});
      Parts.push({PartNumber, ETag, ChecksumCRC32});
    }
    expect(await refusal(cloud.s3.completeMultipartUpload({...smallAt, MultipartUpload: {Parts}}))).toBe(
      'EntityTooSmall 400',
    );
    await cloud.s3.abortMultipartUpload(smallAt);
    expect(await refusal(cloud.s3.listParts(smallAt))).toBe('NoSuchUpload 404');
  });

  it('copies parts and completes only under its condition', async () => {
    const bytes = randomBytes(6 * MiB);
    await cloud.s3.putObject({Bucket, Key: 'whole', Body: bytes});
    const {UploadId} = await cloud.s3.createMultipartUpload({Bucket, Key: 'pieced'});
    const at = {Bucket, Key: 'pieced', UploadId};
    const Parts = [];
    for (const [index, range] of [
      `bytes=0-${String(5 * MiB - 1)}`,
      `bytes=${String(5 * MiB)}-${String(6 * MiB - 1)}`,
    ].entries()) {
      const {CopyPartResult} = await cloud.s3.uploadPartCopy({
        ...at,
        PartNumber: index + 1,
        CopySource: `${Bucket}/whole`,
        CopySourceRange: range,
      });
      Parts.push({
        PartNumber: index + 1,
        ETag: CopyPartResult?.ETag,
        ChecksumCRC32: CopyPartResult?.ChecksumCRC32,
      });
    }
    expect(
      await refusal(
        cloud.s3.uploadPartCopy({
          ...at,
          PartNumber: 3,
          CopySource: `${Bucket}/whole`,
          CopySourceRange: 'bytes=0-99999999',
        }),
      ),
    ).toBe('InvalidArgument 400');
    await cloud.s3.putObject({Bucket, Key: 'pieced', Body: 'there'});
    const complete = {...at, MultipartUpload: {Parts}};
    expect(await refusal(cloud.s3.completeMultipartUpload({...complete, IfNoneMatch: '*'}))).toBe(
      'PreconditionFailed 412',
    );
    await cloud.s3.completeMultipartUpload(complete);
    expect((await bytesOf('pieced')).equals(bytes)).toBe(true);
  });
});

it('tells a missing key from a forbidden one only to those who may list', async () => {
  await cloud.s3.putObject({Bucket, Key: 'secret', Body: 's'});
  expect((await raw('GET', '/site/secret')).status).toBe(403);
  expect((await raw('GET', '/site/none')).body).toContain('<Code>AccessDenied</Code>');
  expect((await raw('GET', '/none/none')).body).toContain('<Code>NoSuchBucket</Code>');
  expect(await refusal(cloud.s3.getObject({Bucket, Key: 'none'}))).toBe('NoSuchKey 404');
  await cloud.s3.deletePublicAccessBlock({Bucket});
  await cloud.s3.putBucketPolicy({
    Bucket,
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*`},
      ],
    }),
  });
  expect(await raw('GET', '/site/secret')).toEqual({status: 200, body: 's'});
  expect((await raw('GET', '/site/none')).status).toBe(403);
  expect((await raw('GET', '/site/secret?response-content-type=text/plain')).body).toContain(
    'InvalidRequest',
  );
  expect((await raw('PUT', '/site/new', {'content-length': '1'}, 'x')).status).toBe(403);
});
