/** Old fingerprinted files stay for pages that were loaded before, as long as a kept release had them. */
import fc from 'fast-check';
import {afterEach, describe, expect, it} from 'vitest';
import {readManifest, type Release} from '../../src/deploy/index.js';
import {defaultKeep, isRenamed, keptReleases, releaseId, withRelease} from '../../src/deploy/plan/release.js';
import {planDeploy} from '../../src/deploy/plan/plan.js';
import type {LiveObject} from '../../src/deploy/manifest/live.js';
import type {ManifestEntry} from '../../src/deploy/manifest/manifest.js';
import {digest, siteFile} from './site.js';
import {browse, deployOnce, objectsOf, openWorld, type World} from './world.js';

const day = 86_400_000;
const start = Date.parse('2026-11-01T00:00:00Z');

const release = (id: string, at = start): Release => ({
  id,
  isNamed: true,
  createdAt: new Date(at).toISOString(),
  files: 1,
  bytes: 1,
});

describe('keptReleases', () => {
  // r5 is live since an hour, each of the others was live for a day.
  const releases = [5, 4, 3, 2, 1].map(n => release(`r${n}`, start + n * day));
  const now = start + 5 * day + day / 24;

  it.each<[number, number, string[]]>([
    [1, 0, ['r5']],
    [3, 0, ['r5', 'r4', 'r3']],
    [99, 0, ['r5', 'r4', 'r3', 'r2', 'r1']],
    [1, 1, ['r5', 'r4']],
    [1, 2, ['r5', 'r4', 'r3']],
    [4, 1, ['r5', 'r4', 'r3', 'r2']],
  ])('the last %i, and what left in %i days', (count, days, expected) => {
    expect([...keptReleases(releases, {releases: count, days}, now)]).toEqual(expected);
  });

  it('an id that is used again stands once, for the newer one', () => {
    expect(withRelease([release('b'), release('a')], release('a', 1)).map(({id}) => id)).toEqual(['a', 'b']);
  });

  it('knows a later name of the same files', () => {
    const live = {...release('7'), commit: 'c'};
    expect(isRenamed({...release('x'), isNamed: false}, live)).toBe(false);
    expect(isRenamed({...release('8')}, live)).toBe(true);
    expect(isRenamed({...release('x'), isNamed: false, commit: 'd'}, live)).toBe(true);
    expect(isRenamed(live, live)).toBe(false);
    expect(isRenamed(live, undefined)).toBe(false);
  });

  it('makes ids that sort by time', () => {
    expect(releaseId(start, () => 0.5)).toBe('20261101T000000Z-800000');
    expect(releaseId(start, () => 0) < releaseId(start + 1000, () => 0)).toBe(true);
  });
});

/** A bucket as deploys leave it, without a bucket. */
interface Bucket {
  readonly live: Map<string, LiveObject>;
  readonly recorded: ReadonlyMap<string, ManifestEntry>;
  readonly releases: readonly Release[];
}

const immutable = 'max-age=31536000, immutable';
const file = (key: string) => siteFile(key, key, key.includes('-') ? immutable : 'max-age=0');

function deployed(before: Bucket, keys: readonly string[], next: Release, keep = defaultKeep): Bucket {
  const plan = planDeploy({
    files: keys.map(file),
    live: before.live,
    recorded: before.recorded,
    prune: true,
    releases: before.releases,
    next,
    keep,
    now: Date.parse(next.createdAt),
  });
  const files = new Map(plan.files);
  const live = new Map<string, LiveObject>();
  for (const step of plan.steps) {
    if (step.action === 'delete') files.delete(step.key);
    else {
      const {sha256, size, headers} = step.file;
      files.set(step.key, {sha256, size, headers, etag: `"${digest('md5', sha256)}"`});
    }
  }
  for (const [key, entry] of files)
    live.set(key, {etag: entry.etag, size: entry.size, known: entry, managed: true});
  return {live, recorded: files, releases: plan.releases};
}

const empty: Bucket = {live: new Map(), recorded: new Map(), releases: []};

it('a file stays exactly while one of the last N releases had it (model: all builds remembered)', () => {
  const key = fc.constantFrom('index.html', 'a-1.js', 'a-2.js', 'b-1.css', 'b-2.css', 'c-3.js');
  const builds = fc.array(fc.uniqueArray(key, {minLength: 1}), {minLength: 1, maxLength: 12});
  fc.assert(
    fc.property(builds, fc.integer({min: 1, max: 6}), (all, count) => {
      let bucket = empty;
      const history: (readonly string[])[] = [];
      for (const [n, build] of all.entries()) {
        bucket = deployed(bucket, build, release(`r${n}`, start + n), {releases: count, days: 0});
        const same = history[0] && [...history[0]].sort().join() === [...build].sort().join();
        // The same files under another name are no release of their own.
        if (same === true) history[0] = build;
        else history.unshift(build);
        const expected = new Set([
          ...build,
          ...history.slice(0, count).flatMap(old => old.filter(name => name.includes('-'))),
        ]);
        expect(new Set(bucket.live.keys())).toEqual(expected);
        expect(bucket.releases.length).toBeLessThanOrEqual(count);
      }
    }),
  );
});

