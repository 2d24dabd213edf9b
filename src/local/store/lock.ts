import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';

/** Who holds a state directory. `started` tells two processes apart that were given the same pid, one after the other. */
export interface Holder {
  readonly pid: number;
  readonly started: string;
  /** Tells two openings by one process apart. */
  readonly token: string;
}

/** Whether the process that took the lock still runs. A recycled pid counts as gone where the platform tells start times. */
export function isRunning(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

/** When a process started, in the platform's own notation; empty where it cannot be told. */
export function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      // proc(5): field 22, counted after the command name, which is in parentheses and may hold blanks.
      const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    }
    if (process.platform === 'win32') return '';
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {encoding: 'utf8'}).trim();
  } catch {
    return '';
  }
}
