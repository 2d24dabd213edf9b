import {Failure} from '../../failure.js';
import {quote} from './quote.js';

/** Text of a file or of stdin: UTF-8, or UTF-16 with its byte order mark, which PowerShell 5 writes with `>`. Failure INVALID_LIST. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch (cause) {
    throw new Failure('usage', 'INVALID_LIST', 'The list is not text in UTF-8 or UTF-16.', {
      hint: 'Give a text with one path a line.',
      cause,
    });
  }
}

/**
 * Items of a text, one a line: blank lines and spaces around are dropped, a line that git quoted is unquoted. NUL-separated
 * (`git diff --name-only -z`) and a JSON array of strings will do as well. A `#` begins a tag, which has no spaces, not a comment.
 * Failure INVALID_LIST (exit 2).
 */
export function readLines(text: string): readonly string[] {
  const plain = text.replace(/^\uFEFF/, '');
  const start = plain.trimStart();
  // `[slug].html` is a file name too.
  if (/^\[\s*(?:["\]{[\d]|null\b|true\b|false\b|$)/.test(start)) {
    const parsed = parseJson(start);
    if (parsed !== undefined || /^\[\s*["\]]/.test(start)) return strings(parsed);
  }
  if (plain.includes('\0')) return plain.split('\0').filter(item => item.trim() !== '');
  return plain
    .split(/\r\n|\n|\r/)
    .map((line, index) => unquote(withoutComment(line.trim(), index + 1)))
    .filter(line => line !== '');
}

function withoutComment(line: string, number: number): string {
  if (!/^#(?:$|.*\s)/.test(line)) return line;
  const what = `Line ${number} of the list, ${quote(line)}, is not a cache tag; lists have no comments.`;
  throw new Failure('usage', 'INVALID_LIST', what, {hint: 'Leave the line out.'});
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function strings(parsed: unknown): readonly string[] {
  if (Array.isArray(parsed) && parsed.every(item => typeof item === 'string')) {
    return parsed.map(item => item.trim()).filter(item => item !== '');
  }
  throw new Failure('usage', 'INVALID_LIST', 'The list begins with "[" but is not a JSON array of strings.', {
    hint: 'Write ["/a.html", "/b.html"], or one path a line.',
  });
}

const escapes: Readonly<Record<string, number>> = {a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13};

/** git without `-z` writes `"caf\303\251.html"` for what is not plain ASCII. */
function unquote(line: string): string {
  const inner = /^"(.*)"$/s.exec(line)?.[1];
  if (inner === undefined) return line;
  const bytes: Buffer[] = [];
  for (const [part, octal, letter] of inner.matchAll(/\\([0-3][0-7]{2})|\\([abtnvfr"\\])|[^\\]+|\\/g)) {
    if (octal !== undefined) bytes.push(Buffer.of(parseInt(octal, 8)));
    else if (letter !== undefined) bytes.push(Buffer.of(escapes[letter] ?? letter.charCodeAt(0)));
    else bytes.push(Buffer.from(part));
  }
  return Buffer.concat(bytes).toString();
}
