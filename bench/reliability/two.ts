/** Two deploys of one site at once. */
import {setTimeout as sleep} from 'node:timers/promises';
import {createSite, writeBuild, type Build, type SiteSize} from './builds.js';
import {openProxy, type Call, type Proxy} from './proxy.js';
import {between, chance, randomOf} from './random.js';
import {deployTo, openStage, told, type Ended, type Stage} from './stage.js';
import {flaws, warm} from './whole.js';

export interface TwoOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly size?: SiteSize;
}

export interface Two {
  rounds: number;
  /** The older one was done before the newer one had the lock, so both went live in turn. */
  inTurn: number;
  /** The newer one was first, and the older one was refused (exit 4). */
  refused: number;
  /** One of them waited for the other's lock. */
  waited: number;
  /** Writes to the site that were watched. */
  writes: number;
  readonly flaws: string[];
}

const siteSize: SiteSize = {pages: 30, modules: 40, pictures: 30, films: 0};

/** Who holds the lock, by what passes the proxies, and what is written without it. */
export interface Watch {
  readonly flaws: string[];
  writes: number;
  proxyFor(name: string): Promise<Proxy>;
}

const lockPath = '/.frontctl/lock.json';

/**
 * Every process has a proxy of its own, so that each call is known to be its. A lock begins with the answer to the PUT that
 * was accepted and ends with the DELETE on its way; every other write must begin and end between the two.
 */
export function watchLock(endpoint: string): Watch {
  let holder: string | undefined;
  const found: string[] = [];
  const watch: Watch = {
    flaws: found,
    writes: 0,
    proxyFor: name => {
      const check = (call: Call, what: string): void => {
        if (holder !== name)
          found.push(
            `${name} ${what} ${call.method} ${call.target} while ${holder ?? 'nobody'} holds the lock`,
          );
      };
      return openProxy({
        to: endpoint,
        onCall(call) {
          if (!call.isWrite) return 'pass';
          if (call.target.includes(lockPath)) {
            if (call.method === 'DELETE' && holder === name) holder = undefined;
            return 'pass';
          }
          watch.writes++;
          check(call, 'begins');
          return 'pass';
        },
        onDone(call, status) {
          if (!call.isWrite) return 'pass';
          if (!call.target.includes(lockPath)) {
            check(call, 'ends');
            return 'pass';
          }
          if (call.method === 'PUT' && status === 200) {
            if (holder !== undefined && holder !== name)
              found.push(`${name} takes the lock that ${holder} holds`);
            holder = name;
          }
          return 'pass';
        },
      });
    },
  };
  return watch;
}

export async function two({seed, rounds, size = siteSize}: TwoOptions): Promise<Two> {
  const random = randomOf(seed);
  const nextBuild = createSite(size, randomOf(seed + 1));
  const stage = await openStage();
  const counts: Two = {rounds: 0, inTurn: 0, refused: 0, waited: 0, writes: 0, flaws: []};
  const builds: Build[] = [];
  const folders = {older: `${stage.dir}/older`, newer: `${stage.dir}/newer`};
  const watch = watchLock(stage.cloud.endpoint);
  const proxies = {older: await watch.proxyFor('the older'), newer: await watch.proxyFor('the newer')};
  const build = (who: 'older' | 'newer'): Build => {
    const next = nextBuild();
    builds.push(next);
    writeBuild(folders[who], next);
    return next;
  };
  try {
    build('newer');
    await deployAs(stage, folders.newer, 0, stage.cloud.endpoint);
    for (let round = 1; round <= rounds; round++) {
      const previous = builds.at(-1);
      if (previous) await warm(stage, previous);
      const [older, newer] = [build('older'), build('newer')];
      const isOlderFirst = chance(random, 0.5);
      const offset = between(random, 0, 300);
      const start = async (who: 'older' | 'newer', number: number): Promise<Ended> => {
        if ((who === 'older') !== isOlderFirst) await sleep(offset);
        return deployAs(stage, folders[who], number, proxies[who].endpoint);
      };
      const [first, second] = await Promise.all([start('older', older.number), start('newer', newer.number)]);
      counts.rounds++;
      const wrong: string[] = [];
      if (first.code === 0) counts.inTurn++;
      else if (first.code === 4) counts.refused++;
      else wrong.push(`the older one ended with ${told(first)}`);
      if (first.code === 4 && !/NEWER_RELEASE_LIVE|is live at/.test(first.stderr))
        wrong.push(`the older one ended with ${told(first)}`);
      if (second.code !== 0) wrong.push(`the newer one ended with ${told(second)}`);
      if ([first, second].some(({stderr}) => stderr.includes('Wait for the deploy'))) counts.waited++;
      wrong.push(
        ...(await flaws(stage, {
          build: newer,
          folder: folders.newer,
          previous,
          earlier: builds.slice(-12, -1),
        })),
        ...watch.flaws.splice(0),
      );
      counts.flaws.push(
        ...wrong.map(
          flaw => `round ${round}, ${isOlderFirst ? 'older' : 'newer'} first by ${offset} ms: ${flaw}`,
        ),
      );
      stage.cloud.clock.advance(60_000);
    }
    counts.writes = watch.writes;
    return counts;
  } finally {
    proxies.older.close();
    proxies.newer.close();
    await stage.close();
  }
}

const deployAs = (stage: Stage, folder: string, number: number, endpoint: string): Promise<Ended> =>
  deployTo(stage, {folder, endpoint, flags: ['--release', `build-${number}`]});

export function twoLine({rounds, inTurn, refused, waited, writes, flaws: found}: Two): string {
  return [
    `two at once: ${rounds} rounds, ${inTurn} one after the other, ${refused} in which the older was refused (exit 4), ${waited} with a wait for the lock; `,
    `${writes.toLocaleString('en-US')} writes watched, ${found.length} flaws`,
  ].join('');
}
