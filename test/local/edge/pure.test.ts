import {describe, expect, it, test} from 'vitest';
import {negotiate} from '../../../src/local/edge/rules/accept-encoding.js';
import {chooseCoding, compressedHeaders} from '../../../src/local/edge/rules/compression.js';
import {compileAllowedOrigins} from '../../../src/local/edge/rules/cors.js';
import {errorTtl, freshness, parseCacheControl} from '../../../src/local/edge/rules/freshness.js';
import {headersToViewer, replaysCookies} from '../../../src/local/edge/rules/headers-to-viewer.js';
import {field} from '../../../src/local/edge/message.js';
import {bucketOf} from '../../../src/local/edge/origin/address.js';
import {errorPage, redirect} from '../../../src/local/edge/viewer/pages.js';
import {compilePattern, normalizePath} from '../../../src/local/edge/rules/pattern.js';
import {resolveRange} from '../../../src/local/edge/rules/range.js';
import {legacyCookies} from '../../../src/local/edge/rules/selection.js';
import {canonicalName} from '../../../src/local/edge/viewer/send.js';
import {splitHost, splitTarget} from '../../../src/local/edge/viewer/viewer.js';

describe('§1 path patterns', () => {
  test.each([
    ['*', '/anything/at/all', true],
    ['/images/*', '/images/', true],
    ['images/*.jpg', '/images/a/b.jpg', true],
    ['images/*.jpg', '/images/a/b.JPG', false],
    ['*.jpg', '/deep/a.jpg', true],
    ['*.jpg', '/a.jpg.bak', false],
    ['/a??.html', '/abc.html', true],
    ['/a??.html', '/ab.html', false],
    ['/exact', '/exact', true],
    ['/exact', '/exact/', false],
    ['/a*b*c', '/aXbYbZc', true],
    ['/a*b*c', '/aXcYb', false],
    ['a+b', '/a+b', true],
    ['a+b', '/aab', false],
  ])('%s on %s: %s', (pattern, path, expected) => expect(compilePattern(pattern)(path)).toBe(expected));

  test.each([
    ['/a//b', '/a/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/../c', '/a/c'],
    ['/a/./b', '/a/b'],
    ['/../../a', '/a'],
    ['/%61%2Fb', '/a%2Fb'],
    ['/%zz%', '/%zz%'],
    ['/a%2e%2e/b', '/a../b'],
    ['/x/%2e%2e/b', '/b'],
    ['///', '/'],
    ['/', '/'],
    ['/dir/', '/dir/'],
    ['/caf%C3%A9', '/caf%C3%A9'],
  ])('%s is matched as %s', (raw, normal) => expect(normalizePath(raw)).toBe(normal));

  test('a pattern of many stars is not slow', () => {
    const matches = compilePattern(`${'*a'.repeat(60)}b`);
    const started = process.cpuUsage().user;
    expect(matches(`/${'a'.repeat(8000)}`)).toBe(false);
    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });
});

describe('§3 Accept-Encoding', () => {
  const both = {gzip: true, br: true};
  test.each([
    [both, 'gzip, deflate, br', 'br,gzip', 'br,gzip'],
    [both, 'br;q=1.0, GZIP;q=0.2', 'br,gzip', 'br,gzip'],
    [both, 'gzip', 'gzip', 'gzip'],
    [both, 'br', 'br', 'br'],
    [both, 'gzip, br;q=0', 'gzip', 'gzip'],
    [both, 'deflate', undefined, 'identity'],
    [both, '*', undefined, 'identity'],
    [both, '', undefined, 'identity'],
    [both, undefined, undefined, undefined],
    [{gzip: true, br: false}, 'br, gzip', 'gzip', 'gzip'],
    [{gzip: false, br: true}, 'gzip', undefined, 'identity'],
  ])('%o with %s: key %s, to the origin %s', (flags, header, key, toOrigin) =>
    expect(negotiate(header, flags)).toMatchObject({key, toOrigin}),
  );
});

