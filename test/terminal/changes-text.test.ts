import {stripVTControlCharacters} from 'node:util';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Change} from '../../src/stack/index.js';
import {asJson, changesText, wrapped} from '../../src/terminal/changes-text.js';

const change = (diff: Change['diff'], more: Partial<Change> = {}): Change => ({
  resource: 'distribution E1',
  action: 'update',
  reason: 'geo block RU',
  diff,
  ...more,
});

const lines = (changes: readonly Change[], width = 100): readonly string[] =>
  stripVTControlCharacters(changesText(changes, width)).split('\n');

describe('changesText', () => {
  it('shows a line for each field, with what comes, goes and changes', () => {
    const diff = [
      {path: 'priceClass', before: 'PriceClass_All', after: 'PriceClass_100'},
      {path: 'webACLId', before: 'arn:x', after: undefined},
      {path: 'restrictions.geoRestriction.items', before: undefined, after: ['BY', 'RU']},
      {path: 'enabled', before: true, after: undefined},
      {path: 'isIPV6Enabled', before: null, after: true},
    ];
    expect(lines([change(diff, {impact: 'Nobody gets an answer.'})])).toEqual([
      '~ distribution E1  update: geo block RU',
      '  ! Nobody gets an answer.',
      '  ~ priceClass  PriceClass_All -> PriceClass_100',
      '  - webACLId  arn:x',
      '  + restrictions.geoRestriction.items  BY, RU',
      '  ~ enabled  true -> false',
      '  ~ isIPV6Enabled  false -> true',
    ]);
  });

  it('unfolds items that come and go, without what is blank', () => {
    const item = {
      id: 'blog',
      domainName: 'blog.example.com',
      originPath: '',
      customHeaders: [{headerName: 'X-A', headerValue: '(hidden)'}],
    };
    expect(lines([change([{path: 'origins[blog]', before: undefined, after: item}])]).slice(1)).toEqual([
      '  + origins[blog]',
      '      id: blog',
      '      domainName: blog.example.com',
      '      customHeaders:',
      '        - headerName: X-A',
      '          headerValue: (hidden)',
    ]);
    expect(lines([change([{path: 'origins[blog]', before: item, after: undefined}])])[1]).toBe(
      '  - origins[blog]',
    );
  });

  it('tells of long lists only what differs', () => {
    const before = Array.from({length: 40}, (_, i) => `a${i}.example.com`);
    const diff = [{path: 'aliases', before, after: [...before.slice(1), 'new.example.com']}];
    expect(lines([change(diff)]).slice(1)).toEqual([
      '  ~ aliases',
      '      - a0.example.com',
      '      + new.example.com',
    ]);
  });

  it('says when nothing changes, and leaves out what does not', () => {
    const none = change([], {action: 'none'});
    expect(lines([none])).toEqual(['No changes.']);
    expect(
      lines([none, change([], {action: 'create', resource: 'function f', reason: 'not there yet'})]),
    ).toEqual(['+ function f  create: not there yet']);
  });

  it('is never wider than the terminal', () => {
    const value = fc.oneof(
      fc.string({maxLength: 300}),
      fc.array(fc.string({maxLength: 40}), {maxLength: 20}),
      fc.record({
        id: fc.string({maxLength: 200}),
        list: fc.array(fc.record({name: fc.string({maxLength: 90})})),
      }),
    );
    const diffs = fc.array(
      fc.record({path: fc.stringMatching(/^[a-z]{1,60}(\[[a-z/*]{1,80}\])?$/), before: value, after: value}),
    );
    fc.assert(
      fc.property(
        diffs,
        fc.string({maxLength: 200}),
        fc.integer({min: 60, max: 140}),
        (diff, reason, width) => {
          for (const line of lines([change(diff, {reason, impact: reason})], width)) {
            expect(line.length).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});

it('wrapped loses nothing but spaces', () => {
  fc.assert(
    fc.property(fc.string({maxLength: 300}), fc.integer({min: 10, max: 80}), (text, room) => {
      expect(wrapped(text, room).join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    }),
  );
});

it('keeps the keys of fields that are not there, for scripts', () => {
  const [only] = asJson([change([{path: 'webACLId', before: undefined, after: 'a'}])]);
  expect(JSON.stringify(only?.diff)).toBe('[{"path":"webACLId","before":null,"after":"a"}]');
});
