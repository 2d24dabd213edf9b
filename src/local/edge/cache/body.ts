import {mkdir, open, rm, type FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {randomUUID} from 'node:crypto';
import {spillAboveBytes} from '../choices.js';

const pieceBytes = 64 * 1024;

/**
 * The bytes of one object: filled once, from the origin, while any number of readers follow at their own pace. Small
 * bodies stay in memory; large ones go to a file that is removed with the last holder. Memory never holds more than
 * `spillAbove` bytes of a body.
 */
export class Body {
  #chunks: Buffer[] = [];
  #whole: Buffer | undefined;
  #file: {readonly handle: FileHandle; readonly path: string} | undefined;
  #length = 0;
  #state: 'filling' | 'complete' | 'failed' = 'filling';
  #failure: Error | undefined;
  #holders = 0;
  #waiting: (() => void)[] = [];
  #settle: () => void = () => undefined;

  /** Resolves when the body is complete or has failed; never rejects. */
  readonly done: Promise<void>;
  /** Called when the last holder leaves while the body is still filling: nobody wants the rest. */
  onAbandoned: () => void = () => undefined;

  constructor(
    readonly spillDir: string,
    /** Content-Length where the origin told it and the bytes are not compressed on the way. */
    readonly declaredLength?: number,
    readonly spillAbove = spillAboveBytes,
  ) {
    this.done = new Promise(resolve => {
      this.#settle = resolve;
    });
  }

  /** Total size in bytes, known when complete or declared. */
  get size(): number | undefined {
    return this.#state === 'complete' ? this.#length : this.declaredLength;
  }

  get state(): 'filling' | 'complete' | 'failed' {
    return this.#state;
  }

  get inFile(): boolean {
    return this.#file !== undefined;
  }

  /** All bytes, when they are complete and in memory. */
  get bytes(): Buffer | undefined {
    return this.#whole;
  }

  /** Takes the whole source; rejects (and fails the body) when it breaks off or is longer or shorter than declared. */
  async fill(source: AsyncIterable<Buffer | string>): Promise<void> {
    try {
      for await (const chunk of source) {
        await this.#append(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      }
      if (this.declaredLength !== undefined && this.declaredLength !== this.#length) {
        throw new Error(`The origin announced ${this.declaredLength} bytes and sent ${this.#length}.`);
      }
      if (this.#file === undefined)
        this.#whole = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
      this.#chunks = [];
      this.#end('complete');
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#end('failed');
      throw this.#failure;
    }
  }

  #end(state: 'complete' | 'failed'): void {
    this.#state = state;
    this.#settle();
    this.#wake();
    if (this.#holders === 0 && this.#file !== undefined) void this.#dispose();
  }

  async #append(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    if (this.#file === undefined && this.#length + chunk.length > this.spillAbove) {
      await mkdir(this.spillDir, {recursive: true});
      const path = join(this.spillDir, randomUUID());
      const handle = await open(path, 'wx+', 0o600);
      await writeAll(handle, Buffer.concat(this.#chunks), 0);
      this.#file = {handle, path};
      this.#chunks = [];
    }
    if (this.#file === undefined) this.#chunks.push(chunk);
    else await writeAll(this.#file.handle, chunk, this.#length);
    this.#length += chunk.length;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  /** Keeps the bytes; the answer, called once or more, lets them go. */
  retain(): () => void {
    this.#holders++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#holders > 0) return;
      if (this.#state === 'filling') this.onAbandoned();
      else if (this.#file !== undefined) void this.#dispose();
    };
  }

  async #dispose(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    if (this.#state === 'complete') {
      this.#state = 'failed';
      this.#failure = new Error('The object has left the cache.');
    }
    await file.handle.close().catch(() => undefined);
    await rm(file.path, {force: true}).catch(() => undefined);
  }

  /** Bytes `[start, end)`, to the end by default, as they arrive; errors when the origin breaks off. */
  read(start = 0, end = Infinity): Readable {
    const release = this.retain();
    let at = start;
    const pull = (stream: Readable): void => {
      if (stream.destroyed) return;
      if (at >= end) stream.push(null);
      else if (this.#failure !== undefined) stream.destroy(this.#failure);
      else if (at < this.#length) {
        const upTo = Math.min(end, this.#length, at + pieceBytes);
        const file = this.#file;
        if (file === undefined) {
          const piece = this.#inMemory(at, upTo);
          at += piece.length;
          stream.push(piece);
          return;
        }
        const piece = Buffer.allocUnsafe(upTo - at);
        file.handle.read(piece, 0, piece.length, at).then(
          ({bytesRead}) => {
            at += bytesRead;
            stream.push(piece.subarray(0, bytesRead));
          },
          (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
        );
      } else if (this.#state === 'complete') stream.push(null);
      else {
        this.#waiting.push(() => {
          pull(stream);
        });
      }
    };
    return new Readable({
      highWaterMark: pieceBytes,
      read() {
        pull(this);
      },
      destroy(error, done) {
        release();
        done(error);
      },
    });
  }

  #inMemory(from: number, upTo: number): Buffer {
    if (this.#whole !== undefined) return this.#whole.subarray(from, upTo);
    let base = 0;
    for (const chunk of this.#chunks) {
      if (from < base + chunk.length) return chunk.subarray(from - base, Math.min(chunk.length, upTo - base));
      base += chunk.length;
    }
    return Buffer.alloc(0);
  }
}

const writeAll = async (handle: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  let written = 0;
  while (written < bytes.length) {
    const {bytesWritten} = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
};
