import {describe, expect, it} from 'vitest';
import {identityPolicy} from '../../../src/local/iam/policy.js';
import type {Config} from '../../../src/config/types.js';
import {
  parseTrust,
  partitionOf,
  permissionJobs,
  permissionsFor,
  policyDocument,
  trustPolicy,
  type PermissionSubject,
} from '../../../src/stack/permissions/index.js';
import {ofAction} from './service-authorization.js';
import {full, subjectOf} from './world.js';

const key = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const plain: Config = {name: 'shop'};
const subjects: readonly (readonly [string, PermissionSubject])[] = [
  ['nothing but a name', subjectOf(plain)],
  ['everything', subjectOf(full(key))],
  ['ids', subjectOf({...full('alias/site'), dns: {zone: 'Z0123456789'}}, {distributions: ['E1', 'E2']})],
  ['no distribution', subjectOf(plain, {distributions: []})],
  ['China', subjectOf(full('alias/site'), {partition: 'aws-cn', account: '123456789012'})],
  [
    'an access point',
    subjectOf(plain, {
      buckets: [{name: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/site', region: undefined}],
    }),
  ],
];
const cases = permissionJobs.flatMap(job => subjects.map(([what, subject]) => [job, what, subject] as const));

describe('permissionsFor', () => {
  it.each(cases)(
    'of %s with %s are actions of IAM on resources that they can be allowed on',
    (job, _what, subject) => {
      for (const {action, resource} of permissionsFor(job, subject)) {
        const types = ofAction[action];
        expect(types, action).toBeDefined();
        const isFitting = types?.length === 0 ? resource === '*' : types?.some(type => type.test(resource));
        expect(isFitting, `${action} on ${resource}`).toBe(true);
      }
    },
  );

  it.each(cases)('of %s with %s make a policy that IAM takes', (job, _what, subject) => {
    const permissions = permissionsFor(job, subject);
    const document = JSON.stringify(policyDocument(permissions));
    const policy = identityPolicy(document);
    for (const {action, resource, condition} of permissions) {
      if (condition === undefined)
        expect(policy.allows(action, resource), `${action} on ${resource}`).toBe(true);
    }
    expect(policy.allows('s3:PutBucketAcl', 'arn:aws:s3:::other')).toBe(false);
  });

  it('names everything as exactly as the config does', () => {
    const {policy} = {
      policy: policyDocument(
        permissionsFor(
          'deploy',
          subjectOf(
            {bucket: {name: 'coffee', encryption: {algorithm: 'aws:kms', kmsKeyId: key}}},
            {
              account: '123456789012',
              buckets: [{name: 'coffee', region: 'eu-central-1'}],
              prefix: 'www',
              distributions: ['E2QWRUHAPOMQZL'],
            },
          ),
        ),
      ),
    };
    expect(policy).toMatchInlineSnapshot(`
      {
        "Statement": [
          {
            "Action": [
              "s3:ListBucket",
            ],
            "Condition": {
              "StringLike": {
                "s3:prefix": [
                  "www/*",
                ],
              },
            },
            "Effect": "Allow",
            "Resource": [
              "arn:aws:s3:::coffee",
            ],
            "Sid": "S3Buckets",
          },
          {
            "Action": [
              "s3:GetBucketPolicy",
              "s3:ListBucketMultipartUploads",
              "s3:PutBucketPolicy",
            ],
            "Effect": "Allow",
            "Resource": [
              "arn:aws:s3:::coffee",
            ],
            "Sid": "S3Buckets2",
          },
          {
            "Action": [
              "s3:AbortMultipartUpload",
              "s3:DeleteObject",
              "s3:GetObject",
              "s3:PutObject",
            ],
            "Effect": "Allow",
            "Resource": [
              "arn:aws:s3:::coffee/www/*",
            ],
            "Sid": "S3Objects",
          },
          {
            "Action": [
              "kms:Decrypt",
              "kms:GenerateDataKey",
            ],
            "Condition": {
              "StringLike": {
                "kms:ViaService": "s3.eu-central-1.amazonaws.com",
              },
            },
            "Effect": "Allow",
            "Resource": [
              "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            ],
            "Sid": "Keys",
          },
          {
            "Action": [
              "cloudfront:CreateInvalidation",
              "cloudfront:GetDistribution",
              "cloudfront:GetInvalidation",
              "cloudfront:ListInvalidations",
            ],
            "Effect": "Allow",
            "Resource": [
              "arn:aws:cloudfront::123456789012:distribution/E2QWRUHAPOMQZL",
            ],
            "Sid": "CloudFrontDistribution",
          },
          {
            "Action": [
              "cloudfront:GetCachePolicy",
            ],
            "Effect": "Allow",
            "Resource": [
              "arn:aws:cloudfront::*:cache-policy/*",
            ],
            "Sid": "CloudFrontCachePolicy",
          },
        ],
        "Version": "2012-10-17",
      }
    `);
  });

  it.each([
    ['a key by its ARN', key, 'eu-central-1', key, undefined],
    ['by its id', '1234', 'eu-west-1', 'arn:aws:kms:eu-west-1:*:key/1234', undefined],
    ['by its id, in a region that is not known', '1234', undefined, 'arn:aws:kms:*:*:key/1234', undefined],
    ['by its alias', 'alias/site', 'eu-west-1', 'arn:aws:kms:eu-west-1:*:key/*', 'alias/site'],
    [
      'by the ARN of its alias',
      'arn:aws:kms:eu-west-1:123456789012:alias/a/b',
      'eu-west-1',
      'arn:aws:kms:eu-west-1:123456789012:key/*',
      'alias/a/b',
    ],
  ])('knows %s', (_what, kmsKeyId, region, resource, alias) => {
    const config: Config = {bucket: {encryption: {algorithm: 'aws:kms', kmsKeyId}}};
    const subject = subjectOf(config, {buckets: [{name: 'b', region}], distributions: []});
    const found = permissionsFor('deploy', subject).filter(({action}) => action.startsWith('kms:'));
    const via = {StringLike: {'kms:ViaService': `s3.${region ?? '*'}.amazonaws.com`}};
    const condition =
      alias === undefined ? via : {...via, 'ForAnyValue:StringEquals': {'kms:ResourceAliases': alias}};
    expect(found.map(({why: _why, ...rest}) => rest)).toEqual([
      {action: 'kms:GenerateDataKey', resource, condition},
      {action: 'kms:Decrypt', resource, condition},
    ]);
  });

  it.each([
    ['us-east-1', 'aws'],
    [undefined, 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('knows the partition of %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
  });
});

describe('trustPolicy', () => {
  const place = {partition: 'aws', account: '123456789012'};
  it.each([
    [
      'github:octo-org/site@main',
      'token.actions.githubusercontent.com',
      'sts.amazonaws.com',
      'repo:octo-org/site:ref:refs/heads/main',
    ],
    [
      'github:octo-org/site#production',
      'token.actions.githubusercontent.com',
      'sts.amazonaws.com',
      'repo:octo-org/site:environment:production',
    ],
    [
      'gitlab:group/sub/site@release/1.x',
      'gitlab.com',
      'https://gitlab.com',
      'project_path:group/sub/site:ref_type:branch:ref:release/1.x',
    ],
  ])('of %s names its jobs', (text, host, audience, subject) => {
    const {Statement} = trustPolicy(parseTrust(text), place);
    expect(Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: {Federated: `arn:aws:iam::123456789012:oidc-provider/${host}`},
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {StringEquals: {[`${host}:aud`]: audience, [`${host}:sub`]: subject}},
      },
    ]);
  });

  it.each([
    'github:octo-org/site',
    'github:octo-org@main',
    'github:octo-org/*@main',
    'github:octo-org/site@*',
    'gitlab:group/site#production',
    'bitbucket:team/site@main',
    '',
  ])('refuses %j', text => {
    expect(() => parseTrust(text)).toThrow('does not name a repository and the branch or environment');
  });
});
