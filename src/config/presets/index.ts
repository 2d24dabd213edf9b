import type {ApiPreset, Config, FailoverPreset, OriginSettings, Preset, PresetSetting} from '../types.js';
import {api} from './api.js';
import {failover, failoverId} from './failover.js';
import {mergeFragments} from './merge.js';
import {spa} from './spa.js';
import {staticSite} from './static-site.js';
import type {Fragment, Surroundings} from './types.js';
import {video} from './video.js';

/** Id that presets give the origin of the config's bucket. */
export const siteOriginId = 'site';

/** Presets in which later ones lean on earlier ones, whatever their order in the config. */
const order = ['failover', 'video', 'static-site', 'spa', 'api'] as const;

/** The presets of a config, each with its settings. */
export function presetsOf({preset}: Config): readonly Preset[] {
  const given: readonly PresetSetting[] =
    preset === undefined
      ? []
      : Array.isArray(preset)
        ? (preset as readonly PresetSetting[])
        : [preset as PresetSetting];
  return given.map(each => (typeof each === 'string' ? {use: each} : each));
}

/**
 * What a user without presets would have written: the presets' parts, and over them the config's own. Objects merge;
 * origins and origin groups by `id`, behaviors by `pathPattern`, error responses by `errorCode`; other lists replace. The
 * config's own behaviors stand before those that presets add. A config without presets comes back as it is.
 */
export function expandPresets(config: Config): Config {
  const presets = presetsOf(config);
  if (presets.length === 0) return config;
  const own = withSiteOrigin(withoutPresets(config), presets);
  const around = surroundings(own, presets);
  const sorted = [...presets].sort((a, b) => order.indexOf(a.use) - order.indexOf(b.use));
  const apis = presets.filter(isApi);
  const fragments = sorted.map(each => fragmentOf(each, around, own, apis));
  const merged = [siteFragment(own, presets, around), ...fragments, own].reduce<unknown>(
    (base, over) => mergeFragments(base, over),
    {},
  );
  return merged as Config;
}

function withoutPresets(config: Config): Config {
  const own = {...config};
  delete own.preset;
  return own;
}

function fragmentOf(
  preset: Preset,
  around: Surroundings,
  config: Config,
  apis: readonly ApiPreset[],
): Fragment {
  switch (preset.use) {
    case 'static-site':
      return staticSite(preset, around);
    case 'spa':
      return spa(preset, around);
    case 'video':
      return video(preset, around);
    case 'failover':
      return failover(preset, around, config);
    case 'api':
      return api(preset, around, apis.length === 1 ? 'api' : `api-${apis.indexOf(preset) + 1}`);
  }
}

const isApi = (preset: Preset): preset is ApiPreset => preset.use === 'api';
const isFailover = (preset: Preset): preset is FailoverPreset => preset.use === 'failover';

/** The user's own origin of the config's bucket is the site's; without an id it gets the one that presets use. */
function withSiteOrigin(config: Config, presets: readonly Preset[]): Config {
  const origins = config.distribution?.origins;
  const bare = origins?.find(({bucket, id, raw}) => bucket === true && (id ?? raw?.Id) === undefined);
  if (origins === undefined || bare === undefined || !needsBucket(config, presets)) return config;
  return {
    ...config,
    distribution: {
      ...config.distribution,
      origins: origins.map(origin => (origin === bare ? {...origin, id: siteOriginId} : origin)),
    },
  };
}

function surroundings(config: Config, presets: readonly Preset[]): Surroundings {
  const swap = presets.find(isFailover);
  const ownTarget = config.distribution?.defaultCacheBehavior?.targetOriginId;
  const siteOrigin = bucketOrigin(config)?.id ?? siteOriginId;
  const siteTarget = ownTarget ?? (swap === undefined ? siteOrigin : failoverId);
  const target = config.distribution?.origins?.find(({id}) => id === siteTarget);
  return {
    hasSite: hasSite(config, presets),
    hasPages: presets.some(({use}) => use === 'static-site' || use === 'spa'),
    siteOrigin,
    siteTarget,
    isBucket: target === undefined ? swap?.primary === undefined : target.bucket !== undefined,
    hasApi: presets.some(isApi),
  };
}

const bucketOrigin = (config: Config): OriginSettings | undefined =>
  config.distribution?.origins?.find(({bucket}) => bucket === true);

function hasSite(config: Config, presets: readonly Preset[]): boolean {
  return (
    presets.some(preset => !isApi(preset)) ||
    config.bucket !== undefined ||
    config.site !== undefined ||
    config.distribution?.defaultCacheBehavior?.targetOriginId !== undefined
  );
}

/** Whether paths that nothing else answers go to the config's bucket. */
function needsBucket(config: Config, presets: readonly Preset[]): boolean {
  return (
    hasSite(config, presets) &&
    config.distribution?.defaultCacheBehavior?.targetOriginId === undefined &&
    presets.find(isFailover)?.primary === undefined
  );
}

/** The bucket behind the site, unless the config sends its paths elsewhere. */
function siteFragment(
  config: Config,
  presets: readonly Preset[],
  {siteOrigin, siteTarget}: Surroundings,
): Fragment {
  if (!needsBucket(config, presets)) return {};
  return {
    distribution: {
      origins: [{id: siteOrigin, bucket: true}],
      defaultCacheBehavior: {targetOriginId: siteTarget},
    },
  };
}
