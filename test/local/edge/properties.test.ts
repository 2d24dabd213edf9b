import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Body} from '../../../src/local/edge/cache/body.js';
import {cacheKey} from '../../../src/local/edge/rules/cache-key.js';
import {Cache, type Copy} from '../../../src/local/edge/cache/cache.js';
import type {ViewerRequest} from '../../../src/local/edge/message.js';
import {compileInvalidation, coversTarget} from '../../../src/local/edge/rules/invalidation.js';
import {compilePattern, normalizePath} from '../../../src/local/edge/rules/pattern.js';
import {resolveRange} from '../../../src/local/edge/rules/range.js';
import {selectCookies, selectQuery, selection} from '../../../src/local/edge/rules/selection.js';

/** Matching by trying everything: the meaning of `*` and `?`, word for word. */
const naive = (glob: string, text: string): boolean => {
  if (glob === '') return text === '';
  if (glob.startsWith('*')) return naive(glob.slice(1), text) || (text !== '' && naive(glob, text.slice(1)));
  return text !== '' && (glob[0] === '?' || glob[0] === text[0]) && naive(glob.slice(1), text.slice(1));
};

const short = (alphabet: string, maxLength: number) =>
  fc.array(fc.constantFrom(...Array.from(alphabet)), {maxLength}).map(letters => letters.join(''));

test('§1 patterns match as the naive model does', () => {
  fc.assert(
    fc.property(short('ab/*?.', 9), short('ab/.', 10), (pattern, tail) => {
      const path = `/${tail}`;
      expect(compilePattern(pattern)(path)).toBe(
        naive(pattern.startsWith('/') ? pattern : `/${pattern}`, path),
      );
    }),
    {numRuns: 2000},
  );
});

test('§1 normalising twice changes nothing more, and leaves no dot segment and no double slash', () => {
  fc.assert(
    fc.property(short('a./%62eE', 14), tail => {
      const once = normalizePath(`/${tail}`);
      expect(once.startsWith('/')).toBe(true);
      expect(once).not.toMatch(/\/\/|\/\.\.?(\/|$)/);
    }),
  );
});

test('§8 ranges: within the body, in order, apart; what was asked for when it is one plain range', () => {
  fc.assert(
    fc.property(fc.string({maxLength: 12}), fc.nat(50), (junk, size) => {
      const answer = resolveRange(`bytes=${junk}`, size);
      if (answer.kind !== 'ranges') return;
      let last = 0;
      for (const {start, end} of answer.ranges) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(size);
        last = end;
      }
    }),
  );
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), fc.integer({min: 1, max: 50}), (a, b, size) => {
      const [first, last] = a < b ? [a, b] : [b, a];
      expect(resolveRange(`bytes=${first}-${last}`, size)).toEqual(
        first >= size
          ? {kind: 'unsatisfiable'}
          : {kind: 'ranges', ranges: [{start: first, end: Math.min(last + 1, size)}]},
      );
    }),
  );
});

const viewer = (headers: Record<string, string>, query = '', method = 'GET'): ViewerRequest => ({
  method,
  scheme: 'https',
  httpVersion: '1.1',
  host: 'h',
  port: undefined,
  path: '/p',
  query,
  headers,
  rawHeaders: [],
  address: '127.0.0.1',
  addressPort: 1,
  tls: undefined,
  country: undefined,
  body: undefined,
  id: 'id',
});

const token = short('abcXY', 4).filter(text => text !== '');

test('§3 the key depends on what is selected and on nothing else', () => {
  const keyed = {
    query: selection('whitelist', ['a']),
    headers: ['x-k'],
    cookies: selection('whitelist', ['k']),
  };
  fc.assert(
    fc.property(token, token, token, token, token, (k, noise, cookie, value, other) => {
      const key = (extra: string, cookies: string): string =>
        cacheKey(
          viewer({'x-k': k, 'x-noise': extra, cookie: cookies}, `a=${value}&n=${extra}`),
          '/p',
          keyed,
          undefined,
        ).id;
      expect(key(noise, `k=${cookie}; n=${noise}`)).toBe(key(other, `n=${other}; k=${cookie}`));
      expect(key(noise, `k=${cookie}`)).not.toBe(key(noise, `k=${cookie}!`));
    }),
  );
  const get = cacheKey(viewer({}), '/p', keyed, undefined).id;
  expect(cacheKey(viewer({}, '', 'HEAD'), '/p', keyed, undefined).id).toBe(get);
  expect(cacheKey(viewer({}, '', 'OPTIONS'), '/p', keyed, undefined).id).not.toBe(get);
});

test('§3 order, case and emptiness of query parameters matter; cookies are sorted and `$` names dropped', () => {
  const all = selection('all', undefined);
  expect(selectQuery('b=2&a=1', all)).toBe('b=2&a=1');
  expect(selectQuery('A=1&a=1&%61=3&b', selection('whitelist', ['a', 'b']))).toBe('a=1&%61=3&b');
  expect(selectQuery('a=1&b=2', selection('allExcept', ['a']))).toBe('b=2');
  expect(selectQuery('a=1', selection('none', undefined))).toBe('');
  expect(selectCookies(viewer({cookie: 'z=1; $Version=1; a=2;; m'}), all)).toBe('a=2; m; z=1');
});

