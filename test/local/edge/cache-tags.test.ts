import type http from 'node:http';
import {describe, expect, it, test} from 'vitest';
import {cacheTags} from '../../../src/local/edge/rules/cache-tags.js';
import {compileInvalidation, coversTag} from '../../../src/local/edge/rules/invalidation.js';
import {
  distributionConfig,
  fakePlane,
  localOrigin,
  request,
  start,
  type Answer,
  type Extra,
} from './fixture.js';

const cacheOf = (answer: Answer): string => String(answer.headers['x-cache']).replace(' from cloudfront', '');

describe('the tags of an answer', () => {
  const longest = 't'.repeat(256);
  it.each([
    ['spaces around them go', ' a , b,\tc ', ['a', 'b', 'c']],
    ['upper and lower case are the same tag', 'Product:TV,product:tv', ['product:tv']],
    ['empty ones are none', ',, ,a,', ['a']],
    ['a space inside makes it none', 'a b,c', ['c']],
    ['other than visible ASCII makes it none', 'ä,b\u007f,c', ['c']],
    ['every visible ASCII sign will do', '!#$%&*+./:;<=>?@[]^_`{|}~"', ['!#$%&*+./:;<=>?@[]^_`{|}~"']],
    ['256 characters are the most', `${longest},${longest}t`, [longest]],
    ['a star is a star', 'a*', ['a*']],
  ])('%s', (_rule, value, tags) => {
    expect(cacheTags({tags: value}, 'Tags')).toEqual(tags.map(tag => `tags:${tag}`));
  });

  it('are those of every line of the header', () => {
    expect(cacheTags({tags: ['a,b', 'c']}, 'tags')).toEqual(['tags:a', 'tags:b', 'tags:c']);
  });

  it('are the first 50; what is no tag or a repeat does not count', () => {
    const value = ['no tag', '0', ...Array.from({length: 51}, (_, n) => String(n))].join(',');
    const tags = cacheTags({tags: value}, 'tags');
    expect([tags.length, tags.at(-1)]).toEqual([50, 'tags:49']);
  });

  it('are none without a header to read', () => {
    expect(cacheTags({tags: 'a'}, undefined)).toEqual([]);
    expect(cacheTags({tags: 'a'}, 'other')).toEqual([]);
  });

  it('are compared whole, under the header that is named now', () => {
    const tags = cacheTags({tags: 'product:42'}, 'tags');
    const covers = (item: string, header?: string) => coversTag(compileInvalidation([item], header), tags);
    expect(covers('#PRODUCT:42', 'Tags')).toBe(true);
    expect(covers('#product:*', 'tags')).toBe(false);
    expect(covers('#product', 'tags')).toBe(false);
    expect(covers('#product:42', 'other')).toBe(false);
    expect(covers('#product:42')).toBe(false);
    expect(covers('/product:42', 'tags')).toBe(false);
  });
});

/** An origin that answers with the tags in the query: `/a?t=x,y`; the query is not part of the cache key. */
const tagging = (
  more: (req: http.IncomingMessage, res: http.ServerResponse) => void = (_req, res) => res.end('x'),
) =>
  localOrigin((req, res) => {
    const {searchParams} = new URL(req.url ?? '', 'http://origin');
    const tags = searchParams.get('t');
    if (tags !== null) res.setHeader('Tags', tags);
    more(req, res);
  });

const tagged = (port: number, header = 'Tags', extra: Extra = {}) =>
  distributionConfig(
    {CacheTagConfig: {HeaderName: header}, ...extra, behavior: {CachePolicyId: 'query', ...extra.behavior}},
    port,
  );

test('a tag takes every object that carries it, in any case, and leaves the others', async () => {
  const {port} = await tagging();
  const {get, edge} = await start(tagged(port));
  const paths = ['/a?t=News,x', '/b?t=y,NEWS', '/c?t=news-2', '/d', '/e?t=new*'];
  for (const path of paths) await get(path);
  expect(edge.purge('E1', ['#nEWS'])).toBe(2);
  const marks = async () => (await Promise.all(paths.map(path => get(path)))).map(cacheOf);
  expect(await marks()).toEqual(['Miss', 'Miss', 'Hit', 'Hit', 'Hit']);
  expect(edge.purge('E1', ['#new*'])).toBe(1);
  expect(await marks()).toEqual(['Hit', 'Hit', 'Hit', 'Hit', 'Miss']);
});

