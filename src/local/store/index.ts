import {randomUUID} from 'node:crypto';
import {mkdir, mkdtemp, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {open} from 'lmdb';

import {Failure} from '../../failure.js';
import type {Store, Table} from '../types.js';
import {openBlobs} from './blobs.js';
import {isHeld, startOf, type Holder} from './lock.js';
import {requireSpace} from './space.js';
import {openTable, type Change, type Database} from './tables.js';

/** Layout of the state directory. Raised when a table or a file changes its meaning; there is no migration. */
export const stateFormat = 1;

export type StoreOptions = (
  | {/** State directory, made when missing. */ readonly dir: string; readonly memory?: false}
  | {/** For tests: a temporary directory that `close` removes. */ readonly memory: true}
) & {
  /**
   * Names every blob that a table still refers to, read once at open; the others (left by a kill between the blob and
   * its table entry, or between an entry's removal and the blob's) are deleted. Without it nothing is swept.
   */
  readonly liveBlobs?: (store: Store) => Iterable<string>;
};

/**
 * Opens the durable state of the embedded cloud: an LMDB environment in DIR/meta and bodies in DIR/blobs. What `write`
 * resolved for survives kill -9 of the process (not the loss of power: nothing is fsynced).
 *
 * Fails with STATE_VERSION (made by another frontctl), STATE_LOCKED (another process has it open) or STATE_UNREADABLE.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const dir = options.memory ? await mkdtemp(join(tmpdir(), 'frontctl-')) : options.dir;
  try {
    await checkFormat(dir);
    const database = openDatabase(dir);
    const release = takeLock(database, dir);
    try {
      const blobs = await openBlobs(join(dir, 'blobs'));
      const {write, table, idle} = transactions(database, dir);
      const store: Store = {
        table,
        write,
        blobs,
        async close() {
          await idle();
          release();
          await database.close();
          if (options.memory) await rm(dir, {recursive: true, force: true});
        },
      };
      if (options.liveBlobs) await blobs.sweep(options.liveBlobs(store));
      return store;
    } catch (error) {
      release();
      await database.close();
      throw error;
    }
  } catch (error) {
    if (options.memory) await rm(dir, {recursive: true, force: true});
    throw error;
  }
}

/** Whether a rejected `Store.write` or blob write ran out of disk space. What was written before stays readable. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const {code} = error as {code?: unknown};
  // lmdb hands on errno 28 and its text, or 5 (EIO) where the disk took only a part of its pages; fs says ENOSPC or, for
  // a quota, EDQUOT.
  return (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === 28 ||
    code === 5 ||
    /no space left on device|quota exceeded/i.test(error.message)
  );
}

function openDatabase(dir: string): Database {
  try {
    return open<unknown, Buffer>({
      path: join(dir, 'meta'),
      keyEncoding: 'binary',
      noSync: true,
      overlappingSync: false,
    });
  } catch (error) {
    throw new Failure('unexpected', 'STATE_UNREADABLE', `The local cloud's state in ${dir} cannot be read.`, {
      hint: 'Run `frontctl local reset` to start over.',
      cause: error,
    });
  }
}

async function checkFormat(dir: string): Promise<void> {
  const file = join(dir, 'format.json');
  const found = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) {
    if (await exists(join(dir, 'meta'))) throw wrongFormat(dir, 'an older version');
    await mkdir(join(dir, 'meta'), {recursive: true});
    await writeAtomically(file, `${JSON.stringify({format: stateFormat})}\n`);
    return;
  }
  const format = parseFormat(found);
  if (format === stateFormat) return;
  if (format === undefined) throw wrongFormat(dir, 'an unknown version');
  throw wrongFormat(dir, format < stateFormat ? 'an older version' : 'a newer version');
}

function parseFormat(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'format' in value && typeof value.format === 'number')
      return value.format;
  } catch {
    // Told below, with the directory's name.
  }
  return undefined;
}

const wrongFormat = (dir: string, version: string): Failure =>
  new Failure(
    'usage',
    'STATE_VERSION',
    `The local cloud's state in ${dir} was written by ${version} of frontctl.`,
    {
      hint: 'Run `frontctl local reset` to empty it, or name another directory with --data.',
    },
  );

async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The lock lives in the database itself: LMDB's writer mutex makes check and take one step, even between processes. */
function takeLock(database: Database, dir: string): () => void {
  const key = Buffer.from('\0lock');
  try {
    requireSpace(dir, 0);
  } catch (cause) {
    void database.close();
    throw new Failure(
      'unexpected',
      'DISK_FULL',
      `The disk that holds the local cloud's state in ${dir} is full.`,
      {
        hint: 'Free some space, or name another directory with --data.',
        cause,
      },
    );
  }
  const mine: Holder = {pid: process.pid, started: startOf(process.pid), token: randomUUID()};
  const other = database.transactionSync(() => {
    const holder = database.get(key) as Holder | undefined;
    if (holder && isHeld(holder)) return holder;
    database.putSync(key, mine);
    return undefined;
  });
  if (other) {
    void database.close();
    throw new Failure(
      'conflict',
      'STATE_LOCKED',
      `The local cloud's state in ${dir} is in use by process ${other.pid}.`,
      {
        hint: 'Run `frontctl local status`, or name another directory with --data.',
      },
    );
  }
  return () => {
    try {
      requireSpace(dir, 0);
    } catch {
      // Stays behind, as after a kill: the next opener sees that its holder is gone.
      return;
    }
    database.transactionSync(() => {
      const holder = database.get(key) as Holder | undefined;
      if (holder?.token === mine.token) database.removeSync(key);
    });
  };
}

interface Pending {
  /** Runs the change; answers how to tell its caller once the batch is committed. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Group commit: the changes asked for within one turn of the event loop share one LMDB transaction. */
function transactions(
  database: Database,
  dir: string,
): {
  readonly write: Store['write'];
  readonly table: Store['table'];
  readonly idle: () => Promise<void>;
} {
  const tables = new Map<string, Table<unknown>>();
  let pending: Pending[] = [];
  let current: Change | undefined;
  const running = (): Change => {
    if (!current) throw new Error('A table may only be changed inside Store.write.');
    return current;
  };

  const commit = (): void => {
    const batch = pending;
    pending = [];
    let first: unknown;
    try {
      const settle: (() => void)[] = [];
      database.transactionSync(() => {
        let weight = 0;
        for (const {run, reject} of batch) {
          const change: Change = {undo: [], weight: 0};
          current = change;
          try {
            settle.push(run());
            weight += change.weight;
          } catch (error) {
            first ??= error;
            // Takes back this change alone; should that fail too, the throw ends the transaction for all.
            for (const step of change.undo.reverse()) step();
            settle.push(() => {
              reject(error);
            });
          } finally {
            current = undefined;
          }
        }
        // The last moment at which nothing has been written: the throw ends the transaction for all.
        requireSpace(dir, weight);
      });
      for (const tell of settle) tell();
    } catch (error) {
      // A full disk shows in the change that met it; LMDB then only says that the transaction is bad.
      const reason = isDiskFull(first) ? first : error;
      for (const {reject} of batch) reject(reason);
    }
  };

  const write: Store['write'] = change =>
    new Promise((resolve, reject) => {
      const run = (): (() => void) => {
        const result = change();
        return () => {
          resolve(result);
        };
      };
      pending.push({run, reject});
      if (pending.length === 1) setImmediate(commit);
    });

  return {
    write,
    table<V>(name: string): Table<V> {
      let table = tables.get(name);
      if (!table) tables.set(name, (table = openTable<unknown>(database, name, running)));
      return table as Table<V>;
    },
    idle: () => (pending.length === 0 ? Promise.resolve() : write(() => undefined)),
  };
}
