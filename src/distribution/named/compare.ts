import {diff, type FieldChange} from '../../diff/index.js';
import {toForm, type FormValue} from '../form/index.js';
import type {NamedConfigs, NamedKind} from './types.js';

const structures = {
  'cache policy': 'CachePolicyConfig',
  'origin request policy': 'OriginRequestPolicyConfig',
  'response headers policy': 'ResponseHeadersPolicyConfig',
  'origin access control': 'OriginAccessControlConfig',
} as const satisfies Record<NamedKind, string>;

const none = {
  headersConfig: {headerBehavior: 'none'},
  cookiesConfig: {cookieBehavior: 'none'},
  queryStringsConfig: {queryStringBehavior: 'none'},
};

/** Defaults: API reference, CachePolicyConfig and its siblings. */
function withDefaults(kind: NamedKind, form: FormValue): FormValue {
  switch (kind) {
    case 'cache policy': {
      const key = form['parametersInCacheKeyAndForwardedToOrigin'];
      return {
        defaultTTL: Math.max(86_400, Number(form['minTTL'] ?? 0)),
        maxTTL: Math.max(31_536_000, Number(form['defaultTTL'] ?? 0), Number(form['minTTL'] ?? 0)),
        minTTL: 0,
        ...form,
        parametersInCacheKeyAndForwardedToOrigin: {...none, ...(key as FormValue | undefined)},
      };
    }
    case 'origin request policy':
      return {...none, ...form};
    case 'response headers policy':
    case 'origin access control':
      return form;
  }
}

/** The whole config that the API takes of what a config file says. */
export function completed(kind: NamedKind, form: object): FormValue {
  return withDefaults(kind, form as FormValue);
}

/** The whole config in a config file's notation. */
export const namedForm = (kind: NamedKind, config: NamedConfigs[NamedKind]): FormValue =>
  withDefaults(kind, toForm(structures[kind], config));

/** What `after` changes, in a config's notation. */
export function namedDiff(
  kind: NamedKind,
  before: NamedConfigs[NamedKind] | undefined,
  after: NamedConfigs[NamedKind],
): readonly FieldChange[] {
  return diff(before === undefined ? {} : namedForm(kind, before), namedForm(kind, after));
}

export const structureOf = (kind: NamedKind): (typeof structures)[NamedKind] => structures[kind];
