import {GetDistributionConfigCommand, UpdateDistributionCommand} from '@aws-sdk/client-cloudfront';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
} from '@aws-sdk/client-route-53';
import {CreateBucketCommand, PutBucketPolicyCommand} from '@aws-sdk/client-s3';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import {applySiteStack, prepareSiteStack} from '../../../src/stack/index.js';
import {finish, type World} from '../../deploy/world.js';
import {actions, apply, openStackWorld, planOf, settingsOf} from './world.js';

let world: World;
beforeEach(async () => {
  world = await openStackWorld();
});
afterEach(() => world.close());

const isWrite = (call: string): boolean =>
  /^\w+ (?:Put|Create|Update|Delete|Publish|Request|Change|Tag)/.test(call);

describe('somebody else, in between', () => {
  const wanted: Config = {name: 'shop', distribution: {priceClass: 'PriceClass_100'}};

  const between = async (change: (config: {Comment?: string; PriceClass?: string}) => object) => {
    const settings = settingsOf(wanted);
    const {distribution} = await apply(world.aws, {name: 'shop'});
    const prepared = await prepareSiteStack({aws: world.aws, settings, force: false});
    const cloudfront = await world.aws.cloudfront();
    const Id = distribution?.id;
    const {DistributionConfig: live, ETag} = await cloudfront.send(new GetDistributionConfigCommand({Id}));
    await cloudfront.send(
      new UpdateDistributionCommand({
        Id,
        IfMatch: ETag,
        DistributionConfig: {...live, ...change(live ?? {})} as typeof live,
      }),
    );
    const input = {aws: world.aws, settings, prepared, wait: true, force: false, timeoutMs: 20_000};
    return finish(applySiteStack(input));
  };

  it('changed a field: exit 4, their change is shown, nothing is sent', async () => {
    await expect(between(() => ({Comment: 'theirs'}))).rejects.toMatchObject({
      exit: 'conflict',
      code: 'CHANGED_MEANWHILE',
      message: expect.stringContaining('comment: "shop, made by frontctl" became "theirs"') as string,
    });
    expect(actions(await planOf(world.aws, wanted))).toHaveLength(1);
  });

  it('moved the ETag and nothing else: the change goes through', async () => {
    await between(() => ({}));
    expect(actions(await planOf(world.aws, wanted))).toEqual([]);
  });
});

