import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {encodePath, normalizePath, withoutCovered} from '../../src/invalidation/index.js';

describe('encodePath', () => {
  it.each([
    ['index.html', '/index.html'],
    ['a b.html', '/a%20b.html'],
    ['100%.html', '/100%25.html'],
    ['a#b.html', '/a%23b.html'],
    ['what?.html', '/what%3F.html'],
    ['a"<>[]\\^`{|}.html', '/a%22%3C%3E%5B%5D%5C%5E%60%7B%7C%7D.html'],
    ['café.html', '/caf%C3%A9.html'],
    ['😀.html', '/%F0%9F%98%80.html'],
    // Not unsafe in RFC 1738: over-encoding would match nothing.
    ["a!$&'(),;=:@_-.html", "/a!$&'(),;=:@_-.html"],
    // `~` is not supported in any form, `+` has two spellings.
    ['img/a~1.png', '/img/a*'],
    ['c++.html', '/c*'],
    ['~user/index.html', '/*'],
    ['é~.html', '/%C3%A9*'],
    // A trailing star is a wildcard that covers the key; elsewhere it is a literal.
    ['a*', '/a*'],
    ['a*b', '/a*b'],
  ])('%s -> %s', (key, path) => {
    expect(encodePath(key)).toBe(path);
  });

  it('decodes to the key, or covers it with a wildcard that is a prefix of it', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', minLength: 1, maxLength: 60}), key => {
        const path = encodePath(key);
        expect(path).toMatch(/^\/[\x21-\x7e]*$/);
        const wildcard = path.endsWith('*');
        const decoded = decodeURIComponent(path.slice(1, wildcard ? -1 : undefined));
        if (wildcard) expect(key.startsWith(decoded)).toBe(true);
        else expect(decoded).toBe(key);
      }),
    );
  });

  it('never exceeds 4,000 characters and never cuts inside an escape', () => {
    const path = encodePath('日'.repeat(1000));
    expect(path.length).toBeLessThanOrEqual(4000);
    expect(path).toMatch(/^\/(%[0-9A-F]{2})+\*$/);
  });
});

describe('withoutCovered', () => {
  it('covers every path, with no path that another one covers', () => {
    const path = fc.stringMatching(/^\/[ab/]{0,4}\*?$/);
    const covers = (one: string, other: string) =>
      one === other || (one.endsWith('*') && other.startsWith(one.slice(0, -1)));
    fc.assert(
      fc.property(fc.array(path, {maxLength: 12}), paths => {
        const left = withoutCovered(paths);
        for (const each of paths) expect(left.some(other => covers(other, each))).toBe(true);
        for (const each of left) expect(left.filter(other => covers(other, each))).toEqual([each]);
      }),
    );
  });
});

describe('normalizePath', () => {
  it.each([
    ['/index.html', '/index.html'],
    ['index.html', '/index.html'],
    ['/*', '/*'],
    ['/a b/é.html', '/a%20b/%C3%A9.html'],
    ['/caf%C3%A9.html', '/caf%C3%A9.html'],
    ['/100%.html', '/100%25.html'],
    ['/x.jpg?size=1', '/x.jpg?size=1'],
    ['#product-42', '#product-42'],
  ])('%s -> %s', (typed, path) => {
    expect(normalizePath(typed)).toBe(path);
  });

  it.each([
    ['', /is empty/],
    ['/a*/b', /before its end/],
    ['/~user/', /~/],
    ['#a,b', /cache tag/],
    [`/${'x'.repeat(4000)}`, /longer than 4000/],
  ])('refuses %s', (typed, message) => {
    expect(() => normalizePath(typed)).toThrow(
      expect.objectContaining({
        code: 'INVALID_PATH',
        exit: 'usage',
        message: expect.stringMatching(message) as string,
      }),
    );
  });
});

it('a wildcard that was left over from an earlier deploy covers the paths of this one', () => {
  expect(withoutCovered(['/b.html', '/*', '/a/b.html', '/*'])).toEqual(['/*']);
  expect(withoutCovered(['/b.html', '/img/*', '/img/a.png', '/b.html'])).toEqual(['/b.html', '/img/*']);
});
