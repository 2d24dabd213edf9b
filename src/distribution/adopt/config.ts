import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import type {Path} from '../../config/path.js';
import type {Config, DnsConfig} from '../../config/types.js';
import {isLegacy, migrated as migratedBehaviors} from './legacy.js';
import type {FormValue} from '../form/index.js';
import type {Named} from '../named/types.js';
import {fitted} from './fit.js';
import {siteBucket, siteNameOf} from './place.js';
import {asWritten, type AdoptedSecret} from './secrets.js';
import {settingsOf} from './settings.js';

export interface AdoptInput {
  readonly id: string;
  readonly live: DistributionConfig;
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the account's own policies and origin access controls that the config refers to, by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Of the site's bucket, where its domain name does not tell. */
  readonly region?: string | undefined;
  readonly dns?: DnsConfig | undefined;
  /** AWS's own policies: legacy cache settings become policies. Undefined: they stay. */
  readonly managed?: readonly Named[] | undefined;
  /** Names of policies that the account has: a site's own policies are named after the site, and no other site's may be changed. */
  readonly taken?: ReadonlySet<string> | undefined;
}

/** A remark beside a value of the config. */
export interface Comment {
  readonly path: Path;
  readonly text: string;
}

export interface AdoptedConfig {
  /** As it is to be written: `${env.NAME}` in the place of every header value. */
  readonly config: Config;
  readonly comments: readonly Comment[];
  /** Sentences for the one who adopts. */
  readonly notes: readonly string[];
  readonly secrets: readonly AdoptedSecret[];
  /** Values of the variables, to load the config with. Never shown, never written. */
  readonly env: Readonly<Record<string, string>>;
  /** Behaviors that have legacy cache settings in the config. */
  readonly legacyBehaviors: number;
}

/**
 * The config that says what a live distribution is: a plan of it is empty, and shows whatever changes later. With `managed`
 * the plan shows the policies in the place of legacy cache settings, and nothing else. Pure.
 */
export function adoptedConfig(input: AdoptInput): AdoptedConfig {
  const {id, live, tags, names, dns} = input;
  const written = asWritten(live);
  const bucket = bucketOf(input);
  const whole = fitted(
    {
      name: siteNameOf(id, live, tags),
      ...(bucket === undefined ? {} : {bucket}),
      distribution: {id, ...settingsOf(written.config)},
      ...(dns === undefined ? {} : {dns}),
    },
    live,
    written,
  );
  const {config: migrated, notes} =
    input.managed === undefined ? {config: whole, notes: []} : withPolicies(whole, input.managed);
  const config = ownName(migrated, id, input.taken);
  return {
    config,
    comments: commentsOn(config, names),
    notes,
    secrets: written.secrets,
    env: written.env,
    legacyBehaviors: behaviorsOf(config).filter(isLegacy).length,
  };
}

/** With a name of its own where a policy of another site has the name that one of this would get. */
function ownName(config: FormValue, id: string, taken: ReadonlySet<string> = new Set()): FormValue {
  const {name, cachePolicies, originRequestPolicies} = config;
  const keys = [cachePolicies, originRequestPolicies].flatMap(section => Object.keys(section ?? {}));
  const isTaken = keys.some(key => taken.has(`${String(name)}-${key}`));
  return isTaken ? {...config, name: id.toLowerCase()} : config;
}

/** Only where the files lie and which distribution shows them: whoever manages the distribution goes on to do so. */
export function minimalConfig(input: Pick<AdoptInput, 'id' | 'live' | 'region'>): Config {
  const bucket = bucketOf(input);
  return {...(bucket === undefined ? {} : {bucket}), distribution: {id: input.id}};
}

function bucketOf({live, region}: Pick<AdoptInput, 'live' | 'region'>): Config['bucket'] {
  const found = siteBucket(live);
  if (found === undefined) return undefined;
  const place = found.region ?? region;
  return {
    name: found.name,
    ...(place === undefined ? {} : {region: place}),
    ...(found.prefix === '' ? {} : {prefix: found.prefix}),
  };
}

type Behaviors = {readonly defaultCacheBehavior?: FormValue; readonly cacheBehaviors?: readonly FormValue[]};
const distributionOf = (config: FormValue): FormValue => (config['distribution'] ?? {}) as FormValue;

function behaviorsOf(config: FormValue): readonly FormValue[] {
  const {defaultCacheBehavior, cacheBehaviors = []} = distributionOf(config) as Behaviors;
  return [...(defaultCacheBehavior === undefined ? [] : [defaultCacheBehavior]), ...cacheBehaviors];
}

function withPolicies(
  config: FormValue,
  managed: readonly Named[],
): {readonly config: FormValue; readonly notes: readonly string[]} {
  const distribution = distributionOf(config);
  const {defaultCacheBehavior, cacheBehaviors} = distribution as Behaviors;
  const {cachePolicies, originRequestPolicies, notes, ...behaviors} = migratedBehaviors(
    defaultCacheBehavior ?? {},
    cacheBehaviors ?? [],
    managed,
  );
  const section = (name: string, policies: Readonly<Record<string, FormValue>>): FormValue =>
    Object.keys(policies).length === 0 ? {} : {[name]: policies};
  return {
    config: {
      ...config,
      distribution: {
        ...distribution,
        ...(defaultCacheBehavior === undefined ? {} : {defaultCacheBehavior: behaviors.defaultCacheBehavior}),
        ...(cacheBehaviors === undefined ? {} : {cacheBehaviors: behaviors.cacheBehaviors}),
      },
      ...section('cachePolicies', cachePolicies),
      ...section('originRequestPolicies', originRequestPolicies),
    },
    notes,
  };
}

const named = ['cachePolicyId', 'originRequestPolicyId', 'responseHeadersPolicyId', 'originAccessControlId'];

/** Names of what the config refers to by id, and what a reader could not guess. */
function commentsOn(config: FormValue, names: ReadonlyMap<string, string>): readonly Comment[] {
  const found: Comment[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) value.forEach((item, at) => visit(item, [...path, at]));
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
    } else if (typeof value === 'string' && names.has(value) && isReference(path)) {
      found.push({path, text: names.get(value) ?? ''});
    }
  };
  const distribution = distributionOf(config);
  visit(distribution, ['distribution']);
  if (Object.values((distribution['raw'] ?? {}) as FormValue).includes(null)) {
    found.push({
      path: ['distribution', 'raw'],
      text: 'Not set; named, so that a plan shows when somebody sets them.',
    });
  }
  return found;
}

const isReference = (path: Path): boolean => named.includes(String(path.at(-1)));
