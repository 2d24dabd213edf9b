import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {DeployInput} from '../../src/deploy/index.js';
import {
  defaultMaxDelete,
  guardRefusal,
  parseMaxDelete,
  protection,
  type GuardInput,
} from '../../src/deploy/guards/index.js';
import {Failure} from '../../src/failure.js';
import type {SiteResources} from '../../src/stack/index.js';
import {accessKeyId, secretKey} from '../site/secret-fixtures.js';
import {bodyOf, deployOnce, objectsOf, openWorld, type World} from './world.js';

const quiet: GuardInput = {
  files: 100,
  liveFiles: 100,
  deletions: [],
  rootObjects: ['index.html'],
  maxDelete: defaultMaxDelete,
  suspects: [],
  allowSecrets: [],
  overwrites: [],
  protect: [],
  distributions: ['E1'],
  force: false,
};

/** `CODE: message`, or undefined. Every guard refuses with exit code 6. */
function said(input: Partial<GuardInput>): string | undefined {
  const refusal = guardRefusal({...quiet, ...input});
  if (refusal) expect([refusal.exitCode, typeof refusal.hint]).toEqual([6, 'string']);
  return refusal && `${refusal.code}: ${refusal.message}`;
}

const keys = (n: number): string[] => Array.from({length: n}, (_, i) => `p${i}.html`);
const max = (text: string): Pick<GuardInput, 'maxDelete'> => ({maxDelete: parseMaxDelete(text)!});

it.each<[text: string, parsed: ReturnType<typeof parseMaxDelete>]>([
  ['25%', {kind: 'share', percent: 25}],
  [' 12.5% ', {kind: 'share', percent: 12.5}],
  ['100%', {kind: 'share', percent: 100}],
  ['0%', {kind: 'share', percent: 0}],
  ['0', {kind: 'files', n: 0}],
  ['1500', {kind: 'files', n: 1500}],
  ['101%', undefined],
  ['100.5%', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['%', undefined],
  ['', undefined],
  ['all', undefined],
])('--max-delete %j', (text, parsed) => {
  expect(parseMaxDelete(text)).toEqual(parsed);
});

describe('deletes', () => {
  it.each<[name: string, Partial<GuardInput>, string | undefined]>([
    ['none', {}, undefined],
    ['a quarter', {deletions: keys(25)}, undefined],
    [
      'more than a quarter',
      {deletions: keys(26)},
      'MAX_DELETE: This deploy would delete 26 of 100 files, where at most 25% may go: p0.html, p1.html, p2.html and 23 more.',
    ],
    ['most of a small site', {liveFiles: 12, files: 2, deletions: keys(10)}, undefined],
    ['more of a small site', {liveFiles: 12, files: 2, deletions: keys(11)}, 'MAX_DELETE'],
    ['one where none may go', {...max('0%'), deletions: keys(1)}, 'MAX_DELETE'],
    ['a number', {...max('3'), deletions: keys(3)}, undefined],
    [
      'a number of a small site',
      {...max('3'), liveFiles: 12, deletions: keys(4)},
      'MAX_DELETE: This deploy would delete 4 of 12 files, where at most 3 may go: p0.html, p1.html, p2.html and 1 more.',
    ],
    ['all of them, allowed', {...max('100%'), files: 1, deletions: [...keys(99), 'index.html']}, undefined],
    ['what an interrupted first deploy left', {liveFiles: 0, deletions: keys(50)}, undefined],
    [
      'for a tiny build',
      {liveFiles: 2000, files: 199, deletions: keys(5)},
      'TINY_BUILD: The build has 199 files where the live release has 2,000: it looks unfinished.',
    ],
    ['for a tenth', {liveFiles: 2000, files: 200, deletions: keys(5)}, undefined],
    ['for one file', {liveFiles: 20, files: 1, deletions: keys(1)}, 'TINY_BUILD: The build has 1 file where'],
    ['for one of few', {liveFiles: 19, files: 1, deletions: keys(1)}, undefined],
    ['for a tiny build, none', {liveFiles: 2000, files: 1}, undefined],
    [
      'for a tiny build, by a number',
      {...max('5000'), liveFiles: 2000, files: 1, deletions: keys(1999)},
      'TINY_BUILD',
    ],
    [
      'the root page',
      {deletions: ['a.html', 'index.html']},
      'ROOT_DELETED: This deploy would delete index.html, the page at the root of the site: it is not in the build.',
    ],
    [
      'another root page',
      {rootObjects: ['home.html', 'index.html'], deletions: ['home.html']},
      'ROOT_DELETED: This deploy would delete home.html',
    ],
    ['an index in a folder', {deletions: ['docs/index.html']}, undefined],
  ])('%s', (_name, input, expected) => {
    if (expected === undefined) expect(said(input)).toBeUndefined();
    else expect(said(input)).toContain(expected);
  });

  it('what may go may go if less goes; what 100% lets pass is everything', () => {
    const share = fc.oneof(
      fc.integer({min: 0, max: 100}).map(percent => ({kind: 'share', percent}) as const),
      fc.integer({min: 0, max: 60}).map(n => ({kind: 'files', n}) as const),
    );
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(100), share, (a, b, liveFiles, maxDelete) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
        const at = (n: number, limit: GuardInput['maxDelete']): boolean =>
          said({liveFiles, deletions: keys(n), maxDelete: limit})?.startsWith('MAX_DELETE') ?? false;
        if (!at(more, maxDelete)) expect(at(fewer, maxDelete)).toBe(false);
        expect(at(Math.min(more, liveFiles), {kind: 'share', percent: 100})).toBe(false);
      }),
    );
  });
});

