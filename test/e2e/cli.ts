import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {keepSaid} from './key-material.js';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(repository, 'bin', 'run.js');

export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Called once the process runs; used to interrupt it. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs the built binary as a user's shell would, without a terminal, without the caller's AWS settings. */
export function frontctl(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: options.cwd ?? repository,
      env: {...cleanEnvironment(), ...options.env},
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      keepSaid({args, stdout, stderr});
      resolve({code, signal, stdout, stderr});
    });
    child.stdin.end(options.input ?? '');
    options.started?.(child);
  });
}

/** The result of a run under --json; a run that failed fails the test with what it said. */
export async function json<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
  const run = await frontctl([...args, '--json'], options);
  if (run.code !== 0)
    throw new Error(`frontctl ${args.join(' ')} ended with ${run.code}:\n${run.stdout}${run.stderr}`);
  return JSON.parse(run.stdout) as T;
}

/** The caller's environment without AWS_*, FRONTCTL_*, colour settings and what tells of a CI run, with a home that holds no AWS files. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|FRONTCTL_|FORCE_COLOR|NODE_OPTIONS|VITEST|GITHUB_|GITLAB_|CI$|CI_)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: emptyHome,
    USERPROFILE: emptyHome,
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

const emptyHome = mkdtempSync(join(tmpdir(), 'frontctl-home-'));
