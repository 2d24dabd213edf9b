import {existsSync, readdirSync} from 'node:fs';
import {homedir} from 'node:os';
import {Failure} from '../../failure.js';
import {invalidItem, quote} from './quote.js';
import type {FolderEntry, ShellMachine} from './types.js';

/** The machine that this process runs on, seen from its working directory. */
export const thisMachine: ShellMachine = {
  isRootEntry: existsSync,
  entriesHere: () => {
    try {
      return readdirSync('.', {withFileTypes: true}).map(entry => ({
        name: entry.name,
        isFolder: entry.isDirectory(),
      }));
    } catch {
      return [];
    }
  },
  home: homedir(),
};

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
 * of Windows for every program that is not their own) and SHELL_EXPANDED (an unquoted `/*`, `*` or `~`).
 */
export function checkShell(typed: readonly string[], machine: ShellMachine | undefined): void {
  const rewritten = typed.find(item => drive.test(item));
  if (rewritten !== undefined) {
    const names = typed.filter(item => shellRoot.test(item)).map(item => item.replace(shellRoot, ''));
    if (isRootListing(names)) {
      throw expanded('/*', typed, 'this machine', "Quote it and leave out the slash: '*'.");
    }
    throw rewrittenPath(rewritten);
  }
  if (machine === undefined) return;
  const entries = typed.filter(item => /^\/[^/]+$/.test(item));
  if (
    isRootListing(entries.map(entry => entry.slice(1))) &&
    entries.filter(machine.isRootEntry).length >= 4
  ) {
    throw expanded('/*', typed, 'this machine', "Quote it: '/*'.");
  }
  const bare = typed.filter(item => !item.includes('/'));
  if (bare.length >= 3 && isFolderListing(bare, machine.entriesHere())) {
    throw expanded('*', bare, 'this folder', "Quote it: '*'.");
  }
  checkHome(typed, machine.home);
}

/**
 * A star becomes every name of the working directory but those that begin with a dot. Files alone may be a build's, named
 * one by one; a folder is no page, and who names some folders that are pages leaves others out.
 */
function isFolderListing(names: readonly string[], here: readonly FolderEntry[]): boolean {
  const visible = here.filter(({name}) => !name.startsWith('.'));
  if (visible.length < 3 || !visible.some(({isFolder}) => isFolder)) return false;
  const typed = new Set(names);
  return visible.every(({name}) => typed.has(name));
}

/** `~/a` becomes `/home/me/a`. A home like `/app`, which containers have, may well be a path of the site. */
function checkHome(typed: readonly string[], home: string): void {
  if (!/^\/(?:root$|[^/]+\/[^/]+)/.test(home)) return;
  const inside = typed.find(item => item === home || item.startsWith(home + '/'));
  if (inside === undefined) return;
  const rest = inside.slice(home.length);
  throw new Failure(
    'usage',
    'SHELL_EXPANDED',
    `The shell turned ~${bareQuote(rest)} into ${quote(inside)}.`,
    {
      hint: `Write the path that viewers ask for, such as '${rest === '' ? '/' : bareQuote(rest)}'.`,
    },
  );
}

const bareQuote = (text: string): string => quote(text).slice(1, -1);

const isRootListing = (names: readonly string[]): boolean =>
  names.length >= 4 && names.filter(name => rootNames.has(name)).length >= 3;

const expanded = (star: string, typed: readonly string[], where: string, hint: string): Failure =>
  new Failure(
    'usage',
    'SHELL_EXPANDED',
    `The shell turned an unquoted ${star} into ${typed.length} names of ${where} (${typed.slice(0, 3).map(quote).join(', ')}, ...).`,
    {hint},
  );

function rewrittenPath(item: string): Failure {
  const isShells = shellRoot.test(item);
  const rest = item.replace(isShells ? shellRoot : drive, '').replace(/\\/g, '/');
  const bare = bareQuote(rest);
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
