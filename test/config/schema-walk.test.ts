import {DistributionConfig$} from '@aws-sdk/client-cloudfront';
import {expect, it} from 'vitest';
import {configSchema} from '../../src/config/schema.js';
import {camel} from '../../src/distribution/form/shape.js';

/*
 * The SDK's schemas are plain arrays: a structure is [3, namespace, name, traits, member names, member schemas], a list
 * [1, namespace, name, traits, item]; a member with traits is [schema, traits], and what is not needed at once a function.
 * Lists of scalars are numbers from 64 on.
 */
const structureKind = 3;
const listKind = 1;

interface Structure {
  readonly kind: 'structure';
  readonly members: readonly (readonly [name: string, schema: unknown])[];
}
type Shape = Structure | {readonly kind: 'list'; readonly item: unknown} | {readonly kind: 'leaf'};

function shapeOf(schema: unknown): Shape {
  const known: unknown = typeof schema === 'function' ? (schema as () => unknown)() : schema;
  if (!Array.isArray(known)) return {kind: 'leaf'};
  const parts = known as readonly unknown[];
  if (parts.length === 2 && typeof parts[0] !== 'number') return shapeOf(parts[0]);
  if (parts.length === 2 && Array.isArray(parts[0])) return shapeOf(parts[0]);
  if (parts[0] === listKind) return {kind: 'list', item: parts[4]};
  if (parts[0] !== structureKind) return {kind: 'leaf'};
  const [names, schemas] = [parts[4] as readonly string[], parts[5] as readonly unknown[]];
  return {kind: 'structure', members: names.map((name, i) => [name, schemas[i]])};
}

/** What the config's schema has at a place: valibot's own tree, pipes and choices opened. */
type Piece = Readonly<Record<string, unknown>>;

function opened(piece: unknown): readonly Piece[] {
  const found = piece as Piece | undefined;
  if (found === undefined) return [];
  if (Array.isArray(found['pipe'])) {
    return (found['pipe'] as readonly Piece[]).flatMap(each =>
      each['kind'] === 'schema' ? opened(each) : [],
    );
  }
  return plain(found);
}

function plain(piece: Piece): readonly Piece[] {
  if (piece['type'] === 'optional') return opened(piece['wrapped']);
  if (piece['type'] === 'lazy' || piece['type'] === 'union') {
    return (piece['options'] as readonly unknown[]).flatMap(opened);
  }
  return [piece];
}

const entry = (pieces: readonly Piece[], key: string): readonly Piece[] =>
  pieces.flatMap(({entries}) => opened((entries as Readonly<Record<string, unknown>> | undefined)?.[key]));
const items = (pieces: readonly Piece[]): readonly Piece[] => pieces.flatMap(({item}) => opened(item));

interface Field {
  readonly path: string;
  readonly reach: 'modelled' | 'raw' | 'unreachable';
}

/** Every member of the API's structure, at any depth; what frontctl itself fills in aside. */
function* walk(schema: unknown, pieces: readonly Piece[], path: string, isInRaw: boolean): Iterable<Field> {
  const shape = shapeOf(schema);
  if (shape.kind === 'list') {
    yield* walk(shape.item, items(pieces), `${path}[]`, isInRaw);
    return;
  }
  if (shape.kind === 'leaf') return;
  const raw = entry(pieces, 'raw');
  for (const [name, member] of shape.members) {
    const at = path === '' ? name : `${path}.${name}`;
    if (isOurs(name, path)) continue;
    const rawHere = isInRaw || entry(raw, name).length > 0;
    const found = entry(pieces, camel(name));
    // A list of CloudFront's is written as a list.
    const list = name === 'Items' && found.length === 0 ? pieces.filter(({type}) => type === 'array') : [];
    const modelled = found.length > 0 ? found : list;
    yield {path: at, reach: modelled.length > 0 ? 'modelled' : rawHere ? 'raw' : 'unreachable'};
    yield* walk(member, modelled, at, rawHere);
  }
}

/** Lengths of lists, and the reference that only the creation of a distribution has. */
const isOurs = (name: string, path: string): boolean =>
  name === 'Quantity' || (name === 'CallerReference' && path === '');

const fieldsOf = (schema: unknown): readonly Field[] => [
  ...walk(schema, entry(opened(configSchema), 'distribution'), '', false),
];

/** Fields that have no key of their own on purpose, and are written under `raw`. */
const rawOnly: readonly string[] = [];

it('every field that the SDK knows can be written in a config', () => {
  const fields = fieldsOf(DistributionConfig$);
  const paths = (reach: Field['reach']) =>
    fields.filter(field => field.reach === reach).map(({path}) => path);
  console.info(
    `DistributionConfig: ${fields.length} fields, ${paths('modelled').length} modelled, ${paths('raw').length} by raw, ${paths('unreachable').length} unreachable`,
  );
  expect(fields.length).toBeGreaterThan(150);
  expect(paths('unreachable')).toEqual([]);
  expect(paths('raw')).toEqual(rawOnly);
});

it('sees a field that nobody modelled, at the top, in origins, in behaviors and deeper', () => {
  const grown = (schema: unknown, wanted: string): unknown => {
    const known: unknown = typeof schema === 'function' ? (schema as () => unknown)() : schema;
    if (!Array.isArray(known)) return known;
    const parts = [...(known as readonly unknown[])];
    if (parts.length === 2 && typeof parts[0] !== 'number') return [grown(parts[0], wanted), parts[1]];
    if (parts[0] === listKind) return [...parts.slice(0, 4), grown(parts[4], wanted)];
    if (parts[0] !== structureKind) return parts;
    const names = [...(parts[4] as readonly string[])];
    const schemas = (parts[5] as readonly unknown[]).map(each => grown(each, wanted));
    if (parts[2] === wanted) {
      names.push('Tomorrow');
      schemas.push(0);
    }
    return [...parts.slice(0, 4), names, schemas];
  };
  const news = (structure: string): readonly Field[] =>
    fieldsOf(grown(DistributionConfig$, structure)).filter(({path}) => path.endsWith('Tomorrow'));
  expect(news('DistributionConfig')).toEqual([{path: 'Tomorrow', reach: 'unreachable'}]);
  expect(news('Origin')).toEqual([{path: 'Origins.Items[].Tomorrow', reach: 'raw'}]);
  expect(news('CacheBehavior')).toEqual([{path: 'CacheBehaviors.Items[].Tomorrow', reach: 'raw'}]);
  expect(news('TrustStoreConfig')).toEqual([
    {path: 'ViewerMtlsConfig.TrustStoreConfig.Tomorrow', reach: 'raw'},
  ]);
});