describe('refused before the first change', () => {
  const attempt = async (config: Config) => {
    world.calls.length = 0;
    const failure = await planOf(world.aws, config).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(world.calls.filter(isWrite)).toEqual([]);
    return failure;
  };

  it('a bucket of another account', async () => {
    expect(await attempt({name: 'shop', bucket: {name: 'foreign-shop'}})).toMatchObject({
      code: 'BUCKET_FORBIDDEN',
    });
  });

  it('a bucket in another region than the config says', async () => {
    await (
      await world.aws.s3()
    ).send(
      new CreateBucketCommand({Bucket: 'far', CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}),
    );
    expect(await attempt({name: 'shop', bucket: {name: 'far', region: 'us-west-2'}})).toMatchObject({
      code: 'WRONG_REGION',
    });
  });

  it('a bucket policy that has no room left', async () => {
    const s3 = await world.aws.s3();
    await s3.send(new CreateBucketCommand({Bucket: 'full'}));
    const statement = (index: number) => ({
      Sid: `Filler${index}`,
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::full/${'x'.repeat(180)}${index}`,
    });
    const withStatements = (length: number) =>
      JSON.stringify({Version: '2012-10-17', Statement: Array.from({length}, (_, i) => statement(i))});
    let count = 1;
    while (withStatements(count + 1).length <= 20_480) count++;
    const Policy = withStatements(count);
    await s3.send(new PutBucketPolicyCommand({Bucket: 'full', Policy}));
    expect(await attempt({name: 'shop', bucket: {name: 'full'}})).toMatchObject({
      code: 'POLICY_TOO_LARGE',
      message: expect.stringContaining('20480') as string,
    });
  });

  it('a zone that is private', async () => {
    const route53 = await world.aws.route53();
    await route53.send(
      new CreateHostedZoneCommand({
        Name: 'example.com',
        CallerReference: 'private',
        VPC: {VPCId: 'vpc-12345678', VPCRegion: 'us-east-1'},
      }),
    );
    expect(await attempt({name: 'shop', distribution: {aliases: ['www.example.com']}})).toMatchObject({
      code: 'PRIVATE_ZONE',
    });
  });

  it('a record of somebody else, which --force replaces', async () => {
    const route53 = await world.aws.route53();
    await route53.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'one'}));
    const {HostedZones: [zone] = []} = await route53.send(new ListHostedZonesCommand({}));
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: 'CREATE',
              ResourceRecordSet: {
                Name: 'www.example.com',
                Type: 'A',
                TTL: 60,
                ResourceRecords: [{Value: '192.0.2.1'}],
              },
            },
          ],
        },
      }),
    );
    const config: Config = {name: 'shop', distribution: {aliases: ['www.example.com']}};
    expect(await attempt(config)).toMatchObject({code: 'RECORD_TAKEN', exit: 'conflict'});
    await apply(world.aws, config, true);
    expect(actions(await planOf(world.aws, config))).toEqual([]);
  });

  it('a policy that nobody has', async () => {
    const origins = [{id: 'site', bucket: true as const}];
    const defaultCacheBehavior = {targetOriginId: 'site', cachePolicyId: 'NoSuch'};
    expect(await attempt({name: 'shop', distribution: {origins, defaultCacheBehavior}})).toMatchObject({
      code: 'NO_SUCH_REFERENCE',
    });
  });
});

describe('what the config no longer has', () => {
  it('goes once the distribution no longer uses it', async () => {
    const before: Config = {
      name: 'shop',
      preset: 'static-site',
      cachePolicies: {old: {minTTL: 5}},
      distribution: {cacheBehaviors: [{pathPattern: '/old/*', targetOriginId: 'site', cachePolicyId: 'old'}]},
    };
    await apply(world.aws, before);
    const after: Config = {name: 'shop'};
    const plan = await planOf(world.aws, after);
    expect(actions(plan)).toEqual(
      expect.arrayContaining(['delete cache policy shop-old', 'delete function shop-clean-urls']),
    );
    await apply(world.aws, after);
    expect(actions(await planOf(world.aws, after))).toEqual([]);
  });

  it('an alias that leaves takes its DNS records with it', async () => {
    await (
      await world.aws.route53()
    ).send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'one'}));
    await apply(world.aws, {name: 'shop', distribution: {aliases: ['a.example.com', 'b.example.com']}});
    const fewer: Config = {name: 'shop', distribution: {aliases: ['a.example.com']}};
    const plan = await planOf(world.aws, fewer);
    expect(actions(plan)).toContain('delete record b.example.com A');
    expect(plan.changes.find(({resource}) => resource.startsWith('distribution'))?.impact).toContain(
      'no longer answers for b.example.com',
    );
    await apply(world.aws, fewer);
    expect(actions(await planOf(world.aws, fewer))).toEqual([]);
  });
});

it('a certificate that no longer covers the aliases is replaced, and the old one goes', async () => {
  await (
    await world.aws.route53()
  ).send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'one'}));
  const first = await apply(world.aws, {name: 'shop', distribution: {aliases: ['a.example.com']}});
  const wider: Config = {name: 'shop', distribution: {aliases: ['a.example.com', 'b.example.com']}};
  const plan = await planOf(world.aws, wider);
  expect(actions(plan)).toEqual(
    expect.arrayContaining([
      'replace certificate a.example.com',
      `delete certificate ${first.certificateArn ?? ''}`,
    ]),
  );
  const second = await apply(world.aws, wider);
  expect(second.certificateArn).not.toBe(first.certificateArn);
  expect(second.distribution?.config.ViewerCertificate?.ACMCertificateArn).toBe(second.certificateArn);
  expect(actions(await planOf(world.aws, wider))).toEqual([]);
  const {listCertificates} = await import('../../../src/certificate/index.js');
  expect((await listCertificates(world.aws)).map(({arn}) => arn)).toEqual([second.certificateArn]);
});

it('SSE-KMS: the key lets the distribution decrypt, beside what others have in its policy', async () => {
  const {CreateKeyCommand, GetKeyPolicyCommand} = await import('@aws-sdk/client-kms');
  const kms = await world.aws.kms();
  const {KeyMetadata: key} = await kms.send(new CreateKeyCommand({}));
  const config: Config = {name: 'shop', bucket: {encryption: {kmsKeyId: key?.Arn ?? ''}}};
  const {distribution} = await apply(world.aws, config);
  const {Policy: policy = ''} = await kms.send(
    new GetKeyPolicyCommand({KeyId: key?.Arn, PolicyName: 'default'}),
  );
  expect(policy).toContain(distribution?.arn ?? '-');
  expect(actions(await planOf(world.aws, config))).toEqual([]);
});
