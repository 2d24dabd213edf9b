import {createHash} from 'node:crypto';
import {afterEach, describe, expect, it} from 'vitest';
import {customAddress} from '../../src/aws/address.js';
import {createConnection} from '../../src/aws/connection.js';
import {createLimiter} from '../../src/aws/limiter.js';
import {createObjectStore} from '../../src/aws/objects.js';
import {sha256} from '../../src/aws/sigv4.js';
import type {ObjectStore} from '../../src/aws/index.js';
import {s3Error, startFakeServer, type Answer, type FakeServer, type SeenRequest} from './fake-server.js';

const wallClock = Date.UTC(2026, 10, 21, 19, 0, 0);
const body = Buffer.from('<h1>hello</h1>');
const object = {key: 'index.html', body, sha256: sha256(body), headers: {'content-type': 'text/html'}};
const ok: Answer = {status: 200, headers: {etag: '"e1"', 'x-amz-request-id': 'R'}};

interface Fixture {
  readonly server: FakeServer;
  readonly store: ObjectStore;
  /** Every pause between attempts. */
  readonly sleeps: readonly number[];
  readonly refreshes: () => number;
  readonly regions: readonly string[];
}

const open: Fixture[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).flatMap(({server, store}) => [store.close(), server.close()]));
});

async function fixture(
  answer: (request: SeenRequest, index: number) => Answer,
  maxAttempts = 5,
  maxAttemptsOnceAnswered = maxAttempts,
): Promise<Fixture> {
  const server = await startFakeServer(answer);
  const sleeps: number[] = [];
  const regions: string[] = [];
  let refreshes = 0;
  const keys = () => ({
    accessKeyId: `KEY${refreshes}`,
    secretAccessKey: 'hidden',
    sessionToken: `T${refreshes}`,
  });
  const store = createObjectStore({
    bucket: 'site',
    region: 'us-east-1',
    addressIn: region => {
      regions.push(region);
      return Promise.resolve(customAddress(new URL(server.url), 'site', region));
    },
    credentials: {
      provider: () => Promise.resolve(keys()),
      current: keys,
      refresh: () => {
        refreshes += 1;
        return Promise.resolve(keys());
      },
    },
    connection: createConnection({connectTimeoutMs: 1000, responseTimeoutMs: 5000}),
    limiter: createLimiter({start: 8, max: 256}),
    maxAttempts,
    maxAttemptsOnceAnswered,
    origin: {endpoint: server.url, isLocal: false, profile: undefined},
    now: () => wallClock,
    random: () => 1,
    sleep: ms => {
      sleeps.push(ms);
      return Promise.resolve();
    },
  });
  const made = {server, store, sleeps, refreshes: () => refreshes, regions};
  open.push(made);
  return made;
}

/** Answers in turn; the last one for ever. */
const inTurn =
  (...answers: readonly Answer[]) =>
  (_request: SeenRequest, index: number): Answer =>
    answers[Math.min(index, answers.length - 1)]!;