describe('secrets', () => {
  const suspects = ['a.pem', 'keys/b.env', 'c.js', 'd.js', 'e.js'].map(key => ({
    key,
    why: 'holds a private key',
  }));
  it.each<[allow: string[], string | undefined]>([
    [
      [],
      'SECRETS_IN_BUILD: The build would publish secrets: a.pem holds a private key, keys/b.env holds a private key, c.js holds a private key and 2 more.',
    ],
    [['*.js', 'keys/**'], 'SECRETS_IN_BUILD: The build would publish secrets: a.pem holds a private key.'],
    [['*.js', 'keys/**', '/a.pem'], undefined],
    [
      ['keys/*.env', 'A.PEM', '*.js'],
      'SECRETS_IN_BUILD: The build would publish secrets: a.pem holds a private key.',
    ],
  ])('allowed are %j', (allowSecrets, expected) => {
    expect(said({suspects, allowSecrets})).toBe(expected);
  });
});

describe('protected keys', () => {
  const protect = ['robots.txt', '/legal/**'];
  it('are what the globs say', () => {
    const isProtected = protection(protect);
    expect(
      ['robots.txt', 'a/robots.txt', 'legal/x/y.html', 'a/legal/x.html', 'Robots.txt'].map(isProtected),
    ).toEqual([true, true, true, false, false]);
    expect(protection([])('robots.txt')).toBe(false);
  });

  it('are not overwritten', () => {
    expect(said({protect, overwrites: ['index.html']})).toBeUndefined();
    expect(said({overwrites: ['robots.txt']})).toBeUndefined();
    expect(said({protect, overwrites: ['index.html', 'robots.txt', 'legal/a.html']})).toBe(
      'PROTECTED: The build would overwrite what deploy.protect protects: robots.txt and legal/a.html.',
    );
  });
});

describe('the place of another site', () => {
  it.each<[name: string, Partial<GuardInput>, string | undefined]>([
    ['no manifest', {site: 'shop'}, undefined],
    ['the same name', {site: 'shop', recorded: {site: 'shop', distributions: ['E9']}}, undefined],
    [
      'another name',
      {site: 'shop', recorded: {site: 'blog', distributions: ['E1']}},
      'WRONG_SITE: The place that is deployed to holds the site blog, and this deploy is of shop.',
    ],
    [
      'other distributions, no name here',
      {recorded: {site: 'blog', distributions: ['E8', 'E9']}},
      'WRONG_SITE: The place that is deployed to holds the site of distributions E8, E9, and this deploy is for distribution E1.',
    ],
    ['other distributions, no name there', {site: 'shop', recorded: {distributions: ['E9']}}, 'WRONG_SITE'],
    ['one in common', {recorded: {distributions: ['E9', 'E1']}}, undefined],
    ['none there', {recorded: {distributions: []}}, undefined],
    ['none here', {distributions: [], recorded: {distributions: ['E9']}}, undefined],
    ['taken over', {force: true, site: 'shop', recorded: {site: 'blog', distributions: []}}, undefined],
  ])('%s', (_name, input, expected) => {
    if (expected === undefined) expect(said(input)).toBeUndefined();
    else expect(said(input)).toContain(expected);
  });
});

