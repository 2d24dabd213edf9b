import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import {confirm, type Question} from '../../src/terminal/confirm.js';

function terminal(isTTY = true) {
  const input = Object.assign(new PassThrough(), {isTTY});
  const output = Object.assign(new PassThrough(), {isTTY});
  let shown = '';
  let prompted: () => void;
  const isAsked = new Promise<void>(resolve => (prompted = resolve));
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (shown.includes('[y/N] ')) prompted();
  });
  return {input, output, isAsked, shown: () => shown};
}

const question = (changes: Partial<Question> = {}): Question => ({
  text: 'It refetches 12 objects.',
  question: 'Send it',
  yes: false,
  unattended: false,
  refusal: '/* on E1 asks first',
  signal: new AbortController().signal,
  ...changes,
});

const failure = async (promise: Promise<void>): Promise<Failure> => {
  const error: unknown = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof Failure)) throw new Error(`no Failure but ${String(error)}`);
  return error;
};

describe('confirm', () => {
  it.each(['y', 'Y', 'yes', ' Yes '])('goes on after %j', async answer => {
    const there = terminal();
    const asked = confirm(question(), there);
    await there.isAsked;
    there.input.write(`${answer}\n`);
    await asked;
    expect(there.shown()).toMatch(/^It refetches 12 objects\.\n/);
  });

  it.each(['', 'n', 'no', 'yess', 'sure'])('stops after %j', async answer => {
    const there = terminal();
    const asked = failure(confirm(question(), there));
    await there.isAsked;
    there.input.write(`${answer}\n`);
    expect(await asked).toMatchObject({exitCode: 130, message: 'Nothing was sent.'});
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('stops after %s', async (_name, key) => {
    const there = terminal();
    const asked = failure(confirm(question(), there));
    await there.isAsked;
    there.input.write(key);
    expect(await asked).toMatchObject({exitCode: 130, message: 'Nothing was sent.'});
    expect(there.shown().endsWith('\n')).toBe(true);
  });

  it('stops when the process is told to end, before and after it asked', async () => {
    const early = await failure(confirm(question({signal: AbortSignal.abort()}), terminal()));
    expect(early.exitCode).toBe(130);
    const controller = new AbortController();
    const there = terminal();
    const asked = failure(confirm(question({signal: controller.signal}), there));
    await there.isAsked;
    controller.abort();
    expect((await asked).exitCode).toBe(130);
  });

  it('asks nothing after --yes', async () => {
    const there = terminal();
    await confirm(question({yes: true}), there);
    expect(there.shown()).toBe('');
  });

  it.each([
    ['a pipe', question(), terminal(false)],
    ['--json', question({unattended: true}), terminal()],
  ])('asks nobody on %s', async (_name, asked, there) => {
    expect(await failure(confirm(asked, there))).toMatchObject({
      code: 'CONFIRMATION_NEEDED',
      exitCode: 2,
      message: '/* on E1 asks first, and nobody is here to answer.',
      hint: expect.stringContaining('--yes') as string,
    });
    expect(there.shown()).toBe('');
  });
});
