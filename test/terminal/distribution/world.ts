import {createHash} from 'node:crypto';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
  type DistributionConfig,
} from '@aws-sdk/client-cloudfront';
import {readDistribution, type Distribution} from '../../../src/distribution/index.js';
import type {CloudOptions} from '../../../src/local/cloud.js';
import {ensureSite, type SiteResources} from '../../../src/stack/index.js';
import type {Terminal} from '../../../src/terminal/confirm.js';
import type {ChangeRequest} from '../../../src/terminal/distribution/change.js';
import type {Session} from '../../../src/terminal/session.js';
import {finish, openWorld, siteInput, type World} from '../../deploy/world.js';

export interface Desk {
  readonly world: World;
  readonly site: SiteResources;
  readonly session: Session;
  /** What was written to the terminal. */
  readonly said: () => string;
  readonly terminal: Terminal;
  readonly request: ChangeRequest;
  live(): Promise<Distribution>;
  /** As somebody else changes it with the AWS CLI. */
  behindItsBack(change: (config: DistributionConfig) => DistributionConfig): Promise<void>;
  close(): Promise<void>;
}

/** A deployed site, and a command line on which nobody has to answer. */
export async function openDesk(
  files: Readonly<Record<string, string>> = {},
  options: Partial<CloudOptions> = {},
): Promise<Desk> {
  const world = await openWorld(options);
  const stateHome = await mkdtemp(join(tmpdir(), 'frontctl-state-'));
  process.env['XDG_STATE_HOME'] = stateHome;
  // A cloud that is slow on purpose is not waited for.
  const wait = options.deployDelayMs === undefined;
  const {result: site} = await finish(ensureSite({...siteInput(world.aws), wait}));
  const store = await world.aws.objects(site.bucket);
  for (const [key, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    const sha256 = createHash('sha256').update(body).digest('hex');
    await store.put({key, body, sha256, headers: {'content-type': 'text/html'}});
  }
  const output = new PassThrough();
  let said = '';
  output.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  return {
    world,
    site,
    session: {
      config: () => Promise.resolve({config: {}, root: '.', file: undefined, environment: undefined}),
      location: () => Promise.reject(new Error('no cloud of a project')),
      aws: () => Promise.resolve(world.aws),
      follow: async work => (await finish(work)).result,
      signal: new AbortController().signal,
      close: () => Promise.resolve(),
    },
    said: () => said,
    terminal: {input: new PassThrough(), output},
    request: {
      distribution: site.distributionId,
      local: false,
      dryRun: false,
      wait: true,
      timeoutMs: 20_000,
      yes: true,
      unattended: false,
      quiet: false,
    },
    live: () => readDistribution(world.aws, site.distributionId),
    async behindItsBack(change) {
      const client = await world.aws.cloudfront();
      const {DistributionConfig: config, ETag} = await client.send(
        new GetDistributionConfigCommand({Id: site.distributionId}),
      );
      if (config === undefined) throw new Error('no config');
      await client.send(
        new UpdateDistributionCommand({
          Id: site.distributionId,
          IfMatch: ETag,
          DistributionConfig: change(config),
        }),
      );
    },
    async close() {
      await world.close();
      await rm(stateHome, {recursive: true, force: true});
    },
  };
}
