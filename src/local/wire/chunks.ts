import {createHash, type Hash} from 'node:crypto';

import {ApiError} from '../types.js';
import {sameText, sha256Hex, type ChunkSigner} from './sigv4.js';

/** How an aws-chunked body is to be read. */
export interface ChunkFormat {
  /** Every chunk carries a signature (`STREAMING-AWS4-HMAC-SHA256-…`). */
  readonly signed: boolean;
  /** Trailer fields follow the last chunk (`…-TRAILER`). */
  readonly trailer: boolean;
}

export interface ChunkDecoder {
  /** The data bytes that `input` completes or continues. Throws the ApiError to answer. */
  push(input: Buffer): Buffer[];
  /** Throws unless the body was complete. */
  end(): void;
  trailers(): Readonly<Record<string, string>>;
}

type State = 'header' | 'data' | 'data-end' | 'trailer' | 'done';

/** A chunk header is a hexadecimal length and a signature; a trailer line a checksum. Longer lines are garbage. */
const longestLine = 4096;

/**
 * Takes the aws-chunked framing off a body and verifies each chunk's signature where there is one and
 * the key is known.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
 */
export function createChunkDecoder(format: ChunkFormat, known: ChunkSigner | undefined): ChunkDecoder {
  const signer = format.signed ? known : undefined;
  const trailers: Record<string, string> = {};
  let state: State = 'header';
  let line = '';
  let left = 0;
  let signature = '';
  let hash: Hash | undefined;
  let signedTrailers = '';

  const onHeader = (text: string): void => {
    const match = /^([0-9a-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(text);
    if (!match?.[1] || (format.signed && match[2] === undefined)) throw incomplete();
    left = Number.parseInt(match[1], 16);
    signature = match[2] ?? '';
    hash = signer && createHash('sha256');
    if (left > 0) {
      state = 'data';
      return;
    }
    closeChunk();
    state = 'trailer';
  };

  const closeChunk = (): void => {
    if (signer && hash && !sameText(signer.chunk(hash.digest('hex')), signature)) throw chunkMismatch();
    hash = undefined;
  };

  const onTrailer = (text: string): void => {
    if (text === '') {
      state = 'done';
      return;
    }
    const at = text.indexOf(':');
    if (!format.trailer || at < 1) throw incomplete();
    const name = text.slice(0, at).trim().toLowerCase();
    const value = text.slice(at + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      if (signer && !sameText(signer.trailer(sha256Hex(signedTrailers)), value)) throw chunkMismatch();
      return;
    }
    trailers[name] = value;
    signedTrailers += `${name}:${value}\n`;
  };

  return {
    push(input) {
      const data: Buffer[] = [];
      for (let at = 0; at < input.length;) {
        if (state === 'done') throw incomplete();
        if (state === 'data') {
          const piece = input.subarray(at, at + left);
          hash?.update(piece);
          data.push(piece);
          left -= piece.length;
          at += piece.length;
          if (left === 0) state = 'data-end';
          continue;
        }
        const end = input.indexOf(0x0a, at);
        line += input.toString('latin1', at, end < 0 ? input.length : end);
        if (line.length > longestLine) throw incomplete();
        if (end < 0) break;
        at = end + 1;
        const text = line.endsWith('\r') ? line.slice(0, -1) : line;
        line = '';
        if (state === 'header') onHeader(text);
        else if (state === 'trailer') onTrailer(text);
        else {
          if (text !== '') throw incomplete();
          closeChunk();
          state = 'header';
        }
      }
      return data;
    },
    end() {
      // Some clients leave out the empty line behind the last chunk or the trailers.
      if (line !== '' && state === 'trailer') onTrailer(line.trimEnd());
      if (state !== 'done' && state !== 'trailer') throw incomplete();
    },
    trailers: () => trailers,
  };
}

const incomplete = (): ApiError =>
  new ApiError(
    'IncompleteBody',
    'The request body terminated unexpectedly or its chunks are malformed.',
    400,
  );

const chunkMismatch = (): ApiError =>
  new ApiError('SignatureDoesNotMatch', 'The signature of a chunk of the body does not match.', 403);
