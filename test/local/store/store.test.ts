import {execFileSync, spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {statfsSync} from 'node:fs';
import {mkdtemp, readdir, rm, writeFile, mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {isDiskFull, openStore} from '../../../src/local/store/index.js';
import type {BlobWriter, Store} from '../../../src/local/types.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'frontctl-store-'));
});
afterEach(() => rm(dir, {recursive: true, force: true}));

const keysOf = (store: Store, options?: Parameters<ReturnType<Store['table']>['range']>[0]): string[] =>
  [...store.table('t').range(options)].map(([key]) => key);

async function fill(store: Store, keys: readonly string[]): Promise<void> {
  const table = store.table<number>('t');
  await store.write(() => {
    keys.forEach((key, i) => table.put(key, i));
  });
}

describe('tables', () => {
  it('keeps keys in UTF-8 byte order and answers any range of them as a plain sorted list would', async () => {
    const text = fc.string({unit: 'grapheme', maxLength: 6});
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(text, {maxLength: 20}),
        fc.record({prefix: text, after: text, from: text, limit: fc.nat(5)}, {requiredKeys: []}),
        async (keys, options) => {
          const store = await openStore({memory: true});
          try {
            await fill(store, keys);
            // A neighbour's entries never show.
            await store.write(() => store.table('u').put('x', 1));
            const {prefix = '', after, from, limit = Infinity} = options;
            const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
            const expected = keys
              .filter(key => key.startsWith(prefix))
              .filter(key => after === undefined || compare(key, after) > 0)
              .filter(key => from === undefined || compare(key, from) >= 0)
              .sort(compare)
              .slice(0, limit);
            expect(keysOf(store, options)).toEqual(expected);
          } finally {
            await store.close();
          }
        },
      ),
      {numRuns: 25},
    );
  });

  it('takes keys of 1,100 bytes, and values with dates, bytes and undefined members', async () => {
    const store = await openStore({memory: true});
    const key = 'ü'.repeat(550);
    const value = {date: new Date(5), bytes: Buffer.from('hi'), nothing: undefined, nested: [{a: 1}]};
    await store.write(() => store.table('t').put(key, value));
    expect(store.table('t').get(key)).toEqual(value);
    await store.close();
  });

  it('refuses a change outside of write', async () => {
    const store = await openStore({memory: true});
    expect(() => store.table('t').put('a', 1)).toThrow('inside Store.write');
    await store.close();
  });
});