describe('put', () => {
  it('sends body, headers, digest and signature, path style', async () => {
    const {server, store} = await fixture(inTurn(ok));
    expect(await store.put({...object, key: 'a b/ü+%.html', ifNoneMatch: '*'})).toEqual({etag: '"e1"'});
    const [request] = server.seen;
    expect(request).toMatchObject({method: 'PUT', url: '/site/a%20b/%C3%BC%2B%25.html'});
    expect(request!.body.equals(body)).toBe(true);
    expect(request!.headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '14',
      'if-none-match': '*',
      'x-amz-content-sha256': object.sha256,
      'x-amz-date': '20261121T190000Z',
      'x-amz-security-token': 'T0',
    });
    expect(request!.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=KEY0\/20261121\/us-east-1\/s3\/aws4_request, SignedHeaders=content-type;host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[\da-f]{64}$/,
    );
  });

  it('sends an empty body with a length', async () => {
    const {server, store} = await fixture(inTurn(ok));
    await store.put({...object, body: new Uint8Array(0), sha256: sha256('')});
    expect(server.seen[0]!.headers['content-length']).toBe('0');
  });

  it.each<[string, Answer]>([
    ['SlowDown', s3Error(503, 'SlowDown')],
    ['a 500', s3Error(500, 'InternalError')],
    ['a gateway that answers HTML', {status: 502, body: '<html>Bad Gateway</html>'}],
    ['429', {status: 429}],
    ['RequestTimeout', s3Error(400, 'RequestTimeout')],
    ['a race of writers', s3Error(409, 'ConditionalRequestConflict')],
    ['a cut connection', 'reset'],
  ])('tries again after %s', async (_name, answer) => {
    const {server, store, sleeps} = await fixture(inTurn(answer, answer, ok));
    expect(await store.put(object)).toEqual({etag: '"e1"'});
    expect(server.seen).toHaveLength(3);
    expect(sleeps[1]).toBe(sleeps[0]! * 2);
  });

  it('halves its concurrency when asked to slow down', async () => {
    const {store} = await fixture(inTurn(s3Error(503, 'SlowDown'), ok));
    await store.put(object);
    expect(store.concurrency.limit).toBe(4);
  });

  it('gives up after the last attempt', async () => {
    const slow = await fixture(inTurn(s3Error(503, 'SlowDown')), 3);
    await expect(slow.store.put(object)).rejects.toMatchObject({code: 'THROTTLED', exitCode: 1});
    expect(slow.server.seen).toHaveLength(3);
    const gone = await fixture(inTurn('reset'), 2);
    await expect(gone.store.put(object)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(gone.server.url) as string,
    });
  });

  it('has more patience with a bucket that has answered before', async () => {
    const slow = s3Error(503, 'SlowDown');
    const {store, sleeps} = await fixture(inTurn(ok, slow, slow, slow, ok, slow), 2, 4);
    await store.put(object);
    await store.put(object);
    expect(sleeps).toHaveLength(3);
    await expect(store.put(object)).rejects.toMatchObject({code: 'THROTTLED'});
    expect(sleeps).toHaveLength(6);
  });

  it('does not repeat what cannot succeed', async () => {
    const {server, store, sleeps} = await fixture(inTurn(s3Error(403, 'AccessDenied')));
    await expect(store.put(object)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      exitCode: 3,
      message: 'AWS denied PutObject on object index.html in bucket site: it takes s3:PutObject',
      hint: 'Allow s3:PutObject for the identity that runs frontctl (`frontctl permissions` prints the whole policy).',
    });
    expect([server.seen.length, sleeps.length]).toEqual([1, 0]);
  });

  it('fails as a conflict when the condition does not hold', async () => {
    const {store} = await fixture(inTurn(s3Error(412, 'PreconditionFailed')));
    await expect(store.put({...object, ifMatch: '"old"'})).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      exitCode: 4,
    });
  });

  it('knows its own write when the answer to it was lost', async () => {
    const lost =
      (stored: string) =>
      (request: SeenRequest, index: number): Answer =>
        index === 0
          ? 'reset'
          : request.method === 'PUT'
            ? s3Error(412, 'PreconditionFailed')
            : {status: 200, headers: {etag: '"mine"'}, body: stored};
    const won = await fixture(lost(body.toString()));
    expect(await won.store.put({...object, ifNoneMatch: '*'})).toEqual({etag: '"mine"'});
    const beaten = await fixture(lost('another writer'));
    await expect(beaten.store.put({...object, ifNoneMatch: '*'})).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
  });

  const invalid = (message: string): Answer => ({
    status: 400,
    headers: {'content-type': 'application/xml', 'x-amz-request-id': 'R'},
    body: `<Error><Code>InvalidRequest</Code><Message>${message}</Message></Error>`,
  });
  const noDigest = invalid(
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  );

  it('sends a digest once a bucket with Object Lock has asked for one, and with every later body', async () => {
    const {server, store} = await fixture(({headers}) =>
      headers['content-md5'] === undefined ? noDigest : ok,
    );
    await Promise.all([store.put({...object, ifNoneMatch: '*'}), store.put({...object, key: 'b'})]);
    await store.put({...object, key: 'c'});
    const md5 = createHash('md5').update(body).digest('base64');
    const sent = server.seen.map(
      ({url, headers}) =>
        `${url} ${String(headers['content-md5'] ?? 'none')} ${headers['if-none-match'] ?? ''}`,
    );
    expect(new Set(sent)).toEqual(
      new Set([
        '/site/b none ',
        `/site/b ${md5} `,
        '/site/index.html none *',
        `/site/index.html ${md5} *`,
        `/site/c ${md5} `,
      ]),
    );
    expect(sent).toHaveLength(5);
  });

  it('repeats no other invalid request, and none that had a digest', async () => {
    const {server, store} = await fixture(inTurn(noDigest, noDigest, invalid('Something else')));
    await expect(store.put(object)).rejects.toThrow('Content-MD5 OR x-amz-checksum-');
    expect(server.seen).toHaveLength(2);
    await expect(store.put(object)).rejects.toThrow('Something else');
    expect(server.seen).toHaveLength(3);
  });

  it('refuses an empty key: that would be the bucket', async () => {
    const {server, store} = await fixture(inTurn(ok));
    await expect(store.put({...object, key: ''})).rejects.toMatchObject({code: 'BAD_KEY'});
    await expect(store.delete('')).rejects.toMatchObject({code: 'BAD_KEY'});
    expect(server.seen).toHaveLength(0);
  });

  it('does not take just any server for S3', async () => {
    const {store} = await fixture(inTurn({status: 200, body: '<html>It works!</html>'}));
    await expect(store.put(object)).rejects.toMatchObject({code: 'NOT_AWS'});
  });
});

