import {readFileSync, readlinkSync} from 'node:fs';
import type {Holder} from './types.js';

/**
 * Where this process can be looked for: boot id and pid namespace, since pids are of one namespace of one boot, and the
 * time of its start in clock ticks since that boot, since pids are used again. Both only on Linux.
 */
export function thisProcess(): Pick<Holder, 'pid' | 'machine' | 'started'> {
  const {pid} = process;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const machine = `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
    return {pid, machine, started: statOf(pid)?.started};
  } catch {
    return {pid};
  }
}

/** Whether the holder's process runs; undefined where that cannot be told: on another machine, or on no Linux. */
export function isAlive(holder: Holder): boolean | undefined {
  const {machine} = thisProcess();
  if (machine === undefined || holder.machine !== machine) return undefined;
  // 0 and negative numbers are process groups for kill(2).
  if (!Number.isInteger(holder.pid) || holder.pid <= 0) return undefined;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const stat = statOf(holder.pid);
  // A /proc that hides the processes of other users.
  if (stat === undefined) return true;
  // A zombie was killed already; its parent has not asked how it ended.
  if (stat.state === 'Z' || stat.state === 'X') return false;
  return holder.started === undefined || stat.started === holder.started;
}

/** proc_pid_stat(5): fields 3 (state) and 22 (starttime). The name before them stands in parentheses and may hold any. */
function statOf(pid: number): {readonly state: string; readonly started: string} | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, started] = [fields[0], fields[19]];
    return state === undefined || started === undefined ? undefined : {state, started};
  } catch {
    return undefined;
  }
}
