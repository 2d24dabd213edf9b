/** `--set path=value` and `--unset path` on a live config. */
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {suggest} from '../../config/suggest.js';
import {getAt, identityOf, parsePath, setAt, type PathStep} from '../../diff/index.js';
import {Failure} from '../../failure.js';
import {complete} from '../complete.js';
import {structure, toApi, toForm, type FormValue, type Shape, type Structure} from '../form/index.js';
import {placeBehavior} from '../trusted-key-groups.js';

export interface FieldEdit {
  /** As a diff shows it: `defaultCacheBehavior.compress`, `cacheBehaviors[/api/*].cachePolicyId`, `origins[new]`. */
  readonly path: string;
  /** As typed: by the kind of the field a text, a number, `true`, `a,b` or JSON. Undefined takes the field or the item away. */
  readonly text: string | undefined;
}

/** Takes the place of an item's name for one that is to be added. */
const newItem = 'new';

/** Values of headers to origins are secrets: what `env:NAME` stands for. */
export type Secret = (place: string) => string;

/**
 * The config after the edits, one after the other. Failures (exit 2): FIELD_PATH, NO_SUCH_FIELD, NO_SUCH_ITEM,
 * FIELD_VALUE, and those of `secret`.
 */
export function withFields(
  config: DistributionConfig,
  edits: readonly FieldEdit[],
  secret: Secret,
): DistributionConfig {
  const form = edits.reduce(
    (now, edit) => withField(now, edit, secret),
    toForm('DistributionConfig', config),
  );
  return complete(toApi('DistributionConfig', form));
}

function withField(form: FormValue, {path, text}: FieldEdit, secret: Secret): FormValue {
  const steps = parsePath(path);
  if (path === 'callerReference') {
    throw new Failure('usage', 'FIELD_VALUE', 'The callerReference of a distribution never changes.');
  }
  const shape = shapeAt(steps, path);
  const value = text === undefined ? undefined : parseValue(shape, text, path, secret);
  const added = value === undefined ? undefined : withNewItem(form, steps, value, path);
  return withoutRepeats(added ?? setAt(form, steps, value, path), steps);
}

/** CloudFront answers the certificate twice, the second time under deprecated names that would contradict the new one. */
function withoutRepeats(form: FormValue, [first, second]: readonly PathStep[]): FormValue {
  const {viewerCertificate: certificate} = form;
  if (first?.name !== 'viewerCertificate' || typeof certificate !== 'object' || certificate === null)
    return form;
  const own = ['acmCertificateArn', 'iamCertificateId'];
  const dropped = [
    'certificate',
    'certificateSource',
    ...(own.includes(second?.name ?? '') ? ['cloudFrontDefaultCertificate'] : []),
  ];
  const kept = Object.entries(certificate).filter(([name]) => !dropped.includes(name));
  return {...form, viewerCertificate: Object.fromEntries(kept)};
}

/** The list with one item more; undefined where the path names a field or an item that is there. */
function withNewItem(
  form: FormValue,
  steps: readonly PathStep[],
  value: unknown,
  path: string,
): FormValue | undefined {
  const last = steps.at(-1);
  if (last?.isItem !== true || getAt(form, steps) !== undefined) return undefined;
  if (last.name !== newItem && identityOf(value) !== last.name) return undefined;
  const at = steps.slice(0, -1);
  const found = getAt(form, at);
  const list: readonly unknown[] = Array.isArray(found) ? found : [];
  const index = path.startsWith('cacheBehaviors[') ? placeOf(form, value) : list.length;
  return setAt(form, at, [...list.slice(0, index), value, ...list.slice(index)], path);
}

/** A behavior goes where it is tried before those that match all its paths. Failure FIELD_VALUE. */
function placeOf(form: FormValue, behavior: unknown): number {
  const pattern = identityOf(behavior) ?? '';
  const place = placeBehavior(toApi('DistributionConfig', form), pattern);
  if (place !== undefined) return place.index;
  throw new Failure('usage', 'FIELD_VALUE', `There is a behavior ${pattern} already.`, {
    hint: `Change it: --set 'cacheBehaviors[${pattern}].compress=true'.`,
  });
}

