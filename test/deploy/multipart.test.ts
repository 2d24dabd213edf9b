import {createHash} from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Aws, ObjectStore} from '../../src/aws/index.js';
import {createByteBudget} from '../../src/deploy/upload/body.js';
import {multipartBytes, partSize, uploadMultipart} from '../../src/deploy/upload/multipart.js';
import {stampOf, type SiteFile} from '../../src/site/index.js';

const MiB = 1024 ** 2;
const size = 17 * MiB + 5;
const content = (value: number): Buffer => {
  const bytes = Buffer.alloc(size, value);
  for (let at = 0; at < size; at += 4096) bytes.writeUInt32LE(at, at);
  return bytes;
};

let dir: string;
let path: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'frontctl-parts-')));
  path = join(dir, 'film.mp4');
  writeFileSync(path, content(1));
});
afterEach(() => {
  rmSync(dir, {recursive: true, force: true});
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const planned = (stamp?: string): SiteFile => ({
  key: 'film.mp4',
  path,
  size,
  sha256: sha256(content(1)),
  kind: 'asset',
  headers: {contentType: 'video/mp4', cacheControl: 'max-age=1'},
  rule: 'test',
  ...(stamp !== undefined && {stamp}),
});

/** A bucket that keeps what it is sent; `onPart` sees each part before it is answered. */
function bucket(onPart: (number: number) => void = () => undefined) {
  const sent = new Map<number, Buffer>();
  const calls: string[] = [];
  let isLiving: Buffer | undefined;
  const parts: ObjectStore['parts'] = {
    create: () => Promise.resolve({uploadId: 'u', isRepeat: false}),
    send: ({number, body, crc32: crc}) => {
      sent.set(number, Buffer.from(body));
      expect(crc).toBe(crc32(body));
      onPart(number);
      return Promise.resolve({number, etag: `"${number}"`, crc32: undefined});
    },
    complete: (_key, _id, all) => {
      calls.push('complete');
      const numbers = all.map(({number}) => number).sort((a, b) => a - b);
      isLiving = Buffer.concat(numbers.map(number => sent.get(number) ?? Buffer.alloc(0)));
      return Promise.resolve({etag: '"whole"'});
    },
    abort: () => {
      calls.push('abort');
      return Promise.resolve();
    },
  };
  const store = {bucket: 'site', parts} as unknown as ObjectStore;
  const upload = (file: SiteFile) =>
    uploadMultipart({
      aws: {} as Aws,
      store,
      key: file.key,
      file,
      release: 'r',
      budget: createByteBudget(16 * MiB),
      onPart: () => undefined,
      signal: new AbortController().signal,
    });
  return {upload, calls, object: () => isLiving};
}

describe('a file in parts', () => {
  it('arrives whole, whether it is known by its stamp or by its hash', async () => {
    for (const stamp of [stampOf(statSync(path)), undefined, 'another']) {
      const {upload, calls, object} = bucket();
      expect(await upload(planned(stamp))).toBe('"whole"');
      expect(object()?.equals(content(1))).toBe(true);
      expect(calls).toEqual(['complete']);
    }
  });

  it('with another time and the same bytes is the planned one', async () => {
    const stamp = stampOf(statSync(path));
    utimesSync(path, 1, 1);
    expect(await bucket().upload(planned(stamp))).toBe('"whole"');
  });

  it.each([
    ['before', 'other bytes', () => writeFileSync(path, content(2))],
    ['before', 'one byte more', () => appendFileSync(path, 'x')],
    ['while it goes up', 'other bytes', () => writeFileSync(path, content(2))],
    ['while it goes up', 'one byte more', () => appendFileSync(path, 'x')],
    ['while it goes up', 'fewer bytes', () => writeFileSync(path, content(1).subarray(0, 9 * MiB))],
  ])('that is written to %s (%s) is aborted, and never an object', async (when, _what, change) => {
    const stamp = stampOf(statSync(path));
    if (when === 'before') change();
    const {upload, calls, object} = bucket(number => {
      if (when !== 'before' && number === 1) change();
    });
    await expect(upload(planned(stamp))).rejects.toMatchObject({code: 'FILE_CHANGED', exit: 'conflict'});
    expect(calls).toEqual(['abort']);
    expect(object()).toBeUndefined();
  });
});

it('parts are whole MiB, at least 8, and never more than 10,000', () => {
  fc.assert(
    fc.property(fc.integer({min: multipartBytes, max: 5 * 1024 ** 4}), bytes => {
      const part = partSize(bytes);
      expect(part % MiB).toBe(0);
      expect(part).toBeGreaterThanOrEqual(8 * MiB);
      expect(Math.ceil(bytes / part)).toBeLessThanOrEqual(10_000);
    }),
  );
});
