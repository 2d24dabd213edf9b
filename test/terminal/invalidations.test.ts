import {afterAll, beforeAll, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import type {Session} from '../../src/terminal/session.js';
import {listAll} from '../../src/terminal/invalidations.js';
import {openWorld, type World} from '../deploy/world.js';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const sessionOf = (aws: Aws, signal: AbortSignal): Session => ({
  config: () => Promise.resolve({config: {}, root: '.', file: undefined, environment: undefined}),
  location: () => Promise.reject(new Error('no cloud')),
  aws: () => Promise.resolve(aws),
  follow: () => Promise.reject(new Error('nothing to follow')),
  signal,
  close: () => Promise.resolve(),
});

interface Call {
  readonly id: string;
  readonly answer: () => void;
}

/** An AWS whose lists are empty and come when they are told to. */
function slowAws(): {readonly aws: Aws; readonly open: Call[]} {
  const open: Call[] = [];
  const send = (command: {input: {DistributionId?: string}}, {abortSignal}: {abortSignal?: AbortSignal}) =>
    new Promise((resolve, reject) => {
      abortSignal?.addEventListener('abort', () => {
        reject(new DOMException('stopped', 'AbortError'));
      });
      const answer = (): void => resolve({InvalidationList: {Items: [], IsTruncated: false}});
      open.push({id: command.input.DistributionId ?? '', answer});
    });
  return {aws: {...world.aws, cloudfront: () => Promise.resolve({send} as never)}, open};
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
const ids = Array.from({length: 10}, (_, n) => `E00000${n}`);
const flags = {distribution: ids, tenant: undefined, local: false, limit: 20};

it('reads a few distributions at a time, and tells them in the order in which they were named', async () => {
  const {aws, open} = slowAws();
  const listing = listAll(sessionOf(aws, new AbortController().signal), flags);
  let most = 0;
  for (let done = 0; done < ids.length;) {
    await turn();
    most = Math.max(most, open.length);
    const last = open.pop();
    if (last === undefined) continue;
    last.answer();
    done++;
  }
  expect(most).toBe(4);
  expect(await listing).toEqual({
    distributions: ids.map(distributionId => ({distributionId, invalidations: []})),
  });
});

it('ends at Ctrl-C', async () => {
  const {aws, open} = slowAws();
  const stop = new AbortController();
  const listing = listAll(sessionOf(aws, stop.signal), flags);
  while (open.length === 0) await turn();
  stop.abort();
  await expect(listing).rejects.toMatchObject({name: 'AbortError'});
});
