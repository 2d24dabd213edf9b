import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {Worker} from 'node:worker_threads';
import {Failure} from '../failure.js';
import type {Chunk, ChunkSettings} from './chunk.js';
import type {BulkResult} from './types.js';
import type {Answer} from './worker.js';

/** Signing leaves only short-lived garbage: a large nursery would be memory for nothing. */
const resourceLimits = {maxYoungGenerationSizeMb: 6};

/** One thread. Answers come in the order of the chunks. */
export interface Thread {
  /** Chunks that have no answer yet. */
  readonly waiting: number;
  sign(chunk: Chunk): Promise<BulkResult>;
  /** Rejects what has no answer yet, and all that follows. */
  cancel(reason: Error): void;
  stop(): Promise<number>;
}

interface Asker {
  readonly resolve: (result: BulkResult) => void;
  readonly reject: (error: Error) => void;
}

export function startThread(settings: ChunkSettings): Thread {
  const worker = startWorker(settings);
  const askers: Asker[] = [];
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    for (const asker of askers.splice(0)) asker.reject(ended);
  };
  worker.on('message', (answer: Answer) => {
    const asker = askers.shift();
    if ('result' in answer) asker?.resolve(answer.result);
    else {
      const {exit, code, message, hint} = answer.failure;
      asker?.reject(new Failure(exit, code, message, {hint}));
    }
  });
  worker.on('error', cause => end(stopped(cause)));
  worker.on('exit', () => end(stopped()));
  return {
    get waiting() {
      return askers.length;
    },
    sign: chunk =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        askers.push({resolve, reject});
        worker.postMessage(chunk, [chunk.lines.buffer as ArrayBuffer]);
      }),
    cancel: end,
    stop: () => worker.terminate(),
  };
}

function stopped(cause?: unknown): Failure {
  return new Failure('unexpected', 'SIGNING_FAILED', 'A signing thread stopped.', {
    hint: 'What was written so far is whole and verified.',
    cause,
  });
}

/** The bundle in dist/ above this file's own, or the TypeScript source in a checkout that runs unbuilt. */
function startWorker(workerData: ChunkSettings): Worker {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('.ts')) {
    // On Node 20, `--import tsx` reaches the main thread only.
    const source = pathToFileURL(join(dirname(here), 'worker.ts')).href;
    const program = `import('tsx/esm/api').then(({register}) => { register(); return import('${source}'); });`;
    return new Worker(program, {eval: true, execArgv: [], resourceLimits, workerData});
  }
  let folder = dirname(here);
  while (!existsSync(join(folder, 'signing-worker.js')) && folder !== dirname(folder))
    folder = dirname(folder);
  return new Worker(join(folder, 'signing-worker.js'), {execArgv: [], resourceLimits, workerData});
}
