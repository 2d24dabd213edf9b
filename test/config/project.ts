import {mkdir, mkdtemp, realpath, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Failure} from '../../src/failure.js';

/** A new folder with the given files in it, and a `.git` so that no config above it is found. */
export async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'frontctl-config-')));
  await mkdir(path.join(root, '.git'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), {recursive: true});
    await writeFile(path.join(root, name), text);
  }
  return root;
}

export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.then(
    value => ({value}),
    (error: unknown) => ({error}),
  );
  if ('error' in outcome && outcome.error instanceof Failure) return outcome.error;
  throw new Error(`expected a Failure, got ${JSON.stringify(outcome)}`, {
    cause: 'error' in outcome ? outcome.error : undefined,
  });
}
