import net from 'node:net';
import {expect, test} from 'vitest';
import {customOrigin, distributionConfig, fakePlane, fakeS3, localOrigin, request, start} from './fixture.js';

/** A port on which nothing listens. */
const deadPort = async (): Promise<number> => {
  const server = net.createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as net.AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
};

const group = (first: number, second: number, codes: number[]) => ({
  Origins: {Quantity: 2, Items: [customOrigin('one', first), customOrigin('two', second)]},
  OriginGroups: {
    Quantity: 1,
    Items: [
      {
        Id: 'group',
        FailoverCriteria: {StatusCodes: {Quantity: codes.length, Items: codes}},
        Members: {Quantity: 2, Items: [{OriginId: 'one'}, {OriginId: 'two'}]},
      },
    ],
  },
});

test.each([
  {status: 500, codes: [500, 502], expected: 200, why: 'a listed status'},
  {status: 404, codes: [500], expected: 404, why: 'an unlisted status'},
])('§7 group: $why gives $expected', async ({status, codes, expected}) => {
  const one = await localOrigin((_req, res) => res.writeHead(status).end('one'));
  const two = await localOrigin((_req, res) => res.end('two'));
  const {get} = await start(
    distributionConfig({...group(one.port, two.port, codes), behavior: {TargetOriginId: 'group'}}),
  );
  const answer = await get('/a');
  expect(answer.status).toBe(expected);
  expect(one.seen).toHaveLength(1);
  expect(two.seen).toHaveLength(expected === 200 ? 1 : 0);
});

test('§7 a refused connection fails over only when 503 is listed; POST never does', async () => {
  const dead = await deadPort();
  const two = await localOrigin((_req, res) => res.end('two'));
  const behavior = {
    TargetOriginId: 'group',
    AllowedMethods: {
      Quantity: 7,
      Items: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] as ('GET' | 'POST')[],
    },
  };
  const plane = fakePlane();
  const {get, edge} = await start(distributionConfig({...group(dead, two.port, [503]), behavior}), {plane});
  plane.set(distributionConfig({...group(dead, two.port, [502]), behavior}), 'E2');
  await edge.settled();
  expect((await get('/a')).text).toBe('two');
  const refused = await get('/a', {port: edge.portOf('E2')!});
  expect(refused.status).toBe(502);
  expect(refused.text).toContain('The request could not be satisfied');
  expect(refused.headers).toMatchObject({
    server: 'CloudFront',
    'x-cache': 'Error from cloudfront',
    'content-type': 'text/html',
  });
  expect((await get('/a', {method: 'POST', body: 'x'})).status).toBe(502);
});

test('§7 an origin that does not answer within its read timeout gives 504, after as many attempts as set', async () => {
  const {port, seen} = await localOrigin(() => undefined);
  const plane = fakePlane();
  const config = distributionConfig({}, port);
  config.Origins!.Items![1] = {
    ...customOrigin('custom', port, {OriginReadTimeout: 7}),
    ConnectionAttempts: 2,
  };
  const {get, clock} = await start(config, {plane});
  const waiting = get('/slow');
  await expect.poll(() => seen.length).toBe(1);
  clock.advance(7_001);
  await expect.poll(() => seen.length).toBe(2);
  clock.advance(7_001);
  const answer = await waiting;
  expect(answer.status).toBe(504);
  expect(answer.text).toContain('7 s');
});

test('§6 a custom page: remapped status, cached under the failed URL, dropped by its invalidation', async () => {
  const s3 = fakeS3({'site/index.html': {body: 'app'}});
  const {get, clock, edge} = await start(
    distributionConfig({
      CustomErrorResponses: {
        Quantity: 1,
        Items: [
          {ErrorCode: 403, ResponsePagePath: '/index.html', ResponseCode: '200', ErrorCachingMinTTL: 30},
        ],
      },
    }),
    {fetchS3: s3.fetchS3},
  );
  const paths = (): string[] => s3.seen.splice(0).map(one => one.path);
  const page = await get('/deep/link');
  expect([page.status, page.text, page.headers['x-cache']]).toEqual([200, 'app', 'Error from cloudfront']);
  expect(paths()).toEqual(['/deep/link', '/index.html']);
  expect((await get('/deep/link')).text).toBe('app');
  expect(paths()).toEqual([]);
  expect(edge.purge('E1', ['/deep/link'])).toBe(1);
  await get('/deep/link');
  expect(paths()).toEqual(['/deep/link']);
  clock.advance(31_000);
  await get('/deep/link');
  expect(paths()).toEqual(['/deep/link']);
});

test('§6 a missing custom page: the status that its own origin gave', async () => {
  const {port} = await localOrigin((req, res) =>
    res.writeHead(req.url === '/oops.html' ? 404 : 500).end('plain'),
  );
  const {get} = await start(
    distributionConfig(
      {
        CustomErrorResponses: {
          Quantity: 1,
          Items: [{ErrorCode: 500, ResponsePagePath: '/oops.html', ResponseCode: '500'}],
        },
      },
      port,
    ),
  );
  expect((await get('/a')).status).toBe(404);
});

