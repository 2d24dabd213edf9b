import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import {Failure} from '../failure.js';
import {jsonSyntaxError} from './json-syntax.js';
import type {Path} from './path.js';
import {syntaxFailure, type Position} from './position.js';

export interface ConfigDocument {
  readonly value: unknown;
  /** Where the value at `path` begins (or, for `key`, its name); of the nearest enclosing value where it is absent. */
  position(path: Path, part: 'key' | 'value'): Position | undefined;
}

/** Parses YAML 1.2 with merge keys (`<<`). Failure CONFIG_SYNTAX with line and column; `name` is the file as shown. */
export function parseYaml(text: string, name: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, merge: true});
  // A warning is a tag that the schema does not know (`!Ref`): its value would silently become something else.
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined)
    throw syntaxFailure(name, positionAt(lines, error.pos[0]), firstSentence(error.message));
  let value: unknown;
  try {
    value = document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('usage', 'CONFIG_SYNTAX', `${name} cannot be read as YAML: ${firstSentence(reason)}.`, {
      cause,
    });
  }
  return {value: value ?? {}, position: (path, part) => locate(document, lines, path, part)};
}

/** Parses strict JSON (RFC 8259), a byte order mark aside. Failure CONFIG_SYNTAX with line and column. */
export function parseJson(text: string, name: string): ConfigDocument {
  const source = text.replace(/^\uFEFF/, '');
  // JSON is YAML 1.2: the same tree tells the lines of values.
  const lines = new LineCounter();
  const document = parseDocument(source, {lineCounter: lines, prettyErrors: false});
  const syntax = jsonSyntaxError(source);
  if (syntax !== undefined) throw syntaxFailure(name, positionAt(lines, syntax.offset), syntax.message);
  const duplicate = document.errors.find(({code}) => code === 'DUPLICATE_KEY');
  if (duplicate !== undefined) {
    throw syntaxFailure(name, positionAt(lines, duplicate.pos[0]), 'the same key stands twice in one object');
  }
  return {
    value: JSON.parse(source) as unknown,
    position: (path, part) => locate(document, lines, path, part),
  };
}

function firstSentence(text: string): string {
  return (text.split('\n')[0] ?? '').trim().replace(/[.:]$/, '');
}

function positionAt(lines: LineCounter, offset: number): Position {
  const {line, col} = lines.linePos(offset);
  return line === 0 ? {line: 1, column: offset + 1} : {line, column: col};
}

function locate(
  document: Document,
  lines: LineCounter,
  path: Path,
  part: 'key' | 'value',
): Position | undefined {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0];
  for (const [depth, step] of path.entries()) {
    const collection: Node | undefined | null = isAlias(node) ? node.resolve(document) : node;
    if (!isCollection(collection)) break;
    const pair = isMap(collection)
      ? collection.items.find(({key}) => (isScalar(key) ? String(key.value) : String(key)) === String(step))
      : undefined;
    const inner = isMap(collection) ? pair?.value : collection.items[Number(step)];
    const wantsKey = part === 'key' && depth === path.length - 1;
    const shown = wantsKey || !isNode(inner) || inner.range?.[0] === inner.range?.[1] ? pair?.key : inner;
    const target = shown ?? inner;
    if (!isNode(target)) break;
    offset = target.range?.[0] ?? offset;
    node = isNode(inner) ? inner : null;
  }
  return offset === undefined ? undefined : positionAt(lines, offset);
}
