import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import {askHidden} from '../../src/terminal/passphrase.js';

function terminal() {
  const input = Object.assign(new PassThrough(), {isTTY: true, setRawMode: (on: boolean) => modes.push(on)});
  const modes: boolean[] = [];
  let shown = '';
  return {input, output: {write: (text: string) => (shown += text)}, modes, shown: () => shown};
}

const ask = (there: ReturnType<typeof terminal>, signal = new AbortController().signal) =>
  askHidden({prompt: 'Passphrase', signal}, there);

describe('askHidden', () => {
  it.each([
    ['a word', 'geheim\r', 'geheim'],
    ['spaces and umlauts', '  zwei Wörter \r', '  zwei Wörter '],
    ['corrections', 'gex\u007fheim\r', 'geheim'],
    ['nothing', '\r', ''],
  ])('%s: answered, never shown', async (_name, typed, answer) => {
    const there = terminal();
    const asked = ask(there);
    there.input.write(typed);
    expect(await asked).toBe(answer);
    expect(there.shown()).toBe('Passphrase: \n');
    expect(there.modes).toEqual([true, false]);
  });

  it.each([
    ['Ctrl-C', 'geh\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s: interrupted, nothing shown, the terminal as it was', async (_name, typed) => {
    const there = terminal();
    const asked = ask(there).catch((error: unknown) => error);
    there.input.write(typed);
    expect(await asked).toBeInstanceOf(Failure);
    expect(await asked).toMatchObject({exitCode: 130});
    expect(there.shown()).toBe('Passphrase: \n');
    expect(there.modes.at(-1)).toBe(false);
  });

  it('a signal before and while it waits', async () => {
    const aborted = await ask(terminal(), AbortSignal.abort()).catch((error: unknown) => error);
    expect(aborted).toMatchObject({exitCode: 130});
    const controller = new AbortController();
    const asked = ask(terminal(), controller.signal).catch((error: unknown) => error);
    controller.abort();
    expect(await asked).toMatchObject({exitCode: 130});
  });
});
