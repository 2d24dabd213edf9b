import type {Work} from '../events.js';
import {waitText, warningLine, type ProgressView} from './progress-text.js';

/** `tasks`: listr2 on a terminal. `lines`: one line a step, for CI logs and pipes. `silent`: warnings only. */
export type ProgressMode = 'tasks' | 'lines' | 'silent';

export function progressMode(
  silent: boolean,
  isTerminal = process.stderr.isTTY,
  env: NodeJS.ProcessEnv = process.env,
): ProgressMode {
  if (silent) return 'silent';
  // A dumb terminal (an editor's shell) cannot move its cursor.
  return isTerminal && env['TERM'] !== 'dumb' ? 'tasks' : 'lines';
}

/** Runs `work` to its end and returns its result; its errors pass through. */
export async function follow<T>(work: Work<T>, mode: ProgressMode, out: NodeJS.WriteStream): Promise<T> {
  const view =
    mode === 'tasks' ? (await import('./task-view.js')).taskView(out) : lineView(out, mode === 'silent');
  try {
    for (;;) {
      const next = await work.next();
      if (next.done) {
        await view.end();
        return next.value;
      }
      await view.show(next.value);
    }
  } catch (error) {
    await view.end(error);
    throw error;
  }
}

const waitLineEveryMs = 15_000;

/** Plain lines: what begins, what ended, and a sign of life every 15 seconds of waiting. */
export function lineView(out: {write(text: string): unknown}, silent: boolean): ProgressView {
  let title = '';
  let nextWaitLine = waitLineEveryMs;
  const print = (line: string): void => void out.write(`${line}\n`);
  return {
    show: event => {
      if (event.type === 'warning') print(warningLine(event.message));
      if (silent) return;
      switch (event.type) {
        case 'step':
          title = event.title;
          nextWaitLine = waitLineEveryMs;
          break;
        case 'wait':
          if (event.elapsedMs < nextWaitLine) break;
          nextWaitLine = event.elapsedMs + waitLineEveryMs;
          print(`${title}: ${waitText(event)}`);
          break;
        case 'done':
          print(`${title}: ${event.detail}`);
          break;
        case 'progress':
        case 'warning':
          break;
      }
    },
    end: () => undefined,
  };
}
