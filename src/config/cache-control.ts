/** Cache-Control of responses: RFC 9111, section 5.2.2; RFC 8246 (immutable); RFC 5861 (stale-*). */
import {suggest} from './suggest.js';

export interface CacheDirective {
  /** Lower case: case means nothing in it. */
  readonly name: string;
  /** As a token, or what stands between the quotes. */
  readonly value?: string;
  readonly isQuoted: boolean;
}

/**
 * What is wrong with a value. `error`: caches read it otherwise than it says, or a part of it can have no effect. `warning`:
 * it works, and a part of it means nothing. `clause` follows the name of the setting: `says no-store beside max-age=60, ...`.
 */
export interface CacheControlProblem {
  readonly severity: 'error' | 'warning';
  readonly clause: string;
}

/** A value as its parts; where it is not of the grammar, why not. */
type Parsed = {readonly directives: readonly CacheDirective[]} | {readonly clause: string};

const seconds = ['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'];
const fieldLists = ['no-cache', 'private'];
const bare = [
  'no-store',
  'public',
  'immutable',
  'must-revalidate',
  'proxy-revalidate',
  'must-understand',
  'no-transform',
];
const known = [...seconds, ...fieldLists, ...bare];
const ofRequests = ['max-stale', 'min-fresh', 'only-if-cached'];

const token = "[!#$%&'*+.^`|~\\w-]+";
const directive = new RegExp(
  `[ \\t]*(${token})(?:=(?:(${token})|"((?:[\\t\\x20!\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\t\\x20-\\x7e])*)"))?[ \\t]*(,|$)`,
  'y',
);

/** CloudFront keeps nothing longer: 100 years. */
const longestSeconds = 3_153_600_000;
const yearSeconds = 31_536_000;

/** The directives of a value in their order; undefined where it is not of the grammar. */
export function cacheDirectives(value: string): readonly CacheDirective[] | undefined {
  const parsed = parse(value);
  return 'directives' in parsed ? parsed.directives : undefined;
}

/** Everything that is wrong with a Cache-Control value of a response; nothing for a value that does what it says. */
export function cacheControlProblems(value: string): readonly CacheControlProblem[] {
  const parsed = parse(value);
  if ('clause' in parsed) return [error(parsed.clause)];
  const single = parsed.directives.flatMap(problemsOf);
  const repeats = repeated(parsed.directives.map(({name}) => name)).map(name =>
    error(`has ${name} more than once; caches take one of them or none (write it once)`),
  );
  const wrong = [...single, ...repeats];
  return wrong.some(({severity}) => severity === 'error')
    ? wrong
    : [...wrong, ...contradictions(parsed.directives)];
}

const error = (clause: string): CacheControlProblem => ({severity: 'error', clause});
const warning = (clause: string): CacheControlProblem => ({severity: 'warning', clause});

const repeated = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

function parse(value: string): Parsed {
  const directives: CacheDirective[] = [];
  directive.lastIndex = 0;
  for (let at = 0; ; at = directive.lastIndex) {
    const found = directive.exec(value);
    if (found === null) return {clause: malformed(value, at)};
    const [, name = '', plain, quoted, separator] = found;
    const text = plain ?? quoted?.replace(/\\(.)/g, '$1');
    directives.push({
      name: name.toLowerCase(),
      ...(text !== undefined && {value: text}),
      isQuoted: quoted !== undefined,
    });
    if (separator === '') return {directives};
  }
}

function malformed(value: string, at: number): string {
  const rest = value.slice(at);
  const piece = (/^[^,]*/.exec(rest)?.[0] ?? '').trim();
  const said = JSON.stringify(piece);
  if (value.trim() === '') return 'is empty (write a directive such as no-cache)';
  if (piece === '') return 'has a comma with no directive beside it';
  if (/^cache-control\s*:/i.test(piece))
    return `begins with the name of the header (write ${value.replace(/^\s*cache-control\s*:\s*/i, '')})`;
  if (piece.includes(';'))
    return `has ${said}; commas separate directives (write ${piece.replaceAll(/\s*;\s*/g, ', ')})`;
  if (/\s=|=\s/.test(piece))
    return `has ${said}, with blanks beside the = (write ${piece.replaceAll(/\s*=\s*/g, '=')})`;
  if (new RegExp(`^${token}(?:=${token})?\\s+${token}`).test(piece))
    return `has ${said}; commas separate directives (write ${piece.replaceAll(/\s+/g, ', ')})`;
  return `has ${said}, which is no directive`;
}

