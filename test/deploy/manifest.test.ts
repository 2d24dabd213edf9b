import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Manifest} from '../../src/deploy/index.js';
import {createDocumentReader, parseManifest, serializeManifest} from '../../src/deploy/manifest/document.js';
import {siteAddress} from '../../src/deploy/manifest/manifest.js';
import {manifestOf} from './site.js';

const hex = (length: number) =>
  fc.string({unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length});

const releases = fc.uniqueArray(
  fc.record(
    {
      id: fc.string({minLength: 1}),
      isNamed: fc.boolean(),
      commit: hex(40),
      committedAt: fc.constant('2026-11-20T00:00:00Z'),
      createdAt: fc.date({noInvalidDate: true}).map(date => date.toISOString()),
      files: fc.nat(),
      bytes: fc.nat(),
    },
    {requiredKeys: ['id', 'isNamed', 'createdAt', 'files', 'bytes']},
  ),
  {selector: ({id}) => id, maxLength: 4},
);

const manifests: fc.Arbitrary<Manifest> = releases.chain(list =>
  fc.record(
    {
      site: fc.string(),
      distributions: fc.array(fc.string(), {maxLength: 2}),
      releases: fc.constant(list),
      files: fc
        .uniqueArray(
          fc.tuple(
            fc.oneof(
              fc.string({unit: 'grapheme', minLength: 1}),
              fc.constantFrom('__proto__', 'constructor', '404', 'a"b\\'),
            ),
            fc.record(
              {
                sha256: hex(64),
                size: fc.nat(),
                headers: fc.record(
                  {
                    contentType: fc.constantFrom('text/html', 'a/b'),
                    cacheControl: fc.string(),
                    cacheTags: fc.constantFrom('a', 'release-{release},b'),
                    others: fc.dictionary(fc.constantFrom('content-encoding', 'x-amz-meta-a'), fc.string()),
                  },
                  {requiredKeys: ['contentType', 'cacheControl']},
                ),
                etag: hex(32).map(md5 => `"${md5}"`),
                ...(list.length > 0 && {left: fc.constantFrom(...list.map(({id}) => id))}),
              },
              {requiredKeys: ['sha256', 'size', 'headers', 'etag']},
            ),
          ),
          {selector: ([key]) => key},
        )
        .map(entries => new Map(entries)),
      pendingInvalidations: fc.array(
        fc.record({
          reference: fc.string(),
          distributionId: fc.string(),
          paths: fc.array(fc.string()),
          state: fc.constantFrom('planned' as const, 'sending' as const),
        }),
        {maxLength: 2},
      ),
      hidden: fc.boolean(),
    },
    {requiredKeys: ['distributions', 'releases', 'files', 'pendingInvalidations', 'hidden']},
  ),
);

const pair = {contentType: 'text/plain', cacheControl: 'no-cache'};

function inPieces(bytes: Buffer, size: number) {
  const reader = createDocumentReader();
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size), at === 0);
  return reader.end();
}

