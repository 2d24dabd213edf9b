import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import type {DistributionSettings} from '../../config/types.js';
import {isBlank} from '../../diff/index.js';
import {canonical, spelledOut, structure, type ApiStructures, type FormValue} from '../form/index.js';
import {managedName} from '../named/managed.js';
import type {NamedKind} from '../named/types.js';
import {differing} from './built.js';
import {pruned} from './prune.js';

/**
 * Every field, in the order in which a config is read; one that CloudFront gets later does not compile until it stands here.
 * `answered`: CloudFront answers it for every distribution; `optional`: it is absent until somebody sets it.
 */
const fields: Readonly<Record<Exclude<keyof DistributionSettings, 'id' | 'raw'>, 'answered' | 'optional'>> = {
  comment: 'answered',
  enabled: 'answered',
  staging: 'answered',
  connectionMode: 'answered',
  aliases: 'answered',
  viewerCertificate: 'answered',
  viewerMtlsConfig: 'optional',
  connectionFunctionAssociation: 'optional',
  defaultRootObject: 'answered',
  origins: 'answered',
  originGroups: 'answered',
  defaultCacheBehavior: 'answered',
  cacheBehaviors: 'answered',
  customErrorResponses: 'answered',
  restrictions: 'answered',
  webACLId: 'answered',
  priceClass: 'answered',
  httpVersion: 'answered',
  isIPV6Enabled: 'answered',
  logging: 'answered',
  cacheTagConfig: 'optional',
  tenantConfig: 'optional',
  anycastIpListId: 'optional',
  continuousDeploymentPolicyId: 'answered',
};

/** Where an answer leaves an `answered` field out. */
const blanks: Partial<Record<keyof DistributionSettings, unknown>> = {
  comment: '',
  enabled: false,
  staging: false,
  aliases: [],
  defaultRootObject: '',
  webACLId: '',
  isIPV6Enabled: false,
  logging: {enabled: false},
  continuousDeploymentPolicyId: '',
};

const lists: Partial<Record<keyof DistributionSettings, keyof ApiStructures>> = {
  origins: 'Origin',
  originGroups: 'OriginGroup',
  cacheBehaviors: 'CacheBehavior',
  customErrorResponses: 'CustomErrorResponse',
};

/** `priceClass` -> `PriceClass`. */
export const apiName = (field: string, of = 'DistributionConfig'): string =>
  structure(of).members.get(field)?.name ?? field;

/**
 * The settings that say what the distribution is: every top-level field, and inside of them what is not CloudFront's default.
 * An optional field that is absent is `null` under `raw`, so that a plan shows when somebody sets it.
 */
export function settingsOf(live: DistributionConfig): FormValue {
  const form = canonical(live);
  const settings: Record<string, unknown> = {};
  const absent: Record<string, null> = {};
  for (const [field, kind] of Object.entries(fields)) {
    const found = form[field];
    if (kind === 'optional' && isBlank(found)) absent[apiName(field)] = null;
    else settings[field] = fieldOf(field as keyof DistributionSettings, found, live);
  }
  return {...settings, raw: absent};
}

type Fields = Readonly<Record<string, unknown>>;

function fieldOf(field: keyof DistributionSettings, value: unknown, live: DistributionConfig): unknown {
  const api = apiName(field);
  const found = (live as unknown as Fields)[api];
  const item = lists[field];
  if (item !== undefined) {
    const given = (found as {readonly Items?: readonly unknown[]} | undefined)?.Items ?? [];
    return (value as readonly FormValue[]).map((each, at) => {
      const isSame = (candidate: FormValue): boolean =>
        differing({[api]: {Quantity: 1, Items: [given[at]]}}, {[field]: [candidate]}).length === 0;
      return readable(item, pruned(field === 'cacheBehaviors' ? explicit(each) : each, isSame));
    });
  }
  if (value === undefined) return blanks[field];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const isSame = (candidate: FormValue): boolean =>
    differing({[api]: found}, {[field]: candidate}).length === 0;
  if (field !== 'defaultCacheBehavior') return pruned(value as FormValue, isSame);
  return readable('DefaultCacheBehavior', pruned(explicit(value as FormValue), isSame));
}

/** A config's own default is to compress; CloudFront's is not to. */
const explicit = (behavior: FormValue): FormValue => ({...behavior, compress: behavior['compress'] ?? false});

/** Members in the order of the API, short notations, AWS's own policies by name. */
function readable(structureName: keyof ApiStructures, item: FormValue): FormValue {
  const present = new Set(Object.keys(item));
  const ordered = Object.entries(spelledOut(structureName, item)).filter(([name]) => present.has(name));
  return Object.fromEntries(
    ordered.map(([name, value]) => [
      name,
      name in kinds ? policyNamed(kinds[name], value) : shortened(name, value, item[name]),
    ]),
  );
}

const kinds: Readonly<Record<string, NamedKind>> = {
  cachePolicyId: 'cache policy',
  originRequestPolicyId: 'origin request policy',
  responseHeadersPolicyId: 'response headers policy',
};

const policyNamed = (kind: NamedKind | undefined, id: unknown): unknown =>
  kind === undefined || typeof id !== 'string' ? id : (managedName(kind, id) ?? id);

/** Lists with more beside them that may be written alone, where nothing but their default is left. */
const shortLists: ReadonlySet<string> = new Set(['allowedMethods', 'trustedSigners', 'trustedKeyGroups']);
const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'];
const inOrder = (list: unknown): unknown =>
  Array.isArray(list)
    ? list.toSorted((a, b) => methods.indexOf(String(a)) - methods.indexOf(String(b)))
    : list;

/** `value` has its members in order, `left` those that make a difference. */
function shortened(name: string, value: unknown, left: unknown): unknown {
  if (!shortLists.has(name)) return value;
  const {items, enabled, ...more} = left as FormValue;
  const isAlone = Array.isArray(items) && items.length > 0 && Object.keys(more).length === 0;
  if (name === 'allowedMethods') {
    return isAlone
      ? inOrder(items)
      : Object.fromEntries(Object.entries(left as FormValue).map(([key, each]) => [key, inOrder(each)]));
  }
  return isAlone && enabled !== false ? items : left;
}
