import {expect, test} from 'vitest';
import {
  cachePolicy,
  customOrigin,
  distributionConfig,
  fakePlane,
  fakeS3,
  localOrigin,
  start,
} from './fixture.js';

const busy = {
  host: 'www.example.com',
  accept: 'text/html',
  'accept-language': 'fi',
  'accept-encoding': 'gzip, br',
  authorization: 'Basic x',
  cookie: 'b=2; a=1; $Path=/',
  'user-agent': 'Mozilla/5.0 (iPhone; Mobile)',
  referer: 'https://elsewhere/',
  'x-forwarded-for': '203.0.113.7',
  'x-edge-test': '1',
  'cloudfront-viewer-country': 'XX',
  'x-own': 'mine',
  origin: 'https://app',
};

const echo = () => localOrigin((_req, res) => res.setHeader('set-cookie', 's=1').end('x'));

const names = (headers: Record<string, unknown>): string[] =>
  Object.keys(headers)
    .filter(name => name !== 'connection')
    .sort();

test('§3 a cache policy alone: keyed values and automatic headers, nothing else', async () => {
  const {port, seen} = await echo();
  const plane = fakePlane();
  plane.cachePolicies.set('p', cachePolicy({headers: ['X-Own'], cookies: ['a'], query: ['q'], gzip: true}));
  const {get} = await start(distributionConfig({behavior: {CachePolicyId: 'p'}}, port), {plane});
  const answer = await get('/a%20b?z=1&q=2', {headers: busy});
  const got = seen[0]!;
  expect(got.url).toBe('/a%20b?q=2');
  expect(got.headers).toMatchObject({
    host: `127.0.0.1:${port}`,
    'user-agent': 'Amazon CloudFront',
    'accept-encoding': 'gzip',
    cookie: 'a=1',
    'x-own': 'mine',
    'x-forwarded-for': '203.0.113.7, 127.0.0.1',
    'x-amz-cf-id': answer.headers['x-amz-cf-id'],
  });
  expect(got.headers.via).toMatch(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/);
  expect(names(got.headers)).toEqual([
    'accept-encoding',
    'cookie',
    'host',
    'user-agent',
    'via',
    'x-amz-cf-id',
    'x-forwarded-for',
    'x-own',
  ]);
  expect(answer.headers['set-cookie']).toEqual(['s=1']);
  expect(
    (await get('/a%20b?q=2', {headers: {'x-own': 'mine', cookie: 'a=1; c=3', 'accept-encoding': 'gzip'}}))
      .headers['set-cookie'],
  ).toEqual(['s=1']);
  expect(seen).toHaveLength(1);
});

test("§3 allViewer adds every viewer header, cookie and parameter, the Host too; allExcept Host restores the origin's", async () => {
  const {port, seen} = await echo();
  const plane = fakePlane();
  const everything = {
    Name: 'o',
    CookiesConfig: {CookieBehavior: 'all'},
    QueryStringsConfig: {QueryStringBehavior: 'all'},
  } as const;
  plane.originRequestPolicies.set('all', {...everything, HeadersConfig: {HeaderBehavior: 'allViewer'}});
  plane.originRequestPolicies.set('but-host', {
    ...everything,
    HeadersConfig: {HeaderBehavior: 'allExcept', Headers: {Quantity: 1, Items: ['Host']}},
  });
  const {get} = await start(distributionConfig({behavior: {OriginRequestPolicyId: 'all'}}, port), {plane});
  await get('/a?x=1', {headers: busy});
  expect(seen[0]?.url).toBe('/a?x=1');
  expect(seen[0]?.headers).toMatchObject({
    host: 'www.example.com',
    authorization: 'Basic x',
    cookie: 'a=1; b=2',
    'user-agent': busy['user-agent'],
    'accept-encoding': 'gzip, br',
    'accept-language': 'fi',
  });
  expect(seen[0]?.headers).not.toHaveProperty('x-edge-test');
  expect(seen[0]?.headers).not.toHaveProperty('cloudfront-viewer-country');
  expect((await get('/a?x=2')).headers['x-cache']).toBe('Hit from cloudfront');
  plane.set(distributionConfig({behavior: {OriginRequestPolicyId: 'but-host'}}, port));
  await get('/b', {headers: busy});
  expect(seen[1]?.headers.host).toBe(`127.0.0.1:${port}`);
});

test('§10 CloudFront-* headers are computed when listed; origin custom headers overwrite', async () => {
  const {port, seen} = await echo();
  const plane = fakePlane();
  const listed = [
    'CloudFront-Is-Mobile-Viewer',
    'CloudFront-Forwarded-Proto',
    'CloudFront-Viewer-Address',
    'CloudFront-Viewer-Country',
    'CloudFront-Viewer-Http-Version',
  ];
  plane.originRequestPolicies.set('cf', {
    Name: 'cf',
    HeadersConfig: {
      HeaderBehavior: 'allViewerAndWhitelistCloudFront',
      Headers: {Quantity: listed.length, Items: listed},
    },
    CookiesConfig: {CookieBehavior: 'none'},
    QueryStringsConfig: {QueryStringBehavior: 'none'},
  });
  const config = distributionConfig({behavior: {OriginRequestPolicyId: 'cf'}}, port);
  config.Origins!.Items![1] = {
    ...customOrigin('custom', port),
    OriginPath: '/base',
    CustomHeaders: {Quantity: 1, Items: [{HeaderName: 'X-Own', HeaderValue: 'edge'}]},
  };
  const {get} = await start(config, {plane, viewerCountry: () => 'FI'});
  await get('/a', {headers: busy});
  expect(seen[0]?.url).toBe('/base/a');
  expect(seen[0]?.headers).toMatchObject({
    'x-own': 'edge',
    'cloudfront-is-mobile-viewer': 'true',
    'cloudfront-forwarded-proto': 'https',
    'cloudfront-viewer-country': 'FI',
    'cloudfront-viewer-http-version': '1.1',
  });
  expect(seen[0]?.headers['cloudfront-viewer-address']).toMatch(/^127\.0\.0\.1:\d+$/);
});

