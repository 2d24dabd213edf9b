/** The process behind `frontctl local start`: `node daemon.js '{"dir": "/site/.frontctl/local", "port": 4510}'`. */
import {existsSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

import packageJson from '../../package.json' with {type: 'json'};
import {Failure} from '../failure.js';
import {startCloud, type InvalidationQuotaName} from './cloud.js';
import {parseFault} from './fault.js';
import {openLog} from './log.js';
import type {LogEntry} from './serve-api.js';

export interface DaemonSettings {
  readonly dir: string;
  readonly port: number;
  /** Take any free port when `port` is taken. */
  readonly anyPort?: boolean;
  readonly tlsPort?: number;
  /** As on the command line: `PutObject:503:0.05`. */
  readonly faults?: readonly string[];
  readonly deployDelayMs?: number;
  readonly invalidationDelayMs?: number;
  readonly invalidationQuotas?: readonly InvalidationQuotaName[];
  /** Secrets by access key id; no other key is accepted. */
  readonly strictAuth?: Readonly<Record<string, string>>;
}

const largestLog = 5 * 1024 * 1024;

/** How soon a cloud notices that its folder is gone. */
const lookMs = 1000;

/**
 * Runs the cloud until SIGTERM, SIGINT, POST /_frontctl/stop, or until its folder is moved or deleted; resolves with the
 * exit code. While it listens, DIR/cloud.json tells where. A Failure goes to stderr as the `--json` error, on one line.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const settings = readSettings(argv);
    await run(settings);
    return 0;
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : new Failure('unexpected', 'UNEXPECTED', error instanceof Error ? error.message : String(error));
    const {code, message, hint = null, exitCode: exit} = failure;
    process.stderr.write(`${JSON.stringify({error: {code, message, hint, exit}})}\n`);
    return exit;
  }
}

async function run(settings: DaemonSettings): Promise<void> {
  const dir = resolve(settings.dir);
  await mkdir(dir, {recursive: true});
  const faults = (settings.faults ?? []).map(parseFault);
  const log = openLog(join(dir, 'cloud.log'), largestLog);
  let end = (): void => undefined;
  const ended = new Promise<void>(resolve => (end = resolve));

  const cloud = await startCloud({
    dir,
    port: settings.port,
    anyPort: settings.anyPort ?? false,
    tlsPort: settings.tlsPort,
    deployDelayMs: settings.deployDelayMs,
    invalidationDelayMs: settings.invalidationDelayMs,
    invalidationQuotas: settings.invalidationQuotas,
    faults,
    strictAuth: settings.strictAuth && new Map(Object.entries(settings.strictAuth)),
    log: entry => log.write(logLine(entry)),
    onUnexpected: (error, where) =>
      log.write(
        `${new Date().toISOString()} error ${where} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
    onStop: () => end(),
    version: packageJson.version,
  });

  process.once('SIGTERM', () => end());
  process.once('SIGINT', () => end());
  const whereabouts = join(dir, 'cloud.json');
  announce(whereabouts, {
    pid: process.pid,
    endpoint: cloud.endpoint,
    tlsPort: cloud.ports.tls,
    version: packageJson.version,
    startedAt: new Date().toISOString(),
  });
  // Also when something unforeseen ends the process: nobody shall look for a cloud that is gone.
  process.once('exit', () => {
    rmSync(whereabouts, {force: true});
    log.flush();
  });

  // A project that is deleted or moved takes its cloud along: nobody could find this process, nor it its files.
  const look = setInterval(() => {
    if (!existsSync(whereabouts)) end();
  }, lookMs);

  await ended;
  clearInterval(look);
  rmSync(whereabouts, {force: true});
  await cloud.close();
  log.flush();
}

/** `2026-11-21T19:36:54.123Z s3 PutObject PUT /bucket/key 200 1.2ms` */
const logLine = ({at, by, operation, method, path, status, ms}: LogEntry): string =>
  `${at.toISOString()} ${by} ${operation} ${method} ${path} ${status === 0 ? 'reset' : status} ${ms.toFixed(1)}ms`;

function announce(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(temporary, file);
}

function readSettings(argv: readonly string[]): DaemonSettings {
  const [text = ''] = argv;
  try {
    const value = JSON.parse(text) as Partial<DaemonSettings> | null;
    if (typeof value?.dir === 'string' && typeof value.port === 'number')
      return {...value, dir: value.dir, port: value.port};
  } catch {
    // Told below.
  }
  // Not shown: they may hold secrets.
  throw new Failure(
    'usage',
    'BAD_SETTINGS',
    "The local cloud's process takes its settings as one JSON object with dir and port.",
    {
      hint: 'Start it with `frontctl local start`.',
    },
  );
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
  // Timers and pools of the SDK's plumbing must not keep a stopped cloud alive.
  process.exit();
}
