import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';
import {afterEach, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import {createConnection} from '../../src/aws/connection.js';
import {createLimiter} from '../../src/aws/limiter.js';
import {createObjectStore} from '../../src/aws/objects.js';
import type {ObjectStore} from '../../src/aws/index.js';
import {s3Error, startFakeServer, type Answer, type FakeServer, type SeenRequest} from './fake-server.js';

const opened: {readonly store: ObjectStore; readonly server: FakeServer}[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).flatMap(({store, server}) => [store.close(), server.close()]));
});

/** `origin`: what the store takes for the server's; requests go to the server all the same. */
async function openStore(answer: (request: SeenRequest, index: number) => Answer, origin?: string) {
  const server = await startFakeServer(answer);
  const keys = {accessKeyId: 'AKIA', secretAccessKey: 'hidden'};
  const connection = createConnection({connectTimeoutMs: 1000, responseTimeoutMs: 5000});
  const store = createObjectStore({
    bucket: 'site',
    region: 'us-east-1',
    addressIn: region =>
      Promise.resolve({origin: origin ?? server.url, host: 'h', basePath: '/site', region, service: 's3'}),
    credentials: {
      provider: () => Promise.resolve(keys),
      current: () => keys,
      refresh: () => Promise.resolve(keys),
    },
    connection: {...connection, send: (_origin, request) => connection.send(server.url, request)},
    limiter: createLimiter({start: 8, max: 8}),
    maxAttempts: 3,
    maxAttemptsOnceAnswered: 3,
    origin: {endpoint: server.url, isLocal: false, profile: undefined},
    now: Date.now,
    random: () => 0,
    sleep: () => Promise.resolve(),
  });
  opened.push({store, server});
  return {store, server};
}

const created: Answer = {
  status: 200,
  body: '<InitiateMultipartUploadResult><UploadId>a/b+c&amp;d</UploadId></InitiateMultipartUploadResult>',
};
const md5 = (data: string | Buffer): Buffer => createHash('md5').update(data).digest();
const bodies = ['first part', 'second part'];
const etags = bodies.map(body => `"${md5(body).toString('hex')}"`);
const whole = `"${createHash('md5')
  .update(Buffer.concat(bodies.map(md5)))
  .digest('hex')}-2"`;
const parts = etags.map((etag, index) => ({
  number: index + 1,
  etag,
  crc32: ['AQIDBA==', 'BQYHCA=='][index] ?? '',
}));
const completed: Answer = {
  status: 200,
  body: `<CompleteMultipartUploadResult><ETag>${whole.replaceAll('"', '&quot;')}</ETag></CompleteMultipartUploadResult>`,
};

it('sends an object in parts, each with its CRC-32, and joins them in order', async () => {
  const answers = [
    created,
    ...etags.map(etag => ({status: 200, headers: {etag, 'x-amz-checksum-crc32': 'c='}})),
  ];
  const {store, server} = await openStore((_request, index) => answers[index] ?? completed);
  const {uploadId, isRepeat} = await store.parts.create('a b.bin', {'content-type': 'x/y'});
  expect({uploadId, isRepeat}).toEqual({uploadId: 'a/b+c&d', isRepeat: false});
  const sent = [];
  for (const [index, text] of bodies.entries()) {
    const body = Buffer.from(text);
    sent.push(
      await store.parts.send({key: 'a b.bin', uploadId, number: index + 1, body, crc32: crc32(body)}),
    );
  }
  expect(await store.parts.complete('a b.bin', uploadId, sent.reverse())).toEqual({etag: whole});
  const [create, part, , complete] = server.seen;
  expect(create).toMatchObject({
    method: 'POST',
    url: '/site/a%20b.bin?uploads=',
    headers: {'content-type': 'x/y', 'x-amz-checksum-algorithm': 'CRC32'},
  });
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32('first part'));
  expect(part).toMatchObject({
    method: 'PUT',
    url: '/site/a%20b.bin?partNumber=1&uploadId=a%2Fb%2Bc%26d',
    headers: {
      'x-amz-checksum-crc32': checksum.toString('base64'),
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    },
  });
  expect(part?.body.toString()).toBe('first part');
  const rows = etags.map(
    (etag, index) =>
      `<Part><ETag>${etag.replaceAll('"', '&#34;')}</ETag><ChecksumCRC32>c=</ChecksumCRC32><PartNumber>${index + 1}</PartNumber></Part>`,
  );
  expect(complete?.body.toString()).toContain(`>${rows.join('')}</CompleteMultipartUpload>`);
});

