import {expect, test} from 'vitest';
import {cachePolicy, distributionConfig, fakePlane, localOrigin, start, type Answer} from './fixture.js';

const cacheOf = (answer: Answer): string => String(answer.headers['x-cache']).split(' ')[0]!;

test('§4 a copy expires by max-age, is renewed by a 304 (RefreshHit), replaced by a 200 (Miss)', async () => {
  let version = 'one';
  const {port, seen} = await localOrigin((req, res) => {
    const etag = `"${version}"`;
    res.setHeader('etag', etag).setHeader('cache-control', 'max-age=60');
    if (req.headers['if-none-match'] === etag) res.writeHead(304).end();
    else res.end(version);
  });
  const {get, clock} = await start(distributionConfig({}, port));
  expect(cacheOf(await get('/a'))).toBe('Miss');
  expect(cacheOf(await get('/a'))).toBe('Hit');
  clock.advance(61_000);
  const renewed = await get('/a');
  expect(cacheOf(renewed)).toBe('RefreshHit');
  expect(renewed.text).toBe('one');
  expect(seen.at(-1)?.headers['if-none-match']).toBe('"one"');
  const hit = await get('/a');
  expect(cacheOf(hit)).toBe('Hit');
  expect(Number(hit.headers['age'])).toBeLessThan(5);
  version = 'two';
  clock.advance(61_000);
  const replaced = await get('/a');
  expect(cacheOf(replaced)).toBe('Miss');
  expect(replaced.text).toBe('two');
  expect(seen).toHaveLength(3);
});

test('§4 no-cache is kept and revalidated on every request; no-store is not kept', async () => {
  const {port, seen} = await localOrigin((req, res) => {
    res.setHeader('cache-control', req.url === '/kept' ? 'no-cache' : 'no-store').setHeader('etag', '"e"');
    if (req.headers['if-none-match'] === '"e"') res.writeHead(304).end();
    else res.end('body');
  });
  const {get} = await start(distributionConfig({}, port));
  expect([cacheOf(await get('/kept')), cacheOf(await get('/kept'))]).toEqual(['Miss', 'RefreshHit']);
  expect([cacheOf(await get('/gone')), cacheOf(await get('/gone'))]).toEqual(['Miss', 'Miss']);
  expect(seen.at(-1)?.headers).not.toHaveProperty('if-none-match');
});

test('§4 stale-while-revalidate serves the old copy at once and refreshes behind it', async () => {
  let version = 1;
  let answered: () => void = () => undefined;
  const {port, seen} = await localOrigin((_req, res) => {
    res.setHeader('cache-control', 'max-age=10, stale-while-revalidate=100');
    res.end(`v${version}`, () => answered());
  });
  const {get, clock} = await start(distributionConfig({}, port));
  await get('/a');
  clock.advance(11_000);
  version = 2;
  const refreshed = new Promise<void>(resolve => (answered = resolve));
  const stale = await get('/a');
  expect([cacheOf(stale), stale.text]).toEqual(['Hit', 'v1']);
  await refreshed;
  await expect.poll(async () => (await get('/a')).text).toBe('v2');
  expect(seen).toHaveLength(2);
});

test('§4 a stale copy replaces a 5xx and is retried after the error TTL; a 404 comes through', async () => {
  let status = 200;
  const {port, seen} = await localOrigin((_req, res) => {
    res.writeHead(status, {'cache-control': status === 200 ? 'max-age=10' : ''}).end(`s${status}`);
  });
  const {get, clock} = await start(distributionConfig({}, port));
  await get('/a');
  status = 503;
  clock.advance(11_000);
  expect((await get('/a')).text).toBe('s200');
  expect((await get('/a')).text).toBe('s200');
  expect(seen).toHaveLength(2);
  clock.advance(10_001);
  expect((await get('/a')).text).toBe('s200');
  expect(seen).toHaveLength(3);
  status = 404;
  clock.advance(10_001);
  expect((await get('/a')).status).toBe(404);
});

test('§4 stale-if-error=0 forbids the stale copy; an origin that is down gives 502', async () => {
  let status = 200;
  const {port} = await localOrigin((_req, res) => {
    res.writeHead(status, {'cache-control': 'max-age=10, stale-if-error=0'}).end(`s${status}`);
  });
  const {get, clock} = await start(distributionConfig({}, port));
  await get('/a');
  status = 500;
  clock.advance(11_000);
  const failed = await get('/a');
  expect([failed.status, cacheOf(failed)]).toEqual([500, 'Error']);
});

