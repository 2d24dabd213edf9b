import {describe, expect, it} from 'vitest';
import type {ProgressEvent, Work} from '../../src/events.js';
import {follow, lineView, progressMode} from '../../src/terminal/progress.js';
import {progressText} from '../../src/terminal/progress-text.js';

const events: readonly ProgressEvent[] = [
  {type: 'step', id: 'upload', title: 'Upload', files: 2, bytes: 10},
  {type: 'progress', id: 'upload', files: 1, bytes: 5},
  {type: 'warning', message: 'No distribution.'},
  {type: 'done', id: 'upload', detail: '2 files'},
  {type: 'step', id: 'wait', title: 'Invalidate'},
  {type: 'wait', id: 'wait', status: 'InProgress', elapsedMs: 2000, limitMs: 600_000},
  {type: 'wait', id: 'wait', status: 'InProgress', elapsedMs: 16_000, limitMs: 600_000},
  {type: 'wait', id: 'wait', status: 'InProgress', elapsedMs: 20_000, limitMs: 600_000},
  {type: 'done', id: 'wait', detail: 'Completed'},
];

function recorded(): {out: {write: (text: string) => boolean}; lines: () => string[]} {
  let text = '';
  return {
    out: {
      write: chunk => {
        text += chunk;
        return true;
      },
    },
    lines: () => text.trimEnd().split('\n'),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- A generator of events without I/O.
async function* work(failure?: Error): Work<string> {
  yield* events;
  if (failure !== undefined) throw failure;
  return 'result';
}

const GiB = 1024 ** 3;

/** Lines of a run whose clock stands at 13:45:07 and moves by the numbers of seconds among the events; a number ticks. */
function linesOf(
  given: readonly (ProgressEvent | number)[],
  options: Partial<Parameters<typeof lineView>[1]> = {},
): readonly string[] {
  const {out, lines} = recorded();
  let now = Date.parse('2026-11-29T13:45:07.891Z');
  const view = lineView(out, {silent: false, stamped: true, now: () => now, env: {}, ...options});
  for (const each of given) {
    if (typeof each === 'number') {
      now += each * 1000;
      view.tick?.();
    } else void view.show(each);
  }
  return lines();
}

describe('lineView', () => {
  it('prints what ended and warnings, with the time', () => {
    expect(linesOf(events)).toEqual([
      '2026-11-29T13:45:07Z Warning: No distribution.',
      '2026-11-29T13:45:07Z Upload: 2 files',
      '2026-11-29T13:45:07Z Invalidate: Completed',
    ]);
  });

  it('prints no time on a terminal that only takes lines', () => {
    expect(linesOf(events, {stamped: false})[1]).toBe('Upload: 2 files');
  });

  it('gives a sign of life every 15 seconds of a long upload', () => {
    const progress = (files: number, bytes: number) => ({type: 'progress', id: 'a', files, bytes}) as const;
    expect(
      linesOf([
        {type: 'step', id: 'a', title: 'Upload assets', files: 100, bytes: 4 * GiB},
        ...[14, progress(1, GiB / 4), 1, progress(10, GiB / 2), 14, progress(25, GiB), 1, 14.5, 0.5],
        {type: 'done', id: 'a', detail: '100 files'},
        ...[60],
      ]),
    ).toEqual([
      '2026-11-29T13:45:22Z Upload assets: 1/100 files · 256 MiB/4.0 GiB · 17 MiB/s · 3m 45s left',
      '2026-11-29T13:45:37Z Upload assets: 25/100 files · 1.0 GiB/4.0 GiB · 34 MiB/s · 1m 30s left',
      '2026-11-29T13:45:52Z Upload assets: 25/100 files · 1.0 GiB/4.0 GiB · 23 MiB/s · 2m 15s left',
      '2026-11-29T13:45:52Z Upload assets: 100 files',
    ]);
  });

  it('gives a sign of life of a step that tells nothing, and of a wait between its polls', () => {
    expect(
      linesOf([
        ...[{type: 'step', id: 'a', title: 'Read the bucket'} as const, 16],
        {type: 'step', id: 'b', title: 'Invalidate'},
        ...[{type: 'wait', id: 'b', status: 'InProgress', elapsedMs: 2000, limitMs: 30_000} as const, 15],
        ...[{type: 'wait', id: 'b', status: 'InProgress', elapsedMs: 17_000, limitMs: 30_000} as const, 14],
        ...[{type: 'wait', id: 'b', status: 'InProgress', elapsedMs: 31_000, limitMs: 30_000} as const, 1],
      ]),
    ).toEqual([
      '2026-11-29T13:45:23Z Read the bucket: 16.0 s so far',
      '2026-11-29T13:45:38Z Invalidate: InProgress, 17.0 s of at most 30.0 s',
      '2026-11-29T13:45:53Z Invalidate: InProgress, 30.0 s of at most 30.0 s',
    ]);
  });

  it('prints warnings alone when silent, as they always were', () => {
    expect(linesOf([...events, 60], {silent: true})).toEqual(['Warning: No distribution.']);
  });

  it.each([true, false])('annotates warnings in GitHub Actions (silent %s)', silent => {
    expect(linesOf(events, {silent, env: {GITHUB_ACTIONS: 'true'}})[0]).toBe('::warning::No distribution.');
  });
});

describe('follow', () => {
  it.each(['lines', 'silent', 'tasks'] as const)(
    'gives the result and passes errors through (%s)',
    async mode => {
      const {out} = recorded();
      const stream = Object.assign(Object.create(process.stderr) as NodeJS.WriteStream, out);
      await expect(follow(work(), mode, stream)).resolves.toBe('result');
      const failure = new Error('no');
      await expect(follow(work(failure), mode, stream)).rejects.toBe(failure);
    },
  );

  it('looks at a step that tells nothing', async () => {
    const {out, lines} = recorded();
    const stream = Object.assign(Object.create(process.stderr) as NodeJS.WriteStream, out, {isTTY: false});
    let now = 0;
    async function* slow(): Work<void> {
      yield {type: 'step', id: 'a', title: 'Read'};
      now = 15_000;
      while (lines()[0] === '') await new Promise(resolve => setTimeout(resolve, 1));
    }
    await follow(slow(), 'lines', stream, {now: () => now, env: {}, tickMs: 1});
    expect(lines()).toEqual(['1970-01-01T00:00:15Z Read: 15.0 s so far']);
  });
});

describe('progressMode', () => {
  it.each([
    [true, true, 'silent'],
    [true, false, 'silent'],
    [false, true, 'tasks'],
    [false, false, 'lines'],
  ] as const)('silent %s, terminal %s -> %s', (silent, terminal, mode) => {
    expect(progressMode(silent, terminal, {TERM: 'xterm'})).toBe(mode);
  });

  it('moves no cursor on a dumb terminal', () => {
    expect(progressMode(false, true, {TERM: 'dumb'})).toBe('lines');
  });
});

describe('progressText', () => {
  it('tells files, bytes, rate and time left', () => {
    const text = progressText({files: 500, bytes: 5 * 1024 ** 2}, {files: 2000, bytes: 20 * 1024 ** 2}, 5000);
    expect(text).toBe('500/2,000 files · 5.0 MiB/20 MiB · 1.0 MiB/s · 15.0 s left');
  });

  it('tells less while there is nothing to tell', () => {
    expect(progressText({files: 0, bytes: 0}, {files: undefined, bytes: undefined}, 10)).toBe('0 files');
  });
});