it.each([
  ['https://s3.eu-west-3.amazonaws.com', 'UNSIGNED-PAYLOAD'],
  ['http://127.0.0.1:4566', 'UNSIGNED-PAYLOAD'],
  ['http://localhost', 'UNSIGNED-PAYLOAD'],
  ['http://[::1]:9000', 'UNSIGNED-PAYLOAD'],
  ['http://minio.lan:9000', createHash('sha256').update('x').digest('hex')],
  ['http://localhost.example.com', createHash('sha256').update('x').digest('hex')],
  ['http://127.0.0.1.example.com', createHash('sha256').update('x').digest('hex')],
])('at %s a part is signed as %s', async (origin, hash) => {
  const {store, server} = await openStore(() => ({status: 200, headers: {etag: '"e"'}}), origin);
  await store.parts.send({key: 'k', uploadId: 'u', number: 1, body: Buffer.from('x'), crc32: 1});
  expect(server.seen[0]?.headers['x-amz-content-sha256']).toBe(hash);
});

it('tells when an upload may have been begun twice', async () => {
  const {store} = await openStore((_request, index) => (index === 0 ? 'reset' : created));
  expect(await store.parts.create('k', {})).toMatchObject({isRepeat: true});
});

const composite = (): string => {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(Buffer.concat(parts.map(part => Buffer.from(part.crc32, 'base64')))));
  return `${checksum.toString('base64')}-2`;
};

it.each([
  ['made of these parts', composite(), true],
  ['of others', 'AAAAAA==-2', false],
  ['without a checksum', '', false],
])('an upload that is gone was completed where the object is %s', async (_which, checksum, isDone) => {
  const {store, server} = await openStore(({method}) =>
    method === 'HEAD'
      ? {status: 200, headers: {etag: '"kms"', 'x-amz-checksum-crc32': checksum}}
      : s3Error(404, 'NoSuchUpload'),
  );
  const work = store.parts.complete('k', 'u', parts);
  if (isDone) expect(await work).toEqual({etag: '"kms"'});
  else await expect(work).rejects.toMatchObject({code: 'UPLOAD_ABORTED', exit: 'conflict'});
  expect(server.seen.at(-1)?.headers['x-amz-checksum-mode']).toBe('ENABLED');
});

it('a part of an upload that somebody aborted is a conflict', async () => {
  const {store} = await openStore(() => s3Error(404, 'NoSuchUpload'));
  const work = store.parts.send({key: 'k', uploadId: 'u', number: 1, body: Buffer.from('x'), crc32: 1});
  await expect(work).rejects.toMatchObject({code: 'UPLOAD_ABORTED', exit: 'conflict'});
});

it('an error in a 200 is an error', async () => {
  const {store, server} = await openStore(() => ({
    status: 200,
    body: '<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>again</Message></Error>',
  }));
  await expect(store.parts.complete('k', 'u', parts)).rejects.toBeInstanceOf(Failure);
  expect(server.seen).toHaveLength(3);
});

it('aborting what is gone is no error; a signal ends a part under way', async () => {
  const {store} = await openStore(() => s3Error(404, 'NoSuchUpload'));
  await store.parts.abort('k', 'u');
  const stop = new AbortController();
  const {store: slow, server} = await openStore(() => {
    stop.abort(new Error('enough'));
    return {status: 200, headers: {etag: '"e"'}};
  });
  const work = slow.parts.send({
    key: 'k',
    uploadId: 'u',
    number: 1,
    body: Buffer.from('x'),
    crc32: 1,
    signal: stop.signal,
  });
  await expect(work).rejects.toBeInstanceOf(Failure);
  expect(server.seen).toHaveLength(1);
  expect(
    await slow.parts.send({key: 'k', uploadId: 'u', number: 2, body: Buffer.from('x'), crc32: 1}),
  ).toMatchObject({
    etag: '"e"',
  });
});
