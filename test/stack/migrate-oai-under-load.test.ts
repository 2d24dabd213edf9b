import {GetDistributionConfigCommand, UpdateDistributionCommand} from '@aws-sdk/client-cloudfront';
import {expect, onTestFinished, test} from 'vitest';
import {withAccessControl, ensureAccessControl} from '../../src/distribution/index.js';
import {deployMs, openIdentitySite, reads, withIdentity, type IdentitySite} from './identity-site.js';

interface Visitor {
  readonly loads: number;
  readonly failures: readonly {readonly path: string; readonly status: number}[];
  /** Passes cloud time in steps, with a round of loads after each. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

const stepMs = 5000;

/** Loads all paths in lockstep with the clock, and all the time, also while calls are under way. */
function visit(site: IdentitySite, id: string, paths: readonly string[]): Visitor {
  let loads = 0;
  const failures: {path: string; status: number}[] = [];
  const round = async (): Promise<void> => {
    await Promise.all(
      paths.map(async path => {
        const status = await site.load(id, path);
        loads++;
        if (status !== 200) failures.push({path, status});
      }),
    );
  };
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) await round();
  })();
  return {
    get loads() {
      return loads;
    },
    failures,
    async pass(ms) {
      for (let left = ms; left > 0; left -= stepMs) {
        await site.advance(Math.min(stepMs, left));
        await round();
      }
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

const open = async () => {
  const site = await openIdentitySite();
  onTestFinished(() => site.close());
  const oai = await site.identity();
  await site.bucket('site', ['index.html', 'o1/a.jpg']);
  await site.allow('site', reads(oai.id, 'site'));
  const {id, arn} = await site.distribution([withIdentity(oai.id), withIdentity(oai.id)]);
  const visitor = visit(site, id, ['/index.html', '/o1/a.jpg']);
  onTestFinished(() => visitor.stop());
  return {site, oai, id, arn, visitor};
};

test('OAI to OAC while a client loads the site without pause: 0 failures', async () => {
  const {site, oai, id, arn, visitor} = await open();
  await visitor.pass(30_000);
  const result = await site.migrate(id, {sleep: ms => visitor.pass(ms), deleteIdentities: true});
  expect(result).toMatchObject({status: 'done', idleIdentities: []});
  await visitor.pass(2 * deployMs);
  await visitor.stop();
  expect(visitor.failures).toEqual([]);
  expect(visitor.loads).toBeGreaterThan(100);
  console.log(`OAI to OAC under load: ${visitor.loads} loads, ${visitor.failures.length} failures`);
  expect(await site.statements('site')).toEqual([
    expect.objectContaining({
      Sid: 'FrontctlCloudFrontRead',
      Condition: {StringEquals: {'AWS:SourceArn': arn}},
    }),
  ]);
  expect(await site.identities()).not.toContain(oai.id);
});

test('done wrong, the same client is refused: attached before the bucket allows it', async () => {
  const {site, id, visitor} = await open();
  const {aws} = site.world;
  const cloudfront = await aws.cloudfront();
  const control = await ensureAccessControl(aws, 'early');
  const {DistributionConfig: config, ETag} = await cloudfront.send(
    new GetDistributionConfigCommand({Id: id}),
  );
  if (config === undefined) throw new Error('no config');
  const DistributionConfig = withAccessControl(config, ['o0', 'o1'], control.id);
  await cloudfront.send(new UpdateDistributionCommand({Id: id, IfMatch: ETag, DistributionConfig}));
  await visitor.pass(2 * deployMs);
  await visitor.stop();
  expect(visitor.failures.length).toBeGreaterThan(0);
  expect(visitor.failures.every(({status}) => status === 403)).toBe(true);
});

test('done wrong, the same client is refused: the identity leaves the policy before every edge has the change', async () => {
  const {site, oai, id, arn, visitor} = await open();
  const {aws} = site.world;
  const cloudfront = await aws.cloudfront();
  await site.allow(
    'site',
    {
      Effect: 'Allow',
      Principal: {Service: 'cloudfront.amazonaws.com'},
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::site/*',
      Condition: {StringEquals: {'AWS:SourceArn': arn}},
    },
    reads(oai.id, 'site'),
  );
  const control = await ensureAccessControl(aws, 'hasty');
  const {DistributionConfig: config, ETag} = await cloudfront.send(
    new GetDistributionConfigCommand({Id: id}),
  );
  if (config === undefined) throw new Error('no config');
  const DistributionConfig = withAccessControl(config, ['o0', 'o1'], control.id);
  await cloudfront.send(new UpdateDistributionCommand({Id: id, IfMatch: ETag, DistributionConfig}));
  const [service] = await site.statements('site');
  await site.allow('site', service ?? {});
  await visitor.pass(2 * deployMs);
  await visitor.stop();
  expect(visitor.failures.length).toBeGreaterThan(0);
});
