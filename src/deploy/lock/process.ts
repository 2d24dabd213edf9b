import {readFileSync, readlinkSync} from 'node:fs';
import {isRunning, processStat} from '../../processes.js';
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
    return {pid, machine, started: processStat(pid)?.started};
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
  if (!isRunning(holder.pid)) return false;
  const stat = processStat(holder.pid);
  return stat === undefined || holder.started === undefined || stat.started === holder.started;
}