it('the place comes first, then what would be published, then what would be lost', () => {
  const all: Partial<GuardInput> = {
    site: 'shop',
    recorded: {site: 'blog', distributions: []},
    suspects: [{key: 'a', why: 'is a key store'}],
    overwrites: ['b'],
    protect: ['b'],
    files: 1,
    deletions: [...keys(60), 'index.html'],
  };
  const codes: string[] = [];
  const without: Partial<GuardInput>[] = [
    {force: true},
    {suspects: []},
    {protect: []},
    {files: 100},
    {rootObjects: []},
    max('99'),
  ];
  let input = {...quiet, ...all};
  for (const less of without) {
    expect(guardRefusal(input)).toBeInstanceOf(Failure);
    codes.push(guardRefusal(input)!.code);
    input = {...input, ...less};
  }
  expect(codes).toEqual([
    'WRONG_SITE',
    'SECRETS_IN_BUILD',
    'PROTECTED',
    'TINY_BUILD',
    'ROOT_DELETED',
    'MAX_DELETE',
  ]);
  expect(guardRefusal(input)).toBeUndefined();
});

describe('a deploy that is refused (pitfall 12: wiping data)', () => {
  let world: World;
  let site: SiteResources;

  beforeAll(async () => {
    world = await openWorld();
    site = await world.site();
    await world.write(Object.fromEntries(Array.from({length: 30}, (_, i) => [`page${i}.html`, `page ${i}`])));
    await world.write({'index.html': 'home', 'robots.txt': 'old', 'legal/terms.html': 'terms'});
    await deployOnce(world, site, {name: 'shop'});
  });
  afterAll(() => world.close());

  const state = async (): Promise<unknown> => {
    const store = await world.aws.objects(site.bucket);
    return (await store.list()).map(({key, etag}) => [key, etag]);
  };
  const refusal = async (more: Partial<DeployInput>): Promise<string> => {
    const error: unknown = await deployOnce(world, site, more).catch((thrown: unknown) => thrown);
    return error instanceof Failure ? error.code : String(error);
  };

  it.each<[code: string, files: Record<string, string>, removed: string[], Partial<DeployInput>]>([
    [
      'SECRETS_IN_BUILD',
      {'app.js': `k={accessKeyId:"${accessKeyId}",secretAccessKey:"${secretKey}"}`},
      [],
      {},
    ],
    ['MAX_DELETE', {}, keysOfPages(11), {}],
    ['TINY_BUILD', {}, [...keysOfPages(30), 'robots.txt', 'legal/terms.html'], {}],
    ['ROOT_DELETED', {}, ['index.html'], {}],
    ['PROTECTED', {'robots.txt': 'new'}, [], {protect: ['robots.txt']}],
    ['WRONG_SITE', {'index.html': 'of the blog'}, [], {name: 'blog'}],
  ])('%s leaves the bucket as it was', async (code, files, removed, more) => {
    const before = await state();
    const dir = await buildWith(files, removed);
    expect(await refusal({...more, site: {dir, site: {}}})).toBe(code);
    expect(await state()).toEqual(before);
  });

  function keysOfPages(n: number): string[] {
    return Array.from({length: n}, (_, i) => `page${i}.html`);
  }

  /** The live build with some files more and some less, elsewhere. */
  async function buildWith(files: Record<string, string>, removed: readonly string[]): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'frontctl-guards-'));
    await cp(world.dir, dir, {recursive: true});
    for (const key of removed) await rm(join(dir, key));
    for (const [key, text] of Object.entries(files)) await writeFile(join(dir, key), text);
    return dir;
  }

  it('a protected key that left the build stays', async () => {
    await world.remove('legal/terms.html');
    const {counts} = await deployOnce(world, site, {name: 'shop', protect: ['legal/**']});
    expect(counts).toMatchObject({deleted: 0, kept: 1});
    expect(await objectsOf(world, site.bucket)).toContain('legal/terms.html');
  });

  it('goes through where it is allowed', async () => {
    await world.write({'robots.txt': 'new', 'app.js': `${accessKeyId} ${secretKey}`});
    for (const key of keysOfPages(20)) await world.remove(key);
    const {counts} = await deployOnce(world, site, {
      name: 'blog',
      force: true,
      allowSecrets: ['app.js'],
      maxDelete: {kind: 'files', n: 21},
    });
    expect(counts).toMatchObject({uploaded: 2, deleted: 21});
    expect((await bodyOf(world, site.bucket, 'robots.txt')).toString()).toBe('new');
  });
});
