/** kill -9 of a deploy at any moment, and the run after it. */
import type {ChildProcess} from 'node:child_process';
import {createSite, writeBuild, type Build, type SiteSize} from './builds.js';
import {openProxy, type Call, type Verdict} from './proxy.js';
import {between, chance, pick, randomOf, type Random} from './random.js';
import {deployTo, openStage, told, type Ended, type Stage} from './stage.js';
import {flaws, torn, warm} from './whole.js';

export interface KillOptions {
  readonly seed: number;
  readonly kills: number;
  /** Kills after which the other machine's lock has to be waited for; the rest are done at once. */
  readonly elsewhere: number;
  /** Kills at a moment in time, from 0 to 1; the rest are aimed at a write. Default: half of them. */
  readonly timed?: number;
  readonly size?: SiteSize;
}

export interface Kills {
  readonly kills: number;
  /** Deploys that ended before the moment came: faster, or with fewer writes than the one that was measured. */
  readonly tooLate: number;
  /** By what they were aimed at and what came after. */
  readonly byMoment: Readonly<Record<Moment['at'], number>>;
  readonly byRerun: Readonly<Record<Rerun, number>>;
  /** Kills that left some of these behind, all of which the rerun cleared. */
  readonly left: {lock: number; journal: number; parts: number};
  readonly flaws: readonly string[];
}

const siteSize: SiteSize = {pages: 40, modules: 60, pictures: 60, films: 2};

/** Its files may still be kept: five releases, and as many that were killed. */
const history = 12;

/** `time`: ms after its start. `write`: its n-th call that changes something, `before` or `after` it took effect. */
type Moment =
  {readonly at: 'time'; readonly ms: number} | {readonly at: 'before' | 'after'; readonly write: number};

/** Who comes next: the same build again, another one, or the same from a machine that cannot see that process. */
type Rerun = 'same' | 'other' | 'elsewhere';

export async function kill(options: KillOptions): Promise<Kills> {
  const {seed, kills, elsewhere, timed = 0.5, size = siteSize} = options;
  const random = randomOf(seed);
  const nextBuild = createSite(size, randomOf(seed + 1));
  const stage = await openStage();
  const counts = {
    kills: 0,
    tooLate: 0,
    byMoment: {time: 0, before: 0, after: 0},
    byRerun: {same: 0, other: 0, elsewhere: 0},
    left: {lock: 0, journal: 0, parts: 0},
    flaws: [] as string[],
  };
  const builds: Build[] = [];
  const folder = `${stage.dir}/dist`;
  const build = (): Build => {
    const next = nextBuild();
    builds.push(next);
    writeBuild(folder, next);
    return next;
  };
  const victim = await openVictim(stage, folder);
  try {
    let live = build();
    let whole = await victim.whole();
    for (;;) {
      const rerun = chance(random, 0.25) ? 'other' : 'same';
      await warm(stage, live);
      const previous = live;
      live = build();
      // The first changed deploy tells how long one takes, and how many writes it is.
      if (builds.length === 2) whole = await victim.whole();
      else {
        const moment = momentOf(random, whole, timed);
        const ended = await victim.killedAt(moment);
        if (ended === undefined) {
          counts.kills++;
          counts.byMoment[moment.at]++;
        } else {
          counts.tooLate++;
          // Other work on the machine makes a deploy slower and faster again: the aim follows.
          whole = {...whole, ms: (whole.ms + ended.ms) / 2};
        }
        const what = `kill ${counts.kills} (${JSON.stringify(moment)}`;
        counts.flaws.push(...(await torn(stage, previous)).map(flaw => `${what}): ${flaw}`));
        const {lock} = await leftBy(stage, counts.left);
        const isElsewhere = lock !== undefined && counts.byRerun.elsewhere < elsewhere;
        if (rerun === 'other' && !isElsewhere) live = build();
        counts.byRerun[isElsewhere ? 'elsewhere' : rerun]++;
        const next = await (isElsewhere ? fromElsewhere(stage, folder, lock) : deployTo(stage, {folder}));
        const wrong = next.code === 0 ? [] : [told(next)];
        const wanted = {build: live, folder, previous, earlier: builds.slice(-history, -1)};
        wrong.push(...(await flaws(stage, wanted)));
        counts.flaws.push(...wrong.map(flaw => `${what}, ${isElsewhere ? 'elsewhere' : rerun}): ${flaw}`));
      }
      // Errors that the edge keeps for 10 s are gone by the next round.
      stage.cloud.clock.advance(60_000);
      if (counts.kills >= kills) return counts;
    }
  } finally {
    victim.close();
    await stage.close();
  }
}

/** How long a deploy takes, and its writes. */
interface Measured {
  readonly ms: number;
  readonly writes: number;
}

