import {Failure} from '../failure.js';
import {ensureCloud, findCloud, stopCloud, type StartOptions} from './embedded-cloud.js';
import {copyLog, localResult, localText, type LocalResult} from './local.js';
import type {Session} from './session.js';

export interface RunLocalOptions extends Omit<StartOptions, 'root' | 'env'> {
  /** Show the request log until Ctrl-C, then stop the cloud. */
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
  await copyLog(location, process.stderr, {follow: true, from: 'end', signal: session.signal});
  await stopCloud(status);
  return localResult(undefined, location);
}
