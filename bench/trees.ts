import {createHash} from 'node:crypto';
import {mkdir, open, rm} from 'node:fs/promises';
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';

export interface Tree {
  readonly name: string;
  readonly files: number;
  /** Bytes of each file. */
  readonly size: number;
}

export const smallTree: Tree = {name: '2,000 x 4 KB', files: 2000, size: 4096};
export const largeTree: Tree = {name: '20,000 x 1 KB', files: 20_000, size: 1024};

export const hugeTree: Tree = {name: '200,000 x 1 KB', files: 200_000, size: 1024};
export const mediaTree: Tree = {name: '20 x 16 MB', files: 20, size: 16 << 20};

/** Names as a site has them: pages, fingerprinted assets, pictures; a hundred files a folder. Large ones are films. */
export function fileName(i: number, size = 0): string {
  const id = String(i).padStart(5, '0');
  if (size > 1 << 20) return `media/film-${id}.mp4`;
  const folder = String(Math.floor(i / 100)).padStart(3, '0');
  switch (i % 10) {
    case 0:
    case 1:
      return `docs/${folder}/page-${id}.html`;
    case 2:
    case 3:
    case 4:
    case 5:
      return `assets/${folder}/chunk-${hash(id).slice(0, 8)}.js`;
    case 6:
      return `assets/${folder}/style-${hash(id).slice(0, 8)}.css`;
    case 7:
      return `data/${folder}/entry-${id}.json`;
    default:
      return `images/${folder}/picture-${id}.svg`;
  }
}

/** Same bytes for the same index, size and version: hexadecimal digits that no two files share, far apart in large ones. */
export function fileBody(i: number, size: number, version: number): Buffer {
  const body = Buffer.alloc(size);
  const step = size > 1 << 20 ? 4096 : 64;
  for (let at = 0, block = 0; at < size; at += step, block++)
    body.write(hash(`${i}:${version}:${block}`), at, 'latin1');
  return body;
}

/** Writes the whole tree under `folder`, which must be empty or absent. */
export function writeTree(folder: string, {files, size}: Tree): void {
  for (let i = 0; i < files; i++) writeFile(folder, i, size, 0);
}

/** Rewrites every hundredth file, the size kept: a version not used before makes 1 % of the tree new. */
export function changeOnePercent(folder: string, {files, size}: Tree, version: number): void {
  for (let i = 0; i < files; i += 100) writeFile(folder, i, size, version);
}

function writeFile(folder: string, i: number, size: number, version: number): void {
  const file = path.join(folder, fileName(i, size));
  mkdirSync(path.dirname(file), {recursive: true});
  writeFileSync(file, fileBody(i, size, version));
}

/** One file of `bytes` bytes (a multiple of 1 MiB) whose blocks all differ, written without holding it. */
export async function writeLargeFile(file: string, bytes: number): Promise<void> {
  await mkdir(path.dirname(file), {recursive: true});
  await rm(file, {force: true});
  const handle = await open(file, 'w');
  try {
    const block = Buffer.alloc(1 << 20);
    for (let i = 0; i < bytes / block.length; i++) {
      // Random enough to defeat deduplication and compression of any layer, at little cost.
      for (let at = 0; at < block.length; at += 4096) block.write(hash(`${i}:${at}`), at, 'hex');
      await handle.write(block);
    }
  } finally {
    await handle.close();
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
