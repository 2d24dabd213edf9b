/** Where former configs of a distribution lie: in its own bucket, where any machine finds them, else on this machine. */
import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {mapConcurrent, type Aws} from '../aws/index.js';
import {mergePolicy, privateStatement, readPolicy, type PolicySubject} from '../bucket/index.js';
import {
  keptName,
  mostKept,
  parseKept,
  replacedHeaders,
  withoutHeaderValues,
  type Distribution,
  type KeptConfig,
} from '../distribution/index.js';
import {Failure} from '../failure.js';
import {stateFolder} from '../invalidation/index.js';

export interface HistoryOptions {
  /** Default: the folder of this user's state, `$XDG_STATE_HOME/frontctl`. */
  readonly stateDir?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

export interface Kept extends KeptConfig {
  /** `s3://bucket/key`, or a file. */
  readonly place: string;
}

/** What was written down before a change. */
export interface Keeping {
  readonly place: string;
  /** The change did not come about. */
  readonly drop: () => Promise<void>;
}

/** A folder of names and texts. */
interface Shelf {
  readonly place: (name: string) => string;
  readonly names: () => Promise<readonly string[]>;
  readonly read: (name: string) => Promise<string | undefined>;
  readonly write: (name: string, text: string) => Promise<void>;
  readonly remove: (names: readonly string[]) => Promise<void>;
}

function bucketShelf(aws: Aws, bucket: string, folder: string): Shelf {
  const store = aws.objects(bucket);
  return {
    place: name => `s3://${bucket}/${folder}${name}`,
    names: async () => (await (await store).list({prefix: folder})).map(({key}) => key.slice(folder.length)),
    read: async name => {
      const found = await (await store).get(folder + name);
      return typeof found === 'object' ? Buffer.from(found.body).toString('utf8') : undefined;
    },
    write: async (name, text) => {
      const body = Buffer.from(text);
      const sha256 = createHash('sha256').update(body).digest('hex');
      const headers = {'content-type': 'application/json', 'cache-control': 'no-store'};
      await (await store).put({key: folder + name, body, sha256, headers});
    },
    remove: async names => {
      await (await store).deleteMany(names.map(name => folder + name));
    },
  };
}

function fileShelf(dir: string): Shelf {
  return {
    place: name => join(dir, name),
    names: () => readdir(dir).catch(() => []),
    read: name => readFile(join(dir, name), 'utf8').catch(() => undefined),
    write: async (name, text) => {
      await mkdir(dir, {recursive: true, mode: 0o700});
      await writeFile(join(dir, name), text, {mode: 0o600});
    },
    remove: async names => {
      await Promise.all(names.map(name => rm(join(dir, name), {force: true})));
    },
  };
}

/** `bucket.s3.eu-west-1.amazonaws.com`, `bucket.s3.amazonaws.com`, `bucket.s3.dualstack.…`. */
const bucketOf = (domain: string): string | undefined =>
  /^(.+)\.s3[.-](?!website)[a-z0-9.-]*amazonaws\.com(?:\.cn)?$/.exec(domain)?.[1];

/** Nothing is left to add to the policy. */
function isHidden(policy: string | undefined, subject: PolicySubject): boolean {
  try {
    return mergePolicy(policy, [privateStatement(subject)], subject.bucket) === undefined;
  } catch {
    return false;
  }
}

/**
 * Shelves in the buckets of the distribution's origins: those whose policy keeps the folder `.frontctl/` from viewers, as
 * a deploy has made it. A policy that may not be read counts as none.
 */
async function bucketShelves(aws: Aws, {id, arn, config}: Distribution): Promise<readonly Shelf[]> {
  const partition = arn.split(':')[1];
  const shelves = new Map<string, Shelf>();
  for (const origin of config.Origins?.Items ?? []) {
    const bucket = bucketOf(origin.DomainName ?? '');
    // The statement is about the service: an identity or the public would still get in.
    if (bucket === undefined || !origin.OriginAccessControlId) continue;
    const policy = await readPolicy(aws, bucket).catch(() => undefined);
    const path = (origin.OriginPath ?? '').replace(/^\//, '');
    for (const prefix of new Set([path, ''])) {
      if (!isHidden(policy, {bucket, prefix, partition})) continue;
      const folder = `${prefix === '' ? '' : `${prefix}/`}.frontctl/distributions/${id}/`;
      shelves.set(`${bucket}/${folder}`, bucketShelf(aws, bucket, folder));
    }
  }
  return [...shelves.values()];
}

const ownShelf = ({id}: Distribution, {stateDir = stateFolder()}: HistoryOptions): Shelf =>
  fileShelf(join(stateDir, 'distributions', id));

/**
 * Writes down the config that `after` is about to replace, and drops the oldest beyond 20. Failure
 * HISTORY_UNWRITABLE (exit 1) where neither a bucket nor this machine takes it.
 */
export async function keepConfig(
  aws: Aws,
  {
    before,
    after,
    reason,
  }: {readonly before: Distribution; readonly after: Distribution['config']; readonly reason: string},
  options: HistoryOptions = {},
): Promise<Keeping> {
  const now = options.now ?? Date.now;
  const kept: KeptConfig = {
    version: 1,
    distributionId: before.id,
    takenAt: new Date(now()).toISOString(),
    etag: before.etag ?? '',
    before: reason,
    replacedHeaders: replacedHeaders(before.config, after),
    config: withoutHeaderValues(before.config),
  };
  let problem: unknown;
  for (const shelf of [...(await bucketShelves(aws, before)), ownShelf(before, options)]) {
    try {
      await shelf.write(keptName(kept), `${JSON.stringify(kept)}\n`);
    } catch (error) {
      // A bucket that others own may be read and not written.
      problem = error;
      continue;
    }
    await dropOldest(shelf);
    return {place: shelf.place(keptName(kept)), drop: () => shelf.remove([keptName(kept)])};
  }
  throw new Failure(
    'unexpected',
    'HISTORY_UNWRITABLE',
    `The config of distribution ${before.id} could not be kept for an undo.`,
    {hint: 'Make the folder of XDG_STATE_HOME writable.', cause: problem},
  );
}

/** What cannot be dropped stays. */
async function dropOldest(shelf: Shelf): Promise<void> {
  try {
    const old = [...(await shelf.names())].sort().slice(0, -mostKept);
    if (old.length > 0) await shelf.remove(old);
  } catch {
    return;
  }
}

/** What was kept of the distribution, wherever it lies, the latest first; what cannot be read is left out. */
export async function listKept(
  aws: Aws,
  distribution: Distribution,
  options: HistoryOptions = {},
): Promise<readonly Kept[]> {
  const shelves = [...(await bucketShelves(aws, distribution)), ownShelf(distribution, options)];
  const found: Kept[] = [];
  for (const shelf of shelves) {
    const names = await shelf.names().catch(() => []);
    const read = async (name: string): Promise<Kept | undefined> => {
      const kept = parseKept((await shelf.read(name)) ?? '', distribution.id);
      return kept && {...kept, place: shelf.place(name)};
    };
    for await (const kept of mapConcurrent([...names].sort().slice(-mostKept), 8, read)) {
      if (kept !== undefined) found.push(kept);
    }
  }
  return found.sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
}
