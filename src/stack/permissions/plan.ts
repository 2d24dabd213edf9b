/** What `frontctl plan` asks for, and what `apply` and `destroy` share with it. */
import {
  namedFields,
  referencesIn,
  wholeConfig,
  reference,
  type NamedKind,
  type Reference,
} from '../../distribution/index.js';
import {
  buildContext,
  certificateNames,
  hostsOf,
  isWhole,
  managedFields,
  namedKinds,
  wantedBuckets,
  wantedNamed,
  type SiteSettings,
} from '../site/settings.js';
import {bucketArn, certificateArn, cloudfrontArn, zoneArn, type CloudFrontType} from './arns.js';
import {idsOf, readDistributions} from './deploy.js';
import {keyPolicyPermissions} from './keys.js';
import type {Permission, PermissionSubject} from './types.js';

/** `[action, why]` */
export type Asked = readonly [action: string, why: string];

export const on = (resource: string, asked: readonly Asked[]): readonly Permission[] =>
  asked.map(([action, why]) => ({action, resource, why}));

/** How the API and its ARNs call each kind. */
export const spellings: Readonly<Record<NamedKind, {one: string; many: string; type: CloudFrontType}>> = {
  'cache policy': {one: 'CachePolicy', many: 'CachePolicies', type: 'cache-policy'},
  'origin request policy': {
    one: 'OriginRequestPolicy',
    many: 'OriginRequestPolicies',
    type: 'origin-request-policy',
  },
  'response headers policy': {
    one: 'ResponseHeadersPolicy',
    many: 'ResponseHeadersPolicies',
    type: 'response-headers-policy',
  },
  'origin access control': {
    one: 'OriginAccessControl',
    many: 'OriginAccessControls',
    type: 'origin-access-control',
  },
};

const settingReads = [
  ['s3:ListBucket', 'whether the bucket is there'],
  ['s3:GetBucketPublicAccessBlock', 'to compare its settings with the config'],
  ['s3:GetBucketOwnershipControls', 'to compare its settings with the config'],
  ['s3:GetBucketVersioning', 'to compare its settings with the config'],
  ['s3:GetEncryptionConfiguration', 'to compare its settings with the config'],
  ['s3:GetLifecycleConfiguration', 'to compare its settings with the config'],
  ['s3:GetBucketCORS', 'to compare its settings with the config'],
  ['s3:GetBucketTagging', 'to know whose the bucket is'],
  ['s3:GetBucketPolicy', 'whether CloudFront may read it'],
] as const satisfies readonly Asked[];

export interface Stack {
  readonly subject: PermissionSubject;
  readonly settings: SiteSettings;
  readonly references: readonly Reference[];
  /** Kinds that the config defines. */
  readonly kinds: readonly NamedKind[];
  readonly hasFunctions: boolean;
}

export function stackOf(subject: PermissionSubject): Stack {
  const {config} = subject;
  const settings = {name: subject.name ?? '', config, code: new Map<string, string>()};
  const context = buildContext(settings, new Map(), reference('certificate', 'new'));
  const built = isWhole(settings)
    ? wholeConfig(config.distribution ?? {}, context)
    : namedFields(managedFields(settings), context);
  return {
    subject,
    settings,
    references: referencesIn(built),
    kinds: [...new Set(wantedNamed(settings).map(({kind}) => kind))],
    hasFunctions: Object.keys(config.functions ?? {}).length > 0,
  };
}

/** Functions that the config makes, by the beginning of their names. */
export const ownFunctions = ({subject, settings}: Stack): string =>
  cloudfrontArn(subject, 'function', `${settings.name}-*`);

export const writesDns = ({settings}: Stack): boolean =>
  hostsOf(settings).length > 0 && settings.config.dns?.provider !== 'none';

export const usesCertificates = ({settings}: Stack): boolean => certificateNames(settings) !== undefined;

function distributionReads({subject, settings}: Stack): readonly Permission[] {
  const ids = idsOf(subject);
  const tags = isWhole(settings) ? [] : ids;
  return [
    ...readDistributions(subject, ids, 'to compare it with the config'),
    ...tags.flatMap(id =>
      on(cloudfrontArn(subject, 'distribution', id), [
        ['cloudfront:ListTagsForResource', 'to compare its tags with the config'],
      ]),
    ),
  ];
}

function namedReads({subject, settings, references, hasFunctions}: Stack): readonly Permission[] {
  const listed = namedKinds.filter(kind => isWhole(settings) || references.some(each => each.kind === kind));
  const groups = references.some(({kind}) => kind === 'key group');
  const others = references.filter(
    ({kind, name}) => kind === 'function' && !name.startsWith(`${settings.name}-`),
  );
  return [
    ...listed.flatMap(kind =>
      on('*', [[`cloudfront:List${spellings[kind].many}`, `to find each ${kind} by its name`]]),
    ),
    ...(groups ? on('*', [['cloudfront:ListKeyGroups', 'to find key groups by their names']]) : []),
    ...(isWhole(settings) || hasFunctions
      ? on('*', [['cloudfront:ListFunctions', 'to find the functions that frontctl made']])
      : []),
    ...others.flatMap(({name}) =>
      on(cloudfrontArn(subject, 'function', name), [
        ['cloudfront:DescribeFunction', 'to find a function that the config names'],
      ]),
    ),
  ];
}

function functionReads(stack: Stack): readonly Permission[] {
  if (!stack.hasFunctions) return [];
  return on(ownFunctions(stack), [
    ['cloudfront:DescribeFunction', 'to compare functions with the config'],
    ['cloudfront:GetFunction', 'to compare their code with the config'],
  ]);
}

function certificateReads(stack: Stack): readonly Permission[] {
  const {subject, settings} = stack;
  const presents = isWhole(settings) && hostsOf(settings).length > 0;
  return [
    ...(usesCertificates(stack)
      ? on('*', [['acm:ListCertificates', 'to find a certificate for the aliases']])
      : []),
    ...(presents || usesCertificates(stack)
      ? on(certificateArn(subject), [
          ['acm:ListTagsForCertificate', 'whether frontctl requested it for the site'],
          ['acm:DescribeCertificate', 'to know its state and its validation records'],
        ])
      : []),
  ];
}

/** Of the zone that the config names by its id. */
export const zoneId = ({config}: SiteSettings): string | undefined =>
  /^(?:\/hostedzone\/)?([A-Z0-9]{1,32})$/.exec(config.dns?.zone ?? '')?.[1];

function dnsReads(stack: Stack): readonly Permission[] {
  if (!writesDns(stack)) return [];
  const {subject, settings} = stack;
  const id = zoneId(settings);
  return [
    ...on('*', [['route53:ListHostedZones', 'to find the zones of the aliases']]),
    ...on(zoneArn(subject, id), [
      ...(id === undefined
        ? []
        : ([['route53:GetHostedZone', 'to look at the zone that the config names']] as const)),
      ['route53:ListResourceRecordSets', 'to compare the records of the aliases with the config'],
    ]),
  ];
}

export function planPermissions(subject: PermissionSubject): readonly Permission[] {
  const stack = stackOf(subject);
  const buckets = wantedBuckets(stack.settings);
  return [
    ...buckets.flatMap(bucket => on(bucketArn(subject, bucket), settingReads)),
    ...keyPolicyPermissions(subject, buckets, false),
    ...distributionReads(stack),
    ...namedReads(stack),
    ...functionReads(stack),
    ...certificateReads(stack),
    ...dnsReads(stack),
  ];
}