test('§6 errors are cached for ErrorCachingMinTTL, 10 s by default; a 403 only with max-age or a rule', async () => {
  const {port, seen} = await localOrigin((req, res) => {
    res.writeHead(Number(req.url?.slice(1, 4))).end('no');
  });
  const {get, clock} = await start(
    distributionConfig(
      {CustomErrorResponses: {Quantity: 1, Items: [{ErrorCode: 400, ErrorCachingMinTTL: 60}]}},
      port,
    ),
  );
  const asked = async (path: string, times: number): Promise<number> => {
    const before = seen.length;
    for (let i = 0; i < times; i++) await get(path);
    return seen.length - before;
  };
  expect(await asked('/404', 3)).toBe(1);
  expect(await asked('/403', 2)).toBe(2);
  expect(await asked('/400', 2)).toBe(1);
  clock.advance(11_000);
  expect(await asked('/404', 1)).toBe(1);
  expect(await asked('/400', 1)).toBe(0);
});

test('§8 concurrent misses of one key become one origin request; all waiters but the first are Hits', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>(resolve => (release = resolve));
  const {port, seen} = await localOrigin((_req, res) => {
    void gate.then(() => res.end('shared'));
  });
  const {get} = await start(distributionConfig({}, port));
  const waiting = Array.from({length: 12}, () => get('/a'));
  await expect.poll(() => seen.length).toBe(1);
  release();
  const answers = await Promise.all(waiting);
  expect(new Set(answers.map(answer => answer.text))).toEqual(new Set(['shared']));
  expect(answers.filter(answer => cacheOf(answer) === 'Miss')).toHaveLength(1);
  expect(answers.filter(answer => cacheOf(answer) === 'Hit')).toHaveLength(11);
  expect(seen).toHaveLength(1);
});

test('§8 nothing is collapsed or stored when caching is disabled', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>(resolve => (release = resolve));
  const {port, seen} = await localOrigin((_req, res) => {
    void gate.then(() => res.end('x'));
  });
  const {get} = await start(distributionConfig({behavior: {CachePolicyId: 'disabled'}}, port));
  const waiting = [get('/a'), get('/a'), get('/a')];
  await expect.poll(() => seen.length).toBe(3);
  release();
  expect((await Promise.all(waiting)).map(cacheOf)).toEqual(['Miss', 'Miss', 'Miss']);
});

test('§17 an invalidation drops every variant, and a fetch begun before it does not come back into the cache', async () => {
  const hold: {gate?: Promise<void>} = {};
  const {port, seen} = await localOrigin((req, res) => {
    void (hold.gate ?? Promise.resolve()).then(() => res.end(`body of ${req.url ?? ''} ${seen.length}`));
  });
  const {get, edge, plane} = await start(distributionConfig({behavior: {CachePolicyId: 'vary'}}, port));
  plane.cachePolicies.set('vary', cachePolicy({query: 'all', headers: ['Accept-Language']}));
  await get('/x?a=1', {headers: {'accept-language': 'de'}});
  await get('/x?a=1', {headers: {'accept-language': 'en'}});
  await get('/x', {headers: {'accept-language': 'en'}});
  expect(edge.purge('E1', ['/x?a=1'])).toBe(2);
  expect(cacheOf(await get('/x', {headers: {'accept-language': 'en'}}))).toBe('Hit');
  expect(edge.purge('E2', ['/*'])).toBe(0);
  expect(edge.purge('E1', ['/*'])).toBe(1);

  let release: () => void = () => undefined;
  hold.gate = new Promise<void>(resolve => (release = resolve));
  const before = seen.length;
  const early = get('/y');
  await expect.poll(() => seen.length).toBe(before + 1);
  expect(edge.purge('E1', ['/y'])).toBe(0);
  const late = get('/y');
  await expect.poll(() => seen.length).toBe(before + 2);
  release();
  expect((await early).status).toBe(200);
  const fresh = await late;
  expect((await get('/y')).text).toBe(fresh.text);
});

test('a config change keeps the cache', async () => {
  const {port, seen} = await localOrigin((_req, res) => res.end('x'));
  const {get, plane} = await start(distributionConfig({}, port));
  await get('/a');
  plane.set(distributionConfig({Comment: 'changed'}, port));
  expect(cacheOf(await get('/a'))).toBe('Hit');
  expect(seen).toHaveLength(1);
});

