/** Torn pages: a crawl without pause while one deploy follows the other. */
import {setTimeout as sleep} from 'node:timers/promises';
import {findProgram} from '../process.js';
import {createSite, writeBuild, type Build, type SiteSize} from './builds.js';
import {crawl, type Counts, type Timeline} from './crawl.js';
import {between, randomOf} from './random.js';
import {deployTo, openStage, run, told, type Ended, type Stage} from './stage.js';

export interface TornOptions {
  readonly seed: number;
  readonly deploys: number;
  /** Visitors at a time. */
  readonly visitors: number;
  readonly size?: SiteSize;
}

export interface Torn extends Counts {
  readonly deploys: number;
  /** How often the edge lost all its copies by itself. */
  readonly evictions: number;
}

const siteSize: SiteSize = {pages: 24, modules: 30, pictures: 10, films: 0};

/** Cloud time between two deploys: an error that the edge keeps for 10 s is gone. */
const betweenMs = 60_000;

/** Makes `folder`, the build, live; returns once visitors must see it. */
export type Deploy = (stage: Stage, folder: string) => Promise<void>;

/**
 * `deploys` builds one after the other under a crawl that begins with the first. Now and then the edge forgets everything,
 * as a location does that was never asked: so visitors see what lies in the bucket at any moment, too.
 */
export async function torn(deploy: Deploy, options: TornOptions): Promise<Torn> {
  const {seed, deploys, visitors, size = siteSize} = options;
  const random = randomOf(seed);
  const nextBuild = createSite(size, randomOf(seed + 1));
  const builds: Build[] = [];
  const timeline: Timeline = {builds, done: 0, begun: 0};
  const stage = await openStage();
  try {
    const folder = `${stage.dir}/dist`;
    const next = async (): Promise<void> => {
      builds.push(nextBuild());
      writeBuild(folder, builds.at(-1) as Build, stage.cloud.clock.now());
      timeline.begun++;
      await deploy(stage, folder);
      timeline.done++;
    };
    await next();
    const crawling = crawl(stage, timeline, visitors, randomOf(seed + 2));
    let evictions = 0;
    let isOver = false;
    const evict = async (): Promise<void> => {
      while (!isOver) {
        await sleep(between(random, 100, 700));
        stage.cloud.edge.purge(stage.distributionId, ['/*']);
        evictions++;
      }
    };
    const evicting = evict();
    for (let count = 0; count < deploys; count++) {
      await next();
      await sleep(between(random, 0, 200));
      stage.cloud.clock.advance(betweenMs);
    }
    isOver = true;
    await Promise.all([crawling.stop(), evicting]);
    return {...crawling.counts, deploys, evictions};
  } finally {
    await stage.close();
  }
}

export const tornByFrontctl = (options: TornOptions): Promise<Torn> =>
  torn(async (stage, folder) => {
    done(await deployTo(stage, {folder}));
  }, options);

/** Undefined where the AWS CLI is not installed. */
export async function tornByAwsCli(options: TornOptions): Promise<Torn | undefined> {
  const aws = findProgram('aws');
  if (aws === undefined) return undefined;
  return torn(async (stage, folder) => {
    const {bucket, distributionId, dir, cloud} = stage;
    const call = async (...args: readonly string[]): Promise<void> => {
      done(await run([aws, ...args], {cwd: dir, endpoint: cloud.endpoint}));
    };
    await call('s3', 'sync', folder, `s3://${bucket}`, '--delete', '--only-show-errors');
    await call('cloudfront', 'create-invalidation', '--distribution-id', distributionId, '--paths', '/*');
    // The embedded edge completes an invalidation after 100 ms.
    await sleep(150);
  }, options);
}

function done(ended: Ended): void {
  if (ended.code !== 0) throw new Error(`A deploy of the crawl failed with ${told(ended)}`);
}

/** `frontctl: 50 deploys, 1,204 loads (9,876 requests), 0 broken, 0 stale`. */
export function tornLine(name: string, counts: Torn): string {
  const n = (value: number): string => value.toLocaleString('en-US');
  const kinds = [...counts.kinds].map(([kind, count]) => `${n(count)} x ${kind}`).join(', ');
  return [
    `${name}: ${n(counts.deploys)} deploys, ${n(counts.loads)} loads (${n(counts.requests)} requests, ${n(counts.late)} from open tabs, `,
    `${n(counts.evictions)} evictions at the edge), ${n(counts.broken)} broken${kinds === '' ? '' : ` (${n(counts.brokenLate)} of them of open tabs; ${kinds})`}, ${n(counts.stale)} stale`,
  ].join('');
}
