import fc from 'fast-check';
import {describe, expect, it} from 'vitest';

import {isBucketName, requireKey, urlEncoded} from '../../../src/local/s3/names.js';
import {evaluateRead, evaluateWrite} from '../../../src/local/s3/objects/preconditions.js';
import {contentRange, copySourceRange, selectRange} from '../../../src/local/s3/objects/ranges.js';
import {parseCopySource} from '../../../src/local/s3/objects/copy-source.js';
import {parseTagging, requireTags} from '../../../src/local/s3/buckets/tags.js';

describe('selectRange of 10 bytes', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-0', [0, 1]],
    ['bytes=0-', [0, 10]],
    ['bytes=3-5', [3, 6]],
    ['bytes=5-99', [5, 10]],
    ['bytes=-3', [7, 10]],
    ['bytes=-99', [0, 10]],
    ['BYTES=1-2', [1, 3]],
    ['bytes=9-9', [9, 10]],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=10-12', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-3', 'whole'],
    ['bytes=0-1,3-4', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=-', 'whole'],
    ['lines=0-1', 'whole'],
  ] as const)('%s', (header, expected) => {
    const answer = selectRange(header, 10);
    expect(answer.kind === 'part' ? [answer.start, answer.end] : answer.kind).toEqual(expected);
  });

  it('never leaves an empty object', () => {
    expect(selectRange('bytes=0-0', 0).kind).toBe('unsatisfiable');
    expect(selectRange('bytes=-1', 0).kind).toBe('unsatisfiable');
  });

  it('always stays inside the object', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(50), (size, first, last) => {
        const answer = selectRange(`bytes=${String(first)}-${String(last)}`, size);
        if (answer.kind !== 'part') return;
        expect(answer.start).toBe(first);
        expect(answer.end).toBeGreaterThan(answer.start);
        expect(answer.end).toBeLessThanOrEqual(size);
        expect(contentRange(answer.start, answer.end, size)).toBe(
          `bytes ${String(first)}-${String(Math.min(last, size - 1))}/${String(size)}`,
        );
      }),
    );
  });
});

it.each([
  ['bytes=0-9', {start: 0, end: 10}],
  ['bytes=0-10', undefined],
  ['bytes=5-4', undefined],
  ['bytes=3-', undefined],
  ['bytes=-3', undefined],
])('copySourceRange %s of 10 bytes', (header, expected) => {
  expect(copySourceRange(header, 10)).toEqual(expected);
});

describe('evaluateRead', () => {
  const stored = {etag: 'abc', modified: Date.UTC(2026, 0, 2) + 400};
  const before = new Date(Date.UTC(2026, 0, 1));
  const same = new Date(Date.UTC(2026, 0, 2));
  const after = new Date(Date.UTC(2026, 0, 3));
  it.each([
    [{}, 'proceed'],
    [{ifMatch: '"abc"'}, 'proceed'],
    [{ifMatch: 'abc'}, 'proceed'],
    [{ifMatch: '*'}, 'proceed'],
    [{ifMatch: '"x", "abc"'}, 'proceed'],
    [{ifMatch: '"x"'}, 'failed'],
    [{ifNoneMatch: '"abc"'}, 'not-modified'],
    [{ifNoneMatch: 'W/"abc"'}, 'not-modified'],
    [{ifNoneMatch: '"x"'}, 'proceed'],
    [{ifModifiedSince: before}, 'proceed'],
    [{ifModifiedSince: same}, 'not-modified'],
    [{ifModifiedSince: after}, 'not-modified'],
    [{ifUnmodifiedSince: before}, 'failed'],
    [{ifUnmodifiedSince: same}, 'proceed'],
    // RFC 9110, 13.2.2: the entity tag decides where both are given.
    [{ifMatch: '"abc"', ifUnmodifiedSince: before}, 'proceed'],
    [{ifNoneMatch: '"x"', ifModifiedSince: after}, 'proceed'],
    [{ifNoneMatch: '"abc"', ifModifiedSince: before}, 'not-modified'],
    [{ifMatch: '"x"', ifNoneMatch: '"abc"'}, 'failed'],
  ] as const)('%j: %s', (conditions, expected) => {
    expect(evaluateRead(conditions, stored).kind).toBe(expected);
  });
});

it.each([
  [{}, {etag: 'a'}, 'proceed'],
  [{ifNoneMatch: '*'}, undefined, 'proceed'],
  [{ifNoneMatch: '*'}, {etag: 'a'}, 'exists'],
  [{ifMatch: '"a"'}, {etag: 'a'}, 'proceed'],
  [{ifMatch: '"b"'}, {etag: 'a'}, 'mismatch'],
  [{ifMatch: '"a"'}, undefined, 'missing'],
] as const)('evaluateWrite %j on %j: %s', (conditions, current, expected) => {
  expect(evaluateWrite(conditions, current)).toBe(expected);
});

it.each([
  ['site', true],
  ['my-site.example.com', true],
  ['ab', false],
  ['a'.repeat(63), true],
  ['a'.repeat(64), false],
  ['Upper', false],
  ['under_score', false],
  ['-dash', false],
  ['dash-', false],
  ['two..dots', false],
  ['192.168.0.1', false],
  ['xn--name', false],
  ['sthree-name', false],
  ['name-s3alias', false],
  ['name--x-s3', false],
])('isBucketName %s: %s', (name, expected) => {
  expect(isBucketName(name)).toBe(expected);
});

it('measures keys in bytes of UTF-8', () => {
  expect(requireKey('é'.repeat(512))).toHaveLength(512);
  expect(() => requireKey('é'.repeat(513))).toThrow('Your key is too long');
  expect(() => requireKey(`${'😀'.repeat(256)}a`)).toThrow('Your key is too long');
  expect(() => requireKey('')).toThrow('must not be empty');
});

it.each([
  ['a b/c', 'a+b/c'],
  ['foo+1', 'foo%2B1'],
  ["it's (1)!*~", 'it%27s+%281%29%21*~'],
  ['é', '%C3%A9'],
])('urlEncoded %s', (plain, encoded) => {
  expect(urlEncoded(plain)).toBe(encoded);
});

it.each([
  ['bucket/key', {bucket: 'bucket', key: 'key', versionId: undefined}],
  ['/bucket/a%20b%2Bc+d', {bucket: 'bucket', key: 'a b+c+d', versionId: undefined}],
  ['bucket/k%3Fv?versionId=7', {bucket: 'bucket', key: 'k?v', versionId: '7'}],
  ['bucket%2Fkey', {bucket: 'bucket', key: 'key', versionId: undefined}],
])('parseCopySource %s', (header, expected) => {
  expect(parseCopySource(header)).toEqual(expected);
});

it.each(['', 'bucket', 'bucket/', '%zz/key'])('refuses the copy source %j', header => {
  expect(() => parseCopySource(header)).toThrow('Copy Source must mention');
});

it('reads tags from a header and refuses what S3 refuses', () => {
  expect(parseTagging('a=1&b=%26%20c')).toEqual([
    {Key: 'a', Value: '1'},
    {Key: 'b', Value: '& c'},
  ]);
  expect(() => parseTagging('a=1&a=2')).toThrow('same key');
  expect(() => requireTags([{Key: 'aws:x', Value: ''}], 10)).toThrow('System tags');
  expect(() =>
    requireTags(
      Array.from({length: 11}, (_, at) => ({Key: String(at), Value: ''})),
      10,
    ),
  ).toThrow('greater than 10');
});
