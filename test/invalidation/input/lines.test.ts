import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {decodeText, readLines} from '../../../src/invalidation/input/index.js';

describe('readLines', () => {
  it.each<[string, string, readonly string[]]>([
    ['lines', '/a\n/b\n', ['/a', '/b']],
    ['CRLF, CR, blank lines, spaces', '\r\n  /a \r\n\r\n\t/b\t\r/c', ['/a', '/b', '/c']],
    ['a byte order mark', '\uFEFF/a\n/b', ['/a', '/b']],
    ['tags, which are no comments', '#release-41\n/a', ['#release-41', '/a']],
    ['nothing', '\n \n', []],
    ['NUL', 'a b.html\0é\n.html\0', ['a b.html', 'é\n.html']],
    ['JSON', ' ["/a", "#t", "/b c"]\n', ['/a', '#t', '/b c']],
    ['JSON over lines', '[\n  "/a",\n  "/b"\n]', ['/a', '/b']],
    ['empty JSON', '[]', []],
    ['names in brackets', '[slug].html\n[...all]/page.tsx', ['[slug].html', '[...all]/page.tsx']],
    ['what git quoted', '"caf\\303\\251 \\"x\\".html"\n"a\\tb"\nplain', ['café "x".html', 'a\tb', 'plain']],
    ['one quoted by hand', '"/a b.html"', ['/a b.html']],
  ])('reads %s', (_, text, items) => {
    expect(readLines(text)).toEqual(items);
  });

  it.each(['["/a", 1]', '["/a"', '[{"path": "/a"}]', '[null]'])('refuses %s', text => {
    expect(() => readLines(text)).toThrow(expect.objectContaining({exit: 'usage', code: 'INVALID_LIST'}));
  });

  it.each([
    ['/a\n\n  # old pages\n/b', 3, '# old pages'],
    ['#release-41\r\n#\r\n', 2, '#'],
    ['#release 41', 1, '#release 41'],
  ])('a comment is told with its line: %j', (text, number, line) => {
    expect(() => readLines(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_LIST',
        message: `Line ${number} of the list, "${line}", is not a cache tag; lists have no comments.`,
      }),
    );
  });

  it('gives back what was written, in each form', () => {
    const item = fc
      .string({unit: 'grapheme', minLength: 1})
      .filter(text => text === text.trim() && !/[\0\r\n"[\uFEFF]|^#(?:$|.*\s)/.test(text));
    fc.assert(
      fc.property(fc.array(item, {minLength: 1}), items => {
        expect(readLines(items.join('\n'))).toEqual(items);
        expect(readLines(items.join('\0') + '\0')).toEqual(items);
        expect(readLines(JSON.stringify(items))).toEqual(items);
      }),
    );
  });
});

describe('decodeText', () => {
  it.each([Buffer.from('/caf\u00e9', 'latin1'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0x80, 0])])(
    'refuses %j, which is no text that it knows',
    bytes => {
      expect(() => decodeText(bytes)).toThrow(expect.objectContaining({exit: 'usage', code: 'INVALID_LIST'}));
    },
  );

  it('reads UTF-8, and UTF-16 as PowerShell writes it', () => {
    const text = '/é\r\n/日';
    const little = Buffer.from('\uFEFF' + text, 'utf16le');
    for (const bytes of [
      Buffer.from(text),
      Buffer.from('\uFEFF' + text),
      little,
      Buffer.from(little).swap16(),
    ]) {
      expect(readLines(decodeText(bytes))).toEqual(['/é', '/日']);
    }
  });
});
