import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createRowReader, readRows, type ManifestRow} from '../../src/deploy/manifest/rows.js';
import {parseManifest, serializeManifest} from '../../src/deploy/manifest/document.js';
import type {Manifest, ManifestEntry} from '../../src/deploy/manifest/manifest.js';
import {manifestOf} from './site.js';

const oddKeys = [
  '__proto__',
  'constructor',
  '404',
  'a"b',
  'a\\b\\',
  '\\"',
  'new\nline',
  'tab\t\u0000\u001f',
  'caf\u00e9/\u{1f600}',
  'lone \ud800',
  '"a":["b",1,0,"c"]',
  'x":["",1,0,""],\n"y',
  '","files":{',
  '}}',
  '],',
  ' ',
];

const keys = fc.oneof(
  fc.string({unit: 'grapheme', minLength: 1}),
  fc.string({unit: 'binary', minLength: 1}),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', ',', ':', '[', ']', '{', '}', 'a', '\u00fc'),
    minLength: 1,
  }),
  fc.constantFrom(...oddKeys),
);

const entries: fc.Arbitrary<ManifestEntry> = fc.record(
  {
    sha256: fc.oneof(fc.constant('ab'.repeat(32)), fc.string()),
    size: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant(0)),
    headers: fc.record(
      {
        contentType: fc.constantFrom('text/html', 'a/b', 'x"y'),
        cacheControl: fc.oneof(fc.constantFrom('no-cache', 'max-age=1'), fc.string()),
        cacheTags: fc.constantFrom('a', 'release-{release},b'),
      },
      {requiredKeys: ['contentType', 'cacheControl']},
    ),
    etag: fc.oneof(fc.constant('"e"'), fc.constant(''), fc.string()),
    left: fc.constantFrom('r', 'old'),
  },
  {requiredKeys: ['sha256', 'size', 'headers', 'etag']},
);

const manifests: fc.Arbitrary<Manifest> = fc.record({
  site: fc.string({unit: 'grapheme', minLength: 1}),
  distributions: fc.array(fc.string(), {maxLength: 2}),
  releases: fc.constant(
    ['r', 'old'].map(id => ({id, isNamed: false, createdAt: '2026-11-21T10:00:00.000Z', files: 1, bytes: 1})),
  ),
  files: fc
    .uniqueArray(fc.tuple(keys, entries), {selector: ([key]) => key, maxLength: 30})
    .map(pairs => new Map(pairs)),
  pendingInvalidations: fc.array(
    fc.record({
      reference: fc.string(),
      distributionId: fc.string(),
      paths: fc.array(fc.string({unit: 'grapheme'})),
      state: fc.constantFrom('planned' as const, 'sending' as const),
    }),
    {maxLength: 2},
  ),
  hidden: fc.boolean(),
});

/** In the order of the keys: JSON.parse puts those that look like array indexes first. */
const byKey = (rows: readonly ManifestRow[]): readonly ManifestRow[] =>
  rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));

const parsed = (text: string): readonly ManifestRow[] =>
  Array.from(parseManifest(text, 'it').files, ([key, {size, headers}]) => ({
    key,
    size,
    cacheControl: headers.cacheControl,
  }));

const read = (text: string) => readRows(Buffer.from(text), 'it');

describe('readRows', () => {
  it('reads of every manifest that frontctl writes what parseManifest reads', () => {
    fc.assert(
      fc.property(manifests, manifest => {
        const text = serializeManifest(manifest).toString();
        expect(byKey(read(text) ?? [])).toEqual(byKey(parsed(text)));
        expect(read(text)).toBeDefined();
      }),
      {numRuns: 500},
    );
  });

  it('reads the same in whatever pieces it comes, and anew from a first one', () => {
    fc.assert(
      fc.property(manifests, fc.array(fc.nat({max: 200}), {minLength: 1}), (manifest, lengths) => {
        const bytes = serializeManifest(manifest);
        const reader = createRowReader('it');
        reader.push(bytes.subarray(0, lengths[0]), true);
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const length = 1 + (lengths[n % lengths.length] ?? 0);
          reader.push(bytes.subarray(at, at + length), at === 0);
          at += length;
        }
        expect(reader.end()).toEqual(readRows(bytes, 'it'));
      }),
    );
  });

  it('knows every odd key', () => {
    const entry = {sha256: 's', size: 7, headers: {contentType: 'a/b', cacheControl: 'c'}, etag: '"e"'};
    const files = new Map(oddKeys.map(key => [key, entry]));
    const text = serializeManifest(manifestOf(files)).toString();
    expect(read(text)?.map(({key}) => key)).toEqual(oddKeys);
    expect(byKey(read(text) ?? [])).toEqual(byKey(parsed(text)));
  });

  it('leaves to parseManifest whatever is laid out in another way, and never says another thing', () => {
    const pieces = fc.constantFrom(
      '',
      '"',
      '\\',
      ',',
      '\n',
      ']',
      '}',
      '{',
      '0',
      '-1',
      'e3',
      ' ',
      'x',
      '\u0007',
    );
    const damaged = fc
      .tuple(manifests, fc.nat(), fc.nat({max: 3}), pieces)
      .map(([manifest, at, length, piece]) => {
        const text = serializeManifest(manifest).toString();
        // In the rows and what follows; what is wrong in the head is the head's.
        const from = text.indexOf('\n"files":{\n') + 1;
        const start = from + (at % (text.length - from));
        // Through bytes: half a character is no text.
        return Buffer.from(text.slice(0, start) + piece + text.slice(start + length)).toString();
      });
    fc.assert(
      fc.property(damaged, text => {
        const rows = read(text);
        if (rows === undefined) return;
        const unique = new Map(rows.map(row => [row.key, row]));
        expect(byKey([...unique.values()])).toEqual(byKey(parsed(text)));
      }),
      {numRuns: 3000},
    );
  });

  it.each([
    ['one line', (text: string) => JSON.stringify(JSON.parse(text))],
    ['indented', (text: string) => JSON.stringify(JSON.parse(text), undefined, 2)],
    ['cut off', (text: string) => text.slice(0, -4)],
    ['nothing', () => ''],
    ['a header that is not there', (text: string) => text.replace(',0,"', ',9,"')],
  ])('%s: undefined', (_name, change) => {
    const entry = {sha256: 's', size: 7, headers: {contentType: 'a/b', cacheControl: 'c'}, etag: '"e"'};
    const files = new Map([['a', entry]]);
    const text = serializeManifest(manifestOf(files)).toString();
    expect(read(text)).toEqual([{key: 'a', size: 7, cacheControl: 'c'}]);
    expect(read(change(text))).toBeUndefined();
  });

  it('a manifest of a newer frontctl is told in its words', () => {
    expect(() => read('{"version":3,"headers":[],\n"files":{\n}}\n')).toThrow(/newer frontctl/);
  });
});