describe('corrections', () => {
  it.each<[string, Answer]>([
    ['301 with a header', s3Error(301, 'PermanentRedirect', '', {'x-amz-bucket-region': 'eu-west-3'})],
    [
      'a malformed credential scope',
      s3Error(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>'),
    ],
  ])('follows the bucket to its region after %s, once for all requests', async (_name, answer) => {
    const {server, store, sleeps, regions} = await fixture(request =>
      request.headers.authorization?.includes('/eu-west-3/') === true ? ok : answer,
    );
    await store.put(object);
    await store.put(object);
    expect(server.seen).toHaveLength(3);
    expect(regions).toEqual(['us-east-1', 'eu-west-3']);
    expect(sleeps).toEqual([]);
  });

  it('says where the bucket is when following does not help', async () => {
    const {store} = await fixture(
      inTurn(s3Error(301, 'PermanentRedirect', '', {'x-amz-bucket-region': 'eu-west-3'})),
    );
    await expect(store.put(object)).rejects.toMatchObject({
      code: 'WRONG_REGION',
      hint: expect.stringContaining('eu-west-3') as string,
    });
  });

  it("takes the server's time when its own clock is off", async () => {
    const date = 'Sat, 21 Nov 2026 21:30:00 GMT';
    const {server, store} = await fixture(request =>
      request.headers['x-amz-date'] === '20261121T213000Z'
        ? ok
        : s3Error(403, 'RequestTimeTooSkewed', '', {date}),
    );
    await store.put(object);
    await store.put(object);
    expect(server.seen).toHaveLength(3);
  });

  it("tells the server's time by its last answer, whatever kind of answer that was, and its own before", async () => {
    const dates = ['Sat, 21 Nov 2026 21:30:00 GMT', undefined, 'no date', 'Sat, 21 Nov 2026 21:31:07 GMT'];
    const {store} = await fixture((_request, index) => {
      const date = dates[index];
      // An empty one is what a server without a clock sends.
      const headers = {etag: '"e1"', date: date ?? ''};
      return index === 0 ? s3Error(404, 'NoSuchKey', '', headers) : {status: 200, headers};
    });
    expect(store.serverNow()).toBe(wallClock);
    await store.get('missing');
    expect(store.serverNow()).toBe(Date.UTC(2026, 10, 21, 21, 30));
    await store.put(object);
    await store.put(object);
    await store.put(object);
    expect(store.serverNow()).toBe(Date.UTC(2026, 10, 21, 21, 31, 7));
  });

  it('asks for fresh credentials when the token has expired', async () => {
    const {store, refreshes} = await fixture(request =>
      request.headers['x-amz-security-token'] === 'T1' ? ok : s3Error(400, 'ExpiredToken'),
    );
    await store.put(object);
    expect(refreshes()).toBe(1);
    const stale = await fixture(inTurn(s3Error(400, 'ExpiredToken')));
    await expect(stale.store.put(object)).rejects.toMatchObject({code: 'EXPIRED_TOKEN', exitCode: 3});
  });
});

describe('reading', () => {
  it('gets an object, a missing one, an unchanged one', async () => {
    const {server, store} = await fixture(request =>
      request.url.endsWith('/missing')
        ? s3Error(404, 'NoSuchKey')
        : request.headers['if-none-match'] === '"e1"'
          ? {status: 304}
          : {status: 200, headers: {etag: '"e1"', 'cache-control': 'no-cache'}, body: '{}'},
    );
    const found = await store.get('.frontctl/manifest.json');
    expect(found).toMatchObject({
      body: Buffer.from('{}'),
      etag: '"e1"',
      headers: {'cache-control': 'no-cache'},
    });
    expect(await store.get('missing')).toBeUndefined();
    expect(await store.get('x', {ifNoneMatch: '"e1"'})).toBe('not-modified');
    expect(server.seen[0]!.url).toBe('/site/.frontctl/manifest.json');
  });

  it('hands a body over as it comes, never that of an error', async () => {
    const body = 'x'.repeat(3_000_000);
    const {store} = await fixture((request, index) =>
      request.url.endsWith('/missing')
        ? s3Error(404, 'NoSuchKey')
        : index === 0
          ? s3Error(503, 'SlowDown')
          : {status: 200, headers: {etag: '"e1"'}, body},
    );
    const pieces: Buffer[] = [];
    const firsts: boolean[] = [];
    const onPiece = (piece: Uint8Array, isFirst: boolean): void => {
      pieces.push(Buffer.from(piece));
      firsts.push(isFirst);
    };
    const found = await store.get('big', {onPiece});
    expect(found).toMatchObject({body: Buffer.alloc(0), etag: '"e1"'});
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).toString() === body).toBe(true);
    expect(firsts).toEqual(pieces.map((_, n) => n === 0));
    expect(await store.get('missing', {onPiece})).toBeUndefined();
    expect(Buffer.concat(pieces)).toHaveLength(body.length);
  });

  it('heads an object, and a missing one', async () => {
    const {store} = await fixture(request =>
      request.url.endsWith('/missing')
        ? {status: 404}
        : {status: 200, headers: {etag: '"e1"', 'content-length': '1234'}},
    );
    expect(await store.head('a')).toMatchObject({etag: '"e1"', size: 1234});
    expect(await store.head('missing')).toBeUndefined();
  });

  it('tells a missing bucket from a missing object', async () => {
    const {store} = await fixture(inTurn(s3Error(404, 'NoSuchBucket')));
    const failure = {
      code: 'NO_SUCH_BUCKET',
      exitCode: 2,
      message: expect.stringContaining('Bucket site does not exist') as string,
    };
    await expect(store.get('a')).rejects.toMatchObject(failure);
    await expect(store.put(object)).rejects.toMatchObject(failure);
    await expect(store.list()).rejects.toMatchObject(failure);
    await expect(store.delete('a')).rejects.toMatchObject(failure);
  });

  it('names the permission that a listing needs', async () => {
    const {store} = await fixture(inTurn(s3Error(403, 'AccessDenied')));
    await expect(store.list()).rejects.toMatchObject({
      hint: expect.stringContaining('s3:ListBucket') as string,
    });
  });

  it('lists', async () => {
    const {server, store} = await fixture(
      inTurn({
        status: 200,
        body: '<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a+b%2Bc</Key><Size>3</Size><ETag>"x"</ETag><LastModified>t</LastModified></Contents></ListBucketResult>',
      }),
    );
    expect(await store.list({prefix: 'a '})).toEqual([{key: 'a b+c', size: 3, etag: '"x"'}]);
    expect(server.seen[0]!.url).toBe('/site?encoding-type=url&list-type=2&prefix=a%20');
  });
});

