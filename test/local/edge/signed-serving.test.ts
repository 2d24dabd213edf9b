import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import http2 from 'node:http2';
import {expect, it} from 'vitest';
import {createClock} from '../../../src/local/clock.js';
import type {EdgeOptions} from '../../../src/local/edge/index.js';
import {
  cachePolicy,
  distributionConfig,
  fakePlane,
  localOrigin,
  request,
  start,
  type Extra,
} from './fixture.js';
import {asCookies, customPolicy, ecPair, rsaPair, signFields, withQuery, type Signing} from './signer.js';

const rsa = rsaPair();
const ec = ecPair();
const now = 1_800_000_000;
const later = now + 3600;
const domain = 'https://de1.cloudfront.net';
const host = {host: 'de1.cloudfront.net'};
const trust = {Enabled: true, Quantity: 1, Items: ['group']};
const viewer = (keyId: 'KRSA' | 'KEC', expires = later): Signing => ({
  pair: keyId === 'KRSA' ? rsa : ec,
  keyId,
  expires,
});

const signedEdge = async (
  extra: Extra = {},
  options: Partial<EdgeOptions> = {},
  answer: Parameters<typeof localOrigin>[0] = (req, res) =>
    res.setHeader('cache-control', 'max-age=60').end(`${req.method} ${req.url}`),
) => {
  const {port, seen} = await localOrigin(answer);
  const plane = fakePlane();
  plane.publicKeys.set('KRSA', {CallerReference: 'r', Name: 'r', EncodedKey: rsa.publicKey});
  plane.publicKeys.set('KEC', {CallerReference: 'e', Name: 'e', EncodedKey: ec.publicKey});
  plane.keyGroups.set('group', {Name: 'group', Items: ['KRSA', 'KEC']});
  plane.cachePolicies.set('everything', cachePolicy({query: 'all', cookies: 'all'}));
  const config = (more: Extra): DistributionConfig =>
    distributionConfig({...more, behavior: {TrustedKeyGroups: trust, ...more.behavior}}, port);
  const clock = createClock({now: () => now * 1000});
  const running = await start(config(extra), {plane, clock, ...options});
  return {...running, plane, clock, seen, config, port: running.edge.portOf('E1')!};
};

const code = (text: string): string | undefined => /<Code>(.*)<\/Code>/.exec(text)?.[1];

const combinations = (['KRSA', 'KEC'] as const).flatMap(keyId =>
  (['SHA1', 'SHA256'] as const).flatMap(hash =>
    (['canned', 'custom'] as const).flatMap(kind =>
      (['url', 'cookies'] as const).map(by => [keyId, hash, kind, by] as const),
    ),
  ),
);

it.each(combinations)('lets in %s %s, a %s policy by %s', async (keyId, hash, kind, by) => {
  const {port, seen} = await signedEdge({behavior: {CachePolicyId: 'everything'}});
  const target = '/video/seg%201.ts?part=1&t=a+b';
  const fields = signFields(domain + target, {
    pair: keyId === 'KRSA' ? rsa : ec,
    keyId,
    hash,
    ...(kind === 'canned'
      ? {expires: later}
      : {policy: customPolicy(`${domain}/video/*`, later, {after: 1})}),
  });
  const answer =
    by === 'url'
      ? await request(port, withQuery(target, fields), {headers: host})
      : await request(port, target, {headers: {...host, cookie: asCookies(fields)}});
  expect([answer.status, answer.text]).toEqual([200, `GET ${target}`]);
  expect(seen[0]?.url).toBe(target);
  expect(seen[0]?.headers).not.toHaveProperty('cookie');
});

