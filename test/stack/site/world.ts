import {CreateHostedZoneCommand} from '@aws-sdk/client-route-53';
import type {Config} from '../../../src/config/types.js';
import {expandPresets} from '../../../src/config/presets/index.js';
import type {Aws} from '../../../src/aws/index.js';
import {
  applySiteStack,
  prepareSiteStack,
  type AppliedSite,
  type PreparedSite,
  type SiteSettings,
} from '../../../src/stack/index.js';
import {finish, openWorld, type World} from '../../deploy/world.js';

export const settingsOf = (config: Config): SiteSettings => ({
  name: config.name ?? 'shop',
  config: expandPresets(config),
  code: new Map(),
});

export async function openStackWorld(zone?: string): Promise<World> {
  const world = await openWorld();
  if (zone !== undefined) {
    const route53 = await world.aws.route53();
    await route53.send(new CreateHostedZoneCommand({Name: zone, CallerReference: zone}));
  }
  return world;
}

export const planOf = (aws: Aws, config: Config, force = false): Promise<PreparedSite> =>
  prepareSiteStack({aws, settings: settingsOf(config), force});

export async function apply(aws: Aws, config: Config, force = false): Promise<AppliedSite> {
  const settings = settingsOf(config);
  const prepared = await prepareSiteStack({aws, settings, force});
  const {result} = await finish(
    applySiteStack({aws, settings, prepared, wait: true, force, timeoutMs: 20_000}),
  );
  return result;
}

/** What of the plan would change something, in short. */
export const actions = ({changes}: PreparedSite): readonly string[] =>
  changes.filter(({action}) => action !== 'none').map(({action, resource}) => `${action} ${resource}`);