test('§6 a custom page also stands for an origin that is down', async () => {
  const s3 = fakeS3({'site/down.html': {body: 'back soon'}});
  const config = distributionConfig(
    {
      CacheBehaviors: {
        Quantity: 1,
        Items: [
          {
            PathPattern: '/down.html',
            TargetOriginId: 's3',
            ViewerProtocolPolicy: 'allow-all',
            CachePolicyId: 'plain',
          },
        ],
      },
      CustomErrorResponses: {
        Quantity: 1,
        Items: [{ErrorCode: 502, ResponsePagePath: '/down.html', ResponseCode: '503'}],
      },
    },
    await deadPort(),
  );
  const {get} = await start(config, {fetchS3: s3.fetchS3});
  const answer = await get('/a');
  expect([answer.status, answer.text]).toEqual([503, 'back soon']);
});

test('§13 geo: a blocked country gets 403 or its custom page; unknown locations and pki-validation are served', async () => {
  const s3 = fakeS3({
    'site/blocked.html': {body: 'not here'},
    'site/.well-known/pki-validation/x': {body: 'pki'},
    'site/a': {body: 'a'},
  });
  const {get} = await start(
    distributionConfig({
      Restrictions: {GeoRestriction: {RestrictionType: 'whitelist', Quantity: 1, Items: ['FI']}},
      CustomErrorResponses: {
        Quantity: 1,
        Items: [{ErrorCode: 403, ResponsePagePath: '/blocked.html', ResponseCode: '403'}],
      },
    }),
    {fetchS3: s3.fetchS3, viewerCountry: (_, headers) => headers['x-test-country'] as string | undefined},
  );
  expect((await get('/a')).text).toBe('a');
  expect((await get('/a', {headers: {'x-test-country': 'FI'}})).text).toBe('a');
  const blocked = await get('/a', {headers: {'x-test-country': 'DE'}});
  expect([blocked.status, blocked.text]).toEqual([403, 'not here']);
  expect((await get('/.well-known/pki-validation/x', {headers: {'x-test-country': 'DE'}})).text).toBe('pki');
});

test('an S3 website endpoint is refused with a page that says so', async () => {
  const config = distributionConfig();
  config.Origins!.Items![0]!.DomainName = 'site.s3-website-us-east-1.amazonaws.com';
  const {get} = await start(config);
  const answer = await get('/');
  expect(answer.status).toBe(502);
  expect(answer.text).toContain('website endpoints');
});

test('§10 an origin that breaks off mid-body ends the connection; nothing is stored', async () => {
  let whole = false;
  const {port, seen} = await localOrigin((_req, res) => {
    res.writeHead(200, {'content-length': '10'});
    if (whole) res.end('0123456789');
    else res.write('01234', () => res.destroy());
  });
  const {get, edge} = await start(distributionConfig({}, port));
  await expect(get('/a')).rejects.toThrow();
  whole = true;
  const second = await request(edge.portOf('E1')!, '/a');
  expect([second.text, second.headers['x-cache']]).toEqual(['0123456789', 'Miss from cloudfront']);
  expect(seen).toHaveLength(2);
});

const errorPages = (pages: Readonly<Record<number, string>>) => ({
  CustomErrorResponses: {
    Quantity: Object.keys(pages).length,
    Items: Object.entries(pages).map(([code, page]) => ({
      ErrorCode: Number(code),
      ResponsePagePath: page,
      ResponseCode: code,
      ErrorCachingMinTTL: 1,
    })),
  },
});

test('§6 a custom error page that is itself missing answers as its origin did, also when asked for by name', async () => {
  const {port, seen} = await localOrigin((_req, res) => res.writeHead(404).end('none'));
  const {get} = await start(distributionConfig(errorPages({404: '/404.html'}), port));
  expect(await get('/404.html')).toMatchObject({status: 404, text: 'none'});
  expect(seen).toHaveLength(1);
  expect((await get('/missing')).status).toBe(404);
});

test('§6 error pages that fail into each other do not wait for each other', async () => {
  const {port} = await localOrigin((req, res) => {
    const status = req.url === '/a.html' ? 404 : 403;
    // Both fetches are under way before either is answered.
    setImmediate(() => res.writeHead(status).end(String(status)));
  });
  const {get} = await start(distributionConfig(errorPages({404: '/b.html', 403: '/a.html'}), port));
  const [a, b] = await Promise.all([get('/a.html'), get('/b.html')]);
  expect([a.status, b.status]).toEqual([403, 404]);
});

test.each([
  {answer: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', why: '101'},
  {answer: 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n', why: 'a status below 100'},
])('§6 $why from the origin is no answer: 502', async ({answer}) => {
  const {port} = await localOrigin(req => req.socket.write(answer));
  const {get} = await start(distributionConfig({}, port));
  expect(await get('/a')).toMatchObject({status: 502, headers: {'x-cache': 'Error from cloudfront'}});
});
