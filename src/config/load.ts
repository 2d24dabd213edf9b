import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Failure} from '../failure.js';
import type {ConfigContext} from './define.js';
import {environmentNames} from './environment.js';
import {findConfigFile, formatOf, givenConfigFile} from './find.js';
import type {Position} from './position.js';
import type {Problem} from './problems.js';
import type {Path} from './path.js';
import {suggest} from './suggest.js';
import type {Config, LoadedConfig} from './types.js';

export interface LoadOptions {
  /** `--config`: absolute or relative to `cwd`. */
  readonly file?: string | undefined;
  /** `--env`. */
  readonly environment?: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Finds, reads, merges, interpolates and validates the config; without a config file an empty one with `cwd` as root.
 * Failures (all exit usage): CONFIG_NOT_FOUND, CONFIG_AMBIGUOUS, CONFIG_FORMAT, CONFIG_UNREADABLE, CONFIG_SYNTAX,
 * CONFIG_FAILED (a script threw), CONFIG_INVALID (every problem, with line and column in YAML and JSON),
 * UNKNOWN_ENVIRONMENT.
 */
export async function loadConfig({file: given, environment, cwd, env}: LoadOptions): Promise<LoadedConfig> {
  const file = given === undefined ? await findConfigFile(cwd) : await givenConfigFile(given, cwd);
  if (file === undefined) {
    if (environment !== undefined) {
      throw new Failure(
        'usage',
        'UNKNOWN_ENVIRONMENT',
        `There is no environment "${environment}", because no config file was found in ${cwd} or above it.`,
        {hint: 'Write a frontctl.config.json, name one with --config, or leave out --env.'},
      );
    }
    return {config: {}, file: undefined, root: cwd, environment: undefined};
  }
  const name = displayName(file, cwd);
  const document = await readDocument(file, name, {env, environment});
  const known = environmentNames(document.value);
  if (environment !== undefined && known !== undefined && !known.includes(environment)) {
    throw unknownEnvironment(environment, known, name);
  }
  // The schema is loaded only where there is something to validate: start-up time.
  const {examine} = await import('./problems.js');
  const {value, problems} = examine(document.value, environment, env);
  if (problems.length > 0) throw invalid(problems, name, document.position);
  return {config: value as Config, file, root: path.dirname(file), environment};
}

interface LoadedDocument {
  readonly value: unknown;
  readonly position: (path: Path, part: 'key' | 'value') => Position | undefined;
}

async function readDocument(file: string, name: string, context: ConfigContext): Promise<LoadedDocument> {
  const format = formatOf(file);
  if (format === 'ts' || format === 'js' || format === 'mjs') {
    const {loadScript} = await import('./script.js');
    return {value: await loadScript(file, name, context), position: () => undefined};
  }
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('usage', 'CONFIG_UNREADABLE', `${name} cannot be read: ${reason}.`, {cause});
  });
  const {parseJson, parseYaml} = await import('./document.js');
  return format === 'json' ? parseJson(text, name) : parseYaml(text, name);
}

function invalid(problems: readonly Problem[], name: string, position: LoadedDocument['position']): Failure {
  const lines = problems.map(problem => {
    const at = position(problem.path, problem.part);
    return `${at === undefined ? name : `${name}:${at.line}:${at.column}`}: ${problem.sentence}.`.replace(
      /\?\)\.$/,
      '?)',
    );
  });
  return new Failure('usage', 'CONFIG_INVALID', lines.join('\n'), {
    hint: 'Correct the config; editors complete and check it by its "$schema".',
  });
}

function unknownEnvironment(environment: string, known: readonly string[], name: string): Failure {
  const meant = suggest(environment, known);
  const names = known.length === 0 ? 'it has no environments' : `known are ${known.join(', ')}`;
  return new Failure(
    'usage',
    'UNKNOWN_ENVIRONMENT',
    `${name} has no environment "${environment}"; ${names}.`,
    {
      hint: meant === undefined ? undefined : `Did you mean --env ${meant}?`,
    },
  );
}

/** Relative to the working directory where it is inside it. */
function displayName(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