describe('copying and deleting', () => {
  it('copies with new headers and reads an error out of a 200', async () => {
    const result = {status: 200, body: '<CopyObjectResult><ETag>&quot;c&quot;</ETag></CopyObjectResult>'};
    const {server, store} = await fixture(inTurn(s3Error(200, 'InternalError'), result));
    expect(
      await store.copy({
        from: 'ä.html',
        key: 'ä.html',
        headers: {'cache-control': 'no-cache'},
        sourceIfMatch: '"o"',
      }),
    ).toEqual({etag: '"c"'});
    expect(server.seen[1]!.headers).toMatchObject({
      'x-amz-copy-source': '/site/%C3%A4.html',
      'x-amz-metadata-directive': 'REPLACE',
      'x-amz-copy-source-if-match': '"o"',
      'cache-control': 'no-cache',
    });
  });

  it('deletes one, missing or not, and keeps one that changed', async () => {
    const {store} = await fixture(request =>
      request.headers['if-match'] === undefined ? {status: 204} : s3Error(412, 'PreconditionFailed'),
    );
    await store.delete('a');
    await expect(store.delete('a', {ifMatch: '"old"'})).rejects.toMatchObject({code: 'PRECONDITION_FAILED'});
  });

  it('deletes many in batches of 1,000 and reports the keys that stay', async () => {
    const {server, store} = await fixture(request => ({
      status: 200,
      body: request.body.includes('<Key>k&#38;7</Key>')
        ? '<DeleteResult><Error><Key>k&amp;7</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>'
        : '<DeleteResult/>',
    }));
    const keys = Array.from({length: 2500}, (_, index) => `k&${index}`);
    expect(await store.deleteMany(keys)).toEqual([{key: 'k&7', code: 'AccessDenied', message: 'no'}]);
    expect(server.seen.map(request => request.body.toString().split('<Key>').length - 1).sort()).toEqual([
      1000, 1000, 500,
    ]);
    expect(server.seen[0]!.url).toBe('/site?delete=');
    const digest = createHash('md5').update(server.seen[0]!.body).digest('base64');
    expect(server.seen[0]!.headers['content-md5']).toBe(digest);
    expect(await store.deleteMany([])).toEqual([]);
  });
});
