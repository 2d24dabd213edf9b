/** What `frontctl apply` asks for. */
import {isWhole, wantedBuckets} from '../site/settings.js';
import {bucketArn, certificateArn, changeArn, cloudfrontArn, objectsArn, zoneArn} from './arns.js';
import {below, idsOf} from './deploy.js';
import {keyPolicyPermissions, objectKeyPermissions} from './keys.js';
import {
  on,
  ownFunctions,
  planPermissions,
  spellings,
  stackOf,
  usesCertificates,
  writesDns,
  zoneId,
  type Asked,
  type Stack,
} from './plan.js';
import type {Permission, PermissionSubject} from './types.js';

/** Settings that the config says, or that frontctl looks after in any case. */
function settingWrites({subject}: Stack): readonly Asked[] {
  const {bucket} = subject.config;
  const isSaid = (setting: 'encryption' | 'versioning' | 'lifecycle' | 'cors' | 'replicas'): boolean =>
    bucket?.[setting] !== undefined;
  return [
    ['s3:CreateBucket', 'to make the bucket'],
    ['s3:TagResource', 'to make it with its tags'],
    ['s3:PutBucketTagging', 'to change its tags'],
    ['s3:PutBucketPublicAccessBlock', 'to keep it private'],
    ['s3:PutBucketOwnershipControls', 'to turn ACLs off'],
    ...(isSaid('encryption') ? ([['s3:PutEncryptionConfiguration', 'bucket.encryption']] as const) : []),
    ...(isSaid('versioning') || isSaid('replicas')
      ? ([['s3:PutBucketVersioning', 'bucket.versioning']] as const)
      : []),
    ...(isSaid('lifecycle') ? ([['s3:PutLifecycleConfiguration', 'bucket.lifecycle']] as const) : []),
    ...(isSaid('cors') ? ([['s3:PutBucketCORS', 'bucket.cors']] as const) : []),
    ['s3:PutBucketPolicy', 'to let the distribution read it, and nobody read .frontctl/'],
  ];
}

function distributionWrites({subject, settings}: Stack): readonly Permission[] {
  const made: readonly Permission[] = isWhole(settings)
    ? [
        ...on('*', [['cloudfront:CreateDistribution', 'to make the distribution']]),
        ...on(cloudfrontArn(subject, 'distribution'), [
          ['cloudfront:TagResource', 'to make it with its tags'],
        ]),
      ]
    : [];
  const retagged = !isWhole(settings) && settings.config.tags !== undefined;
  return [
    ...made,
    ...idsOf(subject).flatMap(id =>
      on(cloudfrontArn(subject, 'distribution', id), [
        ['cloudfront:UpdateDistribution', 'to change what differs from the config'],
        ...(retagged ? ([['cloudfront:TagResource', 'to change its tags']] as const) : []),
      ]),
    ),
  ];
}

/** Making, changing and, once nothing uses them any more, deleting what the config defines. */
function namedWrites(stack: Stack): readonly Permission[] {
  const {subject, kinds, hasFunctions} = stack;
  return [
    ...kinds.flatMap(kind => {
      const {one, type} = spellings[kind];
      return [
        ...on('*', [[`cloudfront:Create${one}`, `to make each ${kind} of the config`]]),
        ...on(cloudfrontArn(subject, type), [
          [`cloudfront:Get${one}`, 'to change or delete it by its ETag'],
          [`cloudfront:Update${one}`, 'to change it'],
          [`cloudfront:Delete${one}`, 'to delete one that the config no longer has'],
        ]),
      ];
    }),
    ...(hasFunctions
      ? [
          ...on('*', [['cloudfront:CreateFunction', 'to make the functions of the config']]),
          ...on(ownFunctions(stack), [
            ['cloudfront:UpdateFunction', 'to change their code'],
            ['cloudfront:PublishFunction', 'to let their code run'],
            ['cloudfront:DeleteFunction', 'to delete one that the config no longer has'],
          ]),
        ]
      : []),
  ];
}

function certificateWrites(stack: Stack): readonly Permission[] {
  if (!usesCertificates(stack)) return [];
  return [
    ...on('*', [['acm:RequestCertificate', 'to request a certificate for the aliases']]),
    ...on(certificateArn(stack.subject), [
      ['acm:AddTagsToCertificate', 'to request it with its tags'],
      [
        'acm:DeleteCertificate',
        'to delete one that was requested for the site and that nothing uses any more',
      ],
    ]),
  ];
}

export function dnsWrites(stack: Stack): readonly Permission[] {
  if (!writesDns(stack)) return [];
  const {subject, settings} = stack;
  const id = zoneId(settings);
  return [
    ...on(zoneArn(subject, id), [
      ['route53:ChangeResourceRecordSets', 'to write the records of aliases and certificate'],
    ]),
    ...on(changeArn(subject), [['route53:GetChange', 'to wait until they are everywhere']]),
  ];
}

/** Former configs of the distribution, for `distribution undo`. */
function history({subject, settings}: Stack): readonly Permission[] {
  const [main] = wantedBuckets(settings);
  if (main === undefined) return [];
  const folder = below(subject.prefix, '.frontctl/distributions/*');
  return [
    ...on(objectsArn(subject, main, folder), [
      ['s3:PutObject', 'to keep former configs for `distribution undo`'],
      ['s3:DeleteObject', 'to drop those beyond the last 20'],
    ]),
    ...objectKeyPermissions(subject, [main]).filter(({action}) => action === 'kms:GenerateDataKey'),
  ];
}

export function applyPermissions(subject: PermissionSubject): readonly Permission[] {
  const stack = stackOf(subject);
  const buckets = wantedBuckets(stack.settings);
  return [
    ...planPermissions(subject),
    ...buckets.flatMap(bucket => on(bucketArn(subject, bucket), settingWrites(stack))),
    ...keyPolicyPermissions(subject, buckets, true),
    ...namedWrites(stack),
    ...certificateWrites(stack),
    ...distributionWrites(stack),
    ...history(stack),
    ...dnsWrites(stack),
  ];
}
