import {createHash, randomBytes} from 'node:crypto';
import {Readable} from 'node:stream';

import type {Blobs, Store} from '../../types.js';
import {digest, type ChecksumAlgorithm} from './checksum.js';
import type {Segment, Tables} from '../records.js';

/** Bodies up to this many bytes live in the store itself, larger ones in blobs. */
export const inlineLimit = 64 * 1024;

/** A body that has been read to its end and is not yet part of any object. */
export interface Received {
  readonly size: number;
  readonly md5: Buffer;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
  /** Fields after an aws-chunked body, lowercase. */
  readonly trailers: Readonly<Record<string, string>>;
  /** Makes the bytes durable parts of the state; inside a change only. */
  claim(): readonly Segment[];
  /** Throws the bytes away unless a committed change claimed them. */
  discard(): Promise<void>;
}

/** What a change has let go of: rows are gone with the transaction, blobs are deleted after its commit. */
export interface Release {
  readonly release: (segments: readonly Segment[]) => void;
}

export interface Bodies {
  receive(
    body: AsyncIterable<unknown> | Uint8Array | string | undefined,
    algorithms: readonly ChecksumAlgorithm[],
  ): Promise<Received>;
  /** Bytes `[start, end)` of the segments: in one piece when all are inline, else as a stream with bounded memory. */
  read(segments: readonly Segment[], start: number, end: number): Uint8Array | Readable;
  /** One atomic change of the state, then the deletion of the blobs that it released and nobody still reads. */
  change<T>(run: (release: Release) => T): Promise<T>;
}

type Content =
  {readonly kind: 'inline'; readonly bytes: Uint8Array} | {readonly kind: 'blob'; readonly id: string};

const noBytes = new Uint8Array(0);

const asBytes = (chunk: unknown): Uint8Array => {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError('A body must be a stream of bytes.');
};

const hasTrailers = (body: object): body is {trailers(): Readonly<Record<string, string>>} =>
  'trailers' in body && typeof body.trailers === 'function';