it('shares one copy between viewers with different signatures; the origin sees neither of them, but the rest', async () => {
  const {port, seen} = await signedEdge({behavior: {CachePolicyId: 'everything'}});
  const target = '/a.ts?x=1&&y';
  const one = await request(port, withQuery(target, signFields(domain + target, viewer('KRSA'))), {
    headers: {...host, cookie: 'session=7'},
  });
  const two = await request(port, withQuery(target, signFields(domain + target, viewer('KEC', later + 9))), {
    headers: {...host, cookie: 'session=7'},
  });
  const cookies = asCookies(signFields(domain + target, {...viewer('KEC'), hash: 'SHA256'}));
  const three = await request(port, target, {headers: {...host, cookie: `${cookies}; session=7`}});
  // The signature may stand anywhere in the query.
  const fields = new Map(Object.entries(signFields(domain + target, viewer('KRSA'))));
  const mixed = `/a.ts?Expires=${fields.get('Expires')}&x=1&&Key-Pair-Id=KRSA&y&Signature=${fields.get('Signature')}`;
  const four = await request(port, mixed, {headers: {...host, cookie: 'session=7'}});
  const marks = [one, two, three, four].map(answer => answer.headers['x-cache']);
  expect(marks).toEqual(['Miss', 'Hit', 'Hit', 'Hit'].map(mark => `${mark} from cloudfront`));
  expect(seen.map(req => [req.url, req.headers.cookie])).toEqual([[target, 'session=7']]);
  const other = await request(port, target, {headers: {...host, cookie: `${cookies}; session=8`}});
  expect(other.headers['x-cache']).toBe('Miss from cloudfront');
});

it('takes the signature away from legacy settings and origin request policies too, and from signed behaviors only', async () => {
  const legacy = {
    CachePolicyId: undefined,
    ForwardedValues: {QueryString: true, Cookies: {Forward: 'all' as const}},
    DefaultTTL: 60,
  };
  const running = await signedEdge({behavior: legacy});
  const {port, seen, plane, config} = running;
  const path = withQuery('/a?x=1', signFields(`${domain}/a?x=1`, viewer('KRSA')));
  expect((await request(port, path, {headers: {...host, cookie: 'CloudFront-Policy=p; a=1'}})).status).toBe(
    200,
  );
  plane.originRequestPolicies.set('all', {
    Name: 'all',
    HeadersConfig: {HeaderBehavior: 'none'},
    CookiesConfig: {CookieBehavior: 'all'},
    QueryStringsConfig: {QueryStringBehavior: 'all'},
  });
  plane.set(config({behavior: {OriginRequestPolicyId: 'all'}}));
  const second = withQuery('/b?x=1', signFields(`${domain}/b?x=1`, viewer('KRSA')));
  await request(port, second, {headers: {...host, cookie: 'CloudFront-Signature=p; b=1'}});
  plane.set(
    config({behavior: {OriginRequestPolicyId: 'all', TrustedKeyGroups: {Enabled: false, Quantity: 0}}}),
  );
  await request(port, '/c?Policy=1&x=1', {headers: {...host, cookie: 'CloudFront-Policy=p; c=1'}});
  expect(seen.map(req => [req.url, req.headers.cookie])).toEqual([
    ['/a?x=1', 'a=1'],
    ['/b?x=1', 'b=1'],
    ['/c?Policy=1&x=1', 'CloudFront-Policy=p; c=1'],
  ]);
});

it('looks at cookies only when the query shows nothing of a signature', async () => {
  const {port} = await signedEdge({behavior: {CachePolicyId: 'everything'}});
  const cookie = asCookies(signFields('', {...viewer('KRSA'), policy: customPolicy('*', later)}));
  const withCookie = (path: string) => request(port, path, {headers: {...host, cookie}});
  expect((await withCookie('/a?policy=1')).status).toBe(200);
  for (const name of ['Expires=1', 'Policy', 'Signature=', 'Key-Pair-Id=', 'Hash-Algorithm=SHA1']) {
    expect([name, code((await withCookie(`/a?${name}`)).text)]).toEqual([name, 'MissingKey']);
  }
  const expired = withQuery('/a', signFields(`${domain}/a`, viewer('KRSA', now)));
  expect(code((await withCookie(expired)).text)).toBe('AccessDenied');
  const good = withQuery('/a', signFields(`${domain}/a`, viewer('KRSA')));
  const bad = {...host, cookie: cookie.replace('KRSA', 'KNONE')};
  expect((await request(port, good, {headers: bad})).status).toBe(200);
});

