import {createHash} from 'node:crypto';
import type {IncomingMessage} from 'node:http';

export interface ReceivedBody {
  /** undefined where it was larger than `keep` bytes. */
  readonly body: Buffer | undefined;
  readonly size: number;
  readonly md5: Buffer;
}

/** Reads a request's body, SigV4's chunk framing removed, hashing as it comes. */
export async function receive(request: IncomingMessage, keep: number): Promise<ReceivedBody> {
  const hash = createHash('md5');
  let chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    hash.update(chunk);
    size += chunk.length;
    if (size <= keep) chunks.push(chunk);
    else chunks = [];
  };
  const framed = String(request.headers['x-amz-content-sha256']).startsWith('STREAMING-');
  await new Promise<void>((resolve, reject) => {
    request.on('data', framed ? unframed(take) : take);
    request.on('end', resolve);
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('aborted')));
  });
  const body = size > keep ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  return {body, size, md5: hash.digest()};
}

/**
 * Takes `SIZE[;chunk-signature=...]\r\n DATA \r\n` frames apart, up to the frame of size 0 (trailers follow it).
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
function unframed(take: (chunk: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  let left = 0;
  let ended = false;
  return chunk => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (!ended && pending.length > 0) {
      if (left > 0) {
        const data = pending.subarray(0, left);
        take(data);
        left -= data.length;
        pending = pending.subarray(data.length);
        continue;
      }
      const start = pending[0] === 13 ? 2 : 0;
      const end = pending.indexOf('\r\n', start);
      if (end < 0) return;
      left = parseInt(pending.toString('latin1', start, end), 16);
      ended = left === 0;
      pending = pending.subarray(end + 2);
    }
  };
}
