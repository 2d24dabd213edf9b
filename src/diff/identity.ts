/** Members by which an item of a list is known again, the first that it has. */
const identities = [
  'id',
  'pathPattern',
  'errorCode',
  'headerName',
  'eventType',
  'originId',
  'header',
  'sid',
  'key',
  'name',
] as const;

export type Fields = Readonly<Record<string, unknown>>;

/** A structure: neither a list nor a time. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Name of an item inside its list; undefined for scalars and for structures that nothing names. */
export function identityOf(item: unknown): string | undefined {
  if (!isFields(item)) return undefined;
  for (const name of identities) {
    const value = item[name];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return undefined;
}

/** The items by their names; undefined where one has none or two have the same. */
export function byIdentity(items: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const name = identityOf(item);
    if (name === undefined || found.has(name)) return undefined;
    found.set(name, item);
  }
  return found;
}
