import {Worker} from 'node:worker_threads';
import {Failure} from '../failure.js';
import {changed, failureOf} from './reading.js';
import type {FoundFile} from './scan.js';

export interface HashPool {
  /** One function a thread, each for one file at a time; they answer its SHA-256. */
  readonly threads: readonly ((file: FoundFile) => Promise<string>)[];
  close(): Promise<void>;
}

type Answer =
  | {readonly sha256: string; readonly bytes: number; readonly stamp: string}
  | {readonly code: string; readonly message: string};

/**
 * The thread's program. A string with nothing but Node's own modules, run with `eval`, because a worker that is a file
 * would have to be found and compiled in three settings: TypeScript under vitest or tsx, tsc's output, and an esbuild
 * bundle that has no such file any more. It answers every `{path, size}` with a digest or an errno code, never throws,
 * and stops reading one chunk after a file has outgrown its size.
 */
const program = `
const {parentPort, workerData} = require('node:worker_threads');
const {createHash} = require('node:crypto');
const {openSync, readSync, closeSync, fstatSync} = require('node:fs');
const buffer = Buffer.allocUnsafeSlow(workerData.chunkBytes);
parentPort.on('message', ({path, size}) => {
  let descriptor;
  try {
    descriptor = openSync(path, 'r');
    const sha256 = createHash('sha256');
    let total = 0;
    for (let bytes = -1; bytes !== 0 && total <= size; ) {
      bytes = readSync(descriptor, buffer, 0, buffer.length, null);
      const chunk = buffer.subarray(0, bytes);
      sha256.update(chunk);
      total += bytes;
    }
    const {mtimeMs, ctimeMs, ino} = fstatSync(descriptor);
    parentPort.postMessage({
      sha256: sha256.digest('hex'), bytes: total, stamp: mtimeMs + '-' + ctimeMs + '-' + ino,
    });
  } catch (error) {
    parentPort.postMessage({code: String(error.code), message: String(error.message)});
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
});
`;

/** Starts `count` threads, each with one buffer of `chunkBytes`. `execArgv` is empty so that no loader starts in them. */
export function hashPool(count: number, chunkBytes: number): HashPool {
  const workers = Array.from(
    {length: count},
    () => new Worker(program, {eval: true, execArgv: [], workerData: {chunkBytes}}),
  );
  return {
    threads: workers.map(worker => (file: FoundFile) => ask(worker, file)),
    close: async () => {
      await Promise.all(workers.map(worker => worker.terminate()));
    },
  };
}

function ask(worker: Worker, file: FoundFile): Promise<string> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      outcome();
    };
    const onMessage = (answer: Answer): void =>
      settle(() => {
        const outcome = judge(file, answer);
        if (outcome instanceof Failure) reject(outcome);
        else resolve(outcome);
      });
    const onError = (error: unknown): void => settle(() => reject(failureOf(error, file.key)));
    const onExit = (): void =>
      settle(() => reject(failureOf({code: 'the hashing thread stopped'}, file.key)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({path: file.path, size: file.size});
  });
}

function judge(file: FoundFile, answer: Answer): string | Failure {
  if ('code' in answer) {
    return failureOf(Object.assign(new Error(answer.message), {code: answer.code}), file.key);
  }
  if (answer.bytes !== file.size) return changed(file.key, 'changed its size');
  if (answer.stamp !== file.stamp) return changed(file.key, 'was written to');
  return answer.sha256;
}
