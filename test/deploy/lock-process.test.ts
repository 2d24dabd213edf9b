import {spawn} from 'node:child_process';
import {describe, expect, it} from 'vitest';
import {isAlive, thisProcess} from '../../src/deploy/lock/process.js';
import type {Holder} from '../../src/deploy/lock/types.js';
import {holderOf} from './lock-world.js';

const holder = (more: Partial<Holder>): Holder => ({
  ...holderOf('alice'),
  since: '2026-11-29T13:45:07Z',
  ...thisProcess(),
  ...more,
});

/** A process that has ended, and been asked how. */
async function ended(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], {stdio: 'ignore'});
  await new Promise(resolve => child.on('exit', resolve));
  return child.pid ?? 0;
}

describe.runIf(process.platform === 'linux')('a process of this machine', () => {
  it('is alive while it runs', () => {
    expect(thisProcess()).toMatchObject({
      pid: process.pid,
      machine: expect.stringMatching(/^[\da-f-]{36} pid:\[\d+\]$/) as string,
      started: expect.stringMatching(/^\d+$/) as string,
    });
    expect(isAlive(holder({}))).toBe(true);
  });

  it('is gone once it has ended', async () => {
    const pid = await ended();
    expect(isAlive(holder({pid, started: undefined}))).toBe(false);
  });

  it('is gone where another process has its number now', () => {
    expect(isAlive(holder({started: '1'}))).toBe(false);
  });

  it.each([0, -1, 1.5, NaN])('is unknown by the number %s', pid => {
    expect(isAlive(holder({pid}))).toBeUndefined();
  });
});

it.each([undefined, 'another boot pid:[4026531836]'])('is unknown on machine %s', async machine => {
  const pid = await ended();
  expect(isAlive(holder({pid, machine}))).toBeUndefined();
});