function problemsOf({name, value, isQuoted}: CacheDirective): readonly CacheControlProblem[] {
  if (seconds.includes(name)) return secondsProblems(name, value, isQuoted);
  if (fieldLists.includes(name)) {
    if (value === undefined || (isQuoted && isFieldList(value))) return [];
    return isQuoted
      ? [error(`has ${name}="${value}", where only names of headers may stand between the quotes`)]
      : [error(`has ${name}=${value}; names of headers stand in quotes (write ${name}="${value}")`)];
  }
  if (bare.includes(name))
    return value === undefined ? [] : [error(`has a value after ${name}, which takes none (write ${name})`)];
  if (ofRequests.includes(name)) return [error(`has ${name}, which only requests may carry`)];
  const meant = suggest(name, known);
  return meant === undefined
    ? [warning(`has ${name}, which neither CloudFront nor browsers know`)]
    : [error(`has ${name}, which is not a directive (did you mean ${meant}?)`)];
}

const isFieldList = (value: string): boolean =>
  new RegExp(`^${token}(?:[ \\t]*,[ \\t]*${token})*$`).test(value);

function secondsProblems(
  name: string,
  value: string | undefined,
  isQuoted: boolean,
): readonly CacheControlProblem[] {
  if (value === undefined) return [error(`has ${name} without its seconds (write ${name}=3600 for an hour)`)];
  if (/^\d+$/.test(value)) {
    if (isQuoted)
      return [error(`has ${name}="${value}" in quotes, which some caches ignore (write ${name}=${value})`)];
    if (Number(value) <= longestSeconds) return [];
    const years = Math.floor(Number(value) / yearSeconds).toLocaleString('en-US');
    return [warning(`has ${name}=${value}, which is ${years} years: it counts seconds, not milliseconds`)];
  }
  const inSeconds = fromUnits(value);
  const better = inSeconds === undefined ? '' : ` (write ${name}=${inSeconds})`;
  return [
    error(
      `has ${name}=${isQuoted ? `"${value}"` : value}, but takes a whole number of seconds from 0 on${better}`,
    ),
  ];
}

const units: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: yearSeconds,
};

/** `1h`, `5min`, `30 days` -> seconds. */
function fromUnits(value: string): number | undefined {
  const [, count, unit] =
    /^(\d+)\s*(s|m|h|d|w|y)(?:ec|ecs|econds?|in|ins|inutes?|r|rs|ours?|ays?|eeks?|ears?)?$/i.exec(value) ??
    [];
  return unit === undefined ? undefined : Number(count) * (units[unit.toLowerCase()] ?? 1);
}

/** What well-formed directives say against each other. Those with names of headers speak of these headers alone. */
function contradictions(directives: readonly CacheDirective[]): readonly CacheControlProblem[] {
  const plain = directives.filter(({name, value}) => !(fieldLists.includes(name) && value !== undefined));
  const has = (name: string): boolean => plain.some(each => each.name === name);
  /** Those that are there; seconds only from 1 on: `no-store, max-age=0` is of one mind. */
  const present = (...names: readonly string[]): readonly string[] =>
    plain
      .filter(({name, value}) => names.includes(name) && !(seconds.includes(name) && Number(value) === 0))
      .map(({name, value}) => (value === undefined ? name : `${name}=${value}`));
  const found: CacheControlProblem[] = [];
  const clash = (
    severity: CacheControlProblem['severity'],
    first: string,
    others: readonly string[],
    why: string,
  ): void => {
    if (has(first) && others.length > 0)
      found.push({severity, clause: `says ${first} beside ${others.join(', ')}; ${why}`});
  };

  // RFC 9111, section 5.2.2.3: a cache that knows must-understand lets no-store be.
  if (!has('must-understand')) {
    const kept = present('public', 'immutable', ...seconds);
    clash('error', 'no-store', kept, `what is not stored cannot be kept (write no-store, or leave it out)`);
  }
  clash('error', 'private', present('public'), 'one forbids what the other allows (write one of them)');
  clash(
    'error',
    'private',
    present('s-maxage'),
    'one keeps it out of shared caches such as CloudFront, the other is for them alone (write public, or leave s-maxage out)',
  );
  const unasked = present('immutable');
  clash(
    'error',
    'no-cache',
    unasked,
    'one has browsers ask before every use, the other never (write one of them)',
  );
  if (unasked.length > 0 && !has('no-cache') && !has('no-store') && present('max-age').length === 0) {
    const clause = `says immutable without a max-age above 0, so there is no time in which it could hold (write max-age=${yearSeconds}, immutable)`;
    found.push(error(clause));
  }
  if (!has('no-store'))
    clash(
      'warning',
      'no-cache',
      present('max-age', 's-maxage'),
      'every use is revalidated, however new the copy is',
    );
  clash(
    'warning',
    'must-revalidate',
    present('stale-while-revalidate', 'stale-if-error'),
    'it forbids every use of a stale copy',
  );
  return found;
}