describe('manifest', () => {
  it('reads what it wrote, whatever the keys', () => {
    fc.assert(
      fc.property(manifests, manifest => {
        const bytes = serializeManifest(manifest);
        expect(parseManifest(bytes.toString(), 'it')).toEqual(manifest);
        for (const size of [7, 1000]) expect(inPieces(bytes, size)).toEqual(manifest);
      }),
    );
  });

  it('reads version 1: one release, pairs of headers, tags in a table of their own', () => {
    const text = JSON.stringify({
      version: 1,
      release: 'r',
      commit: 'c',
      createdAt: '2026-11-21T00:00:00.000Z',
      hidden: true,
      headers: [{contentType: 'text/html', cacheControl: 'no-cache'}],
      cacheTags: ['x'],
      files: {a: ['a', 3, 0, '"e"', 0], b: ['b', 4, 0, '"f"']},
    });
    const headers = {contentType: 'text/html', cacheControl: 'no-cache'};
    expect(parseManifest(text, 'it')).toEqual({
      distributions: [],
      releases: [
        {id: 'r', isNamed: false, commit: 'c', createdAt: '2026-11-21T00:00:00.000Z', files: 2, bytes: 7},
      ],
      files: new Map([
        ['a', {sha256: 'a', size: 3, headers: {...headers, cacheTags: 'x'}, etag: '"e"'}],
        ['b', {sha256: 'b', size: 4, headers, etag: '"f"'}],
      ]),
      pendingInvalidations: [],
      hidden: true,
    });
  });

  it('reads many rows piece by piece, and tells what is damaged in the words of the whole', () => {
    const headers = {contentType: 'text/plain', cacheControl: 'no-cache'};
    const key = (n: number) => `${n % 3 === 0 ? '",\\n' : 'ü'}/${n}.txt`;
    const files = new Map(
      Array.from({length: 10_000}, (_, n) => [
        key(n),
        {sha256: 'a'.repeat(64), size: n, headers, etag: '"0123456789abcdef0123456789abcdef"'},
      ]),
    );
    const bytes = serializeManifest(manifestOf(files));
    const whole = parseManifest(bytes.toString(), 'it');
    for (const size of [1000, 64 * 1024, bytes.length]) expect(inPieces(bytes, size)).toEqual(whole);
    expect(whole.files.size).toBe(10_000);
    const damaged = Buffer.from(bytes.toString().replace(',9000,0,', ',"9000",0,'));
    expect(inPieces(damaged, 1000)).toBeUndefined();
    expect(inPieces(bytes.subarray(0, -7), 1000)).toBeUndefined();
    expect(inPieces(bytes.subarray(0, bytes.length / 2), 1000)).toBeUndefined();
  });

  it('forgets what came before a lost connection', () => {
    const files = new Map([['a', {sha256: 'a', size: 1, headers: pair, etag: '"e"'}]]);
    const bytes = serializeManifest(manifestOf(files));
    const reader = createDocumentReader();
    reader.push(bytes.subarray(0, -5), true);
    reader.push(bytes, true);
    expect(reader.end()).toEqual(manifestOf(files));
  });

  it('writes over room that is no longer needed, where it is enough', () => {
    const files = (count: number) =>
      new Map(
        Array.from({length: count}, (_, n) => [
          `${'é'.repeat(n % 50)}${n}`,
          {sha256: 'a', size: n, headers: pair, etag: '"e"'},
        ]),
      );
    const [small, large] = [manifestOf(files(10)), manifestOf(files(20_000))];
    const first = serializeManifest(large);
    expect(parseManifest(first.toString(), 'it')).toEqual(large);
    const second = serializeManifest(small, first);
    expect(second.buffer).toBe(first.buffer);
    expect(parseManifest(second.toString(), 'it')).toEqual(small);
    expect(parseManifest(serializeManifest(large, second).toString(), 'it')).toEqual(large);
  });

  it('names each set of headers once', () => {
    const headers = {
      contentType: 'text/javascript; charset=utf-8',
      cacheControl: 'public, max-age=31536000, immutable',
    };
    const files = new Map(
      Array.from({length: 50}, (_, index) => [
        `${index}.js`,
        {sha256: 'a', size: 1, headers: {...headers}, etag: '"e"'},
      ]),
    );
    expect(serializeManifest(manifestOf(files)).toString().split('immutable')).toHaveLength(2);
  });

  it.each([
    ['not json', 'MANIFEST_UNREADABLE'],
    ['[]', 'MANIFEST_UNREADABLE'],
    ['{"version":1}', 'MANIFEST_UNREADABLE'],
    ['{"version":"x"}', 'MANIFEST_UNREADABLE'],
    [
      '{"version":1,"release":"r","createdAt":"","headers":[],"files":{"a":["s",1,0,"e"]}}',
      'MANIFEST_UNREADABLE',
    ],
    ['{"version":1,"release":"r","createdAt":"","headers":[],"files":null}', 'MANIFEST_UNREADABLE'],
    ['{"version":1,"release":"r","createdAt":"","headers":[],"files":{"a":5}}', 'MANIFEST_UNREADABLE'],
    [
      '{"version":1,"release":"r","createdAt":"","headers":[],"files":{},"pendingInvalidations":[null]}',
      'MANIFEST_UNREADABLE',
    ],
    ['{"version":2,"distributions":[],"releases":[{}],"headers":[],"files":{}}', 'MANIFEST_UNREADABLE'],
    ['{"version":2,"distributions":[],"releases":[],"headers":[1],"files":{}}', 'MANIFEST_UNREADABLE'],
    ['{"version":2,"releases":[],"headers":[],"files":{}}', 'MANIFEST_UNREADABLE'],
    ['{"version":3,"whatever":true}', 'MANIFEST_NEWER'],
  ])('refuses %s with %s and names the object', (text, code) => {
    expect(() => parseManifest(text, 's3://b/.frontctl/manifest.json')).toThrow(
      expect.objectContaining({code, message: expect.stringContaining('s3://b/.frontctl') as string}),
    );
  });
});

it.each([
  ['', 's3://coffee'],
  ['sites/www', 's3://coffee/sites/www'],
])('the address of a site under prefix %j', (prefix, address) => {
  expect(siteAddress('coffee', prefix)).toBe(address);
});