it('judges every request anew: a copy in the cache, a range, a revalidation; expiry is cloud time', async () => {
  const {port, clock, seen} = await signedEdge();
  const path = withQuery('/a', signFields(`${domain}/a`, viewer('KRSA', now + 10)));
  expect((await request(port, path, {headers: host})).headers['x-cache']).toBe('Miss from cloudfront');
  expect((await request(port, '/a', {headers: host})).status).toBe(403);
  clock.advance(9_999);
  expect((await request(port, path, {headers: {...host, range: 'bytes=0-1'}})).status).toBe(206);
  clock.advance(1);
  for (const headers of [host, {...host, range: 'bytes=2-3'}, {...host, 'if-none-match': '"x"'}]) {
    expect((await request(port, path, {headers})).status).toBe(403);
  }
  expect(seen).toHaveLength(1);
});

it('a download that has begun ends, though its signature expires meanwhile', async () => {
  let finish: () => void = () => undefined;
  const started = new Promise<void>(resolve => (finish = resolve));
  const {port, clock} = await signedEdge({}, {}, (_req, res) => {
    res.write('first ');
    void started.then(() => res.end('second'));
  });
  const path = withQuery('/big', signFields(`${domain}/big`, viewer('KEC', now + 1)));
  const download = request(port, path, {headers: host});
  await expect.poll(async () => (await request(port, '/big', {headers: host})).status).toBe(403);
  await new Promise<void>(resolve => {
    clock.after(5_000, resolve);
    clock.advance(5_000);
  });
  finish();
  expect((await download).text).toBe('first second');
  expect((await request(port, path, {headers: host})).status).toBe(403);
});

it('asks HEAD and POST for a signature, OPTIONS never', async () => {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'] as const;
  const {port, seen} = await signedEdge({
    behavior: {
      CachePolicyId: 'everything',
      AllowedMethods: {
        Quantity: 7,
        Items: [...methods],
        CachedMethods: {Quantity: 2, Items: ['GET', 'HEAD']},
      },
    },
  });
  const path = withQuery('/a', signFields(`${domain}/a`, viewer('KRSA')));
  for (const method of methods) {
    const bare = await request(port, '/a', {method, headers: {...host, 'content-length': '0'}});
    expect([method, bare.status]).toEqual([method, method === 'OPTIONS' ? 200 : 403]);
    const signed = await request(port, path, {method, headers: {...host, 'content-length': '0'}});
    expect([method, signed.status]).toEqual([method, 200]);
  }
  expect(new Set(seen.map(req => req.url))).toEqual(new Set(['/a']));
});

it('comes after country, method and protocol', async () => {
  const geo = {GeoRestriction: {RestrictionType: 'blacklist' as const, Quantity: 1, Items: ['FI' as const]}};
  const options = {
    viewerCountry: (_address: string, headers: Record<string, unknown>) => String(headers['x-from']),
  };
  const {port, plane, config} = await signedEdge({Restrictions: geo}, options);
  expect((await request(port, '/a', {headers: {...host, 'x-from': 'FI'}})).text).toContain('your country');
  expect(code((await request(port, '/a', {headers: {...host, 'x-from': 'SE'}})).text)).toBe('MissingKey');
  const put = await request(port, '/a', {method: 'PUT', headers: {...host, 'content-length': '0'}});
  expect([put.status, put.headers['content-type']]).toEqual([403, 'text/html']);
  plane.set(config({behavior: {ViewerProtocolPolicy: 'redirect-to-https'}}));
  expect(code((await request(port, '/a', {headers: host})).text)).toBe('MissingKey');
});

it('a custom page for 403 replaces the refusal, needs no signature and is not kept for those who are let in', async () => {
  const {port, seen} = await signedEdge({
    CustomErrorResponses: {
      Quantity: 1,
      Items: [
        {ErrorCode: 403, ResponsePagePath: '/login.html', ResponseCode: '401', ErrorCachingMinTTL: 300},
      ],
    },
  });
  const refused = await request(port, '/a', {headers: host});
  expect([refused.status, refused.text, refused.headers['x-cache']]).toEqual([
    401,
    'GET /login.html',
    'Error from cloudfront',
  ]);
  const path = withQuery('/a', signFields(`${domain}/a`, viewer('KRSA')));
  expect((await request(port, path, {headers: host})).text).toBe('GET /a');
  expect(code((await request(port, '/login.html', {headers: host})).text)).toBe('MissingKey');
  expect(seen.map(req => req.url)).toEqual(['/login.html', '/a']);
});

