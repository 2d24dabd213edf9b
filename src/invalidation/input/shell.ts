import {existsSync} from 'node:fs';
import {Failure} from '../../failure.js';
import {invalidItem, quote} from './quote.js';

/** Whether `path` (`/bin`) is there on this machine. */
export const isRootEntry = (path: string): boolean => existsSync(path);

const drive = /^[A-Za-z]:[\\/]/;

/** Roots that Git Bash and MSYS2 put before a path: `C:/Program Files/Git/`, `D:/msys64/`, `.../scoop/apps/git/2.50.0/`. */
const shellRoot =
  /^[A-Za-z]:[\\/](?:.*?[\\/])??(?:scoop[\\/]apps[\\/]git[\\/][^\\/]+|PortableGit|git-sdk-\d+|git|msys\d*)(?:[\\/]+|$)/i;

/** Entries of the root that hardly any site has as pages, on Linux, macOS and in Git Bash. */
const rootNames = new Set(
  [
    'bin',
    'dev',
    'etc',
    'home',
    'lib',
    'opt',
    'proc',
    'root',
    'run',
    'sbin',
    'sys',
    'tmp',
    'usr',
    'var',
  ].concat(['Applications', 'Library', 'System', 'Users', 'Volumes', 'mingw64', 'cmd', 'git-bash.exe']),
);

/**
 * Throws when a shell changed what was typed: Failure SHELL_REWROTE_PATH (Git Bash and MSYS2 turn `/index.html` into a path
 * of Windows for every program that is not their own) and SHELL_EXPANDED (an unquoted `/*`).
 */
export function checkShell(typed: readonly string[], isThere: ((path: string) => boolean) | undefined): void {
  const rewritten = typed.find(item => drive.test(item));
  if (rewritten !== undefined) {
    const names = typed.filter(item => shellRoot.test(item)).map(item => item.replace(shellRoot, ''));
    if (isRootListing(names)) throw expanded(typed, "Quote it and leave out the slash: '*'.");
    throw rewrittenPath(rewritten);
  }
  if (isThere === undefined) return;
  const entries = typed.filter(item => /^\/[^/]+$/.test(item));
  if (isRootListing(entries.map(entry => entry.slice(1))) && entries.filter(isThere).length >= 4) {
    throw expanded(typed, "Quote it: '/*'.");
  }
}

const isRootListing = (names: readonly string[]): boolean =>
  names.length >= 4 && names.filter(name => rootNames.has(name)).length >= 3;

const expanded = (typed: readonly string[], hint: string): Failure =>
  new Failure(
    'usage',
    'SHELL_EXPANDED',
    `The shell turned an unquoted /* into ${typed.length} names of this machine (${typed.slice(0, 3).map(quote).join(', ')}, ...).`,
    {hint},
  );

function rewrittenPath(item: string): Failure {
  const isShells = shellRoot.test(item);
  const rest = item.replace(isShells ? shellRoot : drive, '').replace(/\\/g, '/');
  const bare = quote(rest).slice(1, -1);
  const noConversion = 'or set MSYS_NO_PATHCONV=1';
  if (!isShells) {
    return rewroteFailure(
      `${quote(item)} is a path of Windows, not one of the site.`,
      `Write the path that viewers ask for without its leading slash, such as index.html (Git Bash turns a leading slash into a drive), ${noConversion}.`,
    );
  }
  return rewroteFailure(
    `The shell turned "/${bare}" into ${quote(item)}.`,
    rest === ''
      ? 'Set MSYS_NO_PATHCONV=1, or write the whole URL.'
      : `Write it without the leading slash, '${bare}', ${noConversion}.`,
  );
}

const rewroteFailure = (message: string, hint: string): Failure =>
  new Failure('usage', 'SHELL_REWROTE_PATH', message, {hint});

/** Throws when a `\` stands in a path: CloudFront's paths have `/`. Failure INVALID_PATH. */
export function checkBackslash(item: string): void {
  if (!item.includes('\\')) return;
  const forward = item.replace(/\\\*$/, '*').replace(/\\/g, '/');
  throw invalidItem(item, 'has a backslash where URLs have a slash', quote(forward.replace(/^\/?/, '/')));
}