describe('write', () => {
  it('shows a change its own writes, and takes back all of a change that throws and nothing of its neighbours', async () => {
    const store = await openStore({memory: true});
    const table = store.table<string>('t');
    await store.write(() => table.put('kept', 'old'));
    const [first, failed, last] = await Promise.allSettled([
      store.write(() => table.put('first', '1')),
      store.write(() => {
        table.put('kept', 'new');
        table.put('kept', 'newer');
        table.delete('first');
        table.put('gone', 'x');
        expect([...table.range()].map(([key]) => key)).toEqual(['gone', 'kept']);
        throw new Error('no');
      }),
      store.write(() => table.get('first')),
    ]);
    expect([first.status, failed.status]).toEqual(['fulfilled', 'rejected']);
    expect(last).toEqual({status: 'fulfilled', value: '1'});
    expect([...table.range()]).toEqual([
      ['first', '1'],
      ['kept', 'old'],
    ]);
    await store.close();
  });

  it('lets a change delete what it walks over', async () => {
    const store = await openStore({memory: true});
    await fill(
      store,
      Array.from({length: 5000}, (_, i) => `k${i}`),
    );
    await store.write(() => {
      for (const [key] of store.table('t').range({prefix: 'k1'})) store.table('t').delete(key);
    });
    expect(keysOf(store).length).toBe(5000 - 1111);
    await store.close();
  });

  it('is still there after kill -9, up to the last change that resolved, and without a lock', async () => {
    const program = `
      import {openStore} from ${JSON.stringify(new URL('../../../src/local/store/index.ts', import.meta.url).href)};
      const store = await openStore({dir: ${JSON.stringify(dir)}});
      const table = store.table('t');
      for (let i = 0; ; i++) { await store.write(() => table.put(String(i).padStart(9, '0'), i)); console.log(i); }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = '';
    await new Promise<void>(resolve => {
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.length > 3000) child.kill('SIGKILL');
      });
      child.on('exit', () => resolve());
    });
    const last = Number(seen.slice(0, seen.lastIndexOf('\n')).split('\n').at(-1));
    const store = await openStore({dir});
    expect(keysOf(store).length).toBeGreaterThan(last);
    await store.close();
  });
});

describe('opening', () => {
  it('finds again what was written, and refuses a second opener until the first closes', async () => {
    const store = await openStore({dir});
    await fill(store, ['a']);
    await expect(openStore({dir})).rejects.toMatchObject({code: 'STATE_LOCKED', exit: 'conflict'});
    expect(keysOf(store)).toEqual(['a']);
    await store.close();
    const again = await openStore({dir});
    expect(keysOf(again)).toEqual(['a']);
    await again.close();
  });

  it.each([
    ['an older version', '{"format": 0}'],
    ['a newer version', '{"format": 99}'],
    ['an unknown version', 'garbage'],
  ])('refuses the state of %s', async (version, text) => {
    await writeFile(join(dir, 'format.json'), text);
    await expect(openStore({dir})).rejects.toMatchObject({
      code: 'STATE_VERSION',
      exit: 'usage',
      message: expect.stringContaining(version) as string,
      hint: expect.stringContaining('frontctl local reset') as string,
    });
  });

  it('takes a state without a version for an older one', async () => {
    await mkdir(join(dir, 'meta'));
    await expect(openStore({dir})).rejects.toMatchObject({code: 'STATE_VERSION'});
  });

  it('removes its directory on close in memory', async () => {
    vi.stubEnv('TMPDIR', dir);
    try {
      const store = await openStore({memory: true});
      expect(await readdir(dir)).toHaveLength(1);
      await fill(store, ['a']);
      await store.close();
      expect(await readdir(dir)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('blobs', () => {
  it('reads back any range of a committed body, and nothing of an aborted one', async () => {
    const store = await openStore({dir});
    const body = randomBytes(300_000);
    const writer = await store.blobs.create();
    await writer.write(body.subarray(0, 100_000));
    await writer.write(body.subarray(100_000));
    await writer.commit();
    expect((await buffer(store.blobs.read(writer.id))).equals(body)).toBe(true);
    expect(await buffer(store.blobs.read(writer.id, {start: 99_999, end: 100_001}))).toEqual(
      body.subarray(99_999, 100_001),
    );
    expect((await buffer(store.blobs.read(writer.id, {start: 5, end: 5}))).length).toBe(0);
    const aborted = await store.blobs.create();
    await aborted.write(body);
    await aborted.abort();
    await expect(buffer(store.blobs.read(aborted.id))).rejects.toThrow('ENOENT');
    await store.blobs.delete(writer.id);
    await store.blobs.delete(writer.id);
    await expect(buffer(store.blobs.read(writer.id))).rejects.toThrow('ENOENT');
    await store.close();
  });

  it('sweeps at open what was half-written and what no table names', async () => {
    const store = await openStore({dir});
    const ids: string[] = [];
    let unfinished: BlobWriter | undefined;
    for (let i = 0; i < 3; i++) {
      const writer = await store.blobs.create();
      await writer.write(Buffer.from(`body ${i}`));
      // The third is still being written when the process dies.
      if (i < 2) await writer.commit();
      else unfinished = writer;
      ids.push(writer.id);
    }
    await store.write(() => store.table('owners').put(ids[0]!, true));
    await store.close();
    const again = await openStore({
      dir,
      liveBlobs: function* (opened) {
        for (const [id] of opened.table('owners').range()) yield id;
      },
    });
    expect((await buffer(again.blobs.read(ids[0]!))).toString()).toBe('body 0');
    await expect(buffer(again.blobs.read(ids[1]!))).rejects.toThrow('ENOENT');
    expect(await readdir(join(dir, 'blobs', 'tmp'))).toEqual([]);
    await unfinished?.abort();
    await again.close();
  });
});

/** A file system of four megabytes, where this process may mount one. */
const small = ((): string | undefined => {
  const at = join(tmpdir(), `frontctl-full-${process.pid}`);
  try {
    execFileSync('mkdir', ['-p', at]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', at], {stdio: 'ignore'});
    return at;
  } catch {
    return undefined;
  }
})();

describe('a full disk', () => {
  it.skipIf(small === undefined)(
    'rejects the write that met it, stays readable, and goes on once there is room (needs root to mount a tmpfs)',
    async () => {
      try {
        const store = await openStore({dir: join(small!, 'state')});
        const table = store.table<Buffer>('t');
        await store.write(() => table.put('before', Buffer.from('kept')));
        let failure: unknown;
        for (let i = 0; i < 200 && failure === undefined; i++)
          await store
            .write(() => table.put(`k${i}`, randomBytes(50_000)))
            .catch((error: unknown) => {
              failure = error;
            });
        expect(isDiskFull(failure)).toBe(true);
        expect(table.get('before')?.toString()).toBe('kept');
        // LMDB corrupts its heap where a write fails for want of space: it must not be let near the end of the disk.
        const {bavail, bsize} = statfsSync(small!);
        expect(bavail * bsize).toBeGreaterThan(500_000);
        const writer = await store.blobs.create().catch((error: unknown) => error);
        if (writer instanceof Error) expect(isDiskFull(writer)).toBe(true);
        else {
          const opened = writer as BlobWriter;
          const failed = await opened.write(randomBytes(5_000_000)).catch((error: unknown) => error);
          expect(isDiskFull(failed)).toBe(true);
          await opened.abort();
        }
        execFileSync('mount', ['-o', 'remount,size=16m', small!]);
        await store.write(() => table.put('after', Buffer.from('works')));
        expect(table.get('after')?.toString()).toBe('works');
        await store.close();
      } finally {
        execFileSync('umount', [small!]);
        await rm(small!, {recursive: true, force: true});
      }
    },
  );
});
