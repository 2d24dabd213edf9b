import {maxMetadataBytes, releaseMark} from '../config/index.js';
import type {HeaderRule} from '../config/types.js';
import {Failure} from '../failure.js';
import {keyGlob, type KeyGlob} from './key-glob.js';

type Member = Exclude<keyof HeaderRule, 'match'>;

/** Who decides each header of one key: the first rule that matches and names it. `by`: `config rule 2: *.pdf`. */
export type Deciding = Readonly<Partial<Record<Member, {readonly rule: HeaderRule; readonly by: string}>>>;

interface CompiledRule {
  readonly rule: HeaderRule;
  readonly position: number;
  readonly globs: readonly KeyGlob[];
  readonly members: readonly Member[];
}

/** Most keys of most sites: known by its identity, it costs nothing. */
const nothing: Deciding = {};

const list = (match: HeaderRule['match']): readonly string[] => (typeof match === 'string' ? [match] : match);

/** Compiles `site.rules` once; the result looks up one key. */
export function configRules(rules: readonly HeaderRule[]): (key: string) => Deciding {
  const compiled = rules.map((rule, index): CompiledRule => ({
    rule,
    position: index + 1,
    globs: list(rule.match).map(keyGlob),
    members: (Object.keys(rule) as (keyof HeaderRule)[]).filter(
      (name): name is Member => name !== 'match' && rule[name] !== undefined,
    ),
  }));
  return key => {
    let found: Partial<Record<Member, {readonly rule: HeaderRule; readonly by: string}>> = nothing;
    for (const {rule, position, globs, members} of compiled) {
      if (members.every(member => found[member] !== undefined)) continue;
      const matched = globs.find(({matches}) => matches(key));
      if (matched === undefined) continue;
      if (found === nothing) found = {};
      for (const member of members)
        found[member] ??= {rule, by: `config rule ${position}: ${matched.pattern}`};
    }
    return found;
  };
}

/** Cache tags as `FileHeaders` has them; undefined for none. */
export function tagsOf({cacheTags}: Deciding): string | undefined {
  const tags = cacheTags?.rule.cacheTags?.join(',') ?? '';
  return tags === '' ? undefined : tags;
}

/**
 * The headers of `FileHeaders.others`, always in the same order; undefined for none. What stands for the absence of a
 * header (`identity`, `STANDARD`) has none. `coding` goes before what rules say: a precompressed copy has
 * another one than its original.
 * Failure METADATA_TOO_LARGE where tags and metadata of two rules come together.
 */
export function othersOf(
  key: string,
  deciding: Deciding,
  coding?: string,
): Readonly<Record<string, string>> | undefined {
  if (deciding === nothing && coding === undefined) return undefined;
  const {contentDisposition, contentEncoding, contentLanguage, metadata, storageClass, redirect} = deciding;
  if (!(
    contentDisposition ??
    contentEncoding ??
    contentLanguage ??
    metadata ??
    storageClass ??
    redirect ??
    coding
  ))
    return undefined;
  const own = Object.entries(metadata?.rule.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  requireRoom(key, deciding, own);
  const headers: readonly (readonly [string, string | undefined])[] = [
    ['content-disposition', contentDisposition?.rule.contentDisposition],
    ['content-encoding', except('identity', coding ?? contentEncoding?.rule.contentEncoding)],
    ['content-language', contentLanguage?.rule.contentLanguage],
    ...own.map(([name, value]) => [`x-amz-meta-${name}`, value] as const),
    ['x-amz-storage-class', except('STANDARD', storageClass?.rule.storageClass)],
    ['x-amz-website-redirect-location', redirect?.rule.redirect],
  ];
  const set = headers.filter(([, value]) => value !== undefined) as [string, string][];
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

const except = (none: string, value: string | undefined): string | undefined =>
  value === none ? undefined : value;

/** Release ids are at most so long. */
const longestRelease = 64;

function requireRoom(key: string, deciding: Deciding, own: readonly (readonly [string, string])[]): void {
  const tags = tagsOf(deciding);
  if (tags === undefined || own.length === 0) return;
  const written = ['cache-tag', tags.replaceAll(releaseMark, 'r'.repeat(longestRelease))] as const;
  const bytes = [written, ...own].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes <= maxMetadataBytes) return;
  const rules = [...new Set([deciding.cacheTags?.by, deciding.metadata?.by])].join(' and ');
  throw new Failure(
    'usage',
    'METADATA_TOO_LARGE',
    `${key} would take ${bytes} bytes of S3 metadata with its cache tags (${rules}), of which an object has ${maxMetadataBytes}.`,
    {hint: 'Shorten or leave out some of them; a release id counts as 64 characters.'},
  );
}

const told: readonly (readonly [Member, string])[] = [
  ['contentType', 'content type'],
  ['cacheTags', 'cache tags'],
  ['contentEncoding', 'content encoding'],
  ['contentLanguage', 'content language'],
  ['contentDisposition', 'content disposition'],
  ['redirect', 'redirect'],
  ['metadata', 'metadata'],
  ['storageClass', 'storage class'],
];

/** Why a key has its headers: what decided Cache-Control (`builtIn` where no rule did), then who else decided something. */
export function reasonsOf(deciding: Deciding, builtIn: string): string {
  if (deciding === nothing) return builtIn;
  const first = deciding.cacheControl?.by ?? builtIn;
  const others = told.flatMap(([member, what]) => {
    const by = deciding[member]?.by;
    return by === undefined || by === deciding.cacheControl?.by ? [] : [`${what} by ${by}`];
  });
  return [first, ...others].join('; ');
}
