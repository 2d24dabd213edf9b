import {expect, test} from 'vitest';
import type {LiveBucket} from '../../src/bucket/index.js';
import {judge, type Judged} from '../../src/stack/origin-access/index.js';

const allBlocked = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};
const arnOf = (id: string) => `arn:aws:cloudfront::000000000000:distribution/${id}`;
const policyOf = (...statements: readonly object[]) =>
  JSON.stringify({Version: '2012-10-17', Statement: statements});
const serviceReads = (arn: string, condition = 'StringEquals') => ({
  Sid: 'Cdn',
  Effect: 'Allow',
  Principal: {Service: 'cloudfront.amazonaws.com'},
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::site/*',
  Condition: {[condition]: {'aws:sourcearn': arn}},
});
const origin = {
  distributionId: 'E1',
  originId: 'o',
  bucket: 'site',
  prefix: '',
  identity: undefined,
  control: 'C1',
};

const live = (more: Partial<LiveBucket> = {}): LiveBucket => ({
  name: 'site',
  region: 'us-east-1',
  unknown: [],
  policy: policyOf(serviceReads(arnOf('E1'))),
  settings: {
    publicAccessBlock: allBlocked,
    ownership: 'BucketOwnerEnforced',
    encryption: {algorithm: 'AES256'},
  },
  ...more,
});
const ills = (more: Partial<Judged> = {}) =>
  judge({
    live: live(),
    website: false,
    keyPolicy: undefined,
    reading: [origin],
    arnOf,
    flags: ' --local',
    ...more,
  })
    .filter(({ok}) => !ok)
    .map(({check, fix}) => [check, fix]);

test('a private bucket that its distribution reads is well', () => {
  expect(ills()).toEqual([]);
  const like = live({
    policy: policyOf(serviceReads('arn:aws:cloudfront::000000000000:distribution/*', 'ArnLike')),
  });
  expect(ills({live: like})).toEqual([]);
});

test.each<[string, Partial<Judged>, readonly (readonly [string, string])[]]>([
  [
    'public',
    {
      live: live({
        settings: {publicAccessBlock: {...allBlocked, blockPublicPolicy: false}, ownership: 'ObjectWriter'},
      }),
    },
    [
      ['public-access', 'frontctl bucket create site --local'],
      ['ownership', 'frontctl bucket create site --local'],
    ],
  ],
  [
    'another distribution only',
    {live: live({policy: policyOf(serviceReads(arnOf('E2')))})},
    [['policy', 'frontctl bucket policy site --distribution E1 --apply --local']],
  ],
  [
    'no policy',
    {live: live({policy: undefined})},
    [['policy', 'frontctl bucket policy site --distribution E1 --apply --local']],
  ],
  [
    'unsigned',
    {reading: [{...origin, control: undefined}]},
    [['policy', 'frontctl oac attach E1 --origin o --local']],
  ],
  [
    'legacy',
    {reading: [{...origin, control: undefined, identity: 'EOAI'}]},
    [['identity', 'frontctl oac migrate E1 --local']],
  ],
  [
    'everybody',
    {
      live: live({
        policy: policyOf(serviceReads(arnOf('E1')), {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: '*',
        }),
      }),
    },
    [['public-policy', 'Take it out: visitors come through CloudFront.']],
  ],
  ['website', {website: true}, [['website', 'aws s3api delete-bucket-website --bucket site']]],
  [
    'managed key',
    {
      live: live({
        settings: {
          publicAccessBlock: allBlocked,
          ownership: 'BucketOwnerEnforced',
          encryption: {algorithm: 'aws:kms'},
        },
      }),
    },
    [['encryption', 'frontctl bucket create site --local --kms-key KEY']],
  ],
  [
    'a key that CloudFront may not use',
    {keyPolicy: {arn: 'arn:aws:kms:us-east-1:000000000000:key/k', policy: policyOf()}},
    [['encryption', 'frontctl bucket policy site --distribution E1 --apply --local']],
  ],
])('%s: what to do', (_name, given, expected) => {
  expect(ills(given)).toEqual(expected);
});
