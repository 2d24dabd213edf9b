import {randomBytes} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {mkdir, open, readdir, rename, rm, unlink} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';

import type {BlobWriter, Blobs} from '../types.js';

const folders = Array.from({length: 256}, (_, byte) => byte.toString(16).padStart(2, '0'));

export interface FileBlobs extends Blobs {
  /** Deletes every body whose id is not in `live`. For the time before anything is being written. */
  sweep(live: Iterable<string>): Promise<void>;
}

/**
 * Bodies as files under `dir`: `ab/abcdef…` once committed, `tmp/abcdef…` while written. A rename makes them visible, so
 * that a process killed in between leaves only a temporary file, removed at the next open.
 */
export async function openBlobs(dir: string): Promise<FileBlobs> {
  const temporary = join(dir, 'tmp');
  await rm(temporary, {recursive: true, force: true});
  await mkdir(temporary, {recursive: true});
  await Promise.all(folders.map(folder => mkdir(join(dir, folder), {recursive: true})));
  const place = (id: string): string => join(dir, id.slice(0, 2), id);

  return {
    create: () => createWriter(temporary, place),

    read(id, range) {
      if (range === undefined) return createReadStream(place(id));
      // createReadStream's `end` is inclusive and cannot say "nothing".
      if (range.end <= range.start) return Readable.from([], {objectMode: false});
      return createReadStream(place(id), {start: range.start, end: range.end - 1});
    },

    async delete(id) {
      await rm(place(id), {force: true});
    },

    async sweep(live) {
      const keep = new Set(live);
      for (const folder of folders) {
        const ids = await readdir(join(dir, folder));
        await Promise.all(ids.filter(id => !keep.has(id)).map(id => rm(place(id), {force: true})));
      }
    },
  };
}

async function createWriter(temporary: string, place: (id: string) => string): Promise<BlobWriter> {
  const id = randomBytes(16).toString('hex');
  const path = join(temporary, id);
  const file = await open(path, 'wx');
  return {
    id,
    async write(chunk) {
      for (let offset = 0; offset < chunk.byteLength;) {
        const {bytesWritten} = await file.write(chunk, offset);
        offset += bytesWritten;
      }
    },
    async commit() {
      await file.close();
      await rename(path, place(id));
    },
    async abort() {
      await file.close().catch(() => undefined);
      await unlink(path).catch(() => undefined);
    },
  };
}
