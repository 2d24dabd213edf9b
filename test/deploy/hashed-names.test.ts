/** Hashes that look like words or dates are kept like those that do not. */
import {expect, it} from 'vitest';
import {namedLikeHashed} from '../../src/deploy/plan/hashed-names.js';
import {planDeploy} from '../../src/deploy/plan/plan.js';
import {fingerprintOf} from '../../src/site/index.js';
import {liveObject, recordedFrom, siteFile} from './site.js';

const known = [
  'index.html',
  'assets/app-BaCd12_x.js',
  'assets/app-BaCd12_x.js.map',
  'static/js/main.8f3b2c1d.chunk.js',
  'static/9d2f61a7c04be8351d7af6e20c9b4853/hero.webp',
  'main-5QW3ZK7P.js',
];

it.each([
  ['assets/part16-fbbiScjy.js', true],
  ['assets/part16-fbbiScjy.js.map', true],
  ['assets/deep/part.fbbiScjy.js', true],
  ['static/js/part22.60855062.chunk.js', true],
  ['static/00000000000000000000000000000000/hero.webp', true],
  ['styles-QUARTERS.js', true],
  // Nothing of this kind is hashed there: another extension, another length, another folder.
  ['assets/part16-fbbiScjy.css', false],
  ['assets/part16-fbbi.js', false],
  ['assets/partfbbiScjy.js', false],
  ['lib/part16-fbbiScjy.js', false],
  ['static/js/part22.60855062.js', false],
  ['assets/part16-fbbiScjy.html', false],
])('%s: %s', (key, expected) => {
  expect(fingerprintOf(key)).toBeUndefined();
  expect(namedLikeHashed(known)(key)).toBe(expected);
});

it('where nothing is hashed, nothing is taken for it', () => {
  expect(namedLikeHashed(['index.html', 'assets/app.js'])('assets/part-fbbiScjy.js')).toBe(false);
});

it('such a file stays when it leaves the build, and goes with its release', () => {
  const year = 'max-age=31536000, immutable';
  const live = new Map([
    ['index.html', liveObject('page')],
    ['assets/app-BaCd12_x.js', liveObject('app', year)],
    ['assets/part-fbbiScjy.js', liveObject('part')],
    ['assets/words.js', liveObject('words')],
  ]);
  const createdAt = '2026-11-01T00:00:00Z';
  const at = (id: string) => ({id, isNamed: true, createdAt, files: 1, bytes: 1});
  const next = (count: number) =>
    planDeploy({
      files: [siteFile('index.html', 'page'), siteFile('assets/app-BaCd12_x.js', 'app', year)],
      live,
      recorded: recordedFrom(live),
      prune: true,
      releases: [at('1')],
      next: at('2'),
      keep: {releases: count, days: 0},
      now: Date.parse(createdAt),
    });
  expect(next(2)).toMatchObject({retained: 1, steps: [{action: 'delete', key: 'assets/words.js'}]});
  expect(next(2).files.get('assets/part-fbbiScjy.js')?.left).toBe('1');
  expect(
    next(1)
      .steps.map(({key}) => key)
      .sort(),
  ).toEqual(['assets/part-fbbiScjy.js', 'assets/words.js']);
});
