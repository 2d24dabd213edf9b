/** `distribution adopt`: a config for a distribution that somebody else made. Nothing at AWS is changed. */
import type {Aws} from '../../aws/index.js';
import type {Config} from '../../config/types.js';
import {
  adoptedConfig,
  minimalConfig,
  type AdoptedConfig,
  type Distribution,
} from '../../distribution/index.js';
import {adoptedDns} from './dns.js';
import {bucketRegion, listPolicies, namesInUse, tagsOf} from './read.js';

export interface AdoptOptions {
  /** Only bucket and id: the distribution stays with whoever manages it now. */
  readonly minimal: boolean;
  /** Legacy cache settings become policies. */
  readonly policies: boolean;
}

/** Reads what the distribution refers to, and makes the config. */
export async function adopt(aws: Aws, live: Distribution, options: AdoptOptions): Promise<AdoptedConfig> {
  const {id, config} = live;
  const region = await bucketRegion(aws, live);
  if (options.minimal) return bare(minimalConfig({id, live: config, region}));
  const [tags, names, {dns, note}, policies] = await Promise.all([
    tagsOf(aws, live),
    namesInUse(aws, live),
    adoptedDns(aws, live),
    options.policies ? listPolicies(aws) : undefined,
  ]);
  const adopted = adoptedConfig({id, live: config, tags, names, region, dns, ...policies});
  return note === undefined ? adopted : {...adopted, notes: [...adopted.notes, note]};
}

const bare = (config: Config): AdoptedConfig => ({
  config,
  comments: [],
  notes: [],
  secrets: [],
  env: {},
  legacyBehaviors: 0,
});
