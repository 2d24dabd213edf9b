import {byIdentity, isFields} from './identity.js';

/** One field that differs. `undefined`: not there. */
export interface FieldChange {
  /** `cacheBehaviors[/api/*].compress`, `origins[site].customHeaders[x-secret].headerValue`, `aliases`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** AWS answers one and the same setting as a missing member, an empty string or list, `false`, or a structure of those. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isFields(value) && Object.values(value).every(isBlank);
}

/**
 * What changes from `before` to `after`, field by field. Items of lists are followed by what names them (an origin's id, a
 * behavior's path pattern); lists of names are sets; blank values are equal. An item that comes or goes is one change; a
 * list whose items change places only is one change of their names in order.
 */
export function diff(before: unknown, after: unknown, path = ''): readonly FieldChange[] {
  if (isBlank(before) && isBlank(after)) return [];
  if (isFields(before) && isFields(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap(name => diff(before[name], after[name], path === '' ? name : `${path}.${name}`));
  }
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, path);
  if (isScalarEqual(before, after)) return [];
  const [only, other] = [before, after].map(listed);
  // A list that was blank on one side: item by item as well.
  if (only !== undefined && other !== undefined) return diffLists(only, other, path);
  return [{path, before: isBlank(before) ? undefined : before, after: isBlank(after) ? undefined : after}];
}

const listed = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : isBlank(value) ? [] : undefined;

const isScalarEqual = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof Date && b instanceof Date && a.getTime() === b.getTime());

function diffLists(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): readonly FieldChange[] {
  const [old, now] = [byIdentity(before), byIdentity(after)];
  if (old !== undefined && now !== undefined && (old.size > 0 || now.size > 0)) {
    const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap(name => {
      const at = `${path}[${name}]`;
      if (!old.has(name)) return [{path: at, before: undefined, after: now.get(name)}];
      if (!now.has(name)) return [{path: at, before: old.get(name), after: undefined}];
      return diff(old.get(name), now.get(name), at);
    });
    const [oldOrder, newOrder] = [
      [...old.keys()].filter(name => now.has(name)),
      [...now.keys()].filter(name => old.has(name)),
    ];
    const moved = isOrdered(path) && oldOrder.some((name, index) => name !== newOrder[index]);
    return moved ? [...changes, {path, before: [...old.keys()], after: [...now.keys()]}] : changes;
  }
  const [a, b] = [asSet(before), asSet(after)];
  return a === b ? [] : [{path, before: blankAsNothing(before), after: blankAsNothing(after)}];
}

/** Behaviors are tried in their order, and the first member of an origin group is its primary; all other lists are sets. */
const isOrdered = (path: string): boolean => /(?:^|\.)(?:cacheBehaviors|members)$/.test(path);

const blankAsNothing = (items: readonly unknown[]): unknown => (items.length === 0 ? undefined : items);

const asSet = (items: readonly unknown[]): string =>
  JSON.stringify(items.map(item => JSON.stringify(sorted(item))).sort());

/** Keys in order and blanks left out, so that equal structures have equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => !isBlank(inner));
  return Object.fromEntries(
    kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  );
}