describe('§4 freshness', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const zero = {min: 0, default: 100, max: 1000};
  const some = {min: 50, default: 100, max: 1000};
  const http = (ms: number): string => new Date(now + ms).toUTCString();
  test.each([
    [zero, {'cache-control': 'max-age=10'}, 10],
    [zero, {'cache-control': 'max-age=5000'}, 1000],
    [zero, {'cache-control': 'max-age=10, s-maxage=20'}, 20],
    [zero, {'cache-control': 'max-age=10', expires: http(60_000)}, 10],
    [zero, {'cache-control': 'max-age=10', age: '4'}, 6],
    [zero, {expires: http(60_000)}, 60],
    [zero, {expires: http(60_000), date: http(20_000)}, 40],
    [zero, {expires: '0'}, 0],
    [zero, {}, 100],
    [{min: 0, default: 5000, max: 1000}, {}, 5000],
    [zero, {'cache-control': 'no-cache'}, 0],
    [zero, {'cache-control': 'no-store, max-age=10'}, undefined],
    [zero, {'cache-control': 'Private'}, undefined],
    [zero, {'cache-control': 'max-age=10, no-cache="Set-Cookie"'}, 10],
    [zero, {'cache-control': 'max-age=abc'}, 100],
    [zero, {vary: 'Accept, *'}, undefined],
    [some, {'cache-control': 'max-age=10'}, 50],
    [some, {'cache-control': 'max-age=70'}, 70],
    [some, {'cache-control': 'max-age=5000'}, 1000],
    [some, {'cache-control': 'no-store'}, 50],
    [some, {'cache-control': 'no-cache, max-age=70'}, 50],
    [some, {expires: http(-1000)}, 50],
    [{min: 200, default: 100, max: 1000}, {}, 200],
    [{min: 0, default: 0, max: 0}, {'cache-control': 'max-age=10'}, undefined],
  ])('%o %o: %s s', (bounds, headers, ttl) => {
    const found = freshness(headers, bounds, now);
    expect(found.kind === 'stored' ? found.ttl : undefined).toBe(ttl);
  });

  test('stale directives are capped by MaxTTL; stale-if-error unlimited when not said', () => {
    const told = freshness(
      {'cache-control': 'max-age=1, stale-while-revalidate=9999, stale-if-error=5'},
      zero,
      now,
    );
    expect(told).toMatchObject({staleWhileRevalidate: 1000, staleIfError: 5});
    expect(freshness({}, zero, now)).toMatchObject({staleWhileRevalidate: 0, staleIfError: Infinity});
  });

  test('Cache-Control: first of a repeated directive wins, quotes and case do not matter', () => {
    expect([...parseCacheControl('Max-Age="5", max-age=9,,public , x=')]).toEqual([
      ['max-age', '5'],
      ['public', ''],
      ['x', ''],
    ]);
  });
});

describe('§6 error caching', () => {
  const bounds = {min: 0, default: 100, max: 1000};
  const rule = {minimum: 10, ruled: false, s3: false};
  test.each([
    [404, {}, rule, 10],
    [503, {'cache-control': 'max-age=60'}, rule, 60],
    [404, {'cache-control': 'max-age=6000'}, rule, 1000],
    [404, {'cache-control': 'max-age=3'}, rule, 10],
    [404, {'cache-control': 'no-store'}, rule, undefined],
    [500, {'cache-control': 'no-store'}, rule, 10],
    [403, {}, rule, undefined],
    [403, {'cache-control': 's-maxage=60'}, rule, 60],
    [403, {}, {...rule, ruled: true}, 10],
    [416, {'cache-control': 'max-age=60'}, {...rule, ruled: true}, undefined],
    [404, {}, {...rule, minimum: 0}, 0],
    [404, {}, {...rule, minimum: 0, s3: true}, 1],
  ])('%d %o %o: %s s', (status, headers, caching, ttl) =>
    expect(errorTtl(status, headers as Record<string, string>, bounds, caching, 0)).toBe(ttl),
  );
  test('nothing is cached when all TTLs are 0', () =>
    expect(errorTtl(404, {}, {min: 0, default: 0, max: 0}, rule, 0)).toBeUndefined());
});

describe('§9 compression', () => {
  const html = (more: Record<string, string> = {}) => ({
    'content-type': 'text/html; charset=utf-8',
    'content-length': '5000',
    ...more,
  });
  test.each([
    ['html', 200, html(), 'br'],
    ['404', 404, html(), 'br'],
    ['another status', 201, html(), undefined],
    ['999 bytes', 200, html({'content-length': '999'}), undefined],
    ['1,000 bytes', 200, html({'content-length': '1000'}), 'br'],
    ['10,000,001 bytes', 200, html({'content-length': '10000001'}), undefined],
    ['no length', 200, {'content-type': 'text/html'}, undefined],
    ['already encoded', 200, html({'content-encoding': 'identity'}), undefined],
    ['an image', 200, html({'content-type': 'image/png'}), undefined],
    ['svg', 200, html({'content-type': 'IMAGE/SVG+XML'}), 'br'],
    ['woff2', 200, html({'content-type': 'font/woff2'}), undefined],
    ['wasm', 200, html({'content-type': 'application/wasm'}), 'br'],
  ])('%s', (_name, status, headers, coding) =>
    expect(chooseCoding(status, headers as Record<string, string>, ['br', 'gzip'])).toBe(coding),
  );

  test.each([
    ['"a"', 'W/"a"'],
    ['W/"a"', 'W/"a"'],
    ['a', undefined],
  ])('ETag %s becomes %s', (etag, weak) => expect(compressedHeaders({etag}, 'gzip')['etag']).toBe(weak));

  test('Vary grows by Accept-Encoding once', () => {
    expect(compressedHeaders({vary: 'Origin'}, 'br')['vary']).toBe('Origin, Accept-Encoding');
    expect(compressedHeaders({vary: 'accept-encoding'}, 'br')['vary']).toBe('accept-encoding');
  });
});

