import {execFileSync} from 'node:child_process';
import {isRunning, processStat} from '../../processes.js';

/** Who holds a state directory. `started` tells two processes apart that were given the same pid, one after the other. */
export interface Holder {
  readonly pid: number;
  readonly started: string;
  /** Tells two openings by one process apart. */
  readonly token: string;
}

/** Whether the process that took the lock still runs. A recycled pid counts as gone where the platform tells start times. */
export function isHeld(holder: Holder): boolean {
  if (!isRunning(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

/** When a process started, in the platform's own notation; empty where it cannot be told. */
export function startOf(pid: number): string {
  if (process.platform === 'linux') return processStat(pid)?.started ?? '';
  if (process.platform === 'win32') return '';
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {encoding: 'utf8'}).trim();
  } catch {
    return '';
  }
}