test('the 51st tag is not kept', async () => {
  const {port} = await localOrigin((_req, res) => {
    res.setHeader('Tags', Array.from({length: 51}, (_, n) => `t${n + 1}`).join(', ')).end('x');
  });
  const {get, edge} = await start(tagged(port));
  await get('/a');
  expect(edge.purge('E1', ['#t51'])).toBe(0);
  expect(edge.purge('E1', ['#t50'])).toBe(1);
});

test('a tag is of one distribution, and every variant has its own', async () => {
  const {port} = await localOrigin((req, res) => {
    res.setHeader('Tags', `lang:${req.headers['accept-language'] ?? ''}, all`).end('x');
  });
  const plane = fakePlane();
  plane.cachePolicies.set('language', {
    ...plane.cachePolicies.get('plain'),
    Name: 'language',
    MinTTL: 0,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      HeadersConfig: {HeaderBehavior: 'whitelist', Headers: {Quantity: 1, Items: ['Accept-Language']}},
      CookiesConfig: {CookieBehavior: 'none'},
      QueryStringsConfig: {QueryStringBehavior: 'none'},
    },
  });
  const config = tagged(port, 'Tags', {behavior: {CachePolicyId: 'language'}});
  const {edge} = await start(config, {plane});
  plane.set(config, 'E2');
  await edge.settled();
  const get = (id: string, language: string) =>
    request(edge.portOf(id)!, '/a', {headers: {'accept-language': language}});
  for (const id of ['E1', 'E2']) for (const language of ['de', 'en']) await get(id, language);
  expect(edge.purge('E1', ['#lang:de'])).toBe(1);
  expect(cacheOf(await get('E1', 'en'))).toBe('Hit');
  expect(cacheOf(await get('E2', 'de'))).toBe('Hit');
  expect(edge.purge('E1', ['#all', '/a', '/*'])).toBe(1);
  expect(edge.purge('E2', ['#all'])).toBe(2);
});

test('a renamed header finds nothing of the old one; without CacheTagConfig nothing is tagged', async () => {
  const {port} = await tagging();
  const {get, edge, plane} = await start(tagged(port));
  await get('/a?t=x');
  plane.set(tagged(port, 'Cache-Tag'));
  expect(edge.purge('E1', ['#x'])).toBe(0);
  expect(cacheOf(await get('/a?t=x'))).toBe('Hit');
  plane.set(distributionConfig({behavior: {CachePolicyId: 'query'}}, port));
  expect(edge.purge('E1', ['#x'])).toBe(0);
  await get('/b?t=x');
  plane.set(tagged(port, 'tags'));
  expect(edge.purge('E1', ['#x'])).toBe(1);
  expect((await Promise.all(['/a?t=x', '/b?t=x'].map(path => get(path)))).map(cacheOf)).toEqual([
    'Miss',
    'Hit',
  ]);
});

test('a custom error page goes with a tag of the failed answer or of the page', async () => {
  const {port} = await localOrigin((req, res) => {
    if (req.url === '/404.html') res.setHeader('Tags', 'layout').end('sorry');
    else res.writeHead(404, {Tags: 'product-42', 'Cache-Control': 'max-age=60'}).end();
  });
  const errors = {
    Quantity: 1,
    Items: [{ErrorCode: 404, ResponsePagePath: '/404.html', ResponseCode: '404', ErrorCachingMinTTL: 60}],
  };
  const {get, edge} = await start(tagged(port, 'Tags', {CustomErrorResponses: errors}));
  expect((await get('/p')).text).toBe('sorry');
  expect(edge.purge('E1', ['#product-42'])).toBe(1);
  await get('/p');
  // The page itself and its copy under the failed URL.
  expect(edge.purge('E1', ['#layout'])).toBe(2);
});

