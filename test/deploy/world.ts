import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {createAws, type Aws} from '../../src/aws/index.js';
import type {Config} from '../../src/config/types.js';
import type {Work} from '../../src/events.js';
import {deploy, type DeployInput, type DeployResult} from '../../src/deploy/index.js';
import {startCloud, type Cloud, type CloudOptions, type LogEntry} from '../../src/local/cloud.js';
import {ensureSite, type SiteResources} from '../../src/stack/index.js';
import {finish} from './finish.js';

export {finish} from './finish.js';

export interface World {
  readonly cloud: Cloud;
  readonly aws: Aws;
  /** Build folder. */
  readonly dir: string;
  /** API calls that the cloud served, `<service> <operation>`, since `calls.length = 0`. */
  readonly calls: string[];
  write(files: Readonly<Record<string, string | Buffer>>): Promise<void>;
  remove(key: string): Promise<void>;
  site(): Promise<SiteResources>;
  close(): Promise<void>;
}

export async function openWorld(options: Partial<CloudOptions> = {}): Promise<World> {
  const calls: string[] = [];
  const log = ({by, operation}: LogEntry): void => {
    if (by !== 'edge' && by !== 'admin') calls.push(`${by} ${operation}`);
  };
  const cloud = await startCloud({port: 0, log, ...options});
  const aws = createAws({local: {endpoint: cloud.endpoint}});
  const dir = await mkdtemp(join(tmpdir(), 'frontctl-deploy-'));
  return {
    cloud,
    aws,
    dir,
    calls,
    async write(files) {
      for (const [key, content] of Object.entries(files)) {
        await mkdir(dirname(join(dir, key)), {recursive: true});
        await writeFile(join(dir, key), content);
      }
    },
    remove: key => rm(join(dir, key)),
    site: async () => (await finish(ensureSite(siteInput(aws)))).result,
    async close() {
      await aws.close();
      await cloud.close();
      await rm(dir, {recursive: true, force: true});
    },
  };
}

export const siteInput = (aws: Aws, config: Config = {}) => ({
  aws,
  settings: {name: 'test-site', config, code: new Map<string, string>()},
  wait: true,
  timeoutMs: 20_000,
});

/** What a deploy has to know of a site. */
type Site = Pick<SiteResources, 'bucket' | 'distributionId'>;

let releases = 0;

export function deployInput(world: World, resources: Site, more: Partial<DeployInput> = {}): DeployInput {
  return {
    aws: world.aws,
    site: {dir: world.dir, site: {}},
    bucket: resources.bucket,
    prefix: '',
    distributionIds: [resources.distributionId],
    // What these tests are about goes at once; release.test.ts is about what stays.
    keep: {releases: 1},
    prune: true,
    wait: true,
    timeoutMs: 20_000,
    release: `r${++releases}`,
    ...more,
  };
}

export async function deployOnce(
  world: World,
  resources: Site,
  more: Partial<DeployInput> = {},
): Promise<DeployResult> {
  return (await finish(deploy(deployInput(world, resources, more)))).result;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A GET through the edge, on the distribution's own port. */
export async function browse(world: World, {distributionId}: Site, path: string): Promise<Answer> {
  const port = world.cloud.edge.portOf(distributionId);
  const response = await fetch(`http://127.0.0.1:${port ?? 0}${path}`);
  return {status: response.status, headers: response.headers, text: await response.text()};
}

/** Everything in the bucket but frontctl's own folder. */
export async function objectsOf(world: World, bucket: string): Promise<readonly string[]> {
  const store = await world.aws.objects(bucket);
  return (await store.list()).map(({key}) => key).filter(key => !key.startsWith('.frontctl/'));
}

/** Body of an object; empty when there is none. */
export async function bodyOf(world: World, bucket: string, key: string): Promise<Buffer> {
  const found = await (await world.aws.objects(bucket)).get(key);
  return typeof found === 'object' ? Buffer.from(found.body) : Buffer.alloc(0);
}

/** Runs a deploy until its plan is made and nothing is changed yet. */
export async function untilPlanned(work: Work<DeployResult>): Promise<void> {
  for (;;) {
    const next = await work.next();
    if (next.done === true || next.value.type === 'done') return;
  }
}
