import * as v from 'valibot';
import {checkConfig} from './check/index.js';
import {selectEnvironment, writtenAt} from './environment.js';
import {keyText} from './formats.js';
import {hasReference, interpolate} from './interpolate.js';
import {follow, formatPath, type Path} from './path.js';
import {configFileSchema, configSchema} from './schema.js';
import type {Config} from './types.js';

/** What is wrong in a config, and where in the file. */
export interface Problem {
  readonly path: Path;
  /** Whether the key itself or its value is wrong. */
  readonly part: 'key' | 'value';
  /** One sentence without a full stop: key, what was found, what is allowed. */
  readonly sentence: string;
}

export interface Examined {
  /** The selected environment's config, merged and interpolated; of the right shape when there are no problems. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Examines the whole file as written, then the selected environment's config once merged and resolved. References in
 * other environments are not resolved: strings that have one are taken as good.
 */
export function examine(file: unknown, environment: string | undefined, env: NodeJS.ProcessEnv): Examined {
  const written = issuesOf(configFileSchema, file)
    .filter(issue => !(typeof issue.input === 'string' && hasReference(issue.input)))
    .map(issue => problemOf(issue, pathOf(issue)));
  const selected = selectEnvironment(file, environment);
  const {value, unresolved} = interpolate(selected, env);
  const missing = unresolved.map(({path, reason}): Problem => {
    const at = writtenAt(file, environment, path);
    return {path: at, part: 'value', sentence: `${formatPath(at)} ${reason}`};
  });
  const resolved = issuesOf(configSchema, value)
    .map(issue => {
      const path = writtenAt(file, environment, pathOf(issue));
      return problemOf(issue, path, follow(file, path).found);
    })
    .filter(({path}) => !missing.some(other => formatPath(other.path) === formatPath(path)));
  const wrong = [...written, ...missing, ...resolved];
  // Only a config of the right shape can be asked whether its parts fit together.
  const all = wrong.length > 0 ? wrong : findings(value as Config, file, environment);
  const unique = new Map(
    all.map(problem => [formatPath(problem.path) + problem.part, problem] as const).reverse(),
  );
  return {value, problems: [...unique.values()].reverse()};
}

function findings(config: Config, file: unknown, environment: string | undefined): readonly Problem[] {
  return checkConfig(config).map(finding => {
    const path = writtenAt(file, environment, finding.path);
    return {path, part: 'value', sentence: `${formatPath(path)} ${finding.clause}`};
  });
}

type Issue = v.BaseIssue<unknown>;

function issuesOf(schema: v.GenericSchema, input: unknown): readonly Issue[] {
  return v.safeParse(schema, input).issues ?? [];
}

function pathOf(issue: Issue): Path {
  return (issue.path ?? []).map(({key}) => (typeof key === 'number' ? key : String(key)));
}

function problemOf(issue: Issue, path: Path, written: unknown = issue.input): Problem {
  const key = path.length === 0 ? 'the config' : formatPath(path);
  const last = issue.path?.at(-1);
  if (issue.type === 'loose_object') return {path, part: 'key', sentence: `${key} is missing`};
  if (issue.type === 'raw_check') {
    return {path, part: last?.origin === 'key' ? 'key' : 'value', sentence: `${key} ${issue.message}`};
  }
  if (last?.origin === 'key') {
    const name = JSON.stringify(path.at(-1));
    return {
      path,
      part: 'key',
      sentence: `the name ${name} in ${formatPath(path.slice(0, -1))} must be ${issue.message}`,
    };
  }
  const found =
    typeof written === 'string' && hasReference(written)
      ? // What a variable holds may be a secret: never shown.
        `${show(written)}, whose value`
      : `${show(issue.input)} but`;
  return {path, part: 'value', sentence: `${key} is ${found} must be ${issue.message}`};
}

/** A value as the sentence names it: short, and nothing of what is inside lists and objects. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  switch (typeof value) {
    case 'string':
      if (keyText.test(value)) return 'the text of a key';
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'object':
      return value instanceof Date ? 'a date' : 'an object';
    case 'function':
      return 'a function';
    default:
      return `a ${typeof value}`;
  }
}
