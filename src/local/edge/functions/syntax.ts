/**
 * Syntax that no CloudFront runtime has, and for 1.0 what only 2.0 has. Developer guide, "JavaScript runtime 1.0 features"
 * and "2.0 features": ES 5.1 and what is listed there. The engine here knows newer syntax, which would work on this machine
 * and fail at the edge.
 */

interface Token {
  readonly kind: 'word' | 'sign' | 'value';
  readonly text: string;
  readonly line: number;
}

/** `SyntaxError: ...` for the first use of what the runtime lacks; undefined when there is none. */
export function unsupportedSyntax(code: string, runtime: string): string | undefined {
  const tokens = tokenize(code);
  const old = runtime === 'cloudfront-js-1.0';
  for (const [at, token] of tokens.entries()) {
    const found = unsupportedAt(tokens, at, old);
    if (found !== undefined) {
      return `SyntaxError: ${found} is not supported by the runtime ${runtime} (line ${token.line})`;
    }
  }
  return undefined;
}

function unsupportedAt(tokens: readonly Token[], at: number, old: boolean): string | undefined {
  const text = (offset: number): string => tokens[at + offset]?.text ?? '';
  const token = tokens[at];
  // Names after a dot and before a colon are property names.
  if (token === undefined || token.kind === 'value' || text(-1) === '.') return undefined;
  if (token.kind === 'word' && text(1) === ':') return undefined;
  switch (token.text) {
    case '?.':
      return 'optional chaining (?.)';
    case '??':
    case '??=':
      return `the operator ${token.text}`;
    case '||=':
    case '&&=':
      return `the operator ${token.text}`;
    case '...':
      return isRest(tokens, at) ? undefined : 'spread syntax (...)';
    case 'class':
      return 'class';
    case 'yield':
      return 'yield';
    case 'function':
      return text(1) === '*' ? 'a generator function' : undefined;
    case 'export':
      return 'export';
    case 'import':
      if (old) return 'import';
      return text(1) === '(' || text(1) === '.' ? 'dynamic import' : undefined;
    case 'for':
      return isForOf(tokens, at) ? 'for-of' : undefined;
    case 'var':
      return isPattern(text(1)) ? 'destructuring' : undefined;
    case 'let':
    case 'const':
      if (old) return token.text;
      return isPattern(text(1)) ? 'destructuring' : undefined;
    case 'async':
    case 'await':
      return old && tokens[at + 1]?.kind === 'word' ? token.text : undefined;
    default:
      return undefined;
  }
}

const isPattern = (text: string): boolean => text === '{' || text === '[';

/** `...name` as the last parameter of a function: what follows its `)` begins a body. */
function isRest(tokens: readonly Token[], at: number): boolean {
  const after = tokens[at + 3]?.text;
  return tokens[at + 1]?.kind === 'word' && tokens[at + 2]?.text === ')' && (after === '=>' || after === '{');
}

/** `for (name of` or `for (let name of`. */
function isForOf(tokens: readonly Token[], at: number): boolean {
  const start = tokens[at + 1]?.text === 'await' ? at + 3 : at + 2;
  const declares = ['var', 'let', 'const'].includes(tokens[start]?.text ?? '');
  const of = tokens[start + (declares ? 2 : 1)];
  return of?.kind === 'word' && of.text === 'of';
}

const word = /[\p{ID_Start}$_\\][\p{ID_Continue}$\\]*/uy;
const number = /(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)n?/y;
const sign = /\.\.\.|\?\?=|\?\?|\?\.(?!\d)|\|\|=|&&=|=>|[\s\S]/y;
const blank = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)+/y;
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const quoted = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y;
const templatePart = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y;

/** Words after which a slash begins a regular expression although they look like values. */
const beforeRegex = new Set(
  'return typeof instanceof in of new delete void throw case do else await yield'.split(' '),
);

/** Everything but blanks and comments; strings, numbers and regular expressions are values without a text. */
function tokenize(code: string): readonly Token[] {
  const tokens: Token[] = [];
  /** For each open brace, whether its end goes on with a template. */
  const braces: boolean[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(code)?.[0];
    if (text === undefined) return undefined;
    at += text.length;
    return text;
  };
  const countLines = (text: string): void => {
    for (const character of text) if (character === '\n') line += 1;
  };
  const push = (kind: Token['kind'], text: string): void => void tokens.push({kind, text, line});
  /** After an opening backtick or the end of a `${}`. */
  const template = (): void => {
    countLines(take(templatePart) ?? '');
    if (code.startsWith('${', at)) {
      at += 2;
      braces.push(true);
      push('sign', '(');
    } else {
      at += 1;
      push('value', '');
    }
  };
  while (at < code.length) {
    const skipped = take(blank);
    if (skipped !== undefined) {
      countLines(skipped);
      continue;
    }
    const last = tokens.at(-1);
    const name = take(word);
    if (name !== undefined) {
      push('word', name);
      continue;
    }
    if (/[\d]|\.\d/y.test(code.slice(at, at + 2)) && take(number) !== undefined) {
      push('value', '');
      continue;
    }
    const opening = code.charAt(at);
    const text =
      opening === '"' || opening === "'"
        ? take(quoted)
        : opening === '/' && startsRegex(last)
          ? take(regex)
          : undefined;
    if (text !== undefined) {
      push('value', '');
      countLines(text);
      continue;
    }
    const found = take(sign) ?? '';
    if (found === '`') template();
    else if (found === '}' && braces.pop() === true) {
      push('sign', ')');
      template();
    } else {
      if (found === '{') braces.push(false);
      push('sign', found);
    }
  }
  return tokens;
}

function startsRegex(last: Token | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === 'value') return false;
  if (last.kind === 'word') return beforeRegex.has(last.text);
  return last.text !== ')' && last.text !== ']' && last.text !== '}';
}
