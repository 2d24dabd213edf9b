import {describe, expect, it, test} from 'vitest';
import type {HeaderRule} from '../../src/config/types.js';
import {headerNotes} from '../../src/deploy/headers/notes.js';
import type {Distribution} from '../../src/distribution/index.js';
import {compileRules, type Site} from '../../src/site/index.js';
import {siteFile} from './site.js';

const siteOf = (
  keys: readonly string[],
  rules: readonly HeaderRule[],
  fingerprinted: readonly string[] = [],
): Site => {
  const decide = compileRules({rules, fingerprinted}, [], key => key.endsWith('.br'));
  const files = keys.map(key => ({...siteFile(key, key), ...decide(key)}));
  return {dir: '/build', files, skipped: [], bytes: 0, suspects: []};
};

const behind = (...domains: readonly string[]): Distribution =>
  ({
    id: 'E1',
    config: {
      Origins: {Quantity: domains.length, Items: domains.map((DomainName, n) => ({Id: `${n}`, DomainName}))},
    },
  }) as unknown as Distribution;

it('says nothing of what frontctl decides by itself, compressed copies included', () => {
  const keys = ['index.html', 'app.js', 'app.js.br', 'assets/index-Co5RB00a.js', 'sw.js', 'a.pdf'];
  expect(headerNotes(siteOf(keys, []), [behind('b.s3.us-east-1.amazonaws.com')])).toEqual([]);
});

describe('files that browsers keep', () => {
  it('names a page first, its rule, for how long, and what to do', () => {
    const site = siteOf(
      ['a.css', 'b.css', 'index.html', 'x/index.html'],
      [{match: ['*.html', '*.css'], cacheControl: 'public, max-age=604800, must-revalidate'}],
    );
    expect(headerNotes(site, [])).toEqual([
      'Browsers keep index.html and 3 more for 7 days without asking (public, max-age=604800, must-revalidate; config rule 1: *.html), and no invalidation reaches a browser: write max-age=0 with s-maxage for the edge, or name what never changes under its name in site.fingerprinted.',
    ]);
  });

  test.each([
    ['public, max-age=86400', 'a.css', []],
    ['public, max-age=86401', 'a.css', ['for 1 day without']],
    ['public, max-age=31536000, immutable', 'index.html', ['for 365 days without']],
    ['public, max-age=0, s-maxage=31536000', 'index.html', []],
    ['no-cache="set-cookie", max-age=90000', 'a.css', ['for 1 day without']],
    ['no-store', 'index.html', []],
    ['public', 'index.html', []],
    ['public, max-age=31536000', 'assets/index-Co5RB00a.js', []],
    ['public, max-age=31536000', 'static/app.js', []],
  ])('%s on %s: %j', (value, key, expected) => {
    const notes = headerNotes(siteOf([key], [{match: '**', cacheControl: value}], ['static/**']), []);
    expect(notes).toEqual(expected.map(part => expect.stringContaining(part) as string));
  });
});

it('values that mean less than they say are told once each, by the first file that has them', () => {
  const site = siteOf(
    ['a.css', 'b.css', 'c.js'],
    [
      {match: '*.css', cacheControl: 'no-cache, max-age=60'},
      {match: '*.js', cacheControl: 'no-cache'},
    ],
  );
  expect(headerNotes(site, [])).toEqual([
    'Cache-Control of a.css (config rule 1: *.css) says no-cache beside max-age=60; every use is revalidated, however new the copy is.',
  ]);
});

it('pitfall 13: gzip stored for clients that did not ask for it is told', () => {
  const rules = [{match: '*.{js,br}', contentEncoding: 'gzip'}];
  expect(headerNotes(siteOf(['a.js', 'b.js', 'a.js.br'], rules), [])).toEqual([
    expect.stringMatching(
      /^a\.js and 1 more: stored with Content-Encoding gzip \(.*\), so viewers that do not accept it/,
    ),
  ]);
});

it('redirects are told where no origin is a website endpoint', () => {
  const site = siteOf(['old.html', 'new.html'], [{match: 'old.html', redirect: '/new.html'}]);
  const rest = behind('b.s3.us-east-1.amazonaws.com', 'api.example.com');
  expect(headerNotes(site, [rest])).toEqual([
    expect.stringMatching(
      /^old\.html: redirected to \/new\.html \(.*\), but no origin of distribution E1 is an S3 website endpoint/,
    ),
  ]);
  const websites = ['b.s3-website-us-east-1.amazonaws.com', 'b.s3-website.eu-central-1.amazonaws.com'];
  for (const website of websites) expect(headerNotes(site, [behind(website)])).toEqual([]);
  expect(headerNotes(siteOf(['old.html'], []), [rest])).toEqual([]);
});
