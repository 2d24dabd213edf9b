/**
 * What a config refers to before it has an id: a text in the place of the id, `{cache policy/assets}`. A plan shows it, an
 * apply puts the id in.
 */
export const referenceKinds = [
  'cache policy',
  'origin request policy',
  'response headers policy',
  'origin access control',
  'function',
  'key group',
  'certificate',
] as const;

export type ReferenceKind = (typeof referenceKinds)[number];

export interface Reference {
  readonly kind: ReferenceKind;
  /** The name at AWS. */
  readonly name: string;
}

const pattern = new RegExp(`^\\{(${referenceKinds.join('|')})/(.+)\\}$`, 's');

export const reference = (kind: ReferenceKind, name: string): string => `{${kind}/${name}}`;

/** The reference that a text stands for; undefined for all other texts. */
export function asReference(text: unknown): Reference | undefined {
  const found = typeof text === 'string' ? pattern.exec(text) : null;
  return found === null ? undefined : {kind: found[1] as ReferenceKind, name: found[2] ?? ''};
}

/** Every reference inside a value, each once. */
export function referencesIn(value: unknown): readonly Reference[] {
  const found = new Map<string, Reference>();
  const visit = (each: unknown): void => {
    const one = asReference(each);
    if (one !== undefined) found.set(reference(one.kind, one.name), one);
    else if (typeof each === 'object' && each !== null) Object.values(each).forEach(visit);
  };
  visit(value);
  return [...found.values()];
}

/** The value with what `ids` knows (by `reference(...)`) in its place; what it does not know stays. */
export function resolved<T>(value: T, ids: ReadonlyMap<string, string>): T {
  const visit = (each: unknown): unknown => {
    if (typeof each === 'string') return ids.get(each) ?? each;
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== 'object' || each === null || each instanceof Date) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(value) as T;
}