test('§3, §10 legacy settings: the documented headers go, others stay; cookies and query as listed', async () => {
  const {port, seen} = await echo();
  const {get} = await start(
    distributionConfig(
      {
        behavior: {
          CachePolicyId: undefined,
          ForwardedValues: {
            QueryString: true,
            QueryStringCacheKeys: {Quantity: 1, Items: ['k']},
            Cookies: {Forward: 'whitelist', WhitelistedNames: {Quantity: 1, Items: ['a*']}},
            Headers: {Quantity: 1, Items: ['Accept-Language']},
          },
          MinTTL: 0,
          DefaultTTL: 60,
          MaxTTL: 600,
        },
      },
      port,
    ),
  );
  await get('/a?k=1&z=1', {headers: busy});
  expect(seen[0]?.url).toBe('/a?k=1&z=1');
  expect(names(seen[0]!.headers)).toEqual([
    'accept-encoding',
    'accept-language',
    'cookie',
    'host',
    'origin',
    'user-agent',
    'via',
    'x-amz-cf-id',
    'x-forwarded-for',
    'x-own',
  ]);
  expect(seen[0]?.headers.cookie).toBe('a=1');
  expect((await get('/a?k=1&z=2', {headers: busy})).headers['x-cache']).toBe('Hit from cloudfront');
  await get('/a?k=2', {headers: busy});
  expect(seen).toHaveLength(2);
});

test('§4 cookies that are not forwarded: Set-Cookie does not reach the viewer', async () => {
  const {port, seen} = await echo();
  const {get} = await start(distributionConfig({}, port));
  const answer = await get('/a', {headers: busy});
  expect(answer.headers).not.toHaveProperty('set-cookie');
  expect(seen[0]?.headers).not.toHaveProperty('cookie');
});

test('§11 OAC: always replaces Authorization, no-override lets it pass, never and none do not sign', async () => {
  const s3 = fakeS3({'site/a': {body: 'a'}});
  const plane = fakePlane();
  plane.cachePolicies.set('auth', cachePolicy({headers: ['Authorization']}));
  const config = (control: string | undefined) => {
    const made = distributionConfig({behavior: {CachePolicyId: 'auth'}});
    made.Origins!.Items![0]!.OriginAccessControlId = control;
    return made;
  };
  const {get} = await start(config('always'), {plane, fetchS3: s3.fetchS3});
  const asked = async (control: string | undefined, path: string, headers: Record<string, string>) => {
    plane.set(config(control));
    await get(path, {headers});
    const {signedAs, headers: sent} = s3.seen.at(-1)!;
    return [signedAs !== undefined, sent['authorization']];
  };
  const own = {authorization: 'AWS4-HMAC-SHA256 x'};
  expect(await asked('always', '/1', own)).toEqual([true, undefined]);
  expect(await asked('no-override', '/2', own)).toEqual([false, own.authorization]);
  expect(await asked('no-override', '/3', {})).toEqual([true, undefined]);
  expect(await asked('never', '/4', {})).toEqual([false, undefined]);
  expect(await asked(undefined, '/5', {})).toEqual([false, undefined]);
});

test("§3 an allViewer policy in front of S3 sends the viewer's Host: 403, and S3 is not asked", async () => {
  const s3 = fakeS3({'site/a': {body: 'a'}});
  const plane = fakePlane();
  plane.originRequestPolicies.set('all', {
    Name: 'all',
    HeadersConfig: {HeaderBehavior: 'allViewer'},
    CookiesConfig: {CookieBehavior: 'none'},
    QueryStringsConfig: {QueryStringBehavior: 'none'},
  });
  const {get} = await start(distributionConfig({behavior: {OriginRequestPolicyId: 'all'}}), {
    plane,
    fetchS3: s3.fetchS3,
  });
  const answer = await get('/a', {headers: {host: 'www.example.com'}});
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('SignatureDoesNotMatch');
  expect(s3.seen).toHaveLength(0);
});

test('§1 the behavior is chosen by the normalised path; the origin gets the raw one', async () => {
  const one = await localOrigin((req, res) => res.end(`one ${req.url ?? ''}`));
  const two = await localOrigin((req, res) => res.end(`two ${req.url ?? ''}`));
  const config = distributionConfig({}, one.port);
  config.Origins!.Items!.push(customOrigin('api', two.port));
  config.CacheBehaviors = {
    Quantity: 1,
    Items: [
      {
        PathPattern: 'api/*',
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicyId: 'plain',
      },
    ],
  };
  const {get} = await start(config);
  expect((await get('/x/../api//y')).text).toBe('two /x/../api//y');
  expect((await get('/%61pi/y')).text).toBe('two /%61pi/y');
  expect((await get('/API/y')).text).toBe('one /API/y');
});
