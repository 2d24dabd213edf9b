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

describe('lineView', () => {
  it('prints what ended, warnings, and a sign of life every 15 seconds', () => {
    const {out, lines} = recorded();
    const view = lineView(out, false);
    for (const event of events) void view.show(event);
    expect(lines()).toEqual([
      'Warning: No distribution.',
      'Upload: 2 files',
      'Invalidate: InProgress, 16.0 s of at most 10m 00s',
      'Invalidate: Completed',
    ]);
  });

  it('prints warnings alone when silent', () => {
    const {out, lines} = recorded();
    const view = lineView(out, true);
    for (const event of events) void view.show(event);
    expect(lines()).toEqual(['Warning: No distribution.']);
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
