import {shapes} from './shapes.js';

/** What a member of an API structure holds. */
export type Shape =
  | {readonly kind: 'string' | 'number' | 'boolean' | 'time'}
  /** `wrapped`: travels as `{Quantity, Items}`. */
  | {readonly kind: 'list'; readonly item: Shape; readonly wrapped: boolean}
  | Structure;

export interface Structure {
  readonly kind: 'structure';
  readonly name: string;
  /** By the names that a config uses. */
  readonly members: ReadonlyMap<string, Member>;
  /** A list with more than its length beside it (`Enabled`, `CachedMethods`): `Quantity` travels, but is never written. */
  readonly counted: boolean;
}

export interface Member {
  /** As the API spells it. */
  readonly name: string;
  readonly shape: Shape;
}

/** `CachePolicyId` -> `cachePolicyId`, `ACMCertificateArn` -> `acmCertificateArn`, `HTTPSPort` -> `httpsPort`, `ID` -> `id`. */
export function camel(name: string): string {
  const capitals = /^[A-Z]+/.exec(name)?.[0].length ?? 0;
  // The last capital of a run begins the next word.
  const lowered = capitals <= 1 || capitals === name.length ? capitals : capitals - 1;
  return name.slice(0, lowered).toLowerCase() + name.slice(lowered);
}

const known = new Map<string, Structure>();

/** The structure of that name in the API (`DistributionConfig`, `CachePolicyConfig`, ...). */
export function structure(name: string): Structure {
  const found = known.get(name);
  if (found !== undefined) return found;
  const codes = Object.entries(shapes[name] ?? {});
  const members = codes
    .filter(([, code]) => code !== '#')
    .map(([member, code]): [string, Member] => [camel(member), {name: member, shape: shapeOf(code)}]);
  const made: Structure = {
    kind: 'structure',
    name,
    members: new Map(members),
    counted: codes.some(([, code]) => code === '#'),
  };
  known.set(name, made);
  return made;
}

function shapeOf(code: string): Shape {
  if (code.startsWith('=[')) return {kind: 'list', item: shapeOf(code.slice(2, -1)), wrapped: false};
  if (code.startsWith('[')) return {kind: 'list', item: shapeOf(code.slice(1, -1)), wrapped: true};
  switch (code) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'time':
      return {kind: code};
    default:
      return structure(code);
  }
}
