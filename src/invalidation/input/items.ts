import {Failure} from '../../failure.js';
import {normalizePath} from '../paths.js';
import {hostMatches, plainHost} from './hosts.js';
import {invalidItem, quote, withoutSignature} from './quote.js';
import {checkBackslash, checkShell} from './shell.js';
import type {InputContext, ParsedItems} from './types.js';

/**
 * What a person pastes as CloudFront takes it: paths (slash added, encoded once), wildcards, `#tags`, and URLs, whose host is
 * collected and whose fragment and signature are dropped. In a path a `#` is a character of its name, as in files.
 *
 * Failures (exit 2): NO_PATHS, INVALID_PATH, SHELL_REWROTE_PATH, SHELL_EXPANDED.
 */
export function parseItems(typed: readonly string[], context: InputContext): ParsedItems {
  if (typed.length === 0) {
    throw new Failure('usage', 'NO_PATHS', 'There is nothing to invalidate.', {
      hint: "Name paths or tags, and quote those that the shell would take: '/img/*' '#product-42'.",
    });
  }
  checkShell(typed, context.machine);
  const items = new Map<string, string>();
  const hosts = new Set<string>();
  for (const each of typed) {
    const {host, item} = parseItem(each, context.hosts);
    if (host !== undefined) hosts.add(host);
    // Tags are case-insensitive, paths are not.
    const identity = item.startsWith('#') ? item.toLowerCase() : item;
    if (!items.has(identity)) items.set(identity, item);
  }
  return {items: [...items.values()], hosts: [...hosts]};
}

interface Parsed {
  readonly host: string | undefined;
  readonly item: string;
}

function parseItem(typed: string, known: readonly string[]): Parsed {
  if (typed.startsWith('#')) return {host: undefined, item: normalizePath(typed)};
  const url = splitUrl(typed, known);
  if (url === undefined) return {host: undefined, item: parsePath(typed)};
  return {host: url.host, item: parsePath(url.path)};
}

interface Url {
  readonly host: string;
  /** With its query, as it was typed. */
  readonly path: string;
}

/** By hand, not with `URL`: that would rewrite the path, and CloudFront matches what viewers sent. */
function splitUrl(typed: string, known: readonly string[]): Url | undefined {
  const [, scheme, slashes, authority = '', rest = ''] =
    /^(?:([a-z][a-z0-9+.-]*):(?=\/\/))?(\/\/)?([^/?#\\]*)([^#]*)/i.exec(typed) ?? [];
  const host = plainHost(authority);
  const isKnown = host !== '' && known.some(name => hostMatches(name, host));
  const url = {host, path: rest.startsWith('/') ? rest : '/' + rest};
  if (slashes === undefined) return isKnown ? url : undefined;
  if (scheme === undefined) {
    // `//cdn.example.com/a` is a URL; `//img/a.png` is a slip, or the path of a key that begins with a slash.
    if (isKnown || (host.includes('.') && rest.startsWith('/'))) return url;
    throw invalidItem(
      typed,
      'begins with two slashes',
      `${quote(typed.replace(/^\/+/, '/'))}, or the whole URL if the key does begin with a slash.`,
    );
  }
  if (!/^https?$/i.test(scheme)) throw invalidItem(typed, 'is no URL of a site', 'Write https://HOST/PATH.');
  if (host === '') throw invalidItem(typed, 'names no host', 'Write https://HOST/PATH, or only the path.');
  return url;
}

function parsePath(path: string): string {
  checkBackslash(path);
  const mark = path.indexOf('?');
  const bare = mark === -1 ? path : path.slice(0, mark) + withoutSignature(path.slice(mark));
  checkCutEscape(bare);
  return normalizePath(bare);
}

/** A wildcard must end between characters: `/caf%C3*` ends within the two bytes of `é`. */
function checkCutEscape(path: string): void {
  const tail = /((?:%[0-9A-Fa-f]{2})*)(%[0-9A-Fa-f]?)?\*$/.exec(path);
  if (tail === null) return;
  const [whole, escapes = '', half] = tail;
  const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex');
  const cut = half === undefined ? unfinishedBytes(bytes) : 0;
  if (half === undefined && cut === 0) return;
  const prefix = path.slice(0, path.length - whole.length) + escapes.slice(0, (bytes.length - cut) * 3);
  throw invalidItem(path, 'ends its wildcard inside a percent-escape', quote(prefix + '*'));
}

/** How many bytes at the end begin a UTF-8 character that is not finished. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
