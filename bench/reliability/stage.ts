/** An embedded cloud in this process with a bucket and a distribution, and whole frontctl processes that deploy to it. */
import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Pool} from 'undici';
import {createAws, type Aws} from '../../src/aws/index.js';
import type {Work} from '../../src/events.js';
import {startCloud, type Cloud, type CloudOptions} from '../../src/local/cloud.js';
import {ensureSite} from '../../src/stack/index.js';
import {clientEnvironment, frontctl} from '../clients.js';

export interface Seen {
  readonly status: number;
  readonly body: Buffer;
}

export interface Stage {
  readonly cloud: Cloud;
  readonly aws: Aws;
  readonly bucket: string;
  readonly distributionId: string;
  /** A scratch folder of its own. */
  readonly dir: string;
  /** A GET through the edge. */
  view(path: string): Promise<Seen>;
  close(): Promise<void>;
}

export async function openStage(options: Partial<CloudOptions> = {}): Promise<Stage> {
  const cloud = await startCloud({port: 0, ...options});
  const aws = createAws({local: {endpoint: cloud.endpoint}});
  const settings = {name: 'bench-site', config: {}, code: new Map<string, string>()};
  const {bucket, distributionId} = await drain(ensureSite({aws, settings, wait: true, timeoutMs: 60_000}));
  const edge = new Pool(`http://127.0.0.1:${cloud.edge.portOf(distributionId) ?? 0}`, {connections: 32});
  const dir = mkdtempSync(path.join(tmpdir(), 'frontctl-reliability-'));
  return {
    cloud,
    aws,
    bucket,
    distributionId,
    dir,
    async view(target) {
      const {statusCode, body} = await edge.request({path: target, method: 'GET'});
      return {status: statusCode, body: Buffer.from(await body.arrayBuffer())};
    },
    async close() {
      await edge.destroy();
      await aws.close();
      await cloud.close();
      rmSync(dir, {recursive: true, force: true});
    },
  };
}

export async function drain<T>(work: Work<T>): Promise<T> {
  for (;;) {
    const next = await work.next();
    if (next.done === true) return next.value;
  }
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly endpoint: string;
  /** Called once the process runs. */
  readonly started?: ((child: ChildProcess) => void) | undefined;
}

/** Runs to the end, whatever that is. */
export function run([program = '', ...rest]: readonly string[], options: RunOptions): Promise<Ended> {
  const {cwd, endpoint, started} = options;
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const env = {...clientEnvironment(cwd, endpoint), AWS_ENDPOINT_URL: endpoint};
    const child = spawn(program, rest, {cwd, env, stdio: ['ignore', 'pipe', 'pipe']});
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({code, signal, stdout, stderr, ms: performance.now() - began}),
    );
    started?.(child);
  });
}

export interface DeployRun extends Partial<RunOptions> {
  /** The build. */
  readonly folder: string;
  readonly flags?: readonly string[];
}

/** `frontctl deploy` of the built binary. */
export function deployTo(stage: Stage, {folder, flags = [], ...options}: DeployRun): Promise<Ended> {
  const {bucket, distributionId, dir, cloud} = stage;
  const command = [
    ...frontctl,
    'deploy',
    folder,
    '--bucket',
    bucket,
    '--distribution',
    distributionId,
    '--yes',
  ];
  return run([...command, ...flags], {cwd: dir, endpoint: cloud.endpoint, ...options});
}

/** For a report of what went wrong. */
export const told = ({code, signal, stdout, stderr}: Ended): string =>
  `exit ${code ?? signal ?? '?'}: ${(stdout + stderr).trim().slice(-600)}`;
