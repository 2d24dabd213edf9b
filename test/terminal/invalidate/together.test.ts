import {describe, expect, it} from 'vitest';
import type {ProgressEvent, Work} from '../../../src/events.js';
import {followAll, together} from '../../../src/terminal/invalidate/together.js';

async function* work(events: readonly ProgressEvent[], end: number | Error): Work<number> {
  for (const event of events) yield await Promise.resolve(event);
  if (end instanceof Error) throw end;
  return end;
}

async function run<T>(all: Work<T>): Promise<{events: ProgressEvent[]; value: T}> {
  const events: ProgressEvent[] = [];
  for (;;) {
    const next = await all.next();
    if (next.done === true) return {events, value: next.value};
    events.push(next.value);
  }
}

const wait = (status: string): ProgressEvent => ({type: 'wait', id: 'x', status, elapsedMs: 1, limitMs: 9});
const step: ProgressEvent = {type: 'step', id: 'x', title: 'Own'};

describe('together', () => {
  it('several are one step, with the status of each, and one that fails stops no other', async () => {
    const broken = new Error('no');
    const {events, value} = await run(
      together('All', [
        {name: 'E1', work: work([step, wait('slow')], 7)},
        {name: 'E2', work: work([step, {type: 'warning', message: 'look'}, wait('slower')], broken)},
      ]),
    );
    expect(value).toEqual([
      {status: 'fulfilled', value: 7},
      {status: 'rejected', reason: broken},
    ]);
    expect(events[0]).toEqual({type: 'step', id: 'together', title: 'All'});
    expect(events.at(-1)).toEqual({type: 'done', id: 'together', detail: '1 of 2 failed'});
    expect(events).toContainEqual({type: 'warning', message: 'E2: look'});
    const statuses = events.flatMap(event => (event.type === 'wait' ? [event.status] : []));
    expect(statuses[0]).toBe('E1 slow');
    expect(statuses.at(-1)).toMatch(/E2 slower$/);
  });
});

describe('followAll', () => {
  const followed: Work<unknown>[] = [];
  const follow = async <T>(all: Work<T>): Promise<T> => {
    followed.push(all);
    return (await run(all)).value;
  };

  it('one alone shows its own progress, and its error goes through the view', async () => {
    const only = work([step, wait('slow')], 7);
    expect(await followAll(follow, 'All', [{name: 'E1', work: only}])).toEqual([
      {status: 'fulfilled', value: 7},
    ]);
    expect(followed).toEqual([only]);
    const reason = new Error('no');
    expect(await followAll(follow, 'All', [{name: 'E1', work: work([], reason)}])).toEqual([
      {status: 'rejected', reason},
    ]);
  });

  it('nothing is nothing', async () => {
    expect(await followAll(follow, 'All', [])).toEqual([]);
  });
});
