import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {code, escaped, link, list, table} from '../../../src/terminal/ci/markdown.js';

describe('keys in Markdown', () => {
  it.each([
    ['assets/app.js', '`assets/app.js`'],
    ['', ''],
    ['a*b_c<d>&amp;[e](f)\\g.txt', '`a*b_c<d>&amp;[e](f)\\g.txt`'],
    ['a|b.js', '<code>a&#124;b.js</code>'],
    ['a\\|b', '<code>a&#92;&#124;b</code>'],
    ['`x`', '<code>&#96;x&#96;</code>'],
    ['`<img src=x>', '<code>&#96;&#60;img src=x&#62;</code>'],
    [' lead', '<code>&#32;lead</code>'],
    ['two\nlines\t', '`two\\nlines\\t`'],
    ['red\u001B[31m', '`red\\u001b[31m`'],
  ])('%j', (key, markdown) => {
    expect(code(key)).toBe(markdown);
  });

  it('stay in their cell, and are shown as they are', () => {
    const unit = fc.constantFrom(...'| ` \\ < > & ; # * _ [ ] ( ) ~ a 1 é 😀 / .'.split(' '), ' ');
    fc.assert(
      fc.property(fc.string({unit, minLength: 1}), key => {
        const row = table(['', ''], [[code(key), 'b']]).split('\n')[2]!;
        // GitHub splits at pipes that no backslash precedes, and reads backslashes in pairs.
        const cells = [...row.matchAll(/(?:\\.|[^|\\])+/gu)].map(([cell]) => cell.trim());
        expect(cells).toEqual([code(key), 'b']);
        expect(shown(code(key))).toBe(key);
      }),
    );
  });
});

/** The text of a code span, or of `<code>` with character references alone. */
function shown(markdown: string): string {
  const span = /^`([^`]+)`$/.exec(markdown)?.[1];
  if (span !== undefined) return span;
  const inner = /^<code>([^<>`*_[\]|\\]+)<\/code>$/.exec(markdown)?.[1] ?? 'neither';
  return inner.replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)));
}

describe('prose in Markdown', () => {
  it.each([
    ['content changed', 'content changed'],
    ['cache-control changed (a -> b)', 'cache-control changed (a -\\> b)'],
    ['<img src=x onerror=y>', '\\<img src=x onerror=y\\>'],
    ['see [here](http://x) | `or` *there*', 'see \\[here\\](http://x) \\| \\`or\\` \\*there\\*'],
    ['a\\|b', 'a\\\\\\|b'],
    ['NO_BUCKET, _x_, __y__', 'NO_BUCKET, \\_x\\_, \\_\\_y\\_\\_'],
    ['a & b, &lt; &#60;', 'a & b, \\&lt; \\&#60;'],
    ['https://x.example/?a=1&b_c=2', 'https://x.example/?a=1&b_c=2'],
    ['on\n  several\r\nlines ', 'on several lines'],
    ['\u001B[2m--foo\u001B[22m', '--foo'],
  ])('%j', (text, markdown) => {
    expect(escaped(text)).toBe(markdown);
  });

  it.each([
    ['https://www.example.com/', '<https://www.example.com/>'],
    ['s3://bucket', '`s3://bucket`'],
    ['javascript:alert(1)', '`javascript:alert(1)`'],
    ['https://x/> <b>', '`https://x/> <b>`'],
  ])('link %j', (address, markdown) => {
    expect(link(address)).toBe(markdown);
  });

  it('lists the first, and how many more', () => {
    expect(list(['/a', '/b*'], 2)).toBe('- `/a`\n- `/b*`');
    expect(
      list(
        Array.from({length: 1234}, (_, n) => `/${n}`),
        1,
      ),
    ).toBe('- `/0`\n- and 1,233 more');
  });
});