describe('§10 to the viewer', () => {
  const rules = {s3: false, cookiesForwarded: false, forwarded: new Set(['accept-language']), minTtl: 0};
  test('Vary keeps what can differ; Set-Cookie only when cookies are forwarded; hop-by-hop fields go', () => {
    const headers = {
      vary: 'Accept, Accept-Language, Accept-Encoding, Cookie',
      'set-cookie': ['a=1'],
      connection: 'x',
      trailer: 'x',
      via: '1.1 x',
      server: 'nginx',
    };
    expect(headersToViewer(headers, rules)).toEqual({
      vary: 'Accept-Language, Accept-Encoding, Cookie',
      server: 'nginx',
    });
    expect(headersToViewer(headers, {...rules, cookiesForwarded: true})['set-cookie']).toEqual(['a=1']);
  });
  test('Vary: * goes with MinTTL above 0', () => {
    expect(headersToViewer({vary: '*'}, rules)).toEqual({vary: '*'});
    expect(headersToViewer({vary: '*'}, {...rules, minTtl: 1})).toEqual({});
  });
  test('no-cache="Set-Cookie" keeps cookies out of the copy', () => {
    expect(replaysCookies({'cache-control': 'no-cache="Set-Cookie, X"'})).toBe(false);
    expect(replaysCookies({'cache-control': 'no-cache'})).toBe(true);
  });
});

describe('§15 allowed origins', () => {
  test.each([
    ['https://example.com', 'https://example.com', true],
    ['https://example.com', 'http://example.com', false],
    ['example.com', 'http://example.com', true],
    ['example.com', 'http://example.com:8080', false],
    ['example.com:8080', 'http://example.com:8080', true],
    ['example.com:80*', 'http://example.com:8099', true],
    ['example.com:*', 'http://example.com:1', true],
    ['*.example.com', 'https://a.b.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'https://evilexample.com', false],
    ['*', 'null', true],
    ['example.com', 'null', false],
  ])('%s for %s: %s', (pattern, origin, expected) =>
    expect(compileAllowedOrigins([pattern])(origin)).toBe(expected),
  );
});

test.each([
  ['b.s3.us-east-1.amazonaws.com', 'b'],
  ['my.site.s3.eu-central-1.amazonaws.com', 'my.site'],
  ['b.s3.amazonaws.com', 'b'],
  ['b.s3-eu-west-1.amazonaws.com', 'b'],
  ['b.s3.dualstack.us-gov-west-1.amazonaws.com', 'b'],
  ['b.s3-website-us-east-1.amazonaws.com', undefined],
  ['example.com', undefined],
  ['s3.amazonaws.com', undefined],
])('the bucket of %s is %s', (domain, bucket) => expect(bucketOf(domain)).toBe(bucket));

test('§2 pages: 167 bytes of redirect; nothing of the request is markup in an error page', () => {
  expect(redirect(301, 'https://x/').headers['content-length']).toBe('167');
  expect(errorPage({status: 403, reason: '<script>'}, 'id')).not.toContain('<script>');
});

test('names and targets off the wire', () => {
  expect(['etag', 'content-type', 'x-amz-meta-a', 'x-cache'].map(canonicalName)).toEqual([
    'ETag',
    'Content-Type',
    'x-amz-meta-a',
    'X-Cache',
  ]);
  expect(splitHost('WWW.Example.com.:8080')).toEqual({host: 'www.example.com', port: '8080'});
  expect(splitHost('[::1]:80')).toEqual({host: '[::1]', port: '80'});
  expect(splitHost('')).toEqual({host: '', port: undefined});
  expect(splitTarget('http://h:1?x')).toEqual({path: '/', query: 'x'});
  expect(splitTarget('/a?b?c#d')).toEqual({path: '/a', query: 'b?c'});
});

describe('no input makes a rule slow', () => {
  // Each took seconds, or for ever, with a backtracking expression.
  const many = 'a'.repeat(30_000);
  const stars = `${'*a'.repeat(20)}*b`;
  it.each([
    ['Range', () => resolveRange(`bytes=${' '.repeat(30_000)}x`, 10)],
    ['a path pattern', () => compilePattern(stars)(`/${many}`)],
    [
      'a legacy cookie list',
      () => {
        const chosen = legacyCookies({Forward: 'whitelist', WhitelistedNames: {Quantity: 1, Items: [stars]}});
        return chosen.kind === 'some' && chosen.has(many);
      },
    ],
    [
      'a CORS port',
      () => compileAllowedOrigins([`http://a:${'*1'.repeat(20)}`])(`http://a:${'1'.repeat(30_000)}0`),
    ],
  ])('%s', (_what, judge) => {
    const started = performance.now();
    judge();
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('reads legacy cookie wildcards and CORS ports as before', () => {
    const chosen = legacyCookies({Forward: 'whitelist', WhitelistedNames: {Quantity: 1, Items: ['s?.*-id']}});
    const has = chosen.kind === 'some' ? chosen.has : () => undefined;
    expect([has('s1.x-id'), has('s1.-id'), has('s12.x-id'), has('s1xx-id')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const allowed = compileAllowedOrigins(['http://a:80*']);
    expect([allowed('http://a:8080'), allowed('http://a:81'), allowed('http://a')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('finds no field that every object inherits', () => {
    expect(field({}, 'constructor')).toBeUndefined();
    expect(field({}, '__proto__')).toBeUndefined();
  });
});
