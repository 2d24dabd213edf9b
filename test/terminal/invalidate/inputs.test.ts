import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough, Readable} from 'node:stream';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {readInputs, type InputFlags} from '../../../src/terminal/invalidate/inputs.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'frontctl-inputs-'));
});
afterAll(() => rm(dir, {recursive: true, force: true}));

const never = new AbortController().signal;
const flags = (more: Partial<InputFlags>): InputFlags => ({
  args: [],
  fromFile: undefined,
  fromGit: undefined,
  repeat: undefined,
  ...more,
});

it('takes arguments, a file and stdin together', async () => {
  const fromFile = join(dir, 'paths.txt');
  await writeFile(fromFile, '/b\n\n/c\n');
  const read = readInputs(flags({args: ['/a', '-'], fromFile}), never, Readable.from([Buffer.from('/d\n')]));
  await expect(read).resolves.toEqual({args: ['/a'], lines: ['/b', '/c', '/d'], sources: undefined});
});

it('takes more lines than a call takes arguments', async () => {
  const many = Array.from({length: 300_000}, (_, n) => `/p/${n}`);
  const stdin = Readable.from([Buffer.from(many.join('\n'))]);
  const {lines} = await readInputs(flags({args: ['-']}), never, stdin);
  expect(lines).toEqual(many);
});

it('Ctrl-C ends the wait for an input that does not end', async () => {
  const stop = new AbortController();
  const stdin = new PassThrough();
  stdin.write('/a\n');
  const reading = readInputs(flags({args: ['-']}), stop.signal, stdin);
  stop.abort();
  await expect(reading).rejects.toMatchObject({code: 'INTERRUPTED', exit: 'interrupted'});
  expect(stdin.destroyed).toBe(true);
});

it.each([
  {given: {}, message: 'There is nothing to invalidate.'},
  {given: {args: ['-']}, message: 'There is nothing to invalidate: stdin held no path.'},
])('nothing to read: $message', async ({given, message}) => {
  await expect(readInputs(flags(given), never, Readable.from([]))).rejects.toMatchObject({
    code: 'NO_PATHS',
    message,
  });
});
