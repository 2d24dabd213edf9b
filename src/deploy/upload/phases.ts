import type {Work} from '../../events.js';
import {mapConcurrent} from '../../aws/index.js';
import {Failure} from '../../failure.js';
import {createByteBudget} from './body.js';
import type {ManifestEntry} from '../manifest/manifest.js';
import {multipartBytes} from './multipart.js';
import {entryFor, fileCount, uploadPhases} from '../plan/plan.js';
import {relay, throttled} from '../relay.js';
import type {PreparedDeploy, PreparedPlace} from '../types.js';
import {sharedHeaders, updateHeaders, uploadLarge, uploadSmall} from './upload.js';
import type {Uploader, UploadStep} from './upload.js';

/** Bodies in memory at a time, whatever the concurrency and the size of the files. Bytes. */
const bodyBudget = 24 * 1024 ** 2;

/** Files that go up in parts at a time; their parts share the budget. */
const largeAtATime = 4;

const titles: Readonly<Record<UploadStep['phase'], string>> = {
  fingerprinted: 'Upload fingerprinted files',
  asset: 'Upload assets',
  html: 'Upload HTML',
};

/** A bucket and what is live in it by now: filled as files go up. */
interface Target extends PreparedPlace {
  readonly files: Map<string, ManifestEntry>;
}

interface Upload {
  readonly target: Target;
  readonly steps: readonly UploadStep[];
  readonly uploader: Uploader;
}

/** Where a page that links a new one went up first, visitors would follow its link to an error. */
const waves: readonly ((step: UploadStep) => boolean)[] = [
  step => step.replaces === undefined,
  step => step.replaces !== undefined,
];

/**
 * All uploads and header updates, phase by phase, and in each what is new before what is replaced: nothing starts before
 * what comes first is done in every bucket. Answers the bytes sent. `check` throws where nothing more may be written.
 */
export async function* uploadAll(
  {input}: PreparedDeploy,
  targets: readonly Target[],
  check: (() => void) | undefined,
): Work<number> {
  const now = input.now ?? Date.now;
  let bytes = 0;
  let done = 0;
  /** Tells how far the running phase is. */
  let report = (): void => undefined;
  const budget = createByteBudget(bodyBudget);
  const uploads: readonly Upload[] = targets.map(target => ({
    target,
    steps: target.plan.steps.filter(step => step.action !== 'delete'),
    uploader: {
      aws: input.aws,
      store: target.store,
      prefix: input.prefix,
      release: input.release,
      headersOf: sharedHeaders(input.release),
      budget,
      onBytes: count => {
        bytes += count;
        report();
      },
    },
  }));
  const total = uploads.reduce((sum, {steps}) => sum + steps.length, 0);
  try {
    for (const phase of uploadPhases) {
      const parts = uploads.map(each => ({...each, steps: each.steps.filter(step => step.phase === phase)}));
      const steps = parts.flatMap(each => each.steps);
      if (steps.length === 0) continue;
      const size = steps.reduce((sum, step) => sum + (step.action === 'upload' ? step.file.size : 0), 0);
      yield {type: 'step', id: phase, title: titles[phase], files: steps.length, bytes: size};
      const before = {bytes, done};
      yield* relay(async emit => {
        const tell = throttled(emit, now);
        report = () => {
          tell({type: 'progress', id: phase, files: done - before.done, bytes: bytes - before.bytes});
        };
        // What fails in one bucket stops the others: the next phase does not come.
        const stop = new AbortController();
        const signal = input.signal ? AbortSignal.any([input.signal, stop.signal]) : stop.signal;
        const run = async ({uploader, target}: Upload, own: readonly UploadStep[]): Promise<void> => {
          const onDone = (step: UploadStep, etag: string): void => {
            target.files.set(step.key, entryFor(step.file, etag));
            done++;
            report();
          };
          try {
            await runPhase(uploader, own, {concurrency: input.concurrency, signal, check}, onDone);
          } catch (error) {
            stop.abort(error);
            throw error;
          }
        };
        for (const isDue of waves) {
          const ends = await Promise.allSettled(parts.map(part => run(part, part.steps.filter(isDue))));
          const failed = ends.find(end => end.status === 'rejected');
          if (failed) throw failed.reason as Error;
        }
      });
      yield {type: 'done', id: phase, detail: fileCount(steps.length)};
    }
  } catch (error) {
    throw input.signal?.aborted === true ? interrupted(done, total, error) : error;
  }
  return bytes;
}

interface PhaseOptions {
  readonly concurrency: number | undefined;
  readonly signal: AbortSignal;
  readonly check: (() => void) | undefined;
}

async function runPhase(
  uploader: Uploader,
  steps: readonly UploadStep[],
  {concurrency, signal, check}: PhaseOptions,
  onDone: (step: UploadStep, etag: string) => void,
): Promise<void> {
  const isLarge = (step: UploadStep): boolean => step.action === 'upload' && step.file.size >= multipartBytes;
  const {store} = uploader;
  // A little more than the store lets through, so that its queue never runs dry while bodies are read.
  const width = concurrency ?? (() => store.concurrency.limit + 16);
  const small = async (step: UploadStep) => {
    check?.();
    return {
      step,
      etag: await (step.action === 'upload' ? uploadSmall(uploader, step) : updateHeaders(uploader, step)),
    };
  };
  const large = async (step: UploadStep, stop: AbortSignal) => {
    check?.();
    return {step, etag: await uploadLarge(uploader, step, stop)};
  };
  const smallSteps = steps.filter(step => !isLarge(step));
  for await (const {step, etag} of mapConcurrent(smallSteps, width, small, signal)) onDone(step, etag);
  for await (const {step, etag} of mapConcurrent(steps.filter(isLarge), largeAtATime, large, signal)) {
    onDone(step, etag);
  }
}

function interrupted(done: number, total: number, cause: unknown): Failure {
  return new Failure('interrupted', 'INTERRUPTED', `Interrupted after ${done} of ${total} uploads.`, {
    hint: 'Run the same deploy again: it goes on from there.',
    cause,
  });
}
