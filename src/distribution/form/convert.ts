import type {
  CacheBehavior,
  CachePolicyConfig,
  CustomErrorResponse,
  DefaultCacheBehavior,
  DistributionConfig,
  Origin,
  OriginAccessControlConfig,
  OriginGroup,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import type {CORSRule, LifecycleRule} from '@aws-sdk/client-s3';
import {isFields} from '../../diff/index.js';
import {structure, type Shape, type Structure} from './shape.js';

/** The API's structures that a config writes, by name. */
export interface ApiStructures {
  CORSRule: CORSRule;
  CacheBehavior: CacheBehavior;
  CachePolicyConfig: CachePolicyConfig;
  CustomErrorResponse: CustomErrorResponse;
  DefaultCacheBehavior: DefaultCacheBehavior;
  DistributionConfig: DistributionConfig;
  LifecycleRule: LifecycleRule;
  Origin: Origin;
  OriginAccessControlConfig: OriginAccessControlConfig;
  OriginGroup: OriginGroup;
  OriginRequestPolicyConfig: OriginRequestPolicyConfig;
  ResponseHeadersPolicyConfig: ResponseHeadersPolicyConfig;
}

/** A config's own notation of an API structure: camelCase, plain lists (see `Form` in config/form.ts). */
export type FormValue = Readonly<Record<string, unknown>>;

/** What the API calls `name`, as a config writes it. Members that the SDK does not know stay as they are. */
export function toForm(name: keyof ApiStructures, value: object): FormValue {
  return structureToForm(structure(name), value as FormValue);
}

function structureToForm(shape: Structure, value: FormValue): FormValue {
  const form: Record<string, unknown> = {};
  for (const [key, {name, shape: inner}] of shape.members) {
    const found = value[name];
    if (found !== undefined) form[key] = shapeToForm(inner, found);
  }
  return form;
}

function shapeToForm(shape: Shape, value: unknown): unknown {
  if (shape.kind === 'structure') return isFields(value) ? structureToForm(shape, value) : value;
  if (shape.kind !== 'list') return value;
  const items = shape.wrapped && isFields(value) ? (value['Items'] ?? []) : value;
  return Array.isArray(items) ? items.map(item => shapeToForm(shape.item, item)) : items;
}

/**
 * The API structure `name` of what a config says. A plain list where the API has a list with more beside it becomes its
 * items (`trustedKeyGroups: [id]` is enabled, an empty one is not). Keys that the structure does not have are left out:
 * the config's schema has told of them.
 */
export function toApi<Name extends keyof ApiStructures>(name: Name, form: object): ApiStructures[Name] {
  return structureToApi(structure(name), form as FormValue) as unknown as ApiStructures[Name];
}

function structureToApi(shape: Structure, form: FormValue): FormValue {
  const value: Record<string, unknown> = {};
  for (const [key, {name, shape: inner}] of shape.members) {
    const found = form[key];
    if (found !== undefined) value[name] = shapeToApi(inner, found);
  }
  if (shape.counted) {
    const items: unknown = value['Items'];
    value['Quantity'] = Array.isArray(items) ? items.length : 0;
    if (value['Quantity'] === 0) delete value['Items'];
  }
  return value;
}

function shapeToApi(shape: Shape, form: unknown): unknown {
  if (shape.kind === 'structure') {
    if (Array.isArray(form) && shape.counted) return structureToApi(shape, asItems(shape, form));
    return isFields(form) ? structureToApi(shape, form) : form;
  }
  if (shape.kind !== 'list' || !Array.isArray(form)) return form;
  const items = form.map(item => shapeToApi(shape.item, item));
  if (!shape.wrapped) return items;
  return items.length === 0 ? {Quantity: 0} : {Quantity: items.length, Items: items};
}

/** The structure that a plain list stands for. */
function asItems(shape: Structure, items: readonly unknown[]): FormValue {
  return shape.members.has('enabled') ? {enabled: items.length > 0, items} : {items};
}

/** The same form with the short notations written out, so that two forms of one meaning are equal. */
export function spelledOut(name: keyof ApiStructures, form: object): FormValue {
  return toForm(name, toApi(name, form));
}
