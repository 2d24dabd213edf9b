import {generateKeyPairSync} from 'node:crypto';
import {CreateKeyGroupCommand, CreatePublicKeyCommand} from '@aws-sdk/client-cloudfront';
import {CreateHostedZoneCommand} from '@aws-sdk/client-route-53';
import {CreateKeyCommand} from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  DeleteBucketOwnershipControlsCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import {afterEach, describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import {bucketName, destroySiteStack, planDestroy} from '../../../src/stack/index.js';
import {finish} from '../../deploy/world.js';
import {apply, planOf, settingsOf} from '../site/world.js';
import {code, compare, full, openGuardedWorld, permit, subjectOf, type GuardedWorld} from './world.js';

let world: GuardedWorld;
afterEach(() => world.close());

async function prepareAccount(): Promise<string> {
  const route53 = await world.aws.route53();
  await route53.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'zone'}));
  const kms = await world.aws.kms('us-east-1');
  return (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
}

async function publicKeyId(): Promise<string> {
  const {publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
  const config = {
    CallerReference: 'key',
    Name: 'key',
    EncodedKey: publicKey.export({type: 'spki', format: 'pem'}).toString(),
  };
  const cloudfront = await world.aws.cloudfront();
  const {PublicKey} = await cloudfront.send(new CreatePublicKeyCommand({PublicKeyConfig: config}));
  return PublicKey?.Id ?? '';
}

describe('the policies of plan, apply and destroy', () => {
  it('are what these ask for, and no more', async () => {
    world = await openGuardedWorld();
    const config = full(await prepareAccount());

    const applying = permit(world, 'apply', subjectOf(config));
    await apply(world.guarded, config);
    // Changed by hand.
    const s3 = await world.aws.s3();
    const Bucket = bucketName('shop');
    await s3.send(new DeletePublicAccessBlockCommand({Bucket}));
    await s3.send(new DeleteBucketOwnershipControlsCommand({Bucket}));
    const later: Config = {
      ...config,
      tags: {team: 'shop'},
      cachePolicies: {c: {minTTL: 1}},
      originRequestPolicies: {o: {comment: 'later'}},
      responseHeadersPolicies: {
        r: {comment: 'later', customHeadersConfig: [{header: 'x-a', value: 'c', override: true}]},
      },
      originAccessControls: {
        a: {
          originAccessControlOriginType: 's3',
          signingBehavior: 'always',
          signingProtocol: 'sigv4',
          description: 'later',
        },
      },
      functions: {f: {code: `${code} // later`}},
      distribution: {...config.distribution, aliases: ['shop.example.com'], comment: 'later'},
    };
    await apply(world.guarded, later);
    expect(compare(applying, world)).toEqual({
      denied: [],
      unused: [`s3:DeleteObject arn:aws:s3:::${Bucket}/.frontctl/distributions/*`], // after 20 changes
    });

    const planning = permit(world, 'plan', subjectOf(later));
    await planOf(world.guarded, later);
    expect(compare(planning, world)).toEqual({denied: [], unused: []});

    const destroying = permit(world, 'destroy', subjectOf(later));
    await s3.send(new CreateMultipartUploadCommand({Bucket, Key: 'left'}));
    const settings = settingsOf(later);
    const plan = await planDestroy({aws: world.guarded, settings});
    await finish(
      destroySiteStack({aws: world.guarded, settings, withObjects: true, timeoutMs: 20_000}, plan),
    );
    expect(compare(destroying, world)).toEqual({
      // Kept on this machine instead: the bucket goes as well.
      denied: [expect.stringMatching(/^s3:PutObject .*\/\.frontctl\/distributions\//)],
      unused: [],
    });
  });

  it('are so for a distribution that the config names by its id, and what the config refers to', async () => {
    world = await openGuardedWorld();
    await prepareAccount();
    const {distribution: made} = await apply(world.aws, {
      name: 'shared',
      functions: {edge: {code}},
      bucket: {name: 'shared-site'},
    });
    const cloudfront = await world.aws.cloudfront();
    await cloudfront.send(
      new CreateKeyGroupCommand({KeyGroupConfig: {Name: 'members', Items: [await publicKeyId()]}}),
    );
    const id = made?.id ?? '';
    const config: Config = {
      distribution: {
        id,
        comment: 'later',
        defaultCacheBehavior: {
          targetOriginId: made?.config.DefaultCacheBehavior?.TargetOriginId ?? '',
          viewerProtocolPolicy: 'redirect-to-https',
          cachePolicyId: 'CachingOptimized',
          trustedKeyGroups: ['members'],
          functionAssociations: [{eventType: 'viewer-request', functionARN: 'shared-edge'}],
        },
      },
      tags: {team: 'web'},
    };
    const subject = subjectOf(config, {name: id.toLowerCase(), distributions: [id]});
    const settings = {...config, name: id.toLowerCase()};
    const applying = permit(world, 'apply', subject);
    await apply(world.guarded, settings);
    expect(compare(applying, world)).toEqual({
      // Whether former configs may be kept there; else this machine keeps them.
      denied: ['s3:GetBucketPolicy arn:aws:s3:::shared-site'],
      unused: [],
    });
    const planning = permit(world, 'plan', subject);
    await planOf(world.guarded, settings);
    expect(compare(planning, world)).toEqual({denied: [], unused: []});
  });

  it('are so for a bucket that others made, and a zone by its id', async () => {
    world = await openGuardedWorld();
    const s3 = await world.aws.s3();
    await s3.send(new CreateBucketCommand({Bucket: 'shared'}));
    const route53 = await world.aws.route53();
    const zone = await route53.send(
      new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'zone'}),
    );
    const config: Config = {
      name: 'shop',
      bucket: {name: 'shared'},
      dns: {zone: zone.HostedZone?.Id?.replace('/hostedzone/', '') ?? ''},
      distribution: {aliases: ['www.example.com']},
    };
    const destroying = permit(world, 'destroy', subjectOf(config));
    await apply(world.aws, config);
    const settings = settingsOf(config);
    const end = async () => {
      const plan = await planDestroy({aws: world.guarded, settings});
      await finish(
        destroySiteStack({aws: world.guarded, settings, withObjects: true, timeoutMs: 20_000}, plan),
      );
    };
    await end();
    const ofOthers = compare(destroying, world);
    expect(ofOthers.unused.filter(each => each.includes('BucketPolicy'))).toEqual([]);
    expect(ofOthers.unused.filter(each => !each.startsWith('s3:'))).toEqual([]);
  });
});
