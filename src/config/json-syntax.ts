/** Where text stops being JSON: an offset in UTF-16 units and a clause about what is there. */
export interface JsonSyntaxError {
  readonly offset: number;
  readonly message: string;
}

type Expectation = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'end';

const wording: Readonly<Record<Expectation, string>> = {
  value: 'a value',
  'value or ]': 'a value or ]',
  key: 'a property name in double quotes',
  'key or }': 'a property name in double quotes or }',
  ':': '":"',
  ', or }': '"," or }',
  ', or ]': '"," or ]',
  end: 'the end of the file',
};

const space = /[ \t\n\r]*/y;
const token =
  /(?<punctuation>[{}[\],:])|(?<string>"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?<scalar>(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-]))/y;

/**
 * The first place where `text` is not JSON (RFC 8259), undefined when it is. JSON.parse decides whether; this says
 * where, which V8's messages do only at times.
 */
export function jsonSyntaxError(text: string): JsonSyntaxError | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expectation = 'value';
  let offset = 0;
  const afterValue = (): Expectation =>
    open.length === 0 ? 'end' : open.at(-1) === '{' ? ', or }' : ', or ]';
  for (;;) {
    space.lastIndex = offset;
    offset += space.exec(text)?.[0].length ?? 0;
    if (offset === text.length && expected === 'end') return undefined;
    token.lastIndex = offset;
    const match = token.exec(text);
    const found: string | undefined =
      match?.groups?.['punctuation'] ??
      (match?.groups?.['string'] === undefined ? match && 'scalar' : 'string') ??
      undefined;
    const next = follows(expected, found, open, afterValue);
    if (match === null || next === undefined) return {offset, message: describe(text, offset, expected)};
    expected = next;
    offset += match[0].length;
  }
}

function follows(
  expected: Expectation,
  found: string | undefined,
  open: ('{' | '[')[],
  afterValue: () => Expectation,
): Expectation | undefined {
  const valueWanted = expected === 'value' || expected === 'value or ]';
  const closes = (found === '}' && /}/.test(expected)) || (found === ']' && expected.endsWith(']'));
  if (closes) {
    open.pop();
    return afterValue();
  }
  if (valueWanted && (found === '{' || found === '[')) {
    open.push(found);
    return found === '{' ? 'key or }' : 'value or ]';
  }
  if (valueWanted && (found === 'string' || found === 'scalar')) return afterValue();
  if (expected.startsWith('key') && found === 'string') return ':';
  if (expected === ':' && found === ':') return 'value';
  if (found === ',' && expected === ', or }') return 'key';
  if (found === ',' && expected === ', or ]') return 'value';
  return undefined;
}

function describe(text: string, offset: number, expected: Expectation): string {
  if (offset === text.length) return `the file ends where ${wording[expected]} is expected`;
  if (text.startsWith('//', offset) || text.startsWith('/*', offset)) {
    return 'JSON has no comments (YAML and TypeScript configs may have them)';
  }
  const [word = ''] = /^(?:[\w.+-]+|"[^"\n]{0,20}"?|.)/su.exec(text.slice(offset, offset + 40)) ?? [];
  return `found ${word === '"' || word.startsWith('"') ? word : JSON.stringify(word)} where ${wording[expected]} is expected`;
}