const copyAt = async (target: string, distributionId: string, variant: number): Promise<Copy> => {
  const body = new Body('/nowhere');
  await body.fill(
    (async function* () {
      yield await Promise.resolve(Buffer.from(target));
    })(),
  );
  return {
    distributionId,
    id: `${distributionId} ${target} ${variant}`,
    target,
    status: 200,
    headers: {},
    body,
    receivedAt: 0,
    initialAge: 0,
    freshUntil: 1,
    whileRevalidateUntil: 1,
    ifErrorUntil: 1,
    validators: {},
    tags: [],
    error: false,
  };
};

test('§17 a purge removes exactly the matching targets of its distribution, every variant', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        short('ab/?*', 5).map(tail => `/${tail}`),
        {maxLength: 12},
      ),
      fc.array(
        short('ab/?*', 4).map(tail => `/${tail}`),
        {minLength: 1, maxLength: 3},
      ),
      async (targets, paths) => {
        const cache = new Cache();
        const copies = await Promise.all(
          [...new Set(targets)].flatMap(target => [
            copyAt(target, 'E1', 1),
            copyAt(target, 'E1', 2),
            copyAt(target, 'E2', 1),
          ]),
        );
        for (const copy of copies) cache.put(copy);
        const doomed = (copy: Copy): boolean =>
          copy.distributionId === 'E1' &&
          paths.some(path =>
            path.endsWith('*') ? copy.target.startsWith(path.slice(0, -1)) : copy.target === path,
          );
        expect(cache.purge('E1', compileInvalidation(paths))).toBe(copies.filter(doomed).length);
        for (const copy of copies) expect(cache.get(copy.id) === undefined).toBe(doomed(copy));
      },
    ),
    {numRuns: 200},
  );
});

test('§17 thousands of wildcards cover what any one of them covers', () => {
  const item = short('ab?', 4).map(tail => `/${tail}`);
  fc.assert(
    fc.property(fc.array(item, {maxLength: 30}), fc.array(item, {maxLength: 30}), (prefixes, targets) => {
      const {coversByWildcard} = compileInvalidation(prefixes.map(prefix => `${prefix}*`));
      for (const target of targets)
        expect(coversByWildcard(target)).toBe(prefixes.some(prefix => target.startsWith(prefix)));
    }),
    {numRuns: 500},
  );
});

test('§17 exact paths, wildcards and tags in one batch take just their own of 20,000 copies', async () => {
  const cache = new Cache();
  const model = await copyAt('/', 'E1', 1);
  const copies = Array.from({length: 20_000}, (_, n): Copy => {
    const target = `/d${n % 100}/p${n}`;
    return {...model, id: `E1 ${target}`, target, tags: [`tags:t${n % 250}`, `tags:all${n % 2}`]};
  });
  for (const copy of copies) cache.put(copy);
  const exact = Array.from({length: 5000}, (_, n) => `/d${n % 100}/p${n}`);
  const prefixes = Array.from({length: 40}, (_, n) => `/d${60 + n}/p1`);
  const tags = ['#T7', '#t249', '#none'];
  const doomed = ({target, tags: own}: Copy): boolean =>
    exact.includes(target) ||
    prefixes.some(prefix => target.startsWith(prefix)) ||
    own.some(tag => tag === 'tags:t7' || tag === 'tags:t249');
  const expected = copies.filter(copy => !doomed(copy)).map(({id}) => id);
  const items = [...exact, ...prefixes.map(prefix => `${prefix}*`), ...tags];
  expect(cache.purge('E1', compileInvalidation(items, 'Tags'))).toBe(copies.length - expected.length);
  expect(copies.filter(({id}) => cache.get(id) !== undefined).map(({id}) => id)).toEqual(expected);
  cache.clear();
  expect([cache.usedBytes, cache.count]).toEqual([0, 0]);
  expect(cache.purge('E1', compileInvalidation(['/*', '#all1'], 'tags'))).toBe(0);
});

test('§17 a star in the middle is literal', () => {
  const invalidation = compileInvalidation(['/a*b', 'c*']);
  const matches = ['/a*b', '/axb', '/c', '/cd'].map(target => coversTarget(invalidation, target));
  expect(matches).toEqual([true, false, true, true]);
});

test('the cache forgets the least recently used first, and counts every byte it forgets', async () => {
  const cache = new Cache({memory: 3500, disk: 0});
  const [a, b, c, d] = await Promise.all(['/a', '/b', '/c', '/d'].map(target => copyAt(target, 'E', 1)));
  for (const copy of [a!, b!, c!]) cache.put(copy);
  cache.get(a!.id);
  cache.put(d!);
  expect([a!, b!, c!, d!].map(copy => cache.get(copy.id) !== undefined)).toEqual([true, false, true, true]);
  cache.clear();
  expect([cache.usedBytes, cache.count]).toEqual([0, 0]);
});
