import {setTimeout as delay} from 'node:timers/promises';
import {Failure} from '../failure.js';
import {
  ensureCloud,
  findCloud,
  stopCloud,
  type CloudLocation,
  type CloudStatus,
  type StartOptions,
} from './embedded-cloud.js';
import {isRunning} from '../processes.js';
import {copyLog, localResult, localText, type LocalResult} from './local.js';
import type {Session} from './session.js';

export interface RunLocalOptions extends Omit<StartOptions, 'root' | 'env'> {
  /** Show the request log until Ctrl-C, then stop the cloud; or until somebody else stops it. */
  readonly foreground: boolean;
}

/** Starts the embedded cloud; one that runs already is an answer when nothing else was asked of it, else a Failure. */
export async function runLocal(session: Session, options: RunLocalOptions): Promise<LocalResult> {
  const {foreground, ...start} = options;
  const location = {...start, ...(await session.location())};
  const found = await findCloud(location);
  if (found !== undefined) {
    const {port, tlsPort, faults, deployDelayMs, invalidationDelayMs, invalidationQuotas} = options;
    const asked = [tlsPort, faults, deployDelayMs, invalidationDelayMs, invalidationQuotas].some(
      value => value !== undefined,
    );
    if (asked || (port !== undefined && !found.endpoint.endsWith(`:${port}`))) {
      throw new Failure(
        'conflict',
        'CLOUD_RUNNING',
        `The embedded cloud runs already, at ${found.endpoint}; its settings cannot change while it runs.`,
        {
          hint: 'End it with `frontctl local stop`, then start it again.',
        },
      );
    }
    return localResult(found, location);
  }
  const status = await ensureCloud(location);
  if (!foreground) return localResult(status, location);
  process.stderr.write(`${localText(localResult(status, location))}\nPress Ctrl-C to stop it.\n`);
  const {hasEnded} = await followCloud(status, location, process.stderr, session.signal);
  // By now another cloud may answer at its address.
  if (!hasEnded) await stopCloud(status);
  return localResult(undefined, location);
}

/** Copies the request log until `signal`, until nobody reads it any more, or until the cloud has ended. */
export async function followCloud(
  {pid}: Pick<CloudStatus, 'pid'>,
  location: CloudLocation,
  out: NodeJS.WritableStream,
  signal: AbortSignal,
  pollMs = 250,
): Promise<{readonly hasEnded: boolean}> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const watch = async (): Promise<void> => {
    while (!either.aborted && isRunning(pid)) {
      await delay(pollMs, undefined, {signal: either}).catch(() => undefined);
    }
    done.abort();
  };
  const watching = watch();
  await copyLog(location, out, {follow: true, from: 'end', signal: either});
  done.abort();
  await watching;
  return {hasEnded: !isRunning(pid)};
}
