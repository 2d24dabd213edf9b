/** Keys and list indexes from the top of a config to a value in it. */
export type Path = readonly (string | number)[];

/** As written in JavaScript: `site.rules[0].match`, `tags["my tag"]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w$-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}

/** An object literal, or what JSON and YAML make of a mapping; no list, date or class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object from another realm (a config file run by another loader) has another Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** How many steps of the path exist inside `value`, and what is found at the last of them. */
export function follow(value: unknown, path: Path): {readonly depth: number; readonly found: unknown} {
  let found = value;
  for (const [depth, step] of path.entries()) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return {depth, found};
    found = (found as Readonly<Record<string | number, unknown>>)[step];
  }
  return {depth: path.length, found};
}

/** A copy of `value` with every string in it replaced; other leaves stay as they are. */
export function mapStrings(
  value: unknown,
  change: (text: string, path: Path) => string,
  path: Path = [],
): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item, i) => mapStrings(item, change, [...path, i]));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapStrings(inner, change, [...path, key])]),
  );
}