/** Failure NO_SUCH_FIELD with the nearest name that there is. */
function shapeAt(steps: readonly PathStep[], path: string): Shape {
  let shape: Shape = structure('DistributionConfig');
  for (const {name, isItem} of steps) {
    const inner: Shape | undefined = isItem
      ? itemShape(shape)
      : shape.kind === 'structure'
        ? member(shape, name)
        : undefined;
    if (inner === undefined) throw noSuchField(shape, name, isItem, path);
    shape = inner;
  }
  return shape;
}

const itemShape = (shape: Shape): Shape | undefined => (shape.kind === 'list' ? shape.item : undefined);

const member = (shape: Structure, name: string): Shape | undefined => shape.members.get(name)?.shape;

function noSuchField(shape: Shape, name: string, isItem: boolean, path: string): Failure {
  if (isItem || shape.kind !== 'structure') {
    const what = isItem
      ? `no list that [${name}] could be an item of`
      : `nothing below which ${name} could be`;
    return new Failure('usage', 'NO_SUCH_FIELD', `There is ${what} in ${path}.`, {
      hint: 'Write the path as `distribution show --json` and diffs spell it.',
    });
  }
  const names = [...shape.members.keys()];
  const begins = (each: string): boolean => each.toLowerCase().startsWith(name.toLowerCase());
  const near = suggest(name, names) ?? names.find(begins);
  return new Failure('usage', 'NO_SUCH_FIELD', `${shape.name} has no field ${name} (${path}).`, {
    hint: near === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${near}?`,
  });
}

const wrong = (path: string, wanted: string): Failure =>
  // What was typed is not repeated: it may belong to the value of a header.
  new Failure('usage', 'FIELD_VALUE', `${path} takes ${wanted}.`);

function parseValue(shape: Shape, text: string, path: string, secret: Secret): unknown {
  if (shape.kind !== 'list' && shape.kind !== 'structure') return scalar(shape, text, path, secret);
  const isJson = /^\s*[[{]/.test(text);
  if (isJson) return checked(shape, parseJson(text, path), path, secret);
  const item = shape.kind === 'list' ? shape.item : shape.counted ? itemsOf(shape) : undefined;
  if (item === undefined || item.kind === 'structure' || item.kind === 'list') {
    throw wrong(path, shape.kind === 'list' ? 'a list in JSON: [{...}]' : 'a structure in JSON: {...}');
  }
  const words = text.split(',').map(word => word.trim());
  return words.filter(word => word !== '').map(word => scalar(item, word, path, secret));
}

/** Of a structure that a plain list may stand for. */
function itemsOf(shape: Structure): Shape | undefined {
  const items = member(shape, 'items');
  return items?.kind === 'list' ? items.item : undefined;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong(path, 'JSON, and this is none');
  }
}

const isHeaderValue = (path: string): boolean => path.endsWith('.headerValue');

function scalar(shape: Shape, text: string, path: string, secret: Secret): unknown {
  switch (shape.kind) {
    case 'number':
      if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw wrong(path, 'a number');
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong(path, 'true or false');
      return text === 'true';
    case 'time':
      if (Number.isNaN(Date.parse(text))) throw wrong(path, 'a time (ISO 8601)');
      return new Date(text);
    default:
      return isHeaderValue(path) ? secret(text) : text;
  }
}

/** A JSON value that has the shape, its secrets read. Failures NO_SUCH_FIELD, FIELD_VALUE. */
function checked(shape: Shape, value: unknown, path: string, secret: Secret): unknown {
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) throw wrong(path, 'a list');
    return value.map((item, index) => checked(shape.item, item, `${path}[${index}]`, secret));
  }
  if (shape.kind === 'structure') {
    const items = shape.counted && Array.isArray(value) ? member(shape, 'items') : undefined;
    if (items !== undefined) return checked(items, value, path, secret);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'a structure');
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const found = member(shape, name);
        if (found === undefined) throw noSuchField(shape, name, false, `${path}.${name}`);
        return [name, checked(found, inner, `${path}.${name}`, secret)];
      }),
    );
  }
  if (typeof value !== 'string' && typeof value !== shape.kind) throw wrong(path, kindText[shape.kind]);
  return typeof value === 'string' ? scalar(shape, value, path, secret) : value;
}

const kindText = {string: 'a text', number: 'a number', boolean: 'true or false', time: 'a time'} as const;
