import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {reconcile, type LiveObject} from '../../src/deploy/manifest/live.js';
import {changedKeys, planDeploy, reasonText, uploadPhases} from '../../src/deploy/plan/plan.js';
import type {DeployStep} from '../../src/deploy/index.js';
import type {SiteFile} from '../../src/site/index.js';
import {digest, liveObject, manifestOf, recordedFrom, siteFile} from './site.js';

const unknown = (content: string, etag?: string): LiveObject => ({
  ...liveObject(content),
  ...(etag !== undefined && {etag}),
  known: undefined,
  managed: false,
});

function plan(files: readonly SiteFile[], live: ReadonlyMap<string, LiveObject>, prune = true) {
  return planDeploy({files, live, recorded: recordedFrom(live), prune});
}

const reasons = (steps: readonly DeployStep[]) =>
  steps.map(step => `${step.action} ${step.key}: ${reasonText(step.reason)}`);

describe('planDeploy', () => {
  it.each<[string, SiteFile[], [string, LiveObject][], string[]]>([
    ['new', [siteFile('a.css', 'A')], [], ['upload a.css: new']],
    ['unchanged', [siteFile('a.css', 'A')], [['a.css', liveObject('A')]], []],
    [
      'same size, other bytes',
      [siteFile('a.css', 'B')],
      [['a.css', liveObject('A')]],
      ['upload a.css: content changed'],
    ],
    [
      'another Cache-Control',
      [siteFile('a.css', 'A', 'max-age=5')],
      [['a.css', liveObject('A')]],
      ['update a.css: cache-control changed (max-age=60 -> max-age=5)'],
    ],
    [
      'headers that nobody set',
      [siteFile('a.css', 'A')],
      [
        [
          'a.css',
          {
            ...liveObject('A'),
            known: {sha256: digest('sha256', 'A'), headers: {contentType: '', cacheControl: ''}},
          },
        ],
      ],
      ['update a.css: content-type changed (none -> text/plain), cache-control changed (none -> max-age=60)'],
    ],
    [
      'multipart or KMS ETag',
      [siteFile('a.css', 'A')],
      [['a.css', unknown('A', '"0123-2"')]],
      ['upload a.css: content unknown (multipart or KMS ETag, not in the manifest)'],
    ],
    ['left the build', [], [['a.css', liveObject('A')]], ['delete a.css: not in the build']],
    ["somebody else's", [], [['a.css', unknown('A')]], []],
  ])('%s', (_name, files, live, expected) => {
    expect(reasons(plan(files, new Map(live)).steps)).toEqual(expected);
  });

  it('uploads fingerprinted files, then assets, then HTML, then deletes', () => {
    const files = ['index.html', 'app-1.js', 'logo.svg', 'about.html'].map(key => siteFile(key, key));
    const live = new Map([['app-0.js', liveObject('old')]]);
    expect(plan(files, live).steps.map(step => step.key)).toEqual([
      'app-1.js',
      'logo.svg',
      'index.html',
      'about.html',
      'app-0.js',
    ]);
  });

  it('counts what stays: of others, and without prune its own, which stay its own', () => {
    const live = new Map([
      ['mine.css', liveObject('A')],
      ['theirs.css', unknown('B')],
    ]);
    expect(plan([], live)).toMatchObject({kept: 1, steps: [{key: 'mine.css'}]});
    const without = plan([], live, false);
    expect(without).toMatchObject({kept: 2, steps: [], manifestStale: false});
    expect([...without.files.keys()]).toEqual(['mine.css']);
  });

  it('uploads again what is too large to be copied', () => {
    const size = 5 * 1024 ** 3 + 1;
    const file = {...siteFile('a.iso', 'A', 'max-age=5'), size};
    const steps = plan([file], new Map([['a.iso', {...liveObject('A'), size}]])).steps;
    expect(steps).toMatchObject([{action: 'upload', reason: {type: 'headers changed'}}]);
  });

  it('notices a manifest that names objects which are gone', () => {
    const recorded = recordedFrom(new Map([['gone.css', liveObject('A')]]));
    expect(planDeploy({files: [], live: new Map(), recorded, prune: true})).toMatchObject({
      steps: [],
      manifestStale: true,
    });
  });
});

describe('changedKeys', () => {
  it('names replaced objects and deleted ones, not new ones, nor fingerprinted ones that went', () => {
    const immutable = 'max-age=31536000, immutable';
    const live = new Map([
      ['replaced.html', liveObject('old')],
      ['header.css', liveObject('same', 'max-age=1')],
      ['reused-1.js', liveObject('old', immutable)],
      ['gone.css', liveObject('x')],
      ['gone-1.js', liveObject('x', immutable)],
    ]);
    const files = [
      siteFile('replaced.html', 'new'),
      siteFile('header.css', 'same'),
      siteFile('reused-1.js', 'new', immutable),
      siteFile('new.html', 'new'),
      siteFile('new-1.js', 'new', immutable),
    ];
    expect([...changedKeys(plan(files, live).steps)].sort()).toEqual([
      'gone.css',
      'header.css',
      'replaced.html',
      'reused-1.js',
    ]);
  });
});

