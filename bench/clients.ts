import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {bundle, findProgram} from './process.js';

export type ClientName = 'frontctl' | 'bare' | 'bare-undici' | 'rclone' | 'aws';

export interface Client {
  readonly name: ClientName;
  /** As its own --version tells it. */
  readonly version: string;
  /** The command that makes the bucket hold what the folder holds, deletions included. */
  sync(folder: string, bucket: string, endpoint: string, latencyMs: number): readonly string[];
  /** It cannot compare: only a first upload says anything. */
  readonly isFirstOnly?: boolean;
}

export const root = path.resolve(import.meta.dirname, '..');
export const frontctl = [process.execPath, path.join(root, 'bin/run.js')] as const;

/** Environment of every client: keys, a home of its own, nothing of the user's configuration. */
export function clientEnvironment(home: string, endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    RCLONE_CONFIG_BENCH_TYPE: 's3',
    RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
    RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
    RCLONE_CONFIG_BENCH_REGION: 'us-east-1',
    RCLONE_CONFIG_BENCH_ENDPOINT: endpoint,
    RCLONE_CONFIG: '',
  };
}

/** `bare.ts`, bundled near its packages. */
function bareClients(): readonly Client[] {
  const script = path.join(root, 'node_modules/.cache/frontctl/bare.mjs');
  bundle('bare.ts', script, {packages: 'external'});
  const client = (name: ClientName, transport: string): Client => ({
    name,
    version: `bench/bare.ts: reads, signs and sends by ${transport}, nothing else`,
    isFirstOnly: true,
    sync: (folder, bucket, endpoint, latencyMs) => [
      process.execPath,
      ...[script, folder, bucket, endpoint, latencyMs > 0 ? '256' : '64', transport],
    ],
  });
  return [client('bare', 'sockets'), client('bare-undici', 'undici')];
}

/** The clients that can run here; `missing` says one line for each that cannot. */
export function availableClients(): {
  readonly clients: readonly Client[];
  readonly missing: readonly string[];
} {
  const clients: Client[] = [];
  const missing: string[] = [];
  if (existsSync(path.join(root, 'dist/main.js'))) {
    clients.push({
      name: 'frontctl',
      version: version([...frontctl, '--version']),
      sync: (folder, bucket, endpoint) => [
        ...frontctl,
        ...[
          'deploy',
          folder,
          '--bucket',
          bucket,
          '--endpoint-url',
          endpoint,
          '--region',
          'us-east-1',
          '--yes',
          '--json',
        ],
      ],
    });
  } else missing.push('frontctl is not built: run "npm run build" first.');
  clients.push(...bareClients());
  const rclone = findProgram('rclone');
  if (rclone !== undefined) {
    clients.push({
      name: 'rclone',
      version: version([rclone, 'version']),
      sync: (folder, bucket) => [
        rclone,
        'sync',
        '--checksum',
        '--transfers',
        '32',
        folder,
        `bench:${bucket}`,
      ],
    });
  } else missing.push('rclone is not installed: its columns stay empty.');
  const aws = findProgram('aws');
  if (aws !== undefined) {
    clients.push({
      name: 'aws',
      version: version([aws, '--version']),
      sync: (folder, bucket, endpoint) => [
        ...[
          aws,
          's3',
          'sync',
          folder,
          `s3://${bucket}`,
          '--endpoint-url',
          endpoint,
          '--delete',
          '--only-show-errors',
        ],
      ],
    });
  } else missing.push('aws is not installed: its columns stay empty.');
  return {clients, missing};
}

function version([program = '', ...rest]: readonly string[]): string {
  const {stdout, stderr} = spawnSync(program, rest, {encoding: 'utf8'});
  return (stdout || stderr).split('\n')[0]?.trim() ?? '';
}
