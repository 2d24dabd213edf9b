/** What was typed, piped, kept in a file, changed in git or sent before. */
import {readFileSync} from 'node:fs';
import {addAbortSignal, type Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {Failure} from '../../failure.js';
import {
  changedSources,
  checkHosts,
  decodeText,
  parseItems,
  readLines,
  thisMachine,
  type ParsedItems,
} from '../../invalidation/input/index.js';
import type {Session} from '../session.js';
import {nothingSent} from './plan.js';
import {asUrl, idAt, isLoopback, localUrls, notServedLocally, type Target} from './target.js';

export interface InputFlags {
  /** Arguments; `-` is stdin. */
  readonly args: readonly string[];
  /** `-` is stdin. */
  readonly fromFile: string | undefined;
  /** As git takes it: `HEAD~1`, `main...`. */
  readonly fromGit: string | undefined;
  /** Id of an earlier invalidation. */
  readonly repeat: string | undefined;
}

export interface Inputs {
  /** Typed for a shell. */
  readonly args: readonly string[];
  /** From stdin and files, which no shell touched. */
  readonly lines: readonly string[];
  /** Changed in git, relative to its root; undefined without --from-git. */
  readonly sources: readonly string[] | undefined;
}

/**
 * Reads all that can be read without AWS. Failures: NO_PATHS, NO_SUCH_FILE, UNREADABLE_FILE, INVALID_LIST, INTERRUPTED, those
 * of git.
 */
export async function readInputs(
  {args, fromFile, fromGit, repeat}: InputFlags,
  signal: AbortSignal,
  stdin: Readable = process.stdin,
): Promise<Inputs> {
  if (args.length === 0 && fromFile === undefined && fromGit === undefined && repeat === undefined) {
    throw new Failure('usage', 'NO_PATHS', 'There is nothing to invalidate.', {
      hint: "Give paths, full URLs or tags in quotes ('/img/*' '#release-41'), - for stdin, --from-file, --from-git or --repeat. See --help.",
    });
  }
  const typed = args.filter(arg => arg !== '-');
  const isPiped = fromFile === '-' || typed.length < args.length;
  const lines = [
    ...(fromFile === undefined || fromFile === '-' ? [] : readLines(decodeText(readList(fromFile)))),
    ...(isPiped ? readLines(decodeText(await readAll(stdin, signal))) : []),
  ];
  const isListed = fromFile !== undefined || isPiped;
  if (isListed && lines.length === 0 && typed.length === 0) {
    const where = fromFile === undefined || fromFile === '-' ? 'stdin' : fromFile;
    throw new Failure('usage', 'NO_PATHS', `There is nothing to invalidate: ${where} held no path.`);
  }
  const sources = fromGit === undefined ? undefined : await changedSources(fromGit, process.cwd());
  const inputs = {args: typed, lines, sources};
  // A slip is told before AWS is asked anything.
  if (!wordsOf(inputs).some(mayNameHost)) parse(inputs, []);
  return inputs;
}

const wordsOf = ({args, lines}: Inputs): readonly string[] => [...args, ...lines];

const parse = ({args, lines}: Inputs, hosts: readonly string[]): readonly ParsedItems[] => [
  ...(args.length === 0 ? [] : [parseItems(args, {hosts, machine: thisMachine})]),
  ...(lines.length === 0 ? [] : [parseItems(lines, {hosts, machine: undefined})]),
];

function readList(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const {code} = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Failure('usage', 'NO_SUCH_FILE', `There is no file ${file}.`, {cause});
    const why = code === 'EISDIR' ? 'it is a folder' : (code ?? 'it cannot be opened');
    throw new Failure('usage', 'UNREADABLE_FILE', `${file} cannot be read: ${why}.`, {cause});
  }
}

/** Until its end, which on a terminal may never come. */
async function readAll(stdin: Readable, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await buffer(addAbortSignal(signal, stdin));
  } catch (error) {
    if (signal.aborted) throw nothingSent(error);
    throw error;
  }
}

/** The whole URLs among the inputs: they may say which distribution is meant. */
export const urlsOf = (inputs: Inputs): readonly URL[] => wordsOf(inputs).flatMap(word => asUrl(word) ?? []);

/** `www.example.com/a` is a URL where the host is the distribution's, else a file in a folder. */
const mayNameHost = (word: string): boolean => /^[^/#\s:]+\.[^/]*(?:\/|$)/.test(word);

/**
 * The invalidation items that were typed, in order, without repeats. Every host must be one that a target answers for.
 * Failures: INVALID_PATH, SHELL_REWROTE_PATH, SHELL_EXPANDED, HOST_NOT_SERVED.
 */
export async function typedItems(
  session: Session,
  inputs: Inputs,
  targets: readonly Target[],
  local: boolean,
): Promise<readonly string[]> {
  const known = wordsOf(inputs).some(mayNameHost) ? await knownHosts(targets) : [];
  const parsed = parse(inputs, known);
  const hosts = new Set(parsed.flatMap(each => each.hosts));
  if (local) for (const host of await localHosts(session, inputs, targets)) hosts.delete(host);
  if (hosts.size > 0) {
    const [domainName = '', ...aliases] = (await Promise.all(targets.map(target => target.hosts()))).flat();
    checkHosts([...hosts], {domainName, aliases});
  }
  return [...new Set(parsed.flatMap(each => each.items))];
}

/** A role that may only invalidate still may: what it types are paths then. */
async function knownHosts(targets: readonly Target[]): Promise<readonly string[]> {
  const all = await Promise.all(targets.map(target => target.hosts().catch(() => [])));
  return all.flat();
}

/**
 * Host names of the embedded cloud's own addresses, which tell distributions apart by their ports. Failure HOST_NOT_SERVED
 * when one is that of no target.
 */
async function localHosts(
  session: Session,
  inputs: Inputs,
  targets: readonly Target[],
): Promise<readonly string[]> {
  const urls = urlsOf(inputs).filter(isLoopback);
  if (urls.length === 0) return [];
  const served = await localUrls(session);
  const wanted = served.filter(({id}) => targets.some(({distributionId}) => distributionId === id));
  const strange = urls.find(url => idAt(url, wanted) === undefined);
  if (strange !== undefined) throw notServedLocally(strange, served, wanted);
  return urls.map(({hostname}) => hostname);
}
