import type {Path} from '../path.js';
import {expandPresets} from '../presets/index.js';
import {nameOf} from '../presets/merge.js';
import type {Config} from '../types.js';
import {checkCertificate} from './certificate.js';
import type {Finding} from './finding.js';
import {checkNames} from './names.js';
import {checkPresets} from './presets.js';
import {checkTargets} from './targets.js';

export type {Finding} from './finding.js';

/** Of a distribution; the schema counts what the file says, this what it is once presets have added theirs. */
const quotas = [
  {list: 'cacheBehaviors', most: 75, what: 'behaviors', source: '75 cache behaviors a distribution'},
  {list: 'origins', most: 100, what: 'origins', source: '100 origins a distribution'},
  {list: 'originGroups', most: 10, what: 'origin groups', source: '10 origin groups a distribution'},
] as const;

/**
 * What AWS would refuse in a config of the right shape, as far as that can be known without asking AWS: names that lead
 * nowhere, aliases without a certificate, too many of something. Presets are expanded first; the paths are those of the
 * config as given, or lead to its `preset`.
 */
export function checkConfig(config: Config): readonly Finding[] {
  const conflicts = checkPresets(config);
  if (conflicts.length > 0) return conflicts;
  const expanded = expandPresets(config);
  return [
    ...checkTargets(expanded),
    ...checkNames(expanded),
    ...checkCertificate(expanded),
    ...(expanded === config ? [] : checkQuotas(expanded)),
  ].map(finding => ({...finding, path: asWritten(finding.path, config, expanded)}));
}

function checkQuotas({distribution}: Config): readonly Finding[] {
  return quotas.flatMap(({list, most, what, source}): readonly Finding[] => {
    const count = distribution?.[list]?.length ?? 0;
    if (count <= most) return [];
    const clause = `has ${count} ${what} with those of the presets, but at most ${most} are allowed (CloudFront quota: ${source})`;
    return [{path: ['distribution', list], clause}];
  });
}

const keys: Readonly<Record<string, string>> = {
  origins: 'id',
  originGroups: 'id',
  cacheBehaviors: 'pathPattern',
};

/** Where the config itself has what stands at `path` once presets are expanded. */
function asWritten(path: Path, config: Config, expanded: Config): Path {
  if (expanded === config) return path;
  const [section, list, index, ...rest] = path;
  if (section !== 'distribution' || typeof list !== 'string' || typeof index !== 'number') return path;
  const key = keys[list];
  if (key === undefined) return path;
  const name = nameOf(itemsOf(expanded, list)[index], key);
  const at = itemsOf(config, list).findIndex(item => nameOf(item, key) === name);
  return at < 0 ? ['preset'] : [section, list, at, ...rest];
}

function itemsOf({distribution = {}}: Config, list: string): readonly unknown[] {
  const found = Object.entries(distribution).find(([key]) => key === list)?.[1];
  return Array.isArray(found) ? found : [];
}