test('a changed policy is noticed without a new version of the distribution', async () => {
  const {port, seen} = await localOrigin((_req, res) => res.end('x'));
  const {get, plane} = await start(distributionConfig({}, port));
  await get('/a?v=1');
  await get('/a?v=2');
  expect(seen.map(req => req.url)).toEqual(['/a']);
  plane.cachePolicies.set('plain', cachePolicy({query: 'all'}));
  await get('/a?v=2');
  expect(seen.map(req => req.url)).toEqual(['/a', '/a?v=2']);
});

test('§4 viewer Cache-Control and Pragma do not bypass the cache; a POST leaves the GET copy', async () => {
  const {port, seen} = await localOrigin((req, res) => {
    req.resume();
    res.end('x');
  });
  const {get} = await start(
    distributionConfig(
      {
        behavior: {
          AllowedMethods: {Quantity: 7, Items: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']},
        },
      },
      port,
    ),
  );
  await get('/a');
  await get('/a', {method: 'POST', body: 'x'});
  expect(cacheOf(await get('/a', {headers: {'cache-control': 'no-cache', pragma: 'no-cache'}}))).toBe('Hit');
  expect(seen.map(req => req.method)).toEqual(['GET', 'POST']);
});

test('§4 no-cache="Set-Cookie": the first viewer gets the cookie, later hits do not', async () => {
  const {port} = await localOrigin((_req, res) => {
    res
      .setHeader('set-cookie', ['a=1', 'b=2'])
      .setHeader('cache-control', 'max-age=60, no-cache="Set-Cookie"')
      .end('x');
  });
  const plane = fakePlane();
  plane.cachePolicies.set('cookies', cachePolicy({cookies: ['k']}));
  const {get} = await start(distributionConfig({behavior: {CachePolicyId: 'cookies'}}, port), {plane});
  expect((await get('/a')).headers['set-cookie']).toEqual(['a=1', 'b=2']);
  const hit = await get('/a');
  expect([cacheOf(hit), hit.headers['set-cookie']]).toEqual(['Hit', undefined]);
});

test('§4 with cookies forwarded an expired copy is fetched anew, unconditionally', async () => {
  const {port, seen} = await localOrigin((_req, res) => res.setHeader('etag', '"e"').end('x'));
  const plane = fakePlane();
  plane.cachePolicies.set('cookies', cachePolicy({cookies: 'all', default: 10}));
  const {get, clock} = await start(distributionConfig({behavior: {CachePolicyId: 'cookies'}}, port), {plane});
  await get('/a');
  clock.advance(11_000);
  expect(cacheOf(await get('/a'))).toBe('Miss');
  expect(seen[1]?.headers).not.toHaveProperty('if-none-match');
});

test('§17 a revalidation overtaken by a purge does not bring the old copy back', async () => {
  const gate: {open?: () => void; wait?: Promise<void>} = {};
  const {port, seen} = await localOrigin((req, res) => {
    res.setHeader('etag', '"e"').setHeader('cache-control', 'max-age=10');
    if (req.headers['if-none-match'] === undefined) res.end('body');
    else void gate.wait?.then(() => res.writeHead(304).end());
  });
  const {get, clock, edge} = await start(distributionConfig({}, port));
  await get('/a');
  clock.advance(11_000);
  gate.wait = new Promise(resolve => (gate.open = resolve));
  const waiting = get('/a');
  await expect.poll(() => seen.length).toBe(2);
  expect(edge.purge('E1', ['/*'])).toBe(1);
  gate.open?.();
  expect((await waiting).text).toBe('body');
  expect(cacheOf(await get('/a'))).toBe('Miss');
  expect(seen[2]?.headers).not.toHaveProperty('if-none-match');
});

test('§8 a request that joins a fetch under way gets its range of the growing body', async () => {
  const gate: {open?: () => void} = {};
  const opened = new Promise<void>(resolve => (gate.open = resolve));
  const {port, seen} = await localOrigin((_req, res) => {
    res.write('01234');
    void opened.then(() => res.end('56789'));
  });
  const {get} = await start(distributionConfig({}, port));
  const whole = get('/a');
  await expect.poll(() => seen.length).toBe(1);
  const part = get('/a', {headers: {range: 'bytes=3-6'}});
  gate.open?.();
  expect((await whole).text).toBe('0123456789');
  expect((await part).text).toBe('3456');
});
