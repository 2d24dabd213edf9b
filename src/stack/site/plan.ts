import {createHash} from 'node:crypto';
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {bucketDiff, desiredBucket} from '../../bucket/index.js';
import {diff, type FieldChange} from '../../diff/index.js';
import {
  canonical,
  complete,
  maskedAt,
  namedDiff,
  namedFields,
  reference,
  resolved,
  siteTag,
  wholeConfig,
  configDiff,
} from '../../distribution/index.js';
import type {Certificate} from '../../certificate/index.js';
import type {Change} from '../change.js';
import {bucketName} from '../names.js';
import {planAccess} from './access.js';
import {planDns, type DnsPlans} from './dns.js';
import {impactOf} from './impact.js';
import type {LiveSite} from './live.js';
import {
  buildContext,
  certificateNames,
  isWhole,
  managedFields,
  mark,
  tagsOf,
  wantedBuckets,
  wantedFunctions,
  wantedNamed,
  type SiteSettings,
} from './settings.js';
import type {Step} from './steps.js';

export interface SitePlan {
  /** Those that change something, in the order of their phases. */
  readonly steps: readonly Step[];
  /** Every resource of the site, also those that stay as they are. */
  readonly changes: readonly Change[];
}

const unchanged = (resource: string): Change => ({
  resource,
  action: 'none',
  reason: 'as it should be',
  diff: [],
});

const fieldCount = (fields: readonly FieldChange[]): string =>
  fields.length === 1 ? '1 field differs' : `${fields.length} fields differ`;

/** The same with values of custom headers hidden: nothing that is shown or saved has them. */
const masked = (fields: readonly FieldChange[]): readonly FieldChange[] =>
  fields.map(({path, before, after}) => ({
    path,
    before: before === undefined ? undefined : maskedAt(path, before),
    after: after === undefined ? undefined : maskedAt(path, after),
  }));

/** A change of something that is there or is to be made; `none` where no field differs. */
function changeOf(resource: string, exists: boolean, fields: readonly FieldChange[]): Change {
  if (!exists) return {resource, action: 'create', reason: 'not there yet', diff: masked(fields)};
  if (fields.length === 0) return unchanged(resource);
  const impact = impactOf(fields);
  return {
    resource,
    action: 'update',
    reason: fieldCount(fields),
    ...(impact === undefined ? {} : {impact}),
    diff: masked(fields),
  };
}

/** What it takes to make what is there into what the config says. Pure: DNS was read and planned before (`dns`). */
export function planSiteStack(settings: SiteSettings, live: LiveSite, dns: DnsPlans): SitePlan {
  const all: readonly Step[] = [
    ...planBuckets(settings, live),
    ...planNamed(settings, live),
    ...planFunctions(settings, live),
    ...planCertificate(settings, live),
    ...planDistribution(settings, live),
    ...planTags(settings, live),
    ...planAccess(settings, live),
    ...planDns(dns),
    ...planLeftovers(settings, live),
    ...planOldCertificate(settings, live),
  ];
  return {
    steps: all.filter(({change}) => change.action !== 'none'),
    changes: all.map(({change}) => change),
  };
}

export function regionsOf(live: LiveSite): ReadonlyMap<string, string> {
  return new Map(
    [...live.buckets].flatMap(([name, {region}]) => (region === undefined ? [] : [[name, region]])),
  );
}

function planBuckets(settings: SiteSettings, live: LiveSite): readonly Step[] {
  const {name, config} = settings;
  return wantedBuckets(settings).map(({name: bucket, region, isMain}) => {
    const found = live.buckets.get(bucket);
    const wish = desiredBucket(isMain ? (config.bucket ?? {}) : replicaOf(config.bucket ?? {}), {
      name,
      tags: config.tags,
    });
    // A bucket that somebody else made keeps to be theirs: `destroy` knows frontctl's own by the tag.
    const isOurs =
      found === undefined || found.settings.tags?.[siteTag] === name || bucket === bucketName(name);
    const {[siteTag]: _own, ...foreign} = wish.tags ?? {};
    const wanted = isOurs ? wish : {...wish, tags: foreign};
    return {
      type: 'bucket',
      phase: 'prepare',
      bucket,
      region: region ?? found?.region ?? live.region,
      settings: wanted,
      exists: found !== undefined,
      change: changeOf(`bucket ${bucket}`, found !== undefined, bucketDiff(found, wanted)),
    };
  });
}

