/** The one place outside local/ that knows how the embedded cloud's process is started, found and stopped. */
import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, openSync, closeSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, dirname, join, parse, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Failure} from '../failure.js';
import {isRunning} from '../processes.js';

export const defaultPort = 4510;

const startTimeoutMs = 20_000;

/** What `GET /_frontctl/status` of a running cloud answers. */
export interface CloudStatus {
  readonly version: string;
  readonly pid: number;
  readonly endpoint: string;
  readonly tlsPort?: number;
  readonly dir: string;
  readonly distributions: readonly {
    readonly id: string;
    readonly domainName: string;
    readonly aliases: readonly string[];
    readonly url: string;
  }[];
}

export interface CloudLocation {
  /** Folder of the project: the config file's, else the working directory. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** --data: wins over everything. */
  readonly data?: string | undefined;
}

export interface StartOptions extends CloudLocation {
  /** A port that was asked for must be free; without one 4510 is preferred and any other will do. */
  readonly port?: number | undefined;
  readonly tlsPort?: number | undefined;
  readonly faults?: readonly string[] | undefined;
  readonly deployDelayMs?: number | undefined;
  readonly invalidationDelayMs?: number | undefined;
  readonly invalidationQuotas?: readonly InvalidationQuota[] | undefined;
}

/** As the cloud's own process names them. */
export const invalidationQuotas = ['in-progress', 'rate'] as const;
export type InvalidationQuota = (typeof invalidationQuotas)[number];

/** --data, FRONTCTL_LOCAL_DATA, the nearest existing `.frontctl/local` upwards, else `ROOT/.frontctl/local`. */
export function dataDirectory({root, env, data}: CloudLocation): string {
  const named = data ?? env['FRONTCTL_LOCAL_DATA'];
  if (named !== undefined && named !== '') return resolve(root, named);
  const {root: top} = parse(root);
  for (let folder = root; ; folder = dirname(folder)) {
    const candidate = join(folder, '.frontctl', 'local');
    if (existsSync(candidate)) return candidate;
    if (folder === top) return join(root, '.frontctl', 'local');
  }
}

/** The cloud that runs on this data directory; undefined when none does. */
export async function findCloud(location: CloudLocation): Promise<CloudStatus | undefined> {
  const dir = dataDirectory(location);
  let endpoint: string;
  try {
    ({endpoint} = JSON.parse(readFileSync(join(dir, 'cloud.json'), 'utf8')) as {endpoint: string});
  } catch {
    return undefined;
  }
  const status = await adminCall<CloudStatus>(endpoint, 'GET', 'status').catch(() => undefined);
  // Another program, or another project's cloud, may have the port by now.
  return status !== undefined && resolve(status.dir) === resolve(dir) ? status : undefined;
}

/** One call of the cloud's own admin routes. Rejects when it does not answer within five seconds. */
export async function adminCall<T>(endpoint: string, method: 'GET' | 'POST', route: string): Promise<T> {
  const response = await fetch(`${endpoint}/_frontctl/${route}`, {method, signal: AbortSignal.timeout(5000)});
  if (!response.ok) throw new Error(`${method} ${route} answered ${response.status}`);
  return (await response.json()) as T;
}

/**
 * Finds the running cloud or starts one in the background. Its data may be held by a process that starts or ends at this
 * very moment (another command with --local, a kill, a folder that was moved): that is waited out.
 */
