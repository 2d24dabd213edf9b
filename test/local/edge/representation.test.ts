import {brotliDecompressSync, gunzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {distributionConfig, fakePlane, localOrigin, start} from './fixture.js';

const text = 'All work and no play. '.repeat(100);

const textOrigin = () =>
  localOrigin((req, res) => {
    res.setHeader('content-type', 'text/plain; charset=utf-8').setHeader('etag', '"e1"');
    res.setHeader('last-modified', 'Sat, 21 Nov 2026 10:00:00 GMT').setHeader('content-length', text.length);
    if (req.headers['if-none-match'] === '"e1"') res.writeHead(304).end();
    else res.end(text);
  });

const compressing = {behavior: {CachePolicyId: 'standard', Compress: true}};

test('§9 brotli beats gzip, each viewer gets what it accepts, HTTP/1.0 and no Accept-Encoding get the plain bytes', async () => {
  const {port, seen} = await textOrigin();
  const {get} = await start(distributionConfig(compressing, port));
  const br = await get('/a', {headers: {'accept-encoding': 'gzip, deflate, br'}});
  expect(br.headers).toMatchObject({'content-encoding': 'br', etag: 'W/"e1"', vary: 'Accept-Encoding'});
  expect(br.headers).not.toHaveProperty('content-length');
  expect(brotliDecompressSync(br.body).toString()).toBe(text);
  const gzip = await get('/a', {headers: {'accept-encoding': 'gzip;q=0.5'}});
  expect(gunzipSync(gzip.body).toString()).toBe(text);
  const refused = await get('/a', {headers: {'accept-encoding': 'gzip;q=0, deflate'}});
  expect([refused.text, refused.headers['content-encoding'], refused.headers['etag']]).toEqual([
    text,
    undefined,
    '"e1"',
  ]);
  expect((await get('/a')).text).toBe(text);
  expect(seen.map(req => req.headers['accept-encoding'])).toEqual(['br,gzip', 'gzip', 'identity']);
  expect((await get('/a', {headers: {'accept-encoding': 'br, gzip'}})).headers['x-cache']).toBe(
    'Hit from cloudfront',
  );
});

test("§9 a compressed copy is revalidated with the origin's own ETag", async () => {
  const {port, seen} = await textOrigin();
  const {get, clock} = await start(distributionConfig(compressing, port));
  await get('/a', {headers: {'accept-encoding': 'br'}});
  clock.advance(2 * 86_400_000);
  const renewed = await get('/a', {headers: {'accept-encoding': 'br'}});
  expect(renewed.headers['x-cache']).toBe('RefreshHit from cloudfront');
  expect(renewed.headers).toMatchObject({'content-encoding': 'br', etag: 'W/"e1"'});
  expect(brotliDecompressSync(renewed.body).toString()).toBe(text);
  expect(seen.at(-1)?.headers['if-none-match']).toBe('"e1"');
});

test.each([
  ['§8 one range', 'bytes=4-8', 206, 'work ', `bytes 4-8/${text.length}`],
  ['§8 a suffix', 'bytes=-5', 206, 'lay. ', `bytes ${text.length - 5}-${text.length - 1}/${text.length}`],
  ['§8 unsorted ranges', 'bytes=10-12,0-2', 200, text, undefined],
  ['§8 overlapping ranges', 'bytes=0-5,3-8', 200, text, undefined],
  ['§8 invalid', 'bytes=5-2', 200, text, undefined],
  ['§8 beyond the end', 'bytes=99999-', 416, '', `bytes */${text.length}`],
] as const)('%s of a cached object', async (_name, range, status, body, contentRange) => {
  const {port, seen} = await textOrigin();
  const {get} = await start(distributionConfig({}, port));
  await get('/a');
  const answer = await get('/a', {headers: {range}});
  expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([status, body, contentRange]);
  expect(seen).toHaveLength(1);
});

test('§8 two sorted ranges come as multipart/byteranges with the announced length', async () => {
  const {port} = await textOrigin();
  const {get} = await start(distributionConfig({}, port));
  await get('/a');
  const answer = await get('/a', {headers: {range: 'bytes=0-2,4-7'}});
  expect(answer.status).toBe(206);
  expect(answer.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=/);
  expect(answer.body.length).toBe(Number(answer.headers['content-length']));
  expect(answer.text).toContain(`Content-Range: bytes 0-2/${text.length}\r\n\r\nAll\r\n`);
  expect(answer.text).toContain(`Content-Range: bytes 4-7/${text.length}\r\n\r\nwork\r\n`);
});

test('§8 a range on a miss is forwarded, its 206 answers the same range again; a 200 is passed whole and stored', async () => {
  const honours = {value: true};
  const {port, seen} = await localOrigin((req, res) => {
    if (honours.value && req.headers.range === 'bytes=0-3') {
      res.writeHead(206, {'content-range': 'bytes 0-3/10', 'content-length': 4}).end('0123');
    } else res.writeHead(200, {'content-length': 10}).end('0123456789');
  });
  const {get} = await start(distributionConfig({}, port));
  const range = {headers: {range: 'bytes=0-3'}};
  expect((await get('/a', range)).text).toBe('0123');
  const again = await get('/a', range);
  expect([again.status, again.text, again.headers['x-cache']]).toEqual([206, '0123', 'Hit from cloudfront']);
  expect(seen.map(req => req.headers.range)).toEqual(['bytes=0-3']);
  honours.value = false;
  expect((await get('/b', range)).text).toBe('0123456789');
  expect((await get('/b', {headers: {range: 'bytes=8-'}})).text).toBe('89');
  expect(seen).toHaveLength(2);
});

test('§8 If-Range: the same strong validator lets the range apply, another gives the whole', async () => {
  const {port} = await textOrigin();
  const {get} = await start(distributionConfig({}, port));
  await get('/a');
  expect((await get('/a', {headers: {range: 'bytes=0-2', 'if-range': '"e1"'}})).text).toBe('All');
  expect((await get('/a', {headers: {range: 'bytes=0-2', 'if-range': '"e0"'}})).status).toBe(200);
});

test('§8 conditions: 304 from a fresh copy without its body; on a miss they reach the origin', async () => {
  const {port, seen} = await textOrigin();
  const {get} = await start(distributionConfig({}, port));
  const missed = await get('/a', {headers: {'if-none-match': '"e1"'}});
  expect([missed.status, missed.headers['x-cache']]).toEqual([304, 'Miss from cloudfront']);
  expect((await get('/a')).headers['x-cache']).toBe('Miss from cloudfront');
  const same = await get('/a', {headers: {'if-none-match': 'W/"e1", "x"'}});
  expect([same.status, same.body.length, same.headers['etag'], same.headers['content-length']]).toEqual([
    304,
    0,
    '"e1"',
    undefined,
  ]);
  expect((await get('/a', {headers: {'if-modified-since': 'Sat, 21 Nov 2026 10:00:00 GMT'}})).status).toBe(
    304,
  );
  expect((await get('/a', {headers: {'if-modified-since': 'Sat, 21 Nov 2026 09:59:59 GMT'}})).status).toBe(
    200,
  );
  expect((await get('/a', {headers: {'if-none-match': '"other"'}})).status).toBe(200);
  expect(seen).toHaveLength(2);
});

test('§8 HEAD: shares the GET copy; its own miss is a HEAD at the origin and fills nothing', async () => {
  const {port, seen} = await textOrigin();
  const {get} = await start(distributionConfig({}, port));
  const miss = await get('/a', {method: 'HEAD'});
  expect([miss.status, miss.body.length, miss.headers['content-length']]).toEqual([
    200,
    0,
    String(text.length),
  ]);
  await get('/a');
  expect((await get('/a', {method: 'HEAD'})).headers['x-cache']).toBe('Hit from cloudfront');
  expect(seen.map(req => req.method)).toEqual(['HEAD', 'GET']);
});

test('§15 a response headers policy on misses and hits: security, custom, removal, CORS on CORS requests only', async () => {
  const {port} = await localOrigin((_req, res) => {
    res
      .setHeader('x-powered-by', 'php')
      .setHeader('x-frame-options', 'SAMEORIGIN')
      .setHeader('server', 'nginx')
      .end('x');
  });
  const plane = fakePlane();
  plane.responseHeadersPolicies.set('rhp', {
    Name: 'rhp',
    SecurityHeadersConfig: {
      FrameOptions: {FrameOption: 'DENY', Override: false},
      ContentTypeOptions: {Override: true},
      StrictTransportSecurity: {
        AccessControlMaxAgeSec: 63_072_000,
        IncludeSubdomains: true,
        Preload: true,
        Override: true,
      },
      XSSProtection: {Protection: true, ModeBlock: true, Override: true},
    },
    CustomHeadersConfig: {Quantity: 1, Items: [{Header: 'X-Custom', Value: 'yes', Override: true}]},
    RemoveHeadersConfig: {Quantity: 2, Items: [{Header: 'X-Powered-By'}, {Header: 'Server'}]},
    CorsConfig: {
      AccessControlAllowOrigins: {Quantity: 1, Items: ['https://*.example.com']},
      AccessControlAllowMethods: {Quantity: 1, Items: ['ALL']},
      AccessControlAllowHeaders: {Quantity: 1, Items: ['*']},
      AccessControlAllowCredentials: false,
      AccessControlMaxAgeSec: 600,
      OriginOverride: true,
    },
    ServerTimingHeadersConfig: {Enabled: true, SamplingRate: 0},
  });
  const {get} = await start(
    distributionConfig(
      {
        behavior: {
          ResponseHeadersPolicyId: 'rhp',
          AllowedMethods: {
            Quantity: 3,
            Items: ['GET', 'HEAD', 'OPTIONS'],
            CachedMethods: {Quantity: 2, Items: ['GET', 'HEAD']},
          },
        },
      },
      port,
    ),
    {plane},
  );
  for (const mark of ['Miss', 'Hit']) {
    const answer = await get('/a', {headers: {origin: 'https://app.example.com'}});
    expect(answer.headers).toMatchObject({
      'x-cache': `${mark} from cloudfront`,
      'x-frame-options': 'SAMEORIGIN',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
      'x-xss-protection': '1; mode=block',
      'x-custom': 'yes',
      server: 'CloudFront',
      vary: 'Origin',
      'access-control-allow-origin': 'https://app.example.com',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('access-control-allow-methods');
    expect(answer.headers).not.toHaveProperty('server-timing');
  }
  expect((await get('/a')).headers).not.toHaveProperty('access-control-allow-origin');
  expect((await get('/a', {headers: {origin: 'https://example.com'}})).headers).not.toHaveProperty(
    'access-control-allow-origin',
  );
  const preflight = await get('/a', {
    method: 'OPTIONS',
    headers: {origin: 'https://app.example.com', 'access-control-request-method': 'PUT'},
  });
  expect(preflight.headers).toMatchObject({
    'access-control-allow-methods': 'GET, DELETE, HEAD, OPTIONS, PATCH, POST, PUT',
    'access-control-allow-headers': '*',
    'access-control-max-age': '600',
  });
  const timed = await get('/a', {headers: {pragma: 'server-timing'}});
  expect(timed.headers['server-timing']).toMatch(
    /^cdn-cache-hit,cdn-pop;desc="LCL50-C1",cdn-rid;desc="[^"]+",cdn-hit-layer/,
  );
});
