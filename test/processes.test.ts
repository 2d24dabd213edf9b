import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, it} from 'vitest';
import {isRunning, processStat} from '../src/processes.js';

it('knows itself, and that a process which was waited for is gone', async () => {
  expect(isRunning(process.pid)).toBe(true);
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  expect(isRunning(child.pid ?? 0)).toBe(false);
  expect(processStat(child.pid ?? 0)).toBeUndefined();
});

it.runIf(process.platform === 'linux')('takes one that nobody waits for as ended', async () => {
  // What follows `exec` becomes the parent of the first, and never asks how it ended.
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [said] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
    const pid = Number(said);
    await expect.poll(() => processStat(pid)?.state, {timeout: 10_000}).toBe('Z');
    expect(process.kill(pid, 0)).toBe(true);
    expect(isRunning(pid)).toBe(false);
    expect(isRunning(parent.pid ?? 0)).toBe(true);
  } finally {
    parent.kill('SIGKILL');
  }
});