it('is asked by the behavior of the path: beside it all is public; a response headers policy does not touch the refusal', async () => {
  const running = await signedEdge();
  const {port, plane, config} = running;
  plane.responseHeadersPolicies.set('own', {
    Name: 'own',
    CustomHeadersConfig: {Quantity: 1, Items: [{Header: 'x-own', Value: '1', Override: true}]},
  });
  const target = {
    TargetOriginId: 'custom',
    ViewerProtocolPolicy: 'allow-all' as const,
    CachePolicyId: 'plain',
  };
  plane.set(
    config({
      behavior: {TrustedKeyGroups: {Enabled: false, Quantity: 0}},
      CacheBehaviors: {
        Quantity: 2,
        Items: [
          {...target, PathPattern: '/private/free/*'},
          {...target, PathPattern: '/private/*', TrustedKeyGroups: trust, ResponseHeadersPolicyId: 'own'},
        ],
      },
    }),
  );
  const get = (path: string) => request(port, path, {headers: host});
  expect((await get('/open')).status).toBe(200);
  expect((await get('/private/free/a')).status).toBe(200);
  // What picks the behavior is the normalised path, so no spelling leads around it.
  for (const path of [
    '/private/a',
    '/%70rivate/a',
    '//private/a',
    '/open/../private/a',
    '/private/free/../a',
  ]) {
    const refused = await get(path);
    expect([path, refused.status, refused.headers['x-own']]).toEqual([path, 403, undefined]);
  }
  const path = withQuery('/private/a', signFields(`${domain}/private/a`, viewer('KRSA')));
  expect((await get(path)).headers['x-own']).toBe('1');
});

it('knows a distribution by its port on this machine: what was typed and what it stands for are both right', async () => {
  const {port, edge} = await signedEdge();
  const get = (url: string, headers = {}) =>
    request(port, withQuery('/a', signFields(url, viewer('KRSA'))), {headers});
  expect((await get(`http://127.0.0.1:${port}/a`)).status).toBe(200);
  expect((await get(`http://localhost:${port}/a`, {host: `localhost:${port}`})).status).toBe(200);
  expect((await get(`${domain}/a`)).status).toBe(200);
  expect((await get(`${domain}/a`, {host: `de1.cloudfront.net:${port}`})).status).toBe(200);
  expect((await get(`http://localhost:${port}/a`)).status).toBe(403);
  expect((await get(`http://127.0.0.1:${port + 1}/a`)).status).toBe(403);
  expect((await get('https://de2.cloudfront.net/a')).status).toBe(403);
  const tls = edge.tlsPort!;
  const get2 = (url: string) =>
    new Promise<number>((resolve, reject) => {
      const session = http2.connect(`https://127.0.0.1:${tls}`, {
        servername: 'de1.cloudfront.net',
        rejectUnauthorized: false,
      });
      session.on('error', reject);
      const stream = session.request({
        ':path': withQuery('/a', signFields(url, viewer('KEC'))),
        ':authority': `de1.cloudfront.net:${tls}`,
      });
      stream.on('response', headers => resolve(headers[':status'] ?? 0)).on('error', reject);
      stream.on('close', () => session.close()).resume();
    });
  expect(await get2(`https://de1.cloudfront.net:${tls}/a`)).toBe(200);
  expect(await get2(`${domain}/a`)).toBe(200);
  expect(await get2('https://de2.cloudfront.net/a')).toBe(403);
});

it('AWS accounts as signers ask for signatures too, and trust no key that is here', async () => {
  const {port} = await signedEdge({
    behavior: {
      TrustedKeyGroups: {Enabled: false, Quantity: 0},
      TrustedSigners: {Enabled: true, Quantity: 1, Items: ['self']},
    },
  });
  expect(code((await request(port, '/a', {headers: host})).text)).toBe('MissingKey');
  const path = withQuery('/a', signFields(`${domain}/a`, viewer('KRSA')));
  expect(code((await request(port, path, {headers: host})).text)).toBe('InvalidKey');
});