describe('reconcile', () => {
  const listed = (key: string, content: string) => ({
    key,
    size: Buffer.byteLength(content),
    etag: `"${digest('md5', content)}"`,
  });
  const manifest = manifestOf(
    recordedFrom(
      new Map([
        ['a.html', liveObject('A')],
        ['b.html', liveObject('B')],
        ['gone.html', liveObject('G')],
      ]),
    ),
  );

  it('believes the manifest only where the ETag still holds, and skips its own folder', () => {
    const listing = [
      listed('docs/.frontctl/manifest.json', '{}'),
      listed('docs/', ''),
      listed('docs/a.html', 'A'),
      listed('docs/b.html', 'edited by hand'),
      listed('docs/c.html', 'C'),
    ];
    const live = reconcile(listing, manifest, 'docs');
    expect([...live].map(([key, {known, managed}]) => [key, known !== undefined, managed])).toEqual([
      ['a.html', true, true],
      ['b.html', false, true],
      ['c.html', false, false],
    ]);
  });
});

describe('a model bucket', () => {
  const key = fc.constantFrom('index.html', 'about.html', 'app-1.js', 'app-2.js', 'logo.svg', 'style.css');
  const content = fc.constantFrom('A', 'B', 'CC');
  const cacheControl = fc.constantFrom('max-age=1', 'max-age=2, immutable');
  const site = fc
    .uniqueArray(fc.tuple(key, content, cacheControl), {selector: ([name]) => name})
    .map(entries => entries.map(entry => siteFile(...entry)));
  const bucket = fc
    .uniqueArray(fc.tuple(key, content, cacheControl, fc.constantFrom('ours', 'theirs')), {
      selector: ([name]) => name,
    })
    .map(
      entries =>
        new Map(
          entries.map(([name, ...rest]) => [
            name,
            rest[2] === 'ours' ? liveObject(rest[0], rest[1]) : unknown(rest[0]),
          ]),
        ),
    );

  function apply(
    live: ReadonlyMap<string, LiveObject>,
    steps: readonly DeployStep[],
  ): Map<string, LiveObject> {
    const after = new Map(live);
    for (const step of steps) {
      if (step.action === 'delete') after.delete(step.key);
      else {
        const {file} = step;
        const etag = step.action === 'upload' ? `"${digest('md5', file.sha256)}"` : step.replaces;
        after.set(step.key, {
          etag,
          size: file.size,
          known: {sha256: file.sha256, headers: file.headers},
          managed: true,
        });
      }
    }
    return after;
  }

  it('holds exactly the build and what others put there, and a rerun plans nothing', () => {
    fc.assert(
      fc.property(site, bucket, (files, live) => {
        const first = plan(files, live);
        const after = apply(live, first.steps);
        for (const file of files) {
          expect(after.get(file.key)?.known).toEqual({sha256: file.sha256, headers: file.headers});
        }
        const others = [...live].filter(
          ([name, object]) => !object.managed && !files.some(file => file.key === name),
        );
        expect(new Set(after.keys())).toEqual(
          new Set([...files.map(file => file.key), ...others.map(([name]) => name)]),
        );
        expect(first.kept).toBe(others.length);
        expect(first.unchanged + first.steps.filter(step => step.action !== 'delete').length).toBe(
          files.length,
        );
        expect(plan(files, after)).toMatchObject({steps: [], unchanged: files.length, manifestStale: false});
      }),
    );
  });

  it('shows after every step only HTML whose assets exist', () => {
    // Every page of a build names every other file of that build.
    fc.assert(
      fc.property(site, site, (before, after) => {
        let live = new Map<string, LiveObject>();
        live = apply(live, plan(before, live).steps);
        const pages = new Map(before.filter(file => file.kind === 'html').map(file => [file.key, before]));
        for (const step of plan(after, live).steps) {
          live = apply(live, [step]);
          if (step.phase === 'html') pages.set(step.key, after);
          if (step.action === 'delete') pages.delete(step.key);
          const old = before.filter(file => !after.some(({key: name}) => name === file.key));
          for (const [page, build] of pages) {
            // A page that stays byte for byte may be read as either build's; its assets of the new build exist with HTML.
            const needs = build === after || !after.some(file => file.key === page) ? build : [];
            const missing = needs.filter(file => file.kind !== 'html' && !live.has(file.key));
            // Old pages that left the build go in the delete phase together with their assets.
            if (step.phase === 'delete' && build === before) continue;
            expect(missing).toEqual([]);
          }
          expect(old.every(file => step.phase === 'delete' || live.has(file.key))).toBe(true);
        }
      }),
    );
  });

  it('orders its phases', () => {
    fc.assert(
      fc.property(site, bucket, (files, live) => {
        const order = [...uploadPhases, 'delete'];
        const indexes = plan(files, live).steps.map(step => order.indexOf(step.phase));
        expect(indexes).toEqual([...indexes].sort());
      }),
    );
  });
});