/** Replication needs versions on both sides. */
const replicaOf = <C extends object>(config: C): C => ({...config, versioning: true});

function planNamed(settings: SiteSettings, live: LiveSite): readonly Step[] {
  return wantedNamed(settings).map(({kind, name, config}) => {
    const found = live.named.find(each => each.kind === kind && each.name === name);
    return {
      type: 'named',
      phase: 'prepare',
      kind,
      name,
      config,
      id: found?.id,
      change: changeOf(`${kind} ${name}`, found !== undefined, namedDiff(kind, found?.config, config)),
    };
  });
}

function planFunctions(settings: SiteSettings, live: LiveSite): readonly Step[] {
  return wantedFunctions(settings).map(wanted => {
    const found = live.functions.find(({name}) => name === wanted.name);
    const fields = ({
      code,
      runtime,
      comment,
    }: {
      code?: string | undefined;
      runtime: string;
      comment: string;
    }) => ({
      code: code === undefined ? undefined : codeText(code),
      runtime,
      comment,
    });
    return {
      type: 'function',
      phase: 'prepare',
      wanted,
      change: changeOf(
        `function ${wanted.name}`,
        found !== undefined,
        diff(found === undefined ? {} : fields(found), fields(wanted)),
      ),
    };
  });
}

/** Code in a plan: how much, and a print of it. */
const codeText = (code: string): string =>
  `${Buffer.byteLength(code).toLocaleString('en-US')} bytes, sha256 ${createHash('sha256').update(code).digest('hex').slice(0, 12)}`;

const wishOf = ({names, keyAlgorithm}: Certificate) => ({names, keyAlgorithm});

/** The site's own certificate that the distribution lets go of. */
function planOldCertificate(settings: SiteSettings, live: LiveSite): readonly Step[] {
  const arn = live.presented?.arn;
  const next = desiredDistribution(settings, live).ViewerCertificate?.ACMCertificateArn;
  if (arn === undefined || arn === next) return [];
  const change: Change = {
    resource: `certificate ${arn}`,
    action: 'delete',
    reason: 'the distribution no longer presents it',
    diff: [],
  };
  return [{type: 'drop', phase: 'clean-up', what: {kind: 'certificate', arn}, change}];
}

function planCertificate(settings: SiteSettings, live: LiveSite): readonly Step[] {
  const names = certificateNames(settings);
  if (names === undefined) return [];
  const {keyAlgorithm} = settings.config.certificate ?? {};
  const choice = live.certificate;
  const isIssued = choice?.certificate.status === 'ISSUED';
  const change: Change =
    choice === undefined
      ? {
          resource: `certificate ${names[0] ?? ''}`,
          action: live.presented === undefined ? 'create' : 'replace',
          reason: 'none covers the names',
          diff: diff(live.presented === undefined ? {} : wishOf(live.presented), {
            names,
            keyAlgorithm: keyAlgorithm ?? 'RSA_2048',
          }),
        }
      : isIssued
        ? {resource: `certificate ${choice.certificate.arn}`, action: 'none', reason: choice.reason, diff: []}
        : {
            resource: `certificate ${choice.certificate.arn}`,
            action: 'update',
            reason: choice.reason,
            diff: [{path: 'status', before: choice.certificate.status, after: 'ISSUED'}],
          };
  return [{type: 'certificate', phase: 'certificate', names, keyAlgorithm, change}];
}

/** The distribution's config as the config file wants it, with ids in it as far as they are known. */
export function desiredDistribution(settings: SiteSettings, live: LiveSite): Partial<DistributionConfig> {
  const certificate = live.certificate?.certificate.arn ?? reference('certificate', 'new');
  const context = buildContext(settings, withDefaultRegion(settings, live), certificate);
  const config = isWhole(settings)
    ? wholeConfig(settings.config.distribution ?? {}, context)
    : namedFields(managedFields(settings), context);
  return resolved(config, live.ids);
}