it('a file that comes back is a part of the build again, and not sent a second time', () => {
  let bucket = deployed(empty, ['index.html', 'a-1.js'], release('1'));
  bucket = deployed(bucket, ['index.html', 'a-2.js'], release('2'));
  expect(bucket.recorded.get('a-1.js')?.left).toBe('1');
  const plan = planDeploy({
    files: ['index.html', 'a-1.js'].map(file),
    live: bucket.live,
    recorded: bucket.recorded,
    prune: true,
    releases: bucket.releases,
    next: release('3'),
  });
  expect(plan.steps).toEqual([]);
  expect(plan).toMatchObject({unchanged: 2, retained: 1, isNewRelease: true, manifestStale: true});
  expect(plan.files.get('a-1.js')?.left).toBeUndefined();
  expect(plan.files.get('a-2.js')?.left).toBe('2');
});

it('what a deploy put there that was killed before it could say so is a release of its own', () => {
  const bucket = deployed(empty, ['index.html'], release('1'));
  const entry = bucket.recorded.get('index.html')!;
  for (const etag of ['', '!"old"']) {
    const plan = planDeploy({
      files: [file('index.html')],
      live: bucket.live,
      recorded: new Map([['index.html', {...entry, etag}]]),
      prune: true,
      releases: bucket.releases,
      next: release('2'),
    });
    expect(plan).toMatchObject({steps: [], unchanged: 1, isNewRelease: true});
    expect(plan.releases.map(({id}) => id)).toEqual(['2', '1']);
  }
});

it('goes by days where they are told, even when nothing else changes', () => {
  const keep = {releases: 1, days: 7};
  let bucket = deployed(empty, ['index.html', 'a-1.js'], release('1'), keep);
  bucket = deployed(bucket, ['index.html', 'a-2.js'], release('2', start + day), keep);
  bucket = deployed(bucket, ['index.html', 'a-2.js'], release('2', start + 7 * day), keep);
  expect([...bucket.live.keys()]).toContain('a-1.js');
  bucket = deployed(bucket, ['index.html', 'a-2.js'], release('2', start + 9 * day), keep);
  expect([...bucket.live.keys()]).not.toContain('a-1.js');
  expect(bucket.releases.map(({id}) => id)).toEqual(['2']);
});

describe('in a bucket', () => {
  let world: World;
  afterEach(() => world.close());

  it('a tab that was opened four releases ago still loads its chunks; five ago, no more', async () => {
    world = await openWorld();
    const site = await world.site();
    const chunk = (n: number) => `assets/app-${digest('md5', `${n}`).slice(0, 8)}.js`;
    for (let n = 1; n <= 6; n++) {
      if (n > 1) await world.remove(chunk(n - 1));
      await world.write({
        'index.html': `<script src="/${chunk(n)}"></script>`,
        [chunk(n)]: `console.log(${n})`,
      });
      const {counts} = await deployOnce(world, site, {keep: undefined, release: `r${n}`, isNamed: true});
      expect(counts).toMatchObject({retained: Math.min(n - 1, 4), deleted: n === 6 ? 1 : 0});
    }
    const status = async (n: number) => (await browse(world, site, `/${chunk(n)}`)).status;
    expect([await status(2), await status(6), await status(1)]).toEqual([200, 200, 403]);
    const {manifest} = (await readManifest(await world.aws.objects(site.bucket), '')) ?? {};
    expect(manifest?.releases.map(({id}) => id)).toEqual(['r6', 'r5', 'r4', 'r3', 'r2']);

    // Nothing changes: nothing is collected, and no release is made.
    const again = await deployOnce(world, site, {keep: undefined, release: 'later'});
    expect(again).toMatchObject({release: 'r6', counts: {retained: 4, deleted: 0}});
    // Fewer are to be kept from now on.
    expect((await deployOnce(world, site, {keep: {releases: 2}})).counts).toMatchObject({
      retained: 1,
      deleted: 3,
    });
    expect(await objectsOf(world, site.bucket)).toEqual([...[chunk(5), chunk(6)].sort(), 'index.html']);
  });
});
