import {cloudfrontArn, bucketArn, objectsArn} from './arns.js';
import {objectKeyPermissions} from './keys.js';
import type {Condition, Permission, PermissionSubject} from './types.js';

/** Only listings of the site's own folder, where it has one. */
const withinPrefix = (prefix: string): Condition | undefined =>
  prefix === '' ? undefined : {StringLike: {'s3:prefix': [`${prefix}/*`]}};

export const below = (prefix: string, pattern: string): string =>
  prefix === '' ? pattern : `${prefix}/${pattern}`;

/** Finding and reading distributions. `why`: of reading one. */
export function readDistributions(
  subject: PermissionSubject,
  ids: readonly string[],
  why: string,
): readonly Permission[] {
  const byName: readonly Permission[] = [
    {action: 'cloudfront:ListDistributions', resource: '*', why: 'to find the distribution of the site'},
    {
      action: 'cloudfront:ListTagsForResource',
      resource: cloudfrontArn(subject, 'distribution'),
      why: 'to know it by its tag frontctl:site',
    },
  ];
  const reads = ids.map(id => ({
    action: 'cloudfront:GetDistribution',
    resource: cloudfrontArn(subject, 'distribution', id),
    why,
  }));
  return subject.distributions === 'by name' ? [...byName, ...reads] : reads;
}

/** Ids, or the pattern of all ids where they are not known. */
export const idsOf = ({distributions}: PermissionSubject): readonly string[] =>
  distributions === 'by name' ? ['*'] : distributions;

function invalidations(subject: PermissionSubject): readonly Permission[] {
  const calls = [
    ['cloudfront:CreateInvalidation', 'to have changed files fetched afresh'],
    ['cloudfront:GetInvalidation', 'to wait until the edge has dropped them'],
    ['cloudfront:ListInvalidations', "to tell the price: how many of the month's free paths are used"],
  ] as const;
  return idsOf(subject).flatMap(id =>
    calls.map(([action, why]) => ({action, resource: cloudfrontArn(subject, 'distribution', id), why})),
  );
}

/** Those of AWS stand in no account. */
const cachePolicies = ({partition}: PermissionSubject): Permission => ({
  action: 'cloudfront:GetCachePolicy',
  resource: cloudfrontArn({partition, account: undefined}, 'cache-policy'),
  why: 'whether a query string is part of the cache key',
});

/** What `frontctl deploy` asks for. */
export function deployPermissions(subject: PermissionSubject): readonly Permission[] {
  const {buckets, prefix, prune} = subject;
  const condition = withinPrefix(prefix);
  const objects = [
    ['s3:GetObject', 'to read the manifest and the lock, and headers of what is live'],
    ['s3:PutObject', 'to upload files, the manifest and the lock'],
    ...(prune
      ? ([['s3:DeleteObject', 'to delete what left the build, and to give the lock back']] as const)
      : []),
    ['s3:AbortMultipartUpload', 'to drop parts of large files that came to no end'],
  ] as const;
  const ids = idsOf(subject);
  const hides = [
    ['s3:GetBucketPolicy', 'whether the bucket policy keeps .frontctl/ from viewers'],
    // `apply`, which makes what is found by name, has done so before.
    ...(subject.distributions === 'by name'
      ? []
      : ([['s3:PutBucketPolicy', 'to make it do so, by the first deploy']] as const)),
  ] as const;
  return [
    ...buckets.flatMap((bucket): readonly Permission[] => [
      {action: 's3:ListBucket', resource: bucketArn(subject, bucket), condition, why: 'to see what is live'},
      {
        action: 's3:ListBucketMultipartUploads',
        resource: bucketArn(subject, bucket),
        why: 'to find parts of large files that a killed deploy left behind',
      },
      ...objects.map(([action, why]) => ({
        action,
        resource: objectsArn(subject, bucket, below(prefix, '*')),
        why,
      })),
      ...(ids.length === 0
        ? []
        : hides.map(([action, why]) => ({action, resource: bucketArn(subject, bucket), why}))),
    ]),
    ...objectKeyPermissions(subject, buckets),
    ...readDistributions(subject, ids, 'to know its cache behaviors and its address'),
    ...(ids.length === 0 ? [] : [cachePolicies(subject)]),
    ...invalidations(subject),
  ];
}

/** What `frontctl invalidate` asks for, with --dry-run and the flags that plan. */
export function invalidatePermissions(subject: PermissionSubject): readonly Permission[] {
  const {buckets, prefix} = subject;
  const [main] = buckets;
  const manifest = below(prefix, '.frontctl/manifest.json');
  const live: readonly Permission[] =
    main === undefined
      ? []
      : [
          {
            action: 's3:GetObject',
            resource: objectsArn(subject, main, manifest),
            why: 'to plan over what is live (--strategy, --budget, --dry-run)',
          },
          {
            action: 's3:ListBucket',
            resource: bucketArn(subject, main),
            condition: withinPrefix(prefix),
            why: 'to plan over what others put there, too',
          },
          ...objectKeyPermissions(subject, [main]).filter(({action}) => action === 'kms:Decrypt'),
        ];
  const ids = idsOf(subject);
  return [
    ...invalidations(subject),
    ...readDistributions(subject, ids, 'to know under which paths its pages are cached'),
    ...(ids.length === 0 ? [] : [cachePolicies(subject)]),
    ...live,
  ];
}
