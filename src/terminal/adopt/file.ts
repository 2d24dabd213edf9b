import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, dirname, extname, join, relative, resolve} from 'node:path';
import {configFileNames} from '../../config/index.js';
import {writtenFormats, type WrittenFormat} from '../../config/write/index.js';
import {Failure} from '../../failure.js';

export interface Destination {
  /** Absolute; undefined: stdout. */
  readonly file: string | undefined;
  readonly format: WrittenFormat;
}

interface Wish {
  readonly out: string | undefined;
  readonly format: WrittenFormat | undefined;
  readonly force: boolean;
  readonly cwd: string;
}

/** Where the config goes. Failures: CONFIG_EXISTS (exit 4), OUT_FORMAT (exit 2). */
export async function chooseDestination({out, format, force, cwd}: Wish): Promise<Destination> {
  if (out === '-') return {file: undefined, format: format ?? 'yaml'};
  const file = resolve(cwd, out ?? `frontctl.config.${format ?? 'yaml'}`);
  const found = formatOf(file);
  if (format !== undefined && format !== found) {
    throw new Failure(
      'usage',
      'OUT_FORMAT',
      `--format ${format} and --out ${out ?? ''} say different things.`,
      {
        hint: 'Leave --format out: the extension of the file says it.',
      },
    );
  }
  await checkOthers(file, cwd, force);
  return {file, format: found};
}

function formatOf(file: string): WrittenFormat {
  const extension = extname(file).slice(1).replace(/^yml$/, 'yaml');
  const found = writtenFormats.find(known => known === extension);
  if (found !== undefined) return found;
  throw new Failure('usage', 'OUT_FORMAT', `A config cannot be written to ${basename(file)}.`, {
    hint: 'Name a file that ends with .yaml, .json or .ts, or - to print it.',
  });
}

/** A folder has one config: a second one would keep every command from running. */
async function checkOthers(file: string, cwd: string, force: boolean): Promise<void> {
  const folder = dirname(file);
  const names = await readdir(folder).catch((): readonly string[] => []);
  const shown = (name: string): string => relative(cwd, join(folder, name)) || name;
  if (names.includes(basename(file)) && !force) throw exists(shown(basename(file)));
  const other = configFileNames.includes(basename(file))
    ? names.find(name => configFileNames.includes(name) && name !== basename(file))
    : undefined;
  if (other !== undefined) throw exists(shown(other), 'another');
}

const exists = (name: string, which: 'same' | 'another' = 'same'): Failure =>
  new Failure('conflict', 'CONFIG_EXISTS', `There is a config already: ${name}.`, {
    hint:
      which === 'same'
        ? 'Write to another file with --out FILE, print it with --out -, or replace it with --force.'
        : `A folder has one config: delete ${name} first, or write to another folder with --out.`,
  });

/** Failures: CONFIG_EXISTS (exit 4) where it came meanwhile, OUT_UNWRITABLE (exit 2). */
export async function writeOut({file}: Destination, text: string, force: boolean): Promise<void> {
  if (file === undefined) return;
  try {
    await writeFile(file, text, {flag: force ? 'w' : 'wx'});
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw exists(file);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('usage', 'OUT_UNWRITABLE', `${file} cannot be written: ${reason}.`, {cause});
  }
}

/** Reads what was written; what goes to stdout, from a file of its own. */
export async function readBack<T>(
  {file, format}: Destination,
  text: string,
  read: (file: string) => Promise<T>,
): Promise<T> {
  if (file !== undefined) return read(file);
  const folder = await mkdtemp(join(tmpdir(), 'frontctl-adopt-'));
  try {
    const copy = join(folder, `frontctl.config.${format}`);
    await writeFile(copy, text, {mode: 0o600});
    return await read(copy);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
