import fc from 'fast-check';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {expect, onTestFinished, test} from 'vitest';
import {Body} from '../../../src/local/edge/cache/body.js';

const spill = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'edge-body-'));
  onTestFinished(() => rm(dir, {recursive: true, force: true}));
  return dir;
};

const all = async (stream: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

async function* source(chunks: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
}

test('readers that come before, during and after the filling all see the same bytes, in memory or in a file', async () => {
  const dir = await spill();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({maxLength: 40}), {maxLength: 12}),
      fc.nat(200),
      fc.nat(300),
      fc.nat(300),
      async (chunks, spillAbove, a, b) => {
        const whole = Buffer.concat(chunks);
        const [start, end] = a < b ? [a, b] : [b, a];
        const body = new Body(dir, undefined, spillAbove);
        const release = body.retain();
        const early = [all(body.read()), all(body.read(start, end))];
        const filled = body.fill(source(chunks));
        const during = all(body.read(start));
        await filled;
        const late = all(body.read(0, end));
        expect(await Promise.all([...early, during, late])).toEqual([
          whole,
          whole.subarray(start, end),
          whole.subarray(start),
          whole.subarray(0, end),
        ]);
        expect([body.size, body.inFile]).toEqual([whole.length, whole.length > spillAbove]);
        release();
      },
    ),
    {numRuns: 150},
  );
  await expect.poll(() => readdir(dir)).toEqual([]);
});

test('a source that breaks off, or differs from the declared length, fails every reader', async () => {
  const dir = await spill();
  for (const [declared, spillAbove] of [
    [5, 100],
    [5, 1],
  ] as const) {
    const body = new Body(dir, declared, spillAbove);
    const reader = all(body.read());
    await expect(Promise.all([body.fill(source([Buffer.from('abc')])), reader])).rejects.toThrow(
      'announced 5',
    );
    await expect(reader).rejects.toThrow('announced 5');
    await expect(all(body.read())).rejects.toThrow('announced 5');
  }
  await expect.poll(() => readdir(dir)).toEqual([]);
});

test('the last reader that leaves while the body fills says so, once it was the last', async () => {
  const body = new Body(await spill());
  let abandoned = 0;
  body.onAbandoned = () => abandoned++;
  const [one, two] = [body.read(), body.read()];
  one.destroy();
  await new Promise(resolve => one.once('close', resolve));
  expect(abandoned).toBe(0);
  two.destroy();
  await new Promise(resolve => two.once('close', resolve));
  expect(abandoned).toBe(1);
});
