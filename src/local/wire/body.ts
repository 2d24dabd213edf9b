import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';
import {Transform, type Readable, type TransformCallback} from 'node:stream';

import {ApiError} from '../types.js';
import {createChunkDecoder, type ChunkDecoder, type ChunkFormat} from './chunks.js';
import {sha256Hex, unsignedPayload, type ChunkSigner} from './sigv4.js';
import type {StreamedBody} from './types.js';

/** What `x-amz-content-sha256` says about the body. */
export type BodyFormat =
  {readonly kind: 'plain'; readonly sha256: string | undefined} | ({readonly kind: 'chunked'} & ChunkFormat);

/** Reads `x-amz-content-sha256`; throws InvalidArgument for a value that is neither a hash nor a known format. */
export function bodyFormat(contentSha256: string | undefined): BodyFormat {
  switch (contentSha256) {
    case undefined:
    case unsignedPayload:
      return {kind: 'plain', sha256: undefined};
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return {kind: 'chunked', signed: true, trailer: false};
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return {kind: 'chunked', signed: true, trailer: true};
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return {kind: 'chunked', signed: false, trailer: true};
    default:
      if (/^[0-9a-f]{64}$/i.test(contentSha256)) return {kind: 'plain', sha256: contentSha256.toLowerCase()};
      throw new ApiError(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
          'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
        400,
        {ArgumentName: 'x-amz-content-sha256', ArgumentValue: contentSha256},
      );
  }
}

/** Length of the body once the framing is off; undefined when the client does not say. */
export function decodedLength(
  headers: Readonly<Record<string, string>>,
  format: BodyFormat,
): number | undefined {
  const text =
    format.kind === 'chunked' ? headers['x-amz-decoded-content-length'] : headers['content-length'];
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  return Number(text);
}

export interface WholeBody {
  readonly bytes: Uint8Array;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Takes the framing off a body that has been read whole, and verifies it. */
export function decodeWhole(
  raw: Uint8Array,
  format: BodyFormat,
  length: number | undefined,
  signer: ChunkSigner | undefined,
): WholeBody {
  if (format.kind === 'plain') {
    if (format.sha256 !== undefined) checkHash(format.sha256, sha256Hex(raw));
    return {bytes: raw, trailers: {}};
  }
  const decoder = createChunkDecoder(format, signer);
  const bytes = Buffer.concat(decoder.push(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)));
  decoder.end();
  if (length !== undefined && length !== bytes.length) throw wrongLength();
  return {bytes, trailers: decoder.trailers()};
}

/** Reads a body whole. Refuses more than `limit` bytes with EntityTooLarge. */
export function readWhole(body: Readable | Uint8Array | undefined, limit: number): Promise<Uint8Array> {
  if (body === undefined) return Promise.resolve(Buffer.alloc(0));
  if (body instanceof Uint8Array) return Promise.resolve(body);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        // The rest is not wanted, but is read so that the connection stays usable.
        body.removeAllListeners('data').resume();
        reject(new ApiError('EntityTooLarge', `The request body is larger than ${limit} bytes.`, 413));
        return;
      }
      chunks.push(chunk);
    });
    body.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    body.on('error', reject);
    body.on('close', () => {
      if (!body.readableEnded) reject(wrongLength());
    });
  });
}

/** A body that is verified while it flows: it fails instead of ending when it is not what was signed. */
export function streamBody(
  raw: Readable,
  format: BodyFormat,
  length: number | undefined,
  signer: ChunkSigner | undefined,
): StreamedBody {
  const body = new VerifiedBody(format, length, signer);
  // Not `pipeline`: a body that fails must not take the connection with it, for the answer still has to go out.
  raw.pipe(body);
  raw.once('error', error => body.destroy(error));
  raw.once('close', () => {
    if (!raw.readableEnded && !body.destroyed) body.destroy(wrongLength());
  });
  // Whoever reads `body` sees its error; when nobody does any more, the rest is read and dropped.
  body.on('error', () => undefined);
  body.once('close', () => {
    raw.unpipe(body);
    raw.resume();
  });
  return body;
}

class VerifiedBody extends Transform implements StreamedBody {
  readonly #decoder: ChunkDecoder | undefined;
  readonly #expected: string | undefined;
  readonly #length: number | undefined;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(format: BodyFormat, length: number | undefined, signer: ChunkSigner | undefined) {
    super();
    this.#length = length;
    if (format.kind === 'chunked') this.#decoder = createChunkDecoder(format, signer);
    else this.#expected = format.sha256;
  }

  trailers(): Readonly<Record<string, string>> {
    return this.#decoder?.trailers() ?? {};
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      if (this.#expected !== undefined) this.#hash.update(chunk);
      for (const piece of this.#decoder ? this.#decoder.push(chunk) : [chunk]) {
        this.#size += piece.length;
        this.push(piece);
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      this.#decoder?.end();
      if (this.#length !== undefined && this.#length !== this.#size) throw wrongLength();
      if (this.#expected !== undefined) checkHash(this.#expected, this.#hash.digest('hex'));
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}

function checkHash(claimed: string, found: string): void {
  if (claimed === found) return;
  throw new ApiError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    {ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: found},
  );
}

const digests: Readonly<Record<string, (body: Uint8Array) => Buffer>> = {
  'content-md5': body => createHash('md5').update(body).digest(),
  'x-amz-checksum-sha1': body => createHash('sha1').update(body).digest(),
  'x-amz-checksum-sha256': body => createHash('sha256').update(body).digest(),
  'x-amz-checksum-crc32': body => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return sum;
  },
};

/**
 * Compares the digests that a client sent with a document (DeleteObjects, a bucket policy); throws BadDigest. Handlers
 * see documents only parsed; the bodies of objects are theirs to check.
 */
export function checkDigests(headers: Readonly<Record<string, string>>, body: Uint8Array): void {
  for (const [name, digest] of Object.entries(digests)) {
    const claimed = headers[name];
    if (claimed === undefined || claimed === digest(body).toString('base64')) continue;
    throw new ApiError(
      'BadDigest',
      name === 'content-md5'
        ? 'The Content-MD5 you specified did not match what we received.'
        : `The ${name.slice('x-amz-checksum-'.length).toUpperCase()} you specified did not match the calculated checksum.`,
      400,
    );
  }
}

const wrongLength = (): ApiError =>
  new ApiError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    400,
  );
