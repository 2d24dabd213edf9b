import {isPlainObject} from '../path.js';

/** Lists whose items have a name: what is called the same is merged, the rest of `over` stands before or after. */
const named: Readonly<Record<string, {readonly key: string; readonly over: 'first' | 'last'}>> = {
  origins: {key: 'id', over: 'last'},
  originGroups: {key: 'id', over: 'last'},
  // The first pattern that matches counts: what the user wrote is tried before what a preset adds.
  cacheBehaviors: {key: 'pathPattern', over: 'first'},
  customErrorResponses: {key: 'errorCode', over: 'last'},
};

/** Objects merge, named lists merge item by item, all else of `over` replaces; undefined changes nothing. */
export function mergeFragments(base: unknown, over: unknown, field?: string): unknown {
  if (over === undefined) return base;
  if (Array.isArray(base) && Array.isArray(over)) {
    const rule = field === undefined ? undefined : named[field];
    return rule === undefined ? over : mergeNamed(base, over, rule.key, rule.over);
  }
  if (!isPlainObject(base) || !isPlainObject(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map(key => [key, mergeFragments(base[key], over[key], key)]));
}

function mergeNamed(
  base: readonly unknown[],
  over: readonly unknown[],
  key: string,
  place: 'first' | 'last',
): readonly unknown[] {
  const called = (item: unknown): string => nameOf(item, key);
  const counterpart = (list: readonly unknown[], item: unknown): unknown =>
    list.find(other => called(other) !== '' && called(other) === called(item));
  if (place === 'first') {
    return [
      ...over.map(item => mergeFragments(counterpart(base, item), item)),
      ...base.filter(item => counterpart(over, item) === undefined),
    ];
  }
  return [
    ...base.map(item => mergeFragments(item, counterpart(over, item))),
    ...over.filter(item => counterpart(base, item) === undefined),
  ];
}

/** How CloudFront tells the items of such a list apart; '' where it has no name. */
export function nameOf(item: unknown, key: string): string {
  const name = isPlainObject(item) ? item[key] : undefined;
  if (typeof name === 'number') return String(name);
  if (typeof name !== 'string') return '';
  // With and without a leading slash is one pattern.
  return key === 'pathPattern' ? name.replace(/^\//, '') : name;
}
