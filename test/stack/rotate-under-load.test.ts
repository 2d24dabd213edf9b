import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {Signer} from '../../src/signing/index.js';
import {rotateKey, type RotateKeyInput, type RotateKeyResult} from '../../src/stack/index.js';
import {finish} from '../deploy/world.js';
import {hour, minute, openPrivateSite, second, type PrivateSite} from './private-site.js';

/** The longest that a URL lives here. */
const longest = 10 * minute;
const step = 10 * second;

interface Crowd {
  readonly loads: number;
  readonly refusals: readonly {readonly key: string; readonly at: number; readonly status: number}[];
  /** What signers use from now on. */
  use(signers: readonly [Signer, ...Signer[]]): void;
  /** Signs with every signer in use, loads that and every URL signed before that has not expired. */
  round(): Promise<void>;
  /** Passes cloud time in steps, with a round after each. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Viewers who never pause: some load in lockstep with the clock, to the last second of every URL; one loads all the time,
 * also while the calls of the rotation are under way.
 */
function gather(site: PrivateSite, start: Signer): Crowd {
  let signers: readonly [Signer, ...Signer[]] = [start];
  let loads = 0;
  const refusals: {key: string; at: number; status: number}[] = [];
  let pool: {readonly path: string; readonly key: string; readonly until: number}[] = [];
  const load = async (path: string, key: string): Promise<void> => {
    const status = await site.load(path);
    loads++;
    if (status !== 200) refusals.push({key, at: site.now(), status});
  };
  const round = async (): Promise<void> => {
    const now = site.now();
    for (const signer of signers) {
      // Whole seconds: CloudFront compares those.
      const until = Math.floor((now + longest) / second) * second;
      pool.push({path: site.sign(signer, longest), key: signer.keyPairId, until});
    }
    pool = pool.filter(({until}) => until > now);
    const oldest = pool.slice(0, 4);
    const newest = pool.slice(-signers.length);
    await Promise.all([...new Set([...oldest, ...newest])].map(({path, key}) => load(path, key)));
  };
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      for (const signer of signers) await load(site.sign(signer, hour), signer.keyPairId);
    }
  })();
  return {
    get loads() {
      return loads;
    },
    refusals,
    use: given => void (signers = given),
    round,
    async pass(ms) {
      for (let left = ms; left > 0; left -= step) {
        await site.advance(Math.min(step, left));
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
  const site = await openPrivateSite();
  onTestFinished(() => site.close());
  const old = await site.signer(site.first.file, site.first.id);
  const crowd = gather(site, old);
  onTestFinished(() => crowd.stop());
  const rotate = async (more: Partial<RotateKeyInput> = {}): Promise<RotateKeyResult> => {
    const work = rotateKey({
      aws: site.aws,
      group: 'media',
      action: 'go on',
      settleMs: 2 * minute,
      ...site.waiting,
      sleep: ms => crowd.pass(ms),
      ...more,
    });
    return (await finish(work)).result;
  };
  return {site, old, crowd, rotate};
};

test('a whole rotation while viewers load signed URLs without pause: nobody is refused', async () => {
  const {site, old, crowd, rotate} = await open();
  await crowd.pass(minute);
  const out = join(site.keyDir, 'second.pem');
  const began = await rotate({key: {from: 'pair', path: out}, longestExpiryMs: longest});
  expect(began).toMatchObject({status: 'ready', oldKey: site.first.id, privateKeyFile: out});
  const fresh = await site.signer(out, began.newKey);

  // Signers switch one after the other.
  crowd.use([old, fresh]);
  await crowd.pass(3 * minute);
  crowd.use([fresh]);
  await crowd.pass(minute);
  const switched = await rotate({action: 'switched'});
  expect(switched).toMatchObject({status: 'waiting', newKey: began.newKey});
  expect(await site.keysOfGroup()).toEqual([site.first.id, began.newKey]);

  // Asked again and again meanwhile.
  for (let asked = 0; asked < 4; asked++) {
    await crowd.pass(2 * minute);
    expect(await rotate()).toMatchObject({status: 'waiting', removableAt: switched.removableAt});
  }
  await crowd.pass(Date.parse(switched.removableAt ?? '') - site.now());
  expect(await rotate()).toMatchObject({status: 'done', next: null});
  expect(await site.keysOfGroup()).toEqual([began.newKey]);
  expect((await site.publicKeys()).map(({id}) => id)).toEqual([began.newKey]);
  await crowd.pass(2 * minute);
  await crowd.stop();
  expect(crowd.refusals).toEqual([]);
  expect(crowd.loads).toBeGreaterThan(500);
  // What kept the viewers in was the order, not an edge that lets everybody in.
  expect(await site.load(site.sign(old, hour))).toBe(403);
});

test('done wrong, the same viewers are refused: the old key replaced at once', async () => {
  const {site, crowd, rotate} = await open();
  const out = join(site.keyDir, 'second.pem');
  const began = await rotate({key: {from: 'pair', path: out}, longestExpiryMs: longest});
  expect(crowd.refusals).toEqual([]);
  const fresh = await site.signer(out, began.newKey);
  crowd.use([fresh]);
  await site.setGroup([began.newKey]);
  await crowd.pass(2 * minute);
  await crowd.stop();
  expect(crowd.refusals.length).toBeGreaterThan(0);
  expect(new Set(crowd.refusals.map(({key}) => key))).toEqual(new Set([site.first.id]));
});

test('done wrong, the same viewers are refused: signers switch before the edge knows the new key', async () => {
  const {site, crowd, rotate} = await open();
  const out = join(site.keyDir, 'second.pem');
  let early = 0;
  await rotate({
    key: {from: 'pair', path: out},
    longestExpiryMs: longest,
    sleep: async ms => {
      const key = (await site.keysOfGroup())[1] ?? '';
      if (early++ === 0) crowd.use([await site.signer(out, key)]);
      await crowd.pass(ms);
    },
  });
  await crowd.stop();
  expect(crowd.refusals.length).toBeGreaterThan(0);
  expect(crowd.refusals.every(({key}) => key !== site.first.id)).toBe(true);
});