/** The bodies of one store. `tables` must be of the same store. */
export const openBodies = (store: Store, tables: Tables): Bodies => {
  const run = randomBytes(9).toString('base64url');
  let count = 0;
  const readers = new Map<string, number>();
  const doomed = new Set<string>();

  const deleteBlob = (id: string): void => {
    // A blob that stays behind (an I/O error, a kill) is swept at the next start: no row names it any more.
    store.blobs.delete(id).catch(() => undefined);
  };
  const leave = (id: string): void => {
    const left = (readers.get(id) ?? 1) - 1;
    if (left > 0) readers.set(id, left);
    else {
      readers.delete(id);
      if (doomed.delete(id)) deleteBlob(id);
    }
  };

  const received = (content: Content, rest: Omit<Received, 'claim' | 'discard'>, blobs: Blobs): Received => {
    return {
      ...rest,
      claim() {
        if (rest.size === 0) return [];
        if (content.kind === 'blob') {
          tables.blobs.put(content.id, true);
          return [{id: content.id, size: rest.size, blob: true}];
        }
        const id = `${run}${(count++).toString(36).padStart(8, '0')}`;
        tables.inline.put(id, content.bytes);
        return [{id, size: rest.size, blob: false}];
      },
      async discard() {
        if (content.kind === 'blob' && !tables.blobs.get(content.id)) await blobs.delete(content.id);
      },
    };
  };

  const receiveStream = async (
    body: AsyncIterable<unknown>,
    algorithms: readonly ChecksumAlgorithm[],
  ): Promise<Received> => {
    const md5 = createHash('md5');
    const digests = algorithms.map(algorithm => [algorithm, digest(algorithm)] as const);
    let held: Uint8Array[] = [];
    let size = 0;
    let writer: Awaited<ReturnType<Blobs['create']>> | undefined;
    try {
      for await (const chunk of body) {
        const bytes = asBytes(chunk);
        size += bytes.length;
        md5.update(bytes);
        for (const [, running] of digests) running.update(bytes);
        if (writer) await writer.write(bytes);
        else {
          held.push(bytes);
          if (size > inlineLimit) {
            writer = await store.blobs.create();
            for (const early of held) await writer.write(early);
            held = [];
          }
        }
      }
      await writer?.commit();
    } catch (error) {
      await writer?.abort();
      throw error;
    }
    return received(
      writer ? {kind: 'blob', id: writer.id} : {kind: 'inline', bytes: Buffer.concat(held)},
      {
        size,
        md5: md5.digest(),
        checksums: new Map(digests.map(([algorithm, running]) => [algorithm, running.base64()])),
        trailers: hasTrailers(body) ? body.trailers() : {},
      },
      store.blobs,
    );
  };

  const receiveBytes = async (
    bytes: Uint8Array,
    algorithms: readonly ChecksumAlgorithm[],
  ): Promise<Received> => {
    const checksums = new Map(
      algorithms.map(algorithm => {
        const running = digest(algorithm);
        running.update(bytes);
        return [algorithm, running.base64()] as const;
      }),
    );
    let content: Content = {kind: 'inline', bytes};
    if (bytes.length > inlineLimit) {
      const writer = await store.blobs.create();
      try {
        await writer.write(bytes);
        await writer.commit();
      } catch (error) {
        await writer.abort();
        throw error;
      }
      content = {kind: 'blob', id: writer.id};
    }
    const md5 = createHash('md5').update(bytes).digest();
    return received(content, {size: bytes.length, md5, checksums, trailers: {}}, store.blobs);
  };

  const inlineBytes = (segment: Segment): Uint8Array => {
    const bytes = tables.inline.get(segment.id);
    if (!bytes) throw new Error(`The bytes of body ${segment.id} are missing from the store.`);
    return bytes;
  };

  /** The parts of the segments inside `[start, end)`, each with its own range. */
  const select = (segments: readonly Segment[], start: number, end: number) => {
    let offset = 0;
    return segments.flatMap(segment => {
      const from = Math.max(0, start - offset);
      const to = Math.min(segment.size, end - offset);
      offset += segment.size;
      return from < to ? [{segment, from, to}] : [];
    });
  };

  return {
    receive(body, algorithms) {
      if (body === undefined) return receiveBytes(noBytes, algorithms);
      if (typeof body === 'string') return receiveBytes(Buffer.from(body), algorithms);
      return body instanceof Uint8Array ? receiveBytes(body, algorithms) : receiveStream(body, algorithms);
    },

    read(segments, start, end) {
      const chosen = select(segments, start, end);
      // Inline bytes are fetched now, in the same turn as the record that names them: a later write cannot remove them.
      const sources = chosen.map(({segment, from, to}) =>
        segment.blob ? {id: segment.id, from, to} : inlineBytes(segment).subarray(from, to),
      );
      if (sources.every(source => source instanceof Uint8Array)) {
        const [only] = sources;
        return sources.length === 1 && only ? only : Buffer.concat(sources);
      }
      const ids = sources.flatMap(source => (source instanceof Uint8Array ? [] : [source.id]));
      for (const id of ids) readers.set(id, (readers.get(id) ?? 0) + 1);
      const stream = Readable.from(
        (async function* () {
          for (const source of sources) {
            if (source instanceof Uint8Array) yield source;
            else
              yield* store.blobs.read(source.id, {
                start: source.from,
                end: source.to,
              }) as AsyncIterable<Uint8Array>;
          }
        })(),
        {objectMode: false, highWaterMark: 256 * 1024},
      );
      stream.once('close', () => {
        ids.forEach(leave);
      });
      return stream;
    },

    async change(runChange) {
      const released: string[] = [];
      const result = await store.write(() => {
        released.length = 0;
        return runChange({
          release(segments) {
            for (const {id, blob} of segments) {
              (blob ? tables.blobs : tables.inline).delete(id);
              if (blob) released.push(id);
            }
          },
        });
      });
      for (const id of released) {
        if (readers.has(id)) doomed.add(id);
        else deleteBlob(id);
      }
      return result;
    },
  };
};