function momentOf(random: Random, {ms, writes}: Measured, timed: number): Moment {
  if (chance(random, timed)) return {at: 'time', ms: between(random, 0, Math.ceil(ms))};
  return {at: pick(random, ['before', 'after'] as const), write: between(random, 1, writes)};
}

/** Deploys of the folder through a proxy that knows when to kill them. */
async function openVictim(stage: Stage, folder: string) {
  let child: ChildProcess | undefined;
  // Each for itself: of writes that run at a time, others have begun by the time one has taken effect.
  const writes = {before: 0, after: 0};
  let due: Moment | undefined;
  const strike = (at: 'before' | 'after', {isWrite}: Call): Verdict => {
    if (!isWrite) return 'pass';
    writes[at]++;
    if (due?.at !== at || due.write !== writes[at]) return 'pass';
    child?.kill('SIGKILL');
    return 'cut';
  };
  const proxy = await openProxy({
    to: stage.cloud.endpoint,
    onCall: call => strike('before', call),
    onDone: call => strike('after', call),
  });
  const deploy = async (moment: Moment | undefined): Promise<Ended> => {
    Object.assign(writes, {before: 0, after: 0});
    due = moment;
    let timer: NodeJS.Timeout | undefined;
    const started = (running: ChildProcess): void => {
      child = running;
      if (moment?.at === 'time') timer = setTimeout(() => running.kill('SIGKILL'), moment.ms);
    };
    const ended = await deployTo(stage, {folder, endpoint: proxy.endpoint, started});
    clearTimeout(timer);
    return ended;
  };
  return {
    close: () => proxy.close(),
    async whole(): Promise<Measured> {
      const ended = await deploy(undefined);
      if (ended.code !== 0) throw new Error(`A deploy that nobody killed failed with ${told(ended)}`);
      return {ms: ended.ms, writes: writes.after};
    },
    /** Undefined: it was killed; else it was done before. */
    async killedAt(moment: Moment): Promise<Ended | undefined> {
      const ended = await deploy(moment);
      if (ended.signal === 'SIGKILL') return undefined;
      if (ended.code !== 0) throw new Error(`A deploy that nobody killed failed with ${told(ended)}`);
      return ended;
    },
  };
}

interface Left {
  /** The lock's document. */
  readonly lock: Buffer | undefined;
}

/** Counts what lies in the bucket between a kill and the next run. */
async function leftBy(stage: Stage, counts: Kills['left']): Promise<Left> {
  const {ListMultipartUploadsCommand} = await import('@aws-sdk/client-s3');
  const store = await stage.aws.objects(stage.bucket);
  const [lock, manifest, uploads] = await Promise.all([
    store.get('.frontctl/lock.json'),
    store.get('.frontctl/manifest.json'),
    (await stage.aws.s3()).send(new ListMultipartUploadsCommand({Bucket: stage.bucket})),
  ]);
  if (typeof lock === 'object') counts.lock++;
  const text = typeof manifest === 'object' ? Buffer.from(manifest.body).toString() : '{}';
  const {pendingInvalidations = []} = JSON.parse(text) as {pendingInvalidations?: readonly unknown[]};
  if (pendingInvalidations.length > 0) counts.journal++;
  if ((uploads.Uploads ?? []).length > 0) counts.parts++;
  return {lock: typeof lock === 'object' ? Buffer.from(lock.body) : undefined};
}

/** The same lock, held by a machine of another name: the next run cannot look for its process and waits until it expires. */
async function fromElsewhere(stage: Stage, folder: string, lock: Buffer): Promise<Ended> {
  const {createHash} = await import('node:crypto');
  const store = await stage.aws.objects(stage.bucket);
  const lease = JSON.parse(lock.toString()) as {holder: object};
  const body = Buffer.from(JSON.stringify({...lease, holder: {...lease.holder, host: 'elsewhere'}}));
  const sha256 = createHash('sha256').update(body).digest('hex');
  await store.put({key: '.frontctl/lock.json', body, sha256, headers: {}});
  let said = '';
  return deployTo(stage, {
    folder,
    started: child => {
      child.stderr?.on('data', (text: string) => {
        const isWaiting = said.includes('Wait for the deploy');
        said += text;
        // The cloud's minute passes at once.
        if (!isWaiting && said.includes('Wait for the deploy')) stage.cloud.clock.advance(65_000);
      });
    },
  });
}

export function killLine({kills, tooLate, byMoment, byRerun, left, flaws: found}: Kills): string {
  return [
    `kill -9: ${kills} kills (${byMoment.time} at a moment, ${byMoment.before} before and ${byMoment.after} after a write; ${tooLate} deploys ended first) `,
    `left ${left.lock} locks, ${left.journal} invalidations, ${left.parts} uploads in parts; reruns: ${byRerun.same} of the same build, `,
    `${byRerun.other} of another, ${byRerun.elsewhere} from another machine; ${found.length} flaws`,
  ].join('');
}
