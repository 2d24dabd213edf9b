import {Failure} from '../failure.js';
import {identityOf, isFields, type Fields} from './identity.js';

/** `.name` of a structure, or `[item]` of a list by what names it. */
export interface PathStep {
  readonly name: string;
  readonly isItem: boolean;
}

const malformed = (path: string): Failure =>
  new Failure('usage', 'FIELD_PATH', `"${path}" is not the path of a field.`, {
    hint: 'Write it as a diff shows it: priceClass, defaultCacheBehavior.compress, cacheBehaviors[/api/*].cachePolicyId.',
  });

/** Failure FIELD_PATH (exit 2). */
export function parsePath(path: string): readonly PathStep[] {
  if (!/^[A-Za-z]/.test(path)) throw malformed(path);
  const steps: PathStep[] = [];
  const step = /(?:(?:^|\.)([A-Za-z][\w-]*))|\[([^\]]+)\]/y;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (found === null) throw malformed(path);
    const [, field, item] = found;
    steps.push(item === undefined ? {name: field ?? '', isItem: false} : {name: item, isItem: true});
  }
  return steps;
}

const itemAt = (list: readonly unknown[], name: string): number => {
  const named = list.findIndex(item => identityOf(item) === name);
  return named === -1 && /^\d+$/.test(name) && Number(name) < list.length ? Number(name) : named;
};

/** The value at a path; undefined where there is none. */
export function getAt(root: unknown, steps: readonly PathStep[]): unknown {
  let value = root;
  for (const {name, isItem} of steps) {
    if (isItem) value = Array.isArray(value) ? (value as unknown[])[itemAt(value, name)] : undefined;
    else value = isFields(value) ? value[name] : undefined;
  }
  return value;
}

/** A copy with `value` at the path; undefined takes the field or the item away. Failure NO_SUCH_ITEM where a list has none of that name. */
export function setAt(root: Fields, steps: readonly PathStep[], value: unknown, path: string): Fields {
  return put(root, steps, value, path) as Fields;
}

function put(at: unknown, [step, ...rest]: readonly PathStep[], value: unknown, path: string): unknown {
  if (step === undefined) return value;
  if (step.isItem) {
    const list: readonly unknown[] = Array.isArray(at) ? at : [];
    const index = itemAt(list, step.name);
    if (index === -1) throw noSuchItem(path, step.name, list);
    const inner = put(list[index], rest, value, path);
    return inner === undefined
      ? list.filter((_, i) => i !== index)
      : list.map((each, i) => (i === index ? inner : each));
  }
  const fields = isFields(at) ? at : {};
  const inner = put(fields[step.name], rest, value, path);
  if (inner !== undefined) return {...fields, [step.name]: inner};
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== step.name));
}

function noSuchItem(path: string, name: string, list: readonly unknown[]): Failure {
  const names = list.map(item => identityOf(item) ?? String(item));
  return new Failure('usage', 'NO_SUCH_ITEM', `There is no [${name}] to set in ${path}.`, {
    hint:
      names.length === 0 ? 'The list is empty.' : `There are ${names.map(each => `[${each}]`).join(' ')}.`,
  });
}
