import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import type {Aws} from '../aws/index.js';
import {ownerText} from './api.js';
import type {Job, Owner, Priced, Price, Usage} from './types.js';

/** Later than this after its last sign of life a run is not gone on with: the content may be another by now. */
const resumableMs = 10 * 60_000;
/** A run that only waits says so this often. */
const signOfLifeMs = 60_000;

const filePrefix = 'invalidation-';

/** Where frontctl keeps what one run leaves to the next. */
export function stateFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'frontctl');
  // The XDG Base Directory Specification: unset, empty and relative are all the default.
  const xdg = env['XDG_STATE_HOME'];
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.local', 'state'), 'frontctl');
}

interface Entry {
  readonly version: 1;
  readonly reference: string;
  /** Milliseconds since the epoch, as `updatedAt`. */
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly sent: Readonly<Record<string, string>>;
  readonly split: readonly string[];
  readonly priced?: Priced | undefined;
}

const isTextRecord = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && Object.values(value).every(item => typeof item === 'string');

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const {version, reference, startedAt, updatedAt, sent, split} = value as Partial<
    Record<keyof Entry, unknown>
  >;
  return (
    version === 1 &&
    typeof reference === 'string' &&
    typeof startedAt === 'number' &&
    typeof updatedAt === 'number' &&
    isTextRecord(sent) &&
    Array.isArray(split) &&
    split.every(item => typeof item === 'string')
  );
}

const isPrice = (value: unknown): value is Price => {
  const {usd, isMost} = (value ?? {}) as Partial<Record<keyof Price, unknown>>;
  return typeof usd === 'number' && typeof isMost === 'boolean';
};

const isUsage = (value: unknown): value is Usage => {
  const {used, scope, isLeast} = (value ?? {}) as Partial<Record<keyof Usage, unknown>>;
  const isScope = scope === 'account' || scope === 'distribution';
  return typeof used === 'number' && isScope && typeof isLeast === 'boolean';
};

/** Without one the job goes on all the same. */
function pricedIn({priced}: Entry): Priced | undefined {
  const {price, usage} = (priced ?? {}) as Partial<Record<keyof Priced, unknown>>;
  return isPrice(price) ? {price, usage: isUsage(usage) ? usage : undefined} : undefined;
}

async function readEntry(file: string): Promise<Entry | undefined> {
  try {
    const entry: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** What cannot be written, read or deleted costs only the protection against paying twice after a kill. */
const quietly = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );

async function write(file: string, entry: Entry): Promise<void> {
  const half = `${file}.${process.pid}.tmp`;
  await writeFile(half, JSON.stringify(entry), {mode: 0o600});
  await rename(half, file);
}

const isRecent = ({updatedAt}: Entry, now: number): boolean =>
  // A clock that was set back must not keep an entry for ever.
  Math.abs(now - updatedAt) <= resumableMs;

/** Nobody goes on with these any more. */
async function sweep(dir: string, now: number): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.startsWith(filePrefix)) continue;
    const file = join(dir, name);
    const entry = await readEntry(file);
    // What is half written belongs to a run of this moment, or is swept once it is whole.
    if (entry !== undefined && !isRecent(entry, now)) await rm(file, {force: true});
  }
}

export interface OpenJobOptions {
  /** `stateFolder()`. */
  readonly dir: string;
  readonly aws: Pick<Aws, 'commandFlags'>;
  readonly owner: Owner;
  readonly paths: readonly string[];
  /** Kept for the run that goes on with this one. */
  readonly priced?: Priced | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** [0, 1). */
  readonly random: () => number;
}

function fileName({aws, owner, paths}: OpenJobOptions): string {
  const hash = createHash('sha256');
  for (const part of [aws.commandFlags, ownerText(owner), ...[...new Set(paths)].sort()]) {
    hash.update(`${part}\n`);
  }
  return `${filePrefix}${hash.digest('hex').slice(0, 32)}.json`;
}

function newReference(now: number, random: () => number): string {
  const part = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(36)
      .padStart(7, '0');
  return `frontctl-${Math.floor(now).toString(36)}-${part()}${part()}`;
}

/**
 * The job that sends these paths: the one that a run on this machine began within the last 10 minutes and did not see
 * accepted whole, else a new one. What the folder refuses costs only that.
 */
export async function openJob(options: OpenJobOptions): Promise<Job> {
  const {dir, now, random} = options;
  const file = join(dir, fileName(options));
  const time = now();
  await quietly(mkdir(dir, {recursive: true, mode: 0o700}));
  const found = await readEntry(file);
  const resumed = found !== undefined && isRecent(found, time) ? found : undefined;
  await quietly(sweep(dir, time));

  const reference = resumed?.reference ?? newReference(time, random);
  const startedAt = resumed?.startedAt ?? time;
  const priced = resumed === undefined ? options.priced : pricedIn(resumed);
  const sent = new Map(Object.entries(resumed?.sent ?? {}));
  const split = new Set(resumed?.split);
  let writtenAt = 0;
  const save = (): Promise<void> => {
    writtenAt = now();
    return quietly(
      write(file, {
        version: 1,
        reference,
        startedAt,
        updatedAt: writtenAt,
        sent: Object.fromEntries(sent),
        split: [...split],
        priced,
      }),
    );
  };
  await save();
  return {
    reference,
    resumedFrom: resumed === undefined ? undefined : new Date(startedAt).toISOString(),
    priced,
    memory: {
      sent,
      split,
      noteSent(key, id) {
        sent.set(key, id);
        return save();
      },
      noteSplit(key) {
        split.add(key);
        return save();
      },
      noteWaiting: () => (now() - writtenAt >= signOfLifeMs ? save() : Promise.resolve()),
    },
    settled: () => quietly(rm(file, {force: true})),
  };
}
