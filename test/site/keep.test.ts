import {mkdtempSync, realpathSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {createShelf, keptBody} from '../../src/site/keep.js';
import {readSite, type SiteFile} from '../../src/site/index.js';

const MiB = 1024 ** 2;

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'frontctl-keep-')));
});
afterEach(() => {
  rmSync(dir, {recursive: true, force: true});
});

async function only(content: Buffer | string): Promise<SiteFile> {
  writeFileSync(join(dir, 'a.txt'), content);
  const [file] = (await readSite({dir, site: {}})).files;
  if (file === undefined) throw new Error('the folder holds one file');
  return file;
}

it('what is kept stays as it was, whatever is read after it, and no more than 16 MiB are', () => {
  const size = fc.oneof(fc.integer({min: 0, max: 3000}), fc.integer({min: 0, max: MiB - 1}));
  fc.assert(
    fc.property(fc.array(size, {minLength: 1, maxLength: 60}), sizes => {
      const shelf = createShelf();
      const kept: {readonly content: Buffer; readonly value: number}[] = [];
      let bytes = 0;
      for (const [index, length] of sizes.entries()) {
        const value = (index % 255) + 1;
        const room = shelf.room(length + 1);
        expect(room.length).toBe(length + 1);
        room.fill(value);
        if (!shelf.keep(length)) continue;
        kept.push({content: room.subarray(0, length), value});
        bytes += length;
      }
      expect(bytes).toBeLessThanOrEqual(16 * MiB);
      for (const {content, value} of kept)
        expect(content.equals(Buffer.alloc(content.length, value))).toBe(true);
    }),
    {numRuns: 30},
  );
});

it('a full shelf keeps nothing more', () => {
  const shelf = createShelf();
  const wasKept = Array.from({length: 40}, () => {
    shelf.room(MiB);
    return shelf.keep(MiB - 1);
  });
  expect(wasKept).toEqual(Array.from({length: 40}, (_, index) => index < 16));
});

it('an untouched file has its bytes', async () => {
  const file = await only('as it was');
  expect(Buffer.from(keptBody(file) ?? []).toString()).toBe('as it was');
});

it.each([
  ['written to', (path: string) => writeFileSync(path, 'as it IS!')],
  ['removed', (path: string) => unlinkSync(path)],
  ['given another time', (path: string) => utimesSync(path, 1, 1)],
])('a file that was %s has none', async (_how, change) => {
  const file = await only('as it was');
  change(file.path);
  expect(keptBody(file)).toBeUndefined();
});

it('a file that was put back with its old time has none: its change time tells', async () => {
  const file = await only('as it was');
  const {atime, mtime} = statSync(file.path);
  writeFileSync(file.path, 'as it IS!');
  utimesSync(file.path, atime, mtime);
  expect(keptBody(file)).toBeUndefined();
});

it('large files are read when they are sent', async () => {
  const file = await only(Buffer.alloc(MiB));
  expect(file.kept).toBeUndefined();
});
