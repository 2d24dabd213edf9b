import type {Config, OriginSettings} from '../types.js';
import type {Finding} from './finding.js';

const quote = (text: string): string => JSON.stringify(text);
const shortList = (names: Iterable<string>): string => [...names].join(', ') || 'none';

/** Id of an origin as it will be at AWS; undefined where it needs the name of a bucket that the config does not say. */
function originId(origin: OriginSettings, config: Config): string | undefined {
  const {raw, id, bucket, domainName} = origin;
  const given = raw?.Id ?? id;
  if (given !== undefined) return given;
  if (bucket === undefined) return raw?.DomainName ?? domainName;
  const name = bucket === true ? config.bucket?.name : bucket;
  return name === undefined ? undefined : `s3-${name}`;
}

interface Targets {
  readonly origins: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** Whether there may be others: of a live distribution, or after a bucket whose name is not known yet. */
  readonly areAllKnown: boolean;
}

function targets(config: Config): Targets {
  const {distribution = {}, bucket} = config;
  const {id, origins, originGroups, raw = {}} = distribution;
  const bucketId = bucket?.name === undefined ? undefined : `s3-${bucket.name}`;
  const own = origins?.map(origin => originId(origin, config)) ?? (id === undefined ? [bucketId] : []);
  const ids = raw.Origins === undefined ? own : (raw.Origins.Items ?? []).map(({Id}) => Id);
  const groups =
    raw.OriginGroups === undefined
      ? (originGroups ?? []).map(group => group.id)
      : (raw.OriginGroups.Items ?? []).map(({Id}) => Id);
  const known = (list: readonly (string | undefined)[]): ReadonlySet<string> =>
    new Set(list.filter(name => name !== undefined));
  const isLive =
    id !== undefined &&
    ((origins ?? raw.Origins) === undefined || (originGroups ?? raw.OriginGroups) === undefined);
  return {
    origins: known(ids),
    groups: known(groups),
    areAllKnown: !isLive && ids.every(name => name !== undefined),
  };
}

/** Behaviors and origin groups name origins that exist, and no two origins have one name. */
export function checkTargets(config: Config): readonly Finding[] {
  const known = targets(config);
  return [
    ...namelessOrigins(config),
    ...repeatedOrigins(config, known),
    ...missingTargets(config, known),
    ...missingMembers(config, known),
  ];
}

/** Beside a preset an origin may leave out what the preset says. */
function namelessOrigins({distribution: {origins = []} = {}}: Config): readonly Finding[] {
  return origins.flatMap(({bucket, domainName, raw}, i): readonly Finding[] =>
    bucket === undefined && domainName === undefined && raw?.DomainName === undefined
      ? [
          {
            path: ['distribution', 'origins', i],
            clause: 'has neither bucket nor domainName, of which one must name the origin',
          },
        ]
      : [],
  );
}

function repeatedOrigins(config: Config, {origins}: Targets): readonly Finding[] {
  const {distribution: {origins: list = [], originGroups = []} = {}} = config;
  const seen = new Set<string>();
  const repeated = list.flatMap((origin, i): readonly Finding[] => {
    const id = originId(origin, config);
    if (id === undefined) return [];
    const isRepeated = seen.has(id);
    seen.add(id);
    if (!isRepeated) return [];
    const clause = `repeats the origin id ${id}; every origin of a distribution has its own (CloudFront API, "Origin")`;
    return [{path: ['distribution', 'origins', i], clause}];
  });
  const shared = originGroups.flatMap((group, i): readonly Finding[] =>
    origins.has(group.id ?? '')
      ? [
          {
            path: ['distribution', 'originGroups', i, 'id'],
            clause: `is ${quote(group.id ?? '')}, which is the id of an origin too; behaviors could not tell them apart`,
          },
        ]
      : [],
  );
  return [...repeated, ...shared];
}

function missingTargets(config: Config, {origins, groups, areAllKnown}: Targets): readonly Finding[] {
  if (!areAllKnown) return [];
  const {distribution: {defaultCacheBehavior, cacheBehaviors = []} = {}} = config;
  const behaviors = [
    {behavior: defaultCacheBehavior, at: ['distribution', 'defaultCacheBehavior']},
    ...cacheBehaviors.map((behavior, i) => ({behavior, at: ['distribution', 'cacheBehaviors', i]})),
  ];
  return behaviors.flatMap(({behavior, at}): readonly Finding[] => {
    const target = behavior?.raw?.TargetOriginId ?? behavior?.targetOriginId;
    if (target === undefined || origins.has(target) || groups.has(target)) return [];
    const inGroups = groups.size === 0 ? '' : `; origin groups: ${shortList(groups)}`;
    return [
      {
        path: [...at, 'targetOriginId'],
        clause: `is ${quote(target)}, but the distribution has no such origin or origin group (origins: ${shortList(origins)}${inGroups})`,
      },
    ];
  });
}

function missingMembers(config: Config, {origins, areAllKnown}: Targets): readonly Finding[] {
  const {distribution: {originGroups = []} = {}} = config;
  return originGroups.flatMap(({members}, i): readonly Finding[] => {
    const ids = (Array.isArray(members) ? members : []).map(
      member => (member as {originId?: string}).originId ?? '',
    );
    const path = ['distribution', 'originGroups', i, 'members'];
    const missing = areAllKnown
      ? ids.flatMap((id, at): readonly Finding[] =>
          origins.has(id)
            ? []
            : [
                {
                  path: [...path, at, 'originId'],
                  clause: `is ${quote(id)}, but the distribution has no such origin (origins: ${shortList(origins)})`,
                },
              ],
        )
      : [];
    const same: readonly Finding[] =
      ids[0] !== undefined && ids[0] === ids[1]
        ? [{path, clause: `names ${quote(ids[0])} twice; the second origin must be another one`}]
        : [];
    return [...missing, ...same];
  });
}
