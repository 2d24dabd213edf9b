import {createHash} from 'node:crypto';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import {CreateAliasCommand, CreateKeyCommand} from '@aws-sdk/client-kms';
import {afterEach, describe, expect, it} from 'vitest';
import {iamAction} from '../../../src/aws/permissions.js';
import type {ServiceId} from '../../../src/aws/index.js';
import type {Config} from '../../../src/config/types.js';
import {lockKey} from '../../../src/deploy/lock/lock.js';
import {multipartBytes} from '../../../src/deploy/upload/multipart.js';
import {findByTag} from '../../../src/distribution/index.js';
import {bucketName} from '../../../src/stack/index.js';
import {deployOnce} from '../../deploy/world.js';
import {apply} from '../site/world.js';
import {compare, openGuardedWorld, permit, subjectOf, type GuardedWorld} from './world.js';

let world: GuardedWorld;
afterEach(() => world.close());

/** What a deploy asks for and does without. */
const besides = ['cloudfront:ListDistributions *']; // the account's paths of this month, for the price

/** The IAM actions that frontctl's own messages name for the calls that were made. */
const namedInMessages = (calls: readonly string[]): ReadonlySet<string> =>
  new Set(
    calls.flatMap(call => {
      const [service = '', operation = ''] = call.split(' ');
      const text = iamAction({service: service as ServiceId, operation, resource: ''}, '');
      return text.match(/\w+:\w+/g) ?? [];
    }),
  );

/** What a killed deploy leaves: its lock, and an upload in parts. */
async function leaveBehind(bucket: string, prefix: string, key: string): Promise<void> {
  const s3 = await world.aws.s3();
  await s3.send(new CreateMultipartUploadCommand({Bucket: bucket, Key: prefix + key}));
  const lease = {version: 1, id: 'dead', renewal: 0, ttlMs: 10_000, released: true};
  const body = Buffer.from(JSON.stringify(lease));
  const sha256 = createHash('sha256').update(body).digest('hex');
  await (await world.aws.objects(bucket)).put({key: prefix + lockKey, body, sha256, headers: {}});
}

describe('the policy of deploy', () => {
  it('is what a deploy asks for, and no more: a KMS key, a distribution by its id', async () => {
    world = await openGuardedWorld();
    const kms = await world.aws.kms('us-east-1');
    const {KeyMetadata: key} = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({AliasName: 'alias/site', TargetKeyId: key?.KeyId}));
    const config: Config = {
      name: 'shop',
      bucket: {encryption: {algorithm: 'aws:kms', kmsKeyId: 'alias/site'}},
      cachePolicies: {pages: {minTTL: 0}},
      distribution: {defaultCacheBehavior: {cachePolicyId: 'pages'}},
    };
    const {distribution} = await apply(world.aws, config);
    const site = {bucket: bucketName('shop'), distributionId: distribution?.id ?? ''};
    // A bucket that others made: nothing in its policy keeps .frontctl/ from viewers.
    await (await world.aws.s3()).send(new DeleteBucketPolicyCommand({Bucket: site.bucket}));
    const subject = subjectOf(config, {distributions: [site.distributionId]});
    const permissions = permit(world, 'deploy', subject);
    const deploy = (rules: readonly object[] = []) =>
      deployOnce(world, site, {aws: world.guarded, site: {dir: world.dir, site: {rules: rules as never}}});

    await world.write({'index.html': 'one', 'about.html': 'one', 'app.css': 'one'});
    await deploy();
    await world.write({'index.html': 'two', 'large.bin': Buffer.alloc(multipartBytes)});
    await world.remove('about.html');
    await deploy();
    await deploy([{match: '*.css', cacheControl: 'max-age=77'}]);
    const calls = [...world.calls];
    await leaveBehind(site.bucket, '', 'large.bin');
    world.calls.length = 0;
    await world.write({'index.html': 'three'});
    await deploy();

    expect(compare(permissions, world)).toEqual({denied: besides, unused: []});
    const named = namedInMessages([...calls, ...world.calls]);
    const printed = new Set(permissions.map(({action}) => action));
    expect([...named].filter(action => !printed.has(action))).toEqual(['cloudfront:ListDistributions']);
    // S3 asks KMS itself.
    expect([...printed].filter(action => !named.has(action))).toEqual(['kms:GenerateDataKey', 'kms:Decrypt']);
  });

  it('is the same under a prefix, with a replica and a distribution that is found by its name', async () => {
    world = await openGuardedWorld();
    const config: Config = {
      name: 'shop',
      bucket: {prefix: 'www/site', replicas: [{name: 'shop-replica', region: 'eu-west-1'}]},
      cachePolicies: {pages: {minTTL: 0}},
      distribution: {defaultCacheBehavior: {cachePolicyId: 'pages'}},
    };
    await apply(world.aws, config);
    const permissions = permit(world, 'deploy', subjectOf(config));
    const bucket = bucketName('shop');
    const deploy = async () => {
      const distributionId = (await findByTag(world.guarded, 'shop', bucket))?.id ?? '';
      const {prefix = '', replicas = []} = config.bucket ?? {};
      const more = {aws: world.guarded, prefix, replicas: replicas.map(({name}) => name)};
      return deployOnce(world, {bucket, distributionId}, more);
    };
    await world.write({'index.html': 'one', 'about.html': 'one'});
    await deploy();
    for (const name of [bucket, 'shop-replica']) await leaveBehind(name, 'www/site/', 'index.html');
    await world.write({'index.html': 'two'});
    await world.remove('about.html');
    await deploy();
    expect(compare(permissions, world)).toEqual({denied: [], unused: []});
    expect([...world.allowed].filter(each => each.startsWith('s3:') && each.includes('/')).sort()).toEqual(
      [...world.allowed].filter(each => each.includes('/www/site/')).sort(),
    );
  });

  it('lets a role that never deletes do without s3:DeleteObject', async () => {
    world = await openGuardedWorld();
    await (await world.aws.s3()).send(new CreateBucketCommand({Bucket: 'plain'}));
    const config: Config = {bucket: {name: 'plain'}};
    const buckets = [{name: 'plain', region: undefined}];
    const subject = subjectOf(config, {buckets, distributions: [], prune: false});
    const permissions = permit(world, 'deploy', subject);
    expect(permissions.map(({action}) => action)).not.toContain('s3:DeleteObject');
    const more = {aws: world.guarded, prune: false, distributionIds: []};
    for (const text of ['one', 'two', 'three']) {
      await world.write({'index.html': text});
      await deployOnce(world, {bucket: 'plain', distributionId: ''}, more);
    }
    expect([...world.denied]).toEqual(['s3:DeleteObject arn:aws:s3:::plain/.frontctl/lock.json']);
  });
});
