import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {namedFields, type BuildContext} from '../build.js';
import {managedId} from '../named/managed.js';
import type {NamedKind} from '../named/types.js';
import {reference, referencesIn, resolved} from '../references.js';
import {configDiff} from '../update.js';

/** An adopted config defines nothing beside the distribution. */
const context: BuildContext = {
  name: '',
  bucket: undefined,
  regions: new Map(),
  defined: () => undefined,
  accessControl: '',
  hasCacheTags: false,
  certificate: undefined,
};

/** What a plan makes of settings that name policies by id or by AWS's own names. */
export function built(settings: object): Partial<DistributionConfig> {
  const config = namedFields(settings, context);
  const ids = referencesIn(config).map(
    ({kind, name}) => [reference(kind, name), managedId(kind as NamedKind, name) ?? name] as const,
  );
  return resolved(config, new Map(ids));
}

/** Top-level fields, as a config spells them, in which the settings mean something else than `live`. */
export function differing(live: Partial<DistributionConfig>, settings: object): readonly string[] {
  const {CallerReference: _fixed, ...found} = live;
  const fields = configDiff(found, built(settings)).map(({path}) => path.split(/[.[]/)[0] ?? '');
  return [...new Set(fields)];
}
