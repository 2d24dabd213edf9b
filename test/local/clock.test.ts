import {describe, expect, it} from 'vitest';
import {createClock} from '../../src/local/clock.js';

/** Real time under the test's control: tasks run when `pass` reaches them. */
function manualTime(): {
  now: () => number;
  timer: (ms: number, task: () => void) => () => void;
  pass: (ms: number) => void;
} {
  let time = 1000;
  let timers: {at: number; task: () => void}[] = [];
  return {
    now: () => time,
    timer(ms, task) {
      const entry = {at: time + ms, task};
      timers.push(entry);
      return () => {
        timers = timers.filter(other => other !== entry);
      };
    },
    pass(ms) {
      time += ms;
      for (
        let due = timers.filter(({at}) => at <= time);
        due.length > 0;
        due = timers.filter(({at}) => at <= time)
      ) {
        const [next] = due.sort((a, b) => a.at - b.at);
        timers = timers.filter(other => other !== next);
        next!.task();
      }
    },
  };
}

describe('createClock', () => {
  it('runs tasks when real time reaches them, never synchronously', () => {
    const time = manualTime();
    const clock = createClock(time);
    const ran: string[] = [];
    clock.after(0, () => ran.push('now'));
    clock.after(50, () => ran.push('later'));
    expect(ran).toEqual([]);
    time.pass(0);
    expect(ran).toEqual(['now']);
    time.pass(50);
    expect(ran).toEqual(['now', 'later']);
  });

  it('moves with advance: what falls due runs in order, the rest waits that much less', () => {
    const time = manualTime();
    const clock = createClock(time);
    const ran: number[] = [];
    for (const delay of [300, 100, 200]) clock.after(delay, () => ran.push(delay));
    clock.advance(250);
    expect(clock.now()).toBe(1250);
    expect(ran).toEqual([]);
    time.pass(0);
    expect(ran).toEqual([100, 200]);
    time.pass(49);
    expect(ran).toEqual([100, 200]);
    time.pass(1);
    expect(ran).toEqual([100, 200, 300]);
  });

  it('waits longer than a timer can', () => {
    const time = manualTime();
    const clock = createClock(time);
    let ran = false;
    const year = 365 * 24 * 3600 * 1000;
    clock.after(year, () => (ran = true));
    time.pass(year - 1);
    expect(ran).toBe(false);
    time.pass(1);
    expect(ran).toBe(true);
  });

  it('only moves forward', () => {
    expect(() => createClock(manualTime()).advance(-1)).toThrow(RangeError);
  });
});
