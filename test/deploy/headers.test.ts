import {createHash, randomBytes} from 'node:crypto';
import {brotliCompressSync} from 'node:zlib';
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {HeaderRule} from '../../src/config/types.js';
import {deploy, type DeployInput} from '../../src/deploy/index.js';
import {manifestKey} from '../../src/deploy/manifest/manifest.js';
import type {SiteResources} from '../../src/stack/index.js';
import {browse, deployInput, deployOnce, finish, openWorld, type World} from './world.js';

let world: World;
let site: SiteResources;

beforeEach(async () => {
  world = await openWorld();
  site = await world.site();
});

afterEach(() => world.close());

const everything: HeaderRule = {
  match: '*',
  contentType: 'application/x-all',
  cacheControl: 'no-cache',
  cacheTags: ['films', '{release}'],
  contentLanguage: 'de-AT, fr',
  contentDisposition: 'attachment; filename="a  b.bin"; filename*=UTF-8\'\'%C3%BC.bin',
  redirect: 'https://example.com/a?b=%20c',
  metadata: {note: 'two  blanks, "quotes"', b: '1'},
  storageClass: 'STANDARD_IA',
};
const stored = {
  'cache-control': 'no-cache',
  'content-disposition': 'attachment; filename="a  b.bin"; filename*=UTF-8\'\'%C3%BC.bin',
  'content-language': 'de-AT, fr',
  'content-type': 'application/x-all',
  'x-amz-meta-b': '1',
  'x-amz-meta-cache-tag': 'films,r1',
  'x-amz-meta-note': 'two  blanks, "quotes"',
  'x-amz-storage-class': 'STANDARD_IA',
  'x-amz-website-redirect-location': 'https://example.com/a?b=%20c',
};

const deployWith = (rules: readonly HeaderRule[], more: Partial<DeployInput> = {}) =>
  deployOnce(world, site, {site: {dir: world.dir, site: {rules}}, ...more});
const store = () => world.aws.objects(site.bucket);
const described =
  /^(?:content-(?:disposition|encoding|language|type)|cache-control|x-amz-(?:meta-.*|storage-class|website-.*))$/;

/** The headers that describe an object, sorted. */
async function headersOf(key: string): Promise<Record<string, string>> {
  const head = await (await store()).head(key);
  const found = Object.entries(head?.headers ?? {}).filter(([name]) => described.test(name));
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

it('pitfall 13: every header goes up with a small file and with a large one, stays through copies, and goes with its rule', async () => {
  await world.write({'small.bin': 'x', 'large.bin': randomBytes(17 * 1024 ** 2)});
  await deployWith([everything], {release: 'r1'});
  expect(await headersOf('small.bin')).toEqual(stored);
  expect(await headersOf('large.bin')).toEqual(stored);
  expect((await deployWith([everything], {verify: true})).counts).toMatchObject({updated: 0, unchanged: 2});

  // One header of another value: a copy in place, which has all others.
  const changed = {...everything, contentLanguage: 'en'};
  expect((await deployWith([changed], {release: 'r1'})).counts).toMatchObject({uploaded: 0, updated: 2});
  for (const key of ['small.bin', 'large.bin'])
    expect(await headersOf(key)).toEqual({...stored, 'content-language': 'en'});

  const {match, contentType} = everything;
  expect((await deployWith([{match, contentType}])).counts).toMatchObject({uploaded: 0, updated: 2});
  for (const key of ['small.bin', 'large.bin']) {
    expect(await headersOf(key)).toEqual({
      'cache-control': 'public, max-age=300, s-maxage=86400',
      'content-type': 'application/x-all',
    });
  }
  expect((await deployWith([{match, contentType}], {verify: true})).counts).toMatchObject({unchanged: 2});
});

it('pitfall 13: a copy keeps what others gave the object, its storage class too', async () => {
  await world.write({'a.css': 'a {}'});
  await deployWith([{match: '*.css', metadata: {ours: '1'}}]);
  const objects = await store();
  const theirs = {
    'x-amz-storage-class': 'INTELLIGENT_TIERING',
    'x-amz-meta-theirs': '1',
    'content-language': 'en',
  };
  await objects.copy({from: 'a.css', key: 'a.css', headers: {...(await headersOf('a.css')), ...theirs}});
  await deployWith([{match: '*.css', cacheControl: 'no-cache', metadata: {ours: '2'}}]);
  expect(await headersOf('a.css')).toEqual({
    'cache-control': 'no-cache',
    'content-type': 'text/css; charset=utf-8',
    'x-amz-meta-ours': '2',
    ...theirs,
  });
});

it('pitfall 13: a header that somebody changed is put right by --verify, and without a manifest', async () => {
  await world.write({'a.css': 'a {}', 'b.css': 'b {}'});
  const rules = [{match: '*.css', metadata: {team: 'web'}, contentDisposition: 'inline'}];
  await deployWith(rules);
  const objects = await store();
  const right = await headersOf('a.css');
  const {'x-amz-meta-team': _, ...rest} = right;
  const wrong = {...rest, 'content-disposition': 'attachment'};
  await objects.copy({from: 'a.css', key: 'a.css', headers: wrong});
  expect((await deployWith(rules)).counts).toMatchObject({updated: 0});
  expect((await deployWith(rules, {verify: true})).counts).toMatchObject({updated: 1, unchanged: 1});
  expect(await headersOf('a.css')).toEqual(right);

  const body = Buffer.from('a {}');
  const sha256 = createHash('sha256').update(body).digest('hex');
  await objects.put({key: 'a.css', body, sha256, headers: wrong});
  await objects.delete(manifestKey);
  expect((await deployWith(rules)).counts).toMatchObject({uploaded: 0, updated: 1, unchanged: 1});
  expect(await headersOf('a.css')).toEqual(right);
});

it('a deploy tells what will not do what its rules hope, and goes on', async () => {
  await world.write({'index.html': '<h1>', 'old.html': '<h1>'});
  const rules = [
    {match: 'old.html', redirect: '/'},
    {match: '*.html', cacheControl: 'public, max-age=604800'},
  ];
  const input = deployInput(world, site, {site: {dir: world.dir, site: {rules}}});
  const {result, events} = await finish(deploy(input));
  expect(result.counts).toMatchObject({uploaded: 2});
  const warnings = events.flatMap(event => (event.type === 'warning' ? [event.message] : []));
  expect(warnings).toEqual([
    expect.stringMatching(/^Browsers keep index\.html and 1 more for 7 days/),
    expect.stringMatching(/^old\.html: redirected to \/ /),
  ]);
});

it('pitfall 13: compressed copies reach viewers under their own names alone, as what they are', async () => {
  const js = 'export const a = 1;\n'.repeat(200);
  await world.write({'index.html': '<h1>', 'app.js': js, 'app.js.br': brotliCompressSync(js)});
  await deployOnce(world, site);
  const plain = await browse(world, site, '/app.js');
  expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(plain.text).toBe(js);
  // fetch unpacks it by its Content-Encoding.
  const copy = await browse(world, site, '/app.js.br');
  expect(copy.headers.get('content-encoding')).toBe('br');
  expect(copy.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(copy.text).toBe(js);
});
