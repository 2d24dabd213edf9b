import type {Work} from '../events.js';
import {isGitHub} from './ci/workflow-command.js';
import {formatDuration} from './format.js';
import {progressText, waitText, warningLine, type ProgressView, type Totals} from './progress-text.js';

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

export interface FollowOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly env?: NodeJS.ProcessEnv;
  /** How often a step that tells nothing is looked at. Milliseconds. */
  readonly tickMs?: number;
}

/** Runs `work` to its end and returns its result; its errors pass through. */
export async function follow<T>(
  work: Work<T>,
  mode: ProgressMode,
  out: NodeJS.WriteStream,
  {now = Date.now, env = process.env, tickMs = 1000}: FollowOptions = {},
): Promise<T> {
  const view =
    mode === 'tasks'
      ? (await import('./task-view.js')).taskView(out)
      : lineView(out, {silent: mode === 'silent', stamped: !out.isTTY, now, env});
  const {tick} = view;
  const ticking = tick === undefined ? undefined : setInterval(tick, tickMs).unref();
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
  } finally {
    clearInterval(ticking);
  }
}

const signOfLifeEveryMs = 15_000;

export interface LineOptions {
  /** Warnings alone. */
  readonly silent: boolean;
  /** Each line begins with the time: for a log, not for a terminal. */
  readonly stamped: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly env: NodeJS.ProcessEnv;
}

interface RunningStep {
  readonly startedAt: number;
  readonly totals: Totals;
  /** How far it is, as of a time. */
  readonly state: (at: number) => string;
}

/** Plain lines: what ended, warnings, and a sign of life every 15 seconds of a step that takes longer. */
export function lineView(
  out: {write(text: string): unknown},
  {silent, stamped, now, env}: LineOptions,
): ProgressView {
  let title = '';
  let running: RunningStep | undefined;
  let lastLineAt = 0;

  const print = (line: string): void => {
    lastLineAt = now();
    out.write(`${stamped ? `${timestamp(lastLineAt)} ` : ''}${line}\n`);
  };
  const warn = (message: string): void => {
    if (silent || isGitHub(env)) out.write(`${warningLine(message, env)}\n`);
    else print(warningLine(message, env));
  };
  const signOfLife = (): void => {
    const at = now();
    if (running !== undefined && at - lastLineAt >= signOfLifeEveryMs)
      print(`${title}: ${running.state(at)}`);
  };
  const tell = (state: RunningStep['state']): void => {
    if (running === undefined) return;
    running = {...running, state};
    signOfLife();
  };

  return {
    show: event => {
      if (event.type === 'warning') warn(event.message);
      if (silent) return;
      switch (event.type) {
        case 'step': {
          const startedAt = now();
          ({title} = event);
          running = {
            startedAt,
            totals: {files: event.files, bytes: event.bytes, noun: event.noun},
            state: at => `${formatDuration(at - startedAt)} so far`,
          };
          lastLineAt = startedAt;
          break;
        }
        case 'progress': {
          const {startedAt, totals} = running ?? {
            startedAt: now(),
            totals: {files: undefined, bytes: undefined},
          };
          tell(at => progressText(event, totals, at - startedAt));
          break;
        }
        case 'wait': {
          const since = now();
          tell(at => waitText({...event, elapsedMs: Math.min(event.limitMs, event.elapsedMs + at - since)}));
          break;
        }
        case 'done':
          running = undefined;
          print(`${title}: ${event.detail}`);
          break;
        case 'warning':
          break;
      }
    },
    ...(silent ? {} : {tick: signOfLife}),
    end: () => {
      running = undefined;
    },
  };
}

/** `2026-11-29T13:45:07Z`. */
const timestamp = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
