import {describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import {Failure} from '../../../src/failure.js';
import {
  describePermissions,
  type PermissionsRequest,
  type PermissionsResult,
} from '../../../src/terminal/permissions/permissions.js';
import {explanation, policyText} from '../../../src/terminal/permissions/text.js';
import type {Session} from '../../../src/terminal/session.js';

const never = (): Promise<never> => Promise.reject(new Error('nothing is asked of anybody'));
const sessionOf = (config: Config, file?: string): Session => ({
  config: () => Promise.resolve({config, file, root: '/', environment: undefined}),
  location: never,
  aws: never,
  follow: never,
  signal: new AbortController().signal,
  close: () => Promise.resolve(),
});

const describeFor = (config: Config, request: Partial<PermissionsRequest> = {}): Promise<PermissionsResult> =>
  describePermissions(sessionOf(config, '/frontctl.config.yaml'), {
    for: 'deploy',
    bucket: undefined,
    prefix: undefined,
    distribution: undefined,
    account: undefined,
    region: undefined,
    prune: true,
    trust: undefined,
    ...request,
  });

/** `action resource`, in the order of the policy. */
async function actionsOf(config: Config, request: Partial<PermissionsRequest> = {}): Promise<string[]> {
  const result = await describeFor(config, request);
  return 'trust' in result ? [] : result.actions.map(({action, resource}) => `${action} ${resource}`);
}

const onDistribution = (actions: readonly string[]): readonly string[] => [
  ...new Set(actions.filter(each => each.includes(':distribution/')).map(each => each.split(' ')[1] ?? '')),
];

describe('describePermissions', () => {
  const config: Config = {
    name: 'shop',
    bucket: {
      name: 'coffee',
      prefix: 'www',
      region: 'eu-west-1',
      replicas: [{name: 'tea', region: 'us-east-1'}],
    },
    distribution: {id: 'E1ABCDEF'},
    invalidation: {distributions: ['E2ABCDEF']},
  };

  it('takes buckets, prefix and distributions from the config', async () => {
    const actions = await actionsOf(config);
    expect(actions).toContain('s3:PutObject arn:aws:s3:::coffee/www/*');
    expect(actions).toContain('s3:PutObject arn:aws:s3:::tea/www/*');
    expect(onDistribution(actions)).toEqual([
      'arn:aws:cloudfront::*:distribution/E1ABCDEF',
      'arn:aws:cloudfront::*:distribution/E2ABCDEF',
    ]);
    expect(actions).not.toContain('cloudfront:ListDistributions *');
  });

  it('lets flags win', async () => {
    const actions = await actionsOf(config, {
      bucket: 'other',
      prefix: '/docs/',
      distribution: ['E3ABCDEF'],
      account: '123456789012',
      region: 'cn-north-1',
      prune: false,
    });
    expect(actions).toContain('s3:PutObject arn:aws-cn:s3:::other/docs/*');
    expect(onDistribution(actions)).toEqual(['arn:aws-cn:cloudfront::123456789012:distribution/E3ABCDEF']);
    expect(actions.filter(each => each.includes('DeleteObject'))).toEqual([]);
  });

  it('looks for a distribution by the name of the site where no id is known', async () => {
    const actions = await actionsOf({name: 'shop'});
    expect(actions).toContain('cloudfront:ListDistributions *');
    expect(onDistribution(actions)).toEqual(['arn:aws:cloudfront::*:distribution/*']);
  });

  it('asks nothing of CloudFront without any distribution', async () => {
    const actions = await actionsOf({bucket: {name: 'coffee'}});
    expect(actions.filter(each => !each.startsWith('s3:'))).toEqual([]);
    expect(actions.filter(each => each.includes('BucketPolicy'))).toEqual([]);
  });

  it('knows what apply makes: presets are expanded', async () => {
    const actions = await actionsOf({name: 'shop', preset: 'spa'}, {for: 'apply'});
    expect(actions).toContain('cloudfront:CreateDistribution *');
    expect(actions).toContain('cloudfront:CreateOriginAccessControl *');
  });

  it.each<[string, Config, Partial<PermissionsRequest>, string, string]>([
    ['no bucket', {}, {}, 'NO_BUCKET', 'No bucket is named'],
    [
      'no distribution',
      {bucket: {name: 'a'}},
      {for: 'invalidate'},
      'NO_DISTRIBUTION',
      'No distribution is named',
    ],
    ['a host name', config, {distribution: ['www.example.com']}, 'USAGE', 'is not the id of a distribution'],
    ['a wildcard', config, {distribution: ['*']}, 'USAGE', 'is not the id of a distribution'],
    ['a prefix of our own', config, {prefix: '.frontctl'}, 'USAGE', 'is not a key prefix'],
    ['no name', {}, {for: 'apply'}, 'NO_NAME', 'The config has no name'],
    ["others' distribution", config, {for: 'destroy'}, 'NOT_OURS', 'which frontctl did not make'],
    ['a whole repository', {}, {trust: 'github:a/b', account: '1'}, 'USAGE', 'does not name a repository'],
  ])('refuses %s', async (_what, of, request, code, message) => {
    const failure: unknown = await describeFor(of, request).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({code, message: expect.stringContaining(message) as string});
  });
});

describe('the text', () => {
  it('is the policy, or why', async () => {
    const result = await describeFor({bucket: {name: 'coffee'}});
    expect(JSON.parse(policyText(result))).toEqual('policy' in result && result.policy);
    expect(explanation(result).split('\n')[0]).toMatch(
      /^s3:ListBucket +arn:aws:s3:::coffee +to see what is live$/,
    );
  });

  it('is the trust policy where that is asked for, whatever the config lacks', async () => {
    const result = await describeFor({}, {trust: 'github:octo-org/site@main', account: '123456789012'});
    expect(JSON.parse(policyText(result))).toMatchObject({
      Statement: [{Action: 'sts:AssumeRoleWithWebIdentity'}],
    });
  });
});
