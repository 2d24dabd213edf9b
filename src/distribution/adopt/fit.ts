import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {examine} from '../../config/problems.js';
import type {Path} from '../../config/path.js';
import type {FormValue} from '../form/index.js';
import {differing} from './built.js';
import {apiName} from './settings.js';
import type {WrittenConfig} from './secrets.js';

const items: Readonly<Record<string, string>> = {origins: 'Origin', cacheBehaviors: 'CacheBehavior'};

/** One move for a member, one for its field, and once to see that all is well. */
const rounds = 4;

/**
 * The config with everything that the config's own schema refuses, or that a plan would read differently, under `raw` in
 * CloudFront's spelling: CloudFront holds values that it no longer accepts, and quotas that it raised.
 */
export function fitted(config: FormValue, live: DistributionConfig, written: WrittenConfig): FormValue {
  let fitting = config;
  for (let round = 0; round < rounds; round++) {
    const wrong = misfits(fitting, live, written.env);
    if (wrong.length === 0) return fitting;
    for (const path of wrong) fitting = moved(fitting, path, written.config);
  }
  throw new Error('The adopted config fits no schema');
}

function misfits(
  config: FormValue,
  live: DistributionConfig,
  env: Readonly<Record<string, string>>,
): readonly Path[] {
  const {value, problems} = examine(config, undefined, env);
  if (problems.length > 0) return problems.map(({path}) => path);
  const {distribution} = value as {readonly distribution: object};
  return differing(live, distribution).map(field => ['distribution', field]);
}

const fieldsOf = (value: unknown): FormValue => (value ?? {}) as FormValue;

const without = (fields: FormValue, name: string): FormValue =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

function moved(config: FormValue, path: Path, live: DistributionConfig): FormValue {
  const [section, field, at, member] = path;
  if (section !== 'distribution' || typeof field !== 'string') return without(config, String(section));
  const distribution = fieldsOf(config['distribution']);
  if (!(field in distribution) || field === 'raw') return config;
  const found = (live as unknown as FormValue)[apiName(field)];
  const structure = items[field];
  const inItem =
    structure !== undefined && typeof at === 'number' && typeof member === 'string'
      ? itemMoved(distribution[field] as readonly FormValue[], at, member, structure, found)
      : undefined;
  const inBehavior =
    field === 'defaultCacheBehavior' && typeof at === 'string'
      ? memberMoved(fieldsOf(distribution[field]), at, 'DefaultCacheBehavior', fieldsOf(found))
      : undefined;
  const better = inItem ?? inBehavior;
  if (better !== undefined) return {...config, distribution: {...distribution, [field]: better}};
  const raw = {...fieldsOf(distribution['raw']), [apiName(field)]: found ?? null};
  return {...config, distribution: {...without(distribution, field), raw}};
}

function itemMoved(
  list: readonly FormValue[],
  at: number,
  member: string,
  structure: string,
  found: unknown,
): readonly FormValue[] | undefined {
  const item = list[at];
  const live = (found as {readonly Items?: readonly FormValue[]} | undefined)?.Items?.[at];
  const better = item && live && memberMoved(item, member, structure, live);
  return better && list.with(at, better);
}

/** Undefined where only the whole field can move: the member names the item, or has moved before. */
function memberMoved(
  item: FormValue,
  member: string,
  structure: string,
  live: FormValue,
): FormValue | undefined {
  const api = apiName(member, structure);
  if (!(member in item) || !(api in live) || member === 'raw' || member === 'pathPattern') return undefined;
  return {...without(item, member), raw: {...fieldsOf(item['raw']), [api]: live[api]}};
}