export async function ensureCloud(options: StartOptions): Promise<CloudStatus> {
  for (const deadline = Date.now() + startTimeoutMs; ;) {
    try {
      return (await findCloud(options)) ?? (await startCloud(options));
    } catch (error) {
      const locked = error instanceof Failure && error.code === 'STATE_LOCKED';
      if (!locked || Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/**
 * Starts the cloud as a process of its own that outlives this one, and waits until it listens.
 * @throws Failure CLOUD_NOT_STARTED, or what the process itself reported (PORT_TAKEN, STATE_VERSION, ...).
 */
async function startCloud(options: StartOptions): Promise<CloudStatus> {
  const dir = dataDirectory(options);
  try {
    mkdirSync(dir, {recursive: true});
  } catch (cause) {
    throw new Failure('usage', 'DATA_UNWRITABLE', `The embedded cloud's data folder ${dir} cannot be made.`, {
      hint: 'Name another one with --data DIR or FRONTCTL_LOCAL_DATA.',
      cause,
    });
  }
  keepOutOfGit(dir);
  const output = join(dir, 'startup.log');
  const descriptor = openSync(output, 'w');
  const settings = {
    dir,
    port: options.port ?? defaultPort,
    anyPort: options.port === undefined,
    tlsPort: options.tlsPort,
    faults: options.faults ?? [],
    deployDelayMs: options.deployDelayMs,
    invalidationDelayMs: options.invalidationDelayMs,
    invalidationQuotas: options.invalidationQuotas,
  };
  const child = spawn(process.execPath, [...daemonArguments(), JSON.stringify(settings)], {
    detached: true,
    stdio: ['ignore', descriptor, descriptor],
    windowsHide: true,
    env: options.env,
  });
  closeSync(descriptor);
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  child.unref();
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline;) {
    const status = await findCloud({...options, data: dir});
    if (status !== undefined) return status;
    if (ended.signal.aborted) throw startFailure(dir, readFileSync(output, 'utf8'));
    await sleep(25);
  }
  throw new Failure(
    'unexpected',
    'CLOUD_NOT_STARTED',
    `The embedded cloud did not answer within 20 s of its start.`,
    {
      hint: `Read ${output}.`,
    },
  );
}

/** A project's `.frontctl` folder holds nothing to commit. A folder that the user names elsewhere is theirs. */
function keepOutOfGit(dir: string): void {
  const parent = dirname(dir);
  if (basename(parent) !== '.frontctl') return;
  try {
    writeFileSync(join(parent, '.gitignore'), '*\n', {flag: 'wx'});
  } catch {
    // There is one already, or the folder cannot be written: both are no reason not to start.
  }
}

/** The bundle in dist/ above this file's own, or the TypeScript source in a checkout that runs unbuilt. */
function daemonArguments(): string[] {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('.ts')) return ['--import', 'tsx', resolve(dirname(here), '../local/daemon.ts')];
  let folder = dirname(here);
  while (!existsSync(join(folder, 'embedded-cloud.js')) && folder !== dirname(folder))
    folder = dirname(folder);
  return [join(folder, 'embedded-cloud.js')];
}

/** The process writes its Failure as the JSON of `--json` on its last line. */
function startFailure(dir: string, output: string): Failure {
  const last = output.trim().split('\n').at(-1) ?? '';
  try {
    const {error} = JSON.parse(last) as {
      error: {code: string; message: string; hint: string | null; exit: number};
    };
    const exit = error.exit === 4 ? 'conflict' : error.exit === 2 ? 'usage' : 'unexpected';
    return new Failure(exit, error.code, error.message, {hint: error.hint ?? undefined});
  } catch {
    return new Failure(
      'unexpected',
      'CLOUD_NOT_STARTED',
      `The embedded cloud on ${dir} ended while it started: ${last}`,
      {
        hint: `Read ${join(dir, 'startup.log')}.`,
      },
    );
  }
}

/** Asks the cloud to end and waits until its process is gone. */
export async function stopCloud(status: CloudStatus): Promise<void> {
  await adminCall(status.endpoint, 'POST', 'stop').catch(() => undefined);
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    await sleep(25);
    if (!isRunning(status.pid)) return;
  }
  throw new Failure(
    'unexpected',
    'CLOUD_NOT_STOPPED',
    `The embedded cloud (process ${status.pid}) did not end within 10 s.`,
    {
      hint: `End it with: kill -9 ${status.pid} (its data is safe).`,
    },
  );
}
