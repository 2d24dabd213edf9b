/** A thread of `signBulk`: one chunk in, one result out. Its own file, because a bundle has it as one. */
import {parentPort, workerData} from 'node:worker_threads';
import {Failure} from '../failure.js';
import {signChunk, type Chunk, type ChunkSettings} from './chunk.js';
import type {BulkResult} from './types.js';

export type Answer =
  {readonly result: BulkResult} | {readonly failure: Pick<Failure, 'exit' | 'code' | 'message' | 'hint'>};

const settings = workerData as ChunkSettings;

parentPort?.on('message', (chunk: Chunk) => {
  const answer = run(chunk);
  const moved = 'result' in answer ? [answer.result.text.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(answer, moved);
});

function run(chunk: Chunk): Answer {
  try {
    const result = signChunk(chunk, settings);
    // A copy of its own: a Buffer may share Node's pool, which cannot be handed over.
    return {result: {...result, text: new Uint8Array(result.text)}};
  } catch (error) {
    // An unexpected error's text could hold anything, and keys are near.
    if (!(error instanceof Failure)) {
      const name = error instanceof Error ? error.name : 'unknown error';
      return {
        failure: {
          exit: 'unexpected',
          code: 'SIGNING_FAILED',
          message: `Signing failed: ${name}.`,
          hint: undefined,
        },
      };
    }
    const {exit, code, message, hint} = error;
    return {failure: {exit, code, message, hint}};
  }
}
