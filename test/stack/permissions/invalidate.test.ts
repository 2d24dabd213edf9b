import {CreateAliasCommand, CreateKeyCommand} from '@aws-sdk/client-kms';
import {afterEach, describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import {bucketName} from '../../../src/stack/index.js';
import {
  describeInvalidation,
  invalidate,
  type InvalidateRequest,
} from '../../../src/terminal/invalidate/index.js';
import type {Session} from '../../../src/terminal/session.js';
import {deployOnce, finish} from '../../deploy/world.js';
import {apply} from '../site/world.js';
import {compare, openGuardedWorld, permit, subjectOf, type GuardedWorld} from './world.js';

let world: GuardedWorld;
afterEach(() => world.close());

const sessionOf = (config: Config): Session => ({
  config: () => Promise.resolve({config, file: undefined, root: world.dir, environment: undefined}),
  location: () => Promise.reject(new Error('not local')),
  aws: () => Promise.resolve(world.guarded),
  follow: async work => (await finish(work)).result,
  signal: new AbortController().signal,
  close: () => Promise.resolve(),
});

const request = (args: readonly string[], more: Partial<InvalidateRequest> = {}): InvalidateRequest => ({
  args,
  fromFile: undefined,
  fromGit: undefined,
  repeat: undefined,
  strategy: undefined,
  budget: undefined,
  maxWildcards: undefined,
  thenCheck: undefined,
  reference: undefined,
  distribution: undefined,
  tenant: undefined,
  local: false,
  wait: true,
  yes: true,
  unattended: true,
  timeoutMs: 20_000,
  ...more,
});

describe('the policy of invalidate', () => {
  it.each<[string, (id: string) => {readonly id?: string}]>([
    ['by the name of the site', () => ({})],
    ['by its id', id => ({id})],
  ])('is what it asks for, and no more: a distribution %s', async (_what, more) => {
    world = await openGuardedWorld();
    const kms = await world.aws.kms('us-east-1');
    const {KeyMetadata: key} = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({AliasName: 'alias/site', TargetKeyId: key?.KeyId}));
    const config: Config = {
      name: 'shop',
      bucket: {prefix: 'www', encryption: {algorithm: 'aws:kms', kmsKeyId: 'alias/site'}},
      cachePolicies: {pages: {minTTL: 0}},
      distribution: {defaultCacheBehavior: {cachePolicyId: 'pages'}},
    };
    const {distribution} = await apply(world.aws, config);
    const distributionId = distribution?.id ?? '';
    await world.write({'index.html': 'one', 'img/a.png': 'a'});
    await deployOnce(world, {bucket: bucketName('shop'), distributionId}, {prefix: 'www'});

    const known = {...config, distribution: {...config.distribution, ...more(distributionId)}};
    const ids = known.distribution.id === undefined ? ('by name' as const) : [distributionId];
    const permissions = permit(world, 'invalidate', subjectOf(known, {distributions: ids}));
    const session = sessionOf(known);
    await describeInvalidation(session, request(['/img/*'], {strategy: 'frugal'}));
    const {result, failure} = await invalidate(session, request(['/index.html'], {strategy: 'balanced'}));
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({distributionId});
    expect(compare(permissions, world)).toEqual({
      denied: ids === 'by name' ? [] : ['cloudfront:ListDistributions *'], // as in a deploy, for the price
      unused: [],
    });
  });
});
