/** What a plan changes, for people: every field's before and after. */
import {isBlank, isFields, type FieldChange} from '../diff/index.js';
import type {Action, Change} from '../stack/index.js';
import {chalk} from './colour.js';

/** Columns of text that is not read on a terminal. */
const defaultWidth = 100;

/** Columns of a stream. */
export const widthOf = (stream: {readonly columns?: number | undefined}): number =>
  stream.columns ?? defaultWidth;

const marks: Readonly<Record<Action, string>> = {
  create: chalk.green('+'),
  update: chalk.yellow('~'),
  replace: chalk.red('±'),
  delete: chalk.red('-'),
  none: ' ',
};

/** A block for each resource that changes; `No changes.` where none does. No line is wider than `width` columns. */
export function changesText(changes: readonly Change[], width: number): string {
  const blocks = changes.filter(({action}) => action !== 'none').map(change => block(change, width));
  return blocks.length === 0 ? 'No changes.' : blocks.join('\n');
}

function block({resource, action, reason, impact, diff}: Change, width: number): string {
  const [first = '', ...more] = wrapped(`${resource}  ${action}: ${reason}`, width - 2);
  const head = `${marks[action]} ${first.startsWith(resource) ? chalk.bold(resource) + first.slice(resource.length) : first}`;
  return [
    head,
    ...more.map(line => `    ${line}`),
    ...(impact === undefined
      ? []
      : wrapped(impact, width - 4).map((line, i) => `  ${i === 0 ? chalk.yellow('!') : ' '} ${line}`)),
    ...diff.flatMap(change => fieldLines(change, width)),
  ].join('\n');
}

const isDeep = (value: unknown): boolean =>
  isFields(value) || (Array.isArray(value) && value.some(item => isFields(item) || Array.isArray(item)));

/** Of what is not deep. */
function textOf(value: unknown): string {
  if (isBlank(value) && value !== false) return 'nothing';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return value instanceof Date ? value.toISOString() : String(value);
}

/** A switch that is not there is off, and is told so. */
const orFalse = (value: unknown, other: unknown): unknown =>
  typeof other === 'boolean' && isBlank(value) ? false : value;

function fieldLines({path, ...sidesOf}: FieldChange, width: number): readonly string[] {
  const before = orFalse(sidesOf.before, sidesOf.after);
  const after = orFalse(sidesOf.after, sidesOf.before);
  // `false` is a value that people look for; all other blanks are nothing.
  const [isNew, isGone] = [before, after].map(value => isBlank(value) && value !== false);
  if (isDeep(before) || isDeep(after)) {
    return [
      ...pathLines(isNew ? 'create' : isGone ? 'delete' : 'update', path, width),
      ...(isNew ? [] : deepLines(before, 6, width).map(line => (isGone ? line : chalk.dim(line)))),
      ...(!isNew && !isGone ? [`      ${chalk.dim('->')}`] : []),
      ...(isGone ? [] : deepLines(after, 6, width)),
    ];
  }
  const action = isNew ? 'create' : isGone ? 'delete' : 'update';
  const whole = isNew
    ? textOf(after)
    : isGone
      ? textOf(before)
      : `${textOf(before)} ${chalk.dim('->')} ${textOf(after)}`;
  const length = isNew
    ? textOf(after).length
    : isGone
      ? textOf(before).length
      : `${textOf(before)} -> ${textOf(after)}`.length;
  if (4 + path.length + 2 + length <= width) return [`  ${marks[action]} ${path}  ${whole}`];
  return [
    ...pathLines(action, path, width),
    ...sides(before, after).flatMap(([mark, text]) =>
      wrapped(text, width - 8).map((line, i) => `      ${i === 0 ? mark : ' '} ${line}`),
    ),
  ];
}

/** What goes and what comes, of two lists of names only what differs. */
function sides(before: unknown, after: unknown): readonly (readonly [mark: string, text: string])[] {
  const [minus, plus] = [chalk.red('-'), chalk.green('+')];
  if (Array.isArray(before) && Array.isArray(after)) {
    const gone = before.filter(item => !after.includes(item));
    const come = after.filter(item => !before.includes(item));
    if (gone.length + come.length > 0) {
      return [
        ...(gone.length === 0 ? [] : [[minus, textOf(gone)] as const]),
        ...(come.length === 0 ? [] : [[plus, textOf(come)] as const]),
      ];
    }
  }
  return [
    ...(isBlank(before) && before !== false ? [] : [[minus, textOf(before)] as const]),
    ...(isBlank(after) && after !== false ? [] : [[plus, textOf(after)] as const]),
  ];
}

const pathLines = (action: Action, path: string, width: number): readonly string[] =>
  wrapped(path, width - 4).map((line, i) => `  ${i === 0 ? marks[action] : ' '} ${line}`);

/** A structure as indented lines, one a field; blank fields are left out. */
function deepLines(value: unknown, indent: number, width: number): readonly string[] {
  const pad = ' '.repeat(indent);
  if (!isDeep(value)) return wrapped(textOf(value), width - indent).map(line => pad + line);
  if (Array.isArray(value)) {
    return value.flatMap(item => {
      const [first = '', ...rest] = deepLines(item, indent + 2, width);
      return [`${pad}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, inner]) => {
    if (isBlank(inner)) return [];
    if (isDeep(inner)) return [`${pad}${name}:`, ...deepLines(inner, indent + 2, width)];
    const [first = '', ...rest] = wrapped(textOf(inner), Math.max(10, width - indent - name.length - 2));
    return [`${pad}${name}: ${first}`, ...rest.map(line => ' '.repeat(indent + name.length + 2) + line)];
  });
}

/** Lines of at most `room` columns: broken after spaces, commas and slashes, else anywhere. */
export function wrapped(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let rest = text.replace(/\s*\n\s*/g, ' ');
  const most = Math.max(10, room);
  while (rest.length > most) {
    const part = rest.slice(0, most + 1);
    const at = Math.max(
      part.lastIndexOf(' '),
      ...[',', '/'].map(mark => part.slice(0, most).lastIndexOf(mark) + 1),
    );
    const end = at > most / 3 ? at : most;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** For `--json`: a field that is not there is null, so that its key stays. */
export const asJson = (changes: readonly Change[]): readonly Change[] =>
  changes.map(change => ({
    ...change,
    diff: change.diff.map(({path, before, after}) => ({path, before: before ?? null, after: after ?? null})),
  }));
