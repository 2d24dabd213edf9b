/** What `frontctl destroy` asks for. */
import {bucketName} from '../names.js';
import {wantedBuckets} from '../site/settings.js';
import {dnsWrites} from './apply.js';
import {bucketArn, certificateArn, cloudfrontArn, objectsArn} from './arns.js';
import {idsOf} from './deploy.js';
import {
  on,
  ownFunctions,
  planPermissions,
  spellings,
  stackOf,
  usesCertificates,
  type Asked,
  type Stack,
} from './plan.js';
import type {Permission, PermissionSubject, PermittedBucket} from './types.js';

export function destroyPermissions(subject: PermissionSubject): readonly Permission[] {
  const stack = stackOf(subject);
  const {kinds, hasFunctions} = stack;
  const buckets = wantedBuckets(stack.settings);
  const ids = idsOf(subject);
  return [
    ...planPermissions(subject),
    ...dnsWrites(stack).filter(({action}) => action !== 'route53:GetChange'),
    ...ids.flatMap(id =>
      on(cloudfrontArn(subject, 'distribution', id), [
        ['cloudfront:UpdateDistribution', 'to disable it'],
        ['cloudfront:DeleteDistribution', 'to delete it'],
      ]),
    ),
    ...kinds.flatMap(kind => {
      const {one, type} = spellings[kind];
      return on(cloudfrontArn(subject, type), [
        [`cloudfront:Get${one}`, 'to delete it by its ETag'],
        [`cloudfront:Delete${one}`, `to delete each ${kind} of the config`],
      ]);
    }),
    ...(hasFunctions
      ? on(ownFunctions(stack), [['cloudfront:DeleteFunction', 'to delete the functions of the config']])
      : []),
    ...(usesCertificates(stack)
      ? on(certificateArn(subject), [
          ['acm:DeleteCertificate', 'to delete one that was requested for the site'],
        ])
      : []),
    ...buckets.flatMap(bucket => [
      ...on(bucketArn(subject, bucket), [
        ['s3:ListBucketVersions', 'to empty the bucket (--with-objects)'],
        ['s3:ListBucketMultipartUploads', 'to drop unfinished uploads'],
        ['s3:DeleteBucket', 'to delete it'],
        ...(isCertainlyOurs(stack, bucket) ? [] : policyWrites),
      ]),
      ...on(objectsArn(subject, bucket, '*'), [
        ['s3:DeleteObjectVersion', 'to empty it; an object without versions counts as one'],
        ['s3:AbortMultipartUpload', 'to drop unfinished uploads'],
      ]),
    ]),
  ];
}

/** Nobody else makes buckets of that name; one that the config names may be others', and then it stays. */
const isCertainlyOurs = ({settings}: Stack, {name}: PermittedBucket): boolean =>
  name === bucketName(settings.name);

const policyWrites: readonly Asked[] = [
  ['s3:PutBucketPolicy', 'to take its own statements from a bucket that others made, which stays'],
  ['s3:DeleteBucketPolicy', 'the same, where no other statement is left'],
];