test('a 304 leaves the tags as they are, unless it has the header itself', async () => {
  const {port} = await localOrigin((req, res) => {
    res.setHeader('ETag', '"e"').setHeader('Cache-Control', 'max-age=10');
    if (req.headers['if-none-match'] === undefined) res.setHeader('Tags', 'first').end('x');
    else if (req.url === '/again') res.setHeader('Tags', 'second').writeHead(304).end();
    else res.writeHead(304).end();
  });
  const {get, edge, clock} = await start(tagged(port));
  const renew = async () => {
    clock.advance(11_000);
    return (await Promise.all(['/plain', '/again'].map(path => get(path)))).map(cacheOf);
  };
  await renew();
  expect(await renew()).toEqual(['RefreshHit', 'RefreshHit']);
  expect(edge.purge('E1', ['#second'])).toBe(1);
  expect(edge.purge('E1', ['#first'])).toBe(1);
});

/** Answers wait at the gate, before their head or in the middle of their body. */
const gated = async (where: 'head' | 'body') => {
  const gate: {open: () => void; wait: Promise<void>} = {open: () => undefined, wait: Promise.resolve()};
  const shut = (): void => {
    gate.wait = new Promise(resolve => (gate.open = resolve));
  };
  let count = 0;
  const origin = await tagging((_req, res) => {
    const text = `body ${++count}`;
    const {wait} = gate;
    if (where === 'head') void wait.then(() => res.end(text));
    else {
      res.write(text);
      void wait.then(() => res.end());
    }
  });
  return {...origin, shut, open: () => gate.open()};
};

describe('a fetch under way while its tag is purged', () => {
  it.each(['head', 'body'] as const)(
    'is not stored when the purge came before the end of its %s',
    async where => {
      const {port, seen, shut, open} = await gated(where);
      const {get, edge} = await start(tagged(port));
      shut();
      const early = [get('/a?t=x'), get('/b?t=y'), get('/c')];
      await expect.poll(() => seen.length).toBe(3);
      // The edge has the heads once its viewers have them.
      if (where === 'body') await expect.poll(() => heads(edge.portOf('E1')!, ['/a?t=x'])).toEqual([200]);
      expect(edge.purge('E1', ['#x'])).toBe(0);
      open();
      expect((await Promise.all(early)).map(({status}) => status)).toEqual([200, 200, 200]);
      const after = await Promise.all(['/a?t=x', '/b?t=y', '/c'].map(path => get(path)));
      expect(after.map(cacheOf)).toEqual(['Miss', 'Hit', 'Hit']);
    },
  );

  it('is not joined by a viewer that comes after the purge', async () => {
    const {port, seen, shut, open} = await gated('head');
    const {get, edge} = await start(tagged(port));
    shut();
    const early = get('/a?t=x');
    await expect.poll(() => seen.length).toBe(1);
    edge.purge('E1', ['#x']);
    const late = get('/a?t=x');
    await expect.poll(() => seen.length).toBe(2);
    open();
    expect([(await early).text, (await late).text]).toEqual(['body 1', 'body 2']);
    expect([cacheOf(await get('/a?t=x')), (await get('/a?t=x')).text]).toEqual(['Hit', 'body 2']);
  });

  it('does not renew what was purged', async () => {
    const gate: {open?: () => void; wait?: Promise<void>} = {};
    const {port, seen} = await localOrigin((req, res) => {
      res.setHeader('ETag', '"e"').setHeader('Cache-Control', 'max-age=10');
      if (req.headers['if-none-match'] === undefined) res.setHeader('Tags', 'old').end('x');
      else void gate.wait?.then(() => res.setHeader('Tags', 'new').writeHead(304).end());
    });
    const {get, edge, clock} = await start(tagged(port));
    await get('/a');
    clock.advance(11_000);
    gate.wait = new Promise(resolve => (gate.open = resolve));
    const waiting = get('/a');
    await expect.poll(() => seen.length).toBe(2);
    expect(edge.purge('E1', ['#old'])).toBe(1);
    gate.open?.();
    expect((await waiting).text).toBe('x');
    expect(cacheOf(await get('/a'))).toBe('Miss');
  });
});

/** Statuses of answers whose bodies have not ended: the requests are given up once the heads are there. */
const heads = (port: number, paths: readonly string[]): Promise<number[]> =>
  Promise.all(
    paths.map(async path => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      await answer.body?.cancel();
      return answer.status;
    }),
  );
