import {ListCertificatesCommand} from '@aws-sdk/client-acm';
import {
  ListCachePoliciesCommand,
  ListDistributionsCommand,
  ListFunctionsCommand,
  ListOriginAccessControlsCommand,
} from '@aws-sdk/client-cloudfront';
import {ListBucketsCommand} from '@aws-sdk/client-s3';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Aws} from '../../../src/aws/index.js';
import type {Config} from '../../../src/config/types.js';
import {applySiteStack, destroySiteStack, planDestroy, prepareSiteStack} from '../../../src/stack/index.js';
import {createZone} from '../../../src/dns/index.js';
import {finish, type World} from '../../deploy/world.js';
import {actions, apply, openStackWorld, planOf, settingsOf} from './world.js';

const config: Config = {
  name: 'shop',
  preset: 'static-site',
  bucket: {versioning: true},
  cachePolicies: {assets: {minTTL: 60}},
  distribution: {
    aliases: ['www.example.com', 'example.com'],
    cacheBehaviors: [{pathPattern: '/assets/*', targetOriginId: 'site', cachePolicyId: 'assets'}],
  },
};

let world: World;
beforeAll(async () => {
  world = await openStackWorld();
});
afterAll(() => world.close());

const isWrite = (name: string): boolean =>
  /^(?:Put|Create|Update|Delete|Publish|Request|Change|Tag|Untag|Copy)/.test(name);

/** AWS whose process dies when call number `limit` that changes anything is about to be made. */
function dyingAfter(limit: number): {readonly aws: Aws; readonly writes: string[]} {
  const writes: string[] = [];
  const wrap = <C extends object>(client: C): C =>
    new Proxy(client, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver) as unknown;
        if (name !== 'send') return value;
        return (command: {readonly constructor: {readonly name: string}}, ...rest: unknown[]) => {
          if (isWrite(command.constructor.name)) {
            if (writes.length >= limit) return Promise.reject(new Error('killed'));
            writes.push(command.constructor.name);
          }
          return (value as (...args: unknown[]) => Promise<unknown>).call(target, command, ...rest);
        };
      },
    });
  const {aws} = world;
  return {
    writes,
    aws: {
      ...aws,
      s3: async region => wrap(await aws.s3(region)),
      cloudfront: async () => wrap(await aws.cloudfront()),
      acm: async () => wrap(await aws.acm()),
      route53: async () => wrap(await aws.route53()),
      kms: async region => wrap(await aws.kms(region)),
    },
  };
}

/** How many of everything there are. */
async function census(): Promise<Readonly<Record<string, number>>> {
  const [cloudfront, acm, s3] = await Promise.all([world.aws.cloudfront(), world.aws.acm(), world.aws.s3()]);
  const [distributions, controls, policies, functions, certificates, buckets] = await Promise.all([
    cloudfront.send(new ListDistributionsCommand({})),
    cloudfront.send(new ListOriginAccessControlsCommand({})),
    cloudfront.send(new ListCachePoliciesCommand({Type: 'custom'})),
    cloudfront.send(new ListFunctionsCommand({Stage: 'DEVELOPMENT'})),
    acm.send(new ListCertificatesCommand({})),
    s3.send(new ListBucketsCommand({})),
  ]);
  return {
    distributions: distributions.DistributionList?.Items?.length ?? 0,
    controls: controls.OriginAccessControlList?.Items?.length ?? 0,
    policies: policies.CachePolicyList?.Items?.length ?? 0,
    functions: functions.FunctionList?.Items?.length ?? 0,
    certificates: certificates.CertificateSummaryList?.length ?? 0,
    buckets: buckets.Buckets?.length ?? 0,
  };
}

const one = {distributions: 1, controls: 1, policies: 1, functions: 1, certificates: 1, buckets: 1};
const none = {distributions: 0, controls: 0, policies: 0, functions: 0, certificates: 0, buckets: 0};

const run = (aws: Aws): Promise<unknown> => {
  const settings = settingsOf(config);
  return prepareSiteStack({aws, settings, force: false}).then(prepared =>
    finish(applySiteStack({aws, settings, prepared, wait: true, force: false, timeoutMs: 20_000})),
  );
};

const diesIn = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    () => true,
  );

describe('killed before every single call that changes anything', () => {
  it('apply is finished by a rerun: an empty plan, nothing made twice', async () => {
    const writes: string[] = [];
    for (let limit = 0; ; limit++) {
      await world.cloud.reset();
      await createZone(world.aws, 'example.com');
      const dying = dyingAfter(limit);
      const died = await diesIn(run(dying.aws));
      writes.splice(0, writes.length, ...dying.writes);
      await apply(world.aws, config);
      expect(actions(await planOf(world.aws, config)), `killed at call ${limit}`).toEqual([]);
      expect(await census(), `killed at call ${limit}`).toEqual(one);
      if (!died) break;
    }
    console.log(
      `apply: killed before each of ${writes.length} calls (${[...new Set(writes)].join(', ')}), 0 orphans`,
    );
    expect(writes.length).toBeGreaterThan(10);
  }, 240_000);

  it('destroy is finished by a rerun: nothing is left', async () => {
    for (let limit = 0; ; limit++) {
      await world.cloud.reset();
      await createZone(world.aws, 'example.com');
      await apply(world.aws, config);
      const settings = settingsOf(config);
      const destroy = async (aws: Aws): Promise<unknown> => {
        const plan = await planDestroy({aws, settings});
        return finish(destroySiteStack({aws, settings, withObjects: true, timeoutMs: 20_000}, plan));
      };
      const died = await diesIn(destroy(dyingAfter(limit).aws));
      await destroy(world.aws);
      expect(await census(), `killed at call ${limit}`).toEqual(none);
      if (!died) break;
    }
  }, 240_000);
});
