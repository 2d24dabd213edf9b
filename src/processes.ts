/** Processes of this machine, as kill(2) and Linux's /proc tell of them. */
import {readFileSync} from 'node:fs';

/** proc_pid_stat(5): `R`, `S`, `Z`, ... and the time of the start in clock ticks since the boot, since pids are used again. */
export interface ProcessStat {
  readonly state: string;
  readonly started: string;
}

/** Undefined on no Linux, and where /proc hides the processes of others. */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, started] = [fields[0], fields[19]];
    return state === undefined || started === undefined ? undefined : {state, started};
  } catch {
    return undefined;
  }
}

/**
 * Whether a process runs, whoever's it is. One that has ended and whose parent has not asked how does not: in a container
 * whose first process asks nobody, it answers signals for good.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const state = processStat(pid)?.state;
  return state !== 'Z' && state !== 'X';
}
