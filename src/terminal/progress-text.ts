import {annotation, isGitHub} from './ci/workflow-command.js';
import {chalkStderr} from './colour.js';
import type {ProgressEvent} from '../events.js';
import {formatBytes, formatDuration} from './format.js';

/** Shows events as they come. `end` is called once, with the error if the work failed. */
export interface ProgressView {
  readonly show: (event: ProgressEvent) => void | Promise<void>;
  /** Called again and again while no event comes. */
  readonly tick?: (() => void) | undefined;
  readonly end: (error?: unknown) => void | Promise<void>;
}

/** In GitHub Actions an annotation, which has to begin its line. */
export function warningLine(message: string, env: NodeJS.ProcessEnv = process.env): string {
  return isGitHub(env) ? annotation('warning', message) : `${chalkStderr.yellow('Warning:')} ${message}`;
}

export function waitText(event: Omit<ProgressEvent & {type: 'wait'}, 'id' | 'type'>): string {
  return `${event.status}, ${formatDuration(event.elapsedMs)} of at most ${formatDuration(event.limitMs)}`;
}

export interface Totals {
  readonly files: number | undefined;
  readonly bytes: number | undefined;
  /** Plural; `files` where left out. */
  readonly noun?: string | undefined;
}

/** `120/2,000 files · 1.2/8.0 MiB · 3.1 MiB/s · 2 s left` for a step that started `elapsedMs` ago. */
export function progressText(now: {files: number; bytes: number}, totals: Totals, elapsedMs: number): string {
  const parts: string[] = [];
  const of = (done: string, all: string | undefined): string => (all === undefined ? done : `${done}/${all}`);
  parts.push(
    `${of(now.files.toLocaleString('en-US'), totals.files?.toLocaleString('en-US'))} ${totals.noun ?? 'files'}`,
  );
  if (now.bytes > 0)
    parts.push(
      of(formatBytes(now.bytes), totals.bytes === undefined ? undefined : formatBytes(totals.bytes)),
    );
  if (elapsedMs >= 1000 && now.bytes > 0) {
    parts.push(`${formatBytes((now.bytes / elapsedMs) * 1000)}/s`);
    if (totals.files !== undefined && now.files > 0 && now.files < totals.files) {
      const share = totals.bytes ? now.bytes / totals.bytes : now.files / totals.files;
      if (share > 0) parts.push(`${formatDuration(elapsedMs / share - elapsedMs)} left`);
    }
  }
  return parts.join(' · ');
}