function withDefaultRegion(settings: SiteSettings, live: LiveSite): ReadonlyMap<string, string> {
  const wanted = wantedBuckets(settings).map(({name, region}) => [name, region ?? live.region] as const);
  return new Map([...wanted, ...regionsOf(live)]);
}

const pick = (config: DistributionConfig, keys: readonly string[]): Partial<DistributionConfig> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => keys.includes(key)));

/** What never changes: of a distribution that is there, CloudFront takes no other. */
const fixed = 'CallerReference';

function planDistribution(settings: SiteSettings, live: LiveSite): readonly Step[] {
  const desired = desiredDistribution(settings, live);
  const {distribution: found} = live;
  if (found === undefined) {
    const {CallerReference: _reference, ...shown} = desired;
    const config = complete({...desired} as DistributionConfig);
    return [
      {
        type: 'distribution',
        phase: 'distribution',
        config,
        live: undefined,
        change: changeOf(`distribution ${settings.name}`, false, diff({}, canonical(shown))),
      },
    ];
  }
  const keys = isWhole(settings)
    ? [...new Set([...Object.keys(found.config), ...Object.keys(desired)])].filter(key => key !== fixed)
    : Object.keys(desired);
  const after = pick(desired as DistributionConfig, keys);
  const before = pick(found.config, keys);
  const fields = configDiff(before, after);
  const changed = keys.filter(
    key =>
      configDiff(pick(before as DistributionConfig, [key]), pick(after as DistributionConfig, [key])).length >
      0,
  );
  const config = complete({
    ...found.config,
    ...Object.fromEntries(changed.map(key => [key, undefined])),
    ...pick(after as DistributionConfig, changed),
  });
  const change = changeOf(`distribution ${found.id}`, true, fields);
  return [
    {
      type: 'distribution',
      phase: 'distribution',
      config,
      live: found,
      change:
        keys.length === 0 ? {...change, reason: 'only named: its settings are not managed here'} : change,
    },
  ];
}

/** Only tags of the config are looked at: others' stay. */
function planTags(settings: SiteSettings, live: LiveSite): readonly Step[] {
  if (live.distribution === undefined) return [];
  const wanted = isWhole(settings) ? tagsOf(settings) : (settings.config.tags ?? {});
  const now = Object.fromEntries(Object.entries(live.tags).filter(([key]) => key in wanted));
  const fields = diff(now, wanted);
  if (fields.length === 0) return [];
  return [
    {
      type: 'tags',
      phase: 'access',
      set: wanted,
      change: changeOf(`tags of distribution ${live.distribution.id}`, true, fields),
    },
  ];
}

/** What frontctl made for the site and the config no longer has. */
function planLeftovers(settings: SiteSettings, live: LiveSite): readonly Step[] {
  const wanted = wantedNamed(settings);
  const ending = mark(settings.name);
  // A config may name by id what it no longer defines; CloudFront would not delete it either.
  const inUse = JSON.stringify(desiredDistribution(settings, live));
  const drop = (resource: string): Change => ({
    resource,
    action: 'delete',
    reason: 'no longer in the config',
    diff: [],
  });
  const named = live.named
    .filter(({kind, id, name, config}) => {
      if (inUse.includes(`"${id}"`)) return false;
      const note =
        'Description' in config ? config.Description : 'Comment' in config ? config.Comment : undefined;
      return (
        note?.endsWith(ending) === true && !wanted.some(each => each.kind === kind && each.name === name)
      );
    })
    .map(({kind, id, name}): Step => ({
      type: 'drop',
      phase: 'clean-up',
      what: {kind, id},
      change: drop(`${kind} ${name}`),
    }));
  const functions = wantedFunctions(settings);
  const unused = live.functions
    .filter(
      ({name, arn, comment}) =>
        comment.endsWith(ending) &&
        !inUse.includes(`"${arn}"`) &&
        !functions.some(each => each.name === name),
    )
    .map(({name}): Step => ({
      type: 'drop',
      phase: 'clean-up',
      what: {kind: 'function', name},
      change: drop(`function ${name}`),
    }));
  return [...named, ...unused];
}
