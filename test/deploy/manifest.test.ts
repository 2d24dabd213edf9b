import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Manifest} from '../../src/deploy/index.js';
import {parseManifest, serializeManifest, siteAddress} from '../../src/deploy/manifest.js';

const hex = (length: number) =>
  fc.string({unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length});

const manifests: fc.Arbitrary<Manifest> = fc.record({
  version: fc.constant(1),
  release: fc.string({minLength: 1}),
  createdAt: fc.date({noInvalidDate: true}).map(date => date.toISOString()),
  files: fc
    .uniqueArray(
      fc.tuple(
        fc.oneof(
          fc.string({unit: 'grapheme', minLength: 1}),
          fc.constantFrom('__proto__', 'constructor', '404', 'a"b\\'),
        ),
        fc.record({
          sha256: hex(64),
          size: fc.nat(),
          headers: fc.record(
            {
              contentType: fc.constantFrom('text/html', 'a/b'),
              cacheControl: fc.string(),
              cacheTags: fc.constantFrom('a', 'release-{release},b'),
            },
            {requiredKeys: ['contentType', 'cacheControl']},
          ),
          etag: hex(32).map(md5 => `"${md5}"`),
        }),
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
});

describe('manifest', () => {
  it('reads what it wrote, whatever the keys', () => {
    fc.assert(
      fc.property(manifests, manifest => {
        expect(parseManifest(serializeManifest(manifest), 'it')).toEqual(manifest);
      }),
    );
  });

  it('keeps tags where a frontctl that does not know them leaves the rest alone', () => {
    const headers = {contentType: 'text/html', cacheControl: 'no-cache'};
    const entry = {sha256: 'a', size: 1, etag: '"e"'};
    const text = serializeManifest({
      version: 1,
      release: 'r',
      createdAt: '2026-11-21T00:00:00.000Z',
      files: new Map([
        ['a', {...entry, headers: {...headers, cacheTags: 'x'}}],
        ['b', {...entry, headers}],
      ]),
      pendingInvalidations: [],
      hidden: false,
    });
    const {headers: table, files, cacheTags} = JSON.parse(text) as Record<string, unknown>;
    expect({table, files, cacheTags}).toEqual({
      table: [headers],
      files: {a: ['a', 1, 0, '"e"', 0], b: ['a', 1, 0, '"e"']},
      cacheTags: ['x'],
    });
  });

  it('names each pair of headers once', () => {
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
    const text = serializeManifest({
      version: 1,
      release: 'r',
      createdAt: 'now',
      files,
      pendingInvalidations: [],
      hidden: false,
    });
    expect(text.split('immutable')).toHaveLength(2);
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
    ['{"version":2,"whatever":true}', 'MANIFEST_NEWER'],
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
