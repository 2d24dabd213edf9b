import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {applyDeploy} from './apply.js';
import {abortLeftovers} from './upload/leftovers.js';
import {acquireLock, thisProcess, type Lock} from './lock/lock.js';
import {prepareDeploy} from './prepare.js';
import type {DeployInput, DeployResult, PreparedDeploy} from './types.js';

const lockTimeoutMs = 600_000;

/**
 * A build goes live: planned, and where there is anything to do, applied while nobody else may deploy the site. What was read
 * before the lock was ours is believed only as far as the manifest's ETag goes: where another deploy came between, the plan
 * is made anew.
 *
 * Failures: those of `prepareDeploy`, `acquireLock` and `applyDeploy`; NEWER_RELEASE_LIVE and those of the guards; LOCK_LOST.
 */
export async function* deploy(input: DeployInput): Work<DeployResult> {
  const prepared = yield* prepareDeploy(input);
  approve(prepared);
  if (!hasWork(prepared)) return yield* applyDeploy(prepared);
  const {store} = prepared.places[0];
  const {holder = {host: 'unknown', user: 'unknown'}, prefix, signal} = input;
  const lock = yield* acquireLock({
    store,
    prefix,
    holder: {...holder, ...thisProcess(), release: input.release, command: 'deploy'},
    timeoutMs: lockTimeoutMs,
    ...input.lock,
    ...(signal && {signal}),
  });
  try {
    return yield* locked(prepared, lock);
  } catch (error) {
    // Whatever it stopped ends with an error of its own.
    throw lock.signal.aborted ? lock.signal.reason : error;
  } finally {
    await lock.release();
  }
}

async function* locked(first: PreparedDeploy, lock: Lock): Work<DeployResult> {
  const {signal} = first.input;
  const input: DeployInput = {
    ...first.input,
    site: first.site,
    signal: signal ? AbortSignal.any([signal, lock.signal]) : lock.signal,
  };
  let prepared: PreparedDeploy = {...first, input};
  for (let isAgain = lock.waited; ; isAgain = true) {
    if (isAgain) {
      prepared = yield* prepareDeploy(input, first);
      approve(prepared);
    }
    yield* abortLeftovers(prepared);
    let hasBegun = false;
    const begin = (): void => {
      hasBegun = true;
    };
    try {
      return yield* applyDeploy(prepared, {onBegin: begin, check: () => lock.check()});
    } catch (error) {
      // Another deploy ended between our look at the manifest and the lock. Once is enough: the lock is ours now.
      const isStale =
        !wasTrue(() => hasBegun) && error instanceof Failure && error.code === 'DEPLOY_CONFLICT';
      if (!isStale || isAgain) throw error;
    }
  }
}

/** `begin` is called behind the compiler's back. */
const wasTrue = (read: () => boolean): boolean => read();

function approve(prepared: PreparedDeploy): void {
  const [refusal] = prepared.refusals;
  if (refusal) throw refusal;
  prepared.input.approve?.(prepared);
}

/** Something is to be written or sent: by an up-to-date site nobody has to wait for anybody. */
function hasWork({places, invalidations, resent, isLocked}: PreparedDeploy): boolean {
  return (
    isLocked ||
    resent.length > 0 ||
    invalidations.some(({paths, deletedPaths}) => paths.length + deletedPaths.length > 0) ||
    places.some(
      ({plan, recorded}) =>
        recorded === undefined ||
        plan.steps.length > 0 ||
        plan.manifestStale ||
        (invalidations.length > 0 && !recorded.manifest.hidden),
    )
  );
}
