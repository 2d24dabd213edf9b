import {describe, expect, it} from 'vitest';
import type {ProgressEvent} from '../../src/events.js';
import {Failure} from '../../src/failure.js';
import {call, waitFor, type Poll, type WaitOptions} from '../../src/aws/index.js';

/** Runs a wait on a clock of its own: every sleep moves it. */
async function run<T>(
  polls: readonly (Poll<T> | Error)[],
  options: Partial<WaitOptions<T>> = {},
): Promise<{events: ProgressEvent[]; sleeps: number[]; value?: T; error?: unknown}> {
  let time = 0;
  let at = 0;
  const sleeps: number[] = [];
  const events: ProgressEvent[] = [];
  const work = waitFor<T>({
    id: 'invalidation',
    subject: 'Invalidation I1',
    timeoutMs: 60_000,
    delay: {firstMs: 1000, factor: 2, maxMs: 8000},
    now: () => time,
    sleep: ms => {
      sleeps.push(ms);
      time += ms;
      return Promise.resolve();
    },
    poll: () => {
      const next = polls[Math.min(at, polls.length - 1)]!;
      at += 1;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    ...options,
  });
  try {
    for (;;) {
      const step = await work.next();
      if (step.done === true) return {events, sleeps, value: step.value};
      events.push(step.value);
    }
  } catch (error) {
    return {events, sleeps, error};
  }
}

const pending = {done: false, status: 'InProgress'} as const;
const service = (name: string, status: number): Error =>
  Object.assign(new Error(name), {name, $metadata: {httpStatusCode: status}});

describe('waitFor', () => {
  it('looks at once and answers without an event when it is done already', async () => {
    expect(await run([{done: true, value: 7}])).toEqual({events: [], sleeps: [], value: 7});
  });

  it('yields one event a look and lengthens its pauses up to the longest', async () => {
    const result = await run([pending, pending, pending, pending, pending, {done: true, value: 'ok'}]);
    expect(result.value).toBe('ok');
    expect(result.sleeps).toEqual([1000, 2000, 4000, 8000, 8000]);
    expect(result.events[2]).toEqual({
      type: 'wait',
      id: 'invalidation',
      status: 'InProgress',
      elapsedMs: 3000,
      limitMs: 60_000,
    });
  });

  it('looks once more at the deadline itself, then fails with exit 5', async () => {
    const result = await run([pending], {
      timeoutMs: 10_000,
      resumeHint: 'Run `frontctl invalidation wait I1`.',
    });
    expect(result.sleeps).toEqual([1000, 2000, 4000, 3000]);
    expect(result.error).toMatchObject({
      code: 'WAIT_TIMEOUT',
      exitCode: 5,
      message: 'Invalidation I1: still InProgress after 10 s',
      hint: 'Run `frontctl invalidation wait I1`.',
    });
  });

  it.each([
    service('ThrottlingException', 400),
    service('ServiceUnavailable', 503),
    service('InternalError', 500),
    Object.assign(new Error('reset'), {code: 'ECONNRESET'}),
    Object.assign(new Error('refused'), {code: 'ECONNREFUSED'}),
  ])('goes on after $name $code', async error => {
    const result = await run([error, pending, error, {done: true, value: 1}]);
    expect(result.value).toBe(1);
    expect(result.events).toHaveLength(3);
  });

  it.each([service('AccessDenied', 403), service('NoSuchDistribution', 404), new TypeError('a bug')])(
    'ends at once on $name',
    async error => {
      const result = await run([pending, error]);
      expect(result.error).toBe(error);
      expect(result.sleeps).toEqual([1000]);
    },
  );

  it('tells at the deadline that the last look failed', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), {code: 'ECONNREFUSED'});
    const result = await run([pending, refused], {timeoutMs: 300});
    expect(result.error).toMatchObject({
      code: 'WAIT_TIMEOUT',
      message: 'Invalidation I1: still InProgress after 0.3 s; the last look failed: connect ECONNREFUSED',
    });
  });

  const lost = (code: string): Error => Object.assign(new Error(`connect ${code}`), {code});

  it('tells a look that got no answer apart from the state before', async () => {
    const result = await run([
      pending,
      lost('ECONNREFUSED'),
      service('ServiceUnavailable', 503),
      service('InternalError', 500),
      pending,
      {done: true, value: 1},
    ]);
    expect(result.events.map(event => (event.type === 'wait' ? event.status : ''))).toEqual([
      'InProgress',
      'no answer (ECONNREFUSED)',
      'throttled',
      'HTTP 500',
      'InProgress',
    ]);
  });

  it('says at the deadline that nothing was ever answered', async () => {
    const result = await run([lost('ECONNRESET')], {timeoutMs: 300});
    expect(result.error).toMatchObject({
      message:
        'Invalidation I1: still no answer (ECONNRESET) after 0.3 s; the last look failed: connect ECONNRESET',
    });
  });

  it.each(['ECONNREFUSED', 'EAI_AGAIN'])('at first contact ends with the third %s in a row', async code => {
    const error = lost(code);
    const result = await run([error, lost('ECONNRESET'), error], {isFirstContact: true});
    expect(result.error).toBe(error);
    expect(result.sleeps).toHaveLength(4);
  });

  it('at first contact ends at once where the host does not exist', async () => {
    const result = await run([lost('ENOTFOUND')], {isFirstContact: true});
    expect(result).toMatchObject({sleeps: [], error: {code: 'ENOTFOUND'}});
  });

  it.each([pending, service('ServiceUnavailable', 503)])(
    'waits an outage out once anything was answered',
    async answer => {
      const outage = Array.from({length: 5}, (_, n) => lost(n % 2 === 0 ? 'ENOTFOUND' : 'ECONNREFUSED'));
      const first = [lost('ECONNREFUSED'), answer, ...outage, {done: true, value: 1} as const];
      expect((await run(first, {isFirstContact: true})).value).toBe(1);
      expect((await run([...outage, {done: true, value: 2}])).value).toBe(2);
    },
  );

  it('sees through a Failure that a call inside the poll made', async () => {
    const what = {service: 'cloudfront', operation: 'GetInvalidation', resource: 'invalidation I1'} as const;
    const errors = [service('SlowDown', 503), service('AccessDenied', 403)];
    const result = await run<number>([], {
      poll: () => call(what, () => Promise.reject(errors.shift()!)),
    });
    expect(result.sleeps).toEqual([1000]);
    expect(result.error).toBeInstanceOf(Failure);
    expect(result.error).toMatchObject({code: 'ACCESS_DENIED'});
  });

  it('stops when interrupted, while sleeping and while polling', async () => {
    const asleep = new AbortController();
    const inSleep = await run([pending], {
      signal: asleep.signal,
      sleep: () => {
        asleep.abort();
        return Promise.reject(new DOMException('', 'AbortError'));
      },
    });
    expect(inSleep.error).toMatchObject({code: 'INTERRUPTED', exitCode: 130});
    const looking = new AbortController();
    const inPoll = await run<number>([], {
      signal: looking.signal,
      poll: () => {
        looking.abort();
        return Promise.reject(new Error('aborted'));
      },
    });
    expect(inPoll.error).toMatchObject({code: 'INTERRUPTED'});
  });
});
