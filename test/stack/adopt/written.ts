import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {loadConfig} from '../../../src/config/index.js';
import {managedPolicies} from '../../../src/config/managed-policies.js';
import type {Config} from '../../../src/config/types.js';
import {configText, type WrittenFormat} from '../../../src/config/write/index.js';
import {reference, type AdoptedConfig, type NamedKind} from '../../../src/distribution/index.js';
import type {Change} from '../../../src/stack/index.js';
import type {LiveSite} from '../../../src/stack/site/live.js';
import {planSiteStack} from '../../../src/stack/site/plan.js';

/** The config as a run of frontctl reads it from a file, in an environment that has what it needs. */
export async function written(
  adopted: Pick<AdoptedConfig, 'config' | 'comments' | 'env'>,
  format: WrittenFormat,
): Promise<{readonly text: string; readonly config: Config}> {
  const text = await configText(format, {...adopted, header: ['Adopted.']});
  const dir = await mkdtemp(join(tmpdir(), 'frontctl-adopt-test-'));
  try {
    const file = join(dir, `frontctl.config.${format}`);
    await writeFile(file, text);
    const {config} = await loadConfig({file, cwd: dir, env: {...adopted.env}});
    return {text, config};
  } finally {
    await rm(dir, {recursive: true, force: true});
  }
}

const kinds = {
  cachePolicies: 'cache policy',
  originRequestPolicies: 'origin request policy',
  responseHeadersPolicies: 'response headers policy',
} as const satisfies Record<keyof typeof managedPolicies, NamedKind>;

const managedIds = new Map(
  Object.entries(kinds).flatMap(([section, kind]) =>
    Object.entries(managedPolicies[section as keyof typeof kinds]).map(
      ([name, id]) => [reference(kind, name), id] as const,
    ),
  ),
);

/** What a plan of the config changes of a distribution that is answered so. */
export function changesOf(config: Config, live: DistributionConfig, id: string): readonly Change[] {
  const site: LiveSite = {
    region: 'us-east-1',
    buckets: new Map(),
    keyPolicies: new Map(),
    named: [],
    functions: [],
    ids: managedIds,
    certificate: undefined,
    presented: undefined,
    distribution: {
      id,
      arn: `arn:aws:cloudfront::123456789012:distribution/${id}`,
      domainName: 'd111111abcdef8.cloudfront.net',
      status: 'Deployed',
      etag: 'E1',
      config: live,
    },
    tags: {},
  };
  const settings = {name: config.name ?? id.toLowerCase(), config, code: new Map<string, string>()};
  const {changes} = planSiteStack(settings, site, {point: undefined, unpoint: undefined, manual: []});
  return changes.filter(({action}) => action !== 'none');
}
