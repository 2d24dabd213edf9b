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
  if (isZombie(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

/** A killed process that nobody has reaped yet still answers signals; its memory and files are gone. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return statFields(pid)[0] === 'Z';
  } catch {
    // A /proc that hides other users' processes: better to take the holder for alive.
    return false;
  }
}

/** proc(5) `stat` from field 3 (state) on: after the command name, which is in parentheses and may hold blanks. */
function statFields(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** When a process started, in the platform's own notation; empty where it cannot be told. */
export function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      return statFields(pid)[19] ?? '';
    }
    if (process.platform === 'win32') return '';
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {encoding: 'utf8'}).trim();
  } catch {
    return '';
  }
}
