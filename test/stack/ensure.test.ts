import {GetBucketPolicyCommand, GetPublicAccessBlockCommand} from '@aws-sdk/client-s3';
import {ListDistributionsCommand, ListOriginAccessControlsCommand} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {ensureSite, findSite} from '../../src/stack/index.js';
import {finish, openWorld, siteInput, type World} from '../deploy/world.js';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});

afterEach(() => world.close());

const isWrite = (operation: string): boolean => /^(Put|Create|Update|Delete)/.test(operation);

/** AWS that stops answering when call number `limit` that changes anything is about to be made. */
function dyingAfter(limit: number): Aws {
  let count = 0;
  const wrap = <C extends object>(client: C): C =>
    new Proxy(client, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver) as unknown;
        if (name !== 'send') return value;
        return (command: {readonly constructor: {readonly name: string}}, ...rest: unknown[]) => {
          if (isWrite(command.constructor.name)) count++;
          if (count > limit) return Promise.reject(new Error('killed'));
          return (value as (...args: unknown[]) => Promise<unknown>).call(target, command, ...rest);
        };
      },
    });
  return {
    ...world.aws,
    s3: async () => wrap(await world.aws.s3()),
    cloudfront: async () => wrap(await world.aws.cloudfront()),
  };
}

async function inventory() {
  const [s3, cloudfront] = await Promise.all([world.aws.s3(), world.aws.cloudfront()]);
  const distributions = await cloudfront.send(new ListDistributionsCommand({}));
  const controls = await cloudfront.send(new ListOriginAccessControlsCommand({}));
  return {
    s3,
    distributions: distributions.DistributionList?.Items ?? [],
    controls: controls.OriginAccessControlList?.Items ?? [],
  };
}

describe('ensureSite', () => {
  it('makes a private bucket behind a distribution, once', async () => {
    const {result} = await finish(ensureSite(siteInput(world.aws)));
    expect(result.created).toEqual(
      expect.arrayContaining([
        `bucket ${result.bucket}`,
        'origin access control frontctl-test-site',
        `distribution ${result.distributionId}`,
        `policy of bucket ${result.bucket}`,
      ]),
    );
    const {s3, distributions, controls} = await inventory();
    const block = await s3.send(new GetPublicAccessBlockCommand({Bucket: result.bucket}));
    expect(Object.values(block.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    expect(distributions).toMatchObject([
      {
        Id: result.distributionId,
        Status: 'Deployed',
        Origins: {Items: [{OriginAccessControlId: controls[0]?.Id, OriginPath: ''}]},
        DefaultCacheBehavior: {ViewerProtocolPolicy: 'redirect-to-https', Compress: true},
        HttpVersion: 'http2and3',
      },
    ]);

    world.calls.length = 0;
    const {result: again, events} = await finish(ensureSite(siteInput(world.aws)));
    expect(again).toEqual({...result, created: []});
    expect(events.filter(event => event.type === 'warning')).toEqual([]);
    expect(world.calls.filter(call => isWrite(call.split(' ')[1] ?? ''))).toEqual([]);
  });

  it('is finished by a rerun wherever it stopped, with nothing made twice', async () => {
    for (let limit = 0; ; limit++) {
      await world.cloud.reset();
      const died = await finish(ensureSite({...siteInput(world.aws), aws: dyingAfter(limit)})).then(
        () => false,
        () => true,
      );
      const {result} = await finish(ensureSite(siteInput(world.aws)));
      const {s3, distributions, controls} = await inventory();
      expect([distributions.length, controls.length], `killed at call ${limit}`).toEqual([1, 1]);
      const {Policy} = await s3.send(new GetBucketPolicyCommand({Bucket: result.bucket}));
      expect(Policy).toContain(result.distributionId);
      if (!died) break;
      expect(limit).toBeLessThan(20);
    }
  });

  it('is found without making anything', async () => {
    expect(await findSite(siteInput(world.aws))).toBeUndefined();
    expect(world.calls.filter(call => isWrite(call.split(' ')[1] ?? ''))).toEqual([]);
    const {result} = await finish(ensureSite(siteInput(world.aws)));
    expect(await findSite(siteInput(world.aws))).toEqual({...result, created: []});
  });

  it('leaves an existing distribution as it is and opens the bucket to it', async () => {
    const {result: first} = await finish(ensureSite(siteInput(world.aws)));
    world.calls.length = 0;
    const input = siteInput(world.aws, {
      bucket: {name: 'other-bucket'},
      distribution: {id: first.distributionId},
    });
    const settings = {...input.settings, name: 'other'};
    const {result} = await finish(ensureSite({...input, settings}));
    expect(result).toMatchObject({bucket: 'other-bucket', distributionId: first.distributionId});
    expect(world.calls.filter(call => /^cloudfront (Create|Update)/.test(call))).toEqual([]);
  });

  it('says that settings which changed since have no effect', async () => {
    await finish(ensureSite(siteInput(world.aws)));
    world.calls.length = 0;
    const distribution = {
      customErrorResponses: [{errorCode: 404, responsePagePath: '/index.html', responseCode: '200'}],
    };
    const {events} = await finish(ensureSite(siteInput(world.aws, {distribution})));
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        message: expect.stringContaining('(customErrorResponses)') as string,
      }),
    );
    expect(world.calls.filter(call => /^cloudfront (Create|Update)/.test(call))).toEqual([]);
  });

  it('names a distribution that does not exist', async () => {
    const input = siteInput(world.aws, {distribution: {id: 'E000000000000'}});
    await expect(finish(ensureSite(input))).rejects.toMatchObject({
      code: 'NO_SUCH_DISTRIBUTION',
      exit: 'usage',
      message: expect.stringContaining('E000000000000') as string,
    });
  });

  it('only warns about public access to a bucket that it did not make', async () => {
    const {CreateBucketCommand, DeletePublicAccessBlockCommand} = await import('@aws-sdk/client-s3');
    const s3 = await world.aws.s3();
    await s3.send(new CreateBucketCommand({Bucket: 'theirs'}));
    await s3.send(new DeletePublicAccessBlockCommand({Bucket: 'theirs'}));
    world.calls.length = 0;
    const {events} = await finish(ensureSite(siteInput(world.aws, {bucket: {name: 'theirs'}})));
    expect(events).toContainEqual(
      expect.objectContaining({type: 'warning', message: expect.stringContaining('theirs') as string}),
    );
    expect(world.calls).not.toContain('s3 PutPublicAccessBlock');
  });
});
