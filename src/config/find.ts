import {access, readdir, stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import {Failure} from '../failure.js';

const extensions = ['ts', 'js', 'mjs', 'json', 'yaml', 'yml'] as const;
export type ConfigFormat = (typeof extensions)[number];

export const configFileNames: readonly string[] = extensions.map(extension => `frontctl.config.${extension}`);

/** The format by the file's extension. Failure CONFIG_FORMAT for any other. */
export function formatOf(file: string): ConfigFormat {
  const extension = path.extname(file).slice(1).toLowerCase();
  const format = extensions.find(known => known === extension);
  if (format === undefined) {
    throw new Failure(
      'usage',
      'CONFIG_FORMAT',
      `The config file ${file} has an extension that is not known; allowed are ${extensions.map(known => `.${known}`).join(', ')}.`,
    );
  }
  return format;
}

/** The file given with `--config`, absolute. Failure CONFIG_NOT_FOUND when there is no such file. */
export async function givenConfigFile(file: string, cwd: string): Promise<string> {
  const absolute = path.resolve(cwd, file);
  const found = await stat(absolute).catch(() => undefined);
  if (!found?.isFile()) {
    throw new Failure(
      'usage',
      'CONFIG_NOT_FOUND',
      found === undefined ? `There is no config file ${file}.` : `The config ${file} is not a file.`,
      {
        hint: `Name an existing file with --config, or leave it out to use ${configFileNames[0] ?? ''} and its kin.`,
      },
    );
  }
  formatOf(absolute);
  return absolute;
}

/**
 * The nearest `frontctl.config.*` in `cwd` or a folder above it. The search ends at the git root, the home folder or
 * the file system's root, each included. Failure CONFIG_AMBIGUOUS when one folder has several.
 */
export async function findConfigFile(cwd: string): Promise<string | undefined> {
  const home = homedir();
  let folder = path.resolve(cwd);
  for (;;) {
    const names = new Set(await readdir(folder).catch(() => []));
    const found = configFileNames.filter(name => names.has(name));
    if (found.length > 1) {
      throw new Failure(
        'usage',
        'CONFIG_AMBIGUOUS',
        `${folder} has ${found.length} config files: ${found.join(', ')}.`,
        {hint: 'Keep one of them, or name one with --config.'},
      );
    }
    if (found[0] !== undefined) return path.join(folder, found[0]);
    const parent = path.dirname(folder);
    if (parent === folder || folder === home || (await exists(path.join(folder, '.git')))) return undefined;
    folder = parent;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
