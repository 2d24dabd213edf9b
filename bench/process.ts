import {spawn, spawnSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {buildSync, type BuildOptions} from 'esbuild';

/** One run of a whole process. */
export interface Run {
  /** Wall clock, from spawn to exit. */
  readonly seconds: number;
  /** User and system time of the process and its children; undefined where nothing here can tell. */
  readonly cpuSeconds: number | undefined;
  readonly peakMB: number | undefined;
  readonly stdout: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The core it is held to, where `taskset` exists. */
  readonly core?: number | undefined;
  /** A folder for the accounting file. */
  readonly scratch: string;
}

/** Absolute path of a program on the PATH; pyenv's shims, which start a shell first, are seen through. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (folder.includes('shims')) {
      const {status, stdout} = spawnSync('pyenv', ['which', name], {encoding: 'utf8'});
      if (status === 0 && stdout.trim() !== '') return stdout.trim();
      continue;
    }
    const candidate = path.join(folder, name);
    if (spawnSync('test', ['-x', candidate]).status === 0) return candidate;
  }
  return undefined;
}

const waitScript = `
import os, sys
pid = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
peak = used.ru_maxrss // (1024 if sys.platform == 'darwin' else 1)
open(sys.argv[1], 'w').write(f'{used.ru_utime} {used.ru_stime} {peak}')
sys.exit(os.waitstatus_to_exitcode(status))
`;

const accounting = ((): ((file: string) => readonly string[]) | undefined => {
  const time = findProgram('time');
  if (time !== undefined && spawnSync(time, ['--version'], {encoding: 'utf8'}).stdout.includes('GNU')) {
    return file => [time, '-q', '-f', '%U %S %M', '-o', file];
  }
  const python = findProgram('python3');
  return python === undefined ? undefined : file => [python, '-c', waitScript, file];
})();

export const taskset = findProgram('taskset');

/** The command line that holds `command` to one core; itself where that is not possible or not asked for. */
export function pinned(command: readonly string[], core: number | undefined): readonly string[] {
  return core === undefined || taskset === undefined ? command : [taskset, '-c', String(core), ...command];
}

/** Makes one file of JavaScript of a script of this folder, as commands are bundled: what is measured must not pay for a compiler. */
export function bundle(script: string, outfile: string, options: BuildOptions = {}): void {
  buildSync({
    entryPoints: [path.join(import.meta.dirname, script)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    ...options,
  });
}

/** Runs to the end; throws with the end of its output when it does not exit with 0. */
export async function measure(command: readonly string[], options: RunOptions): Promise<Run> {
  const file = path.join(options.scratch, 'accounting');
  const line = pinned([...(accounting?.(file) ?? []), ...command], options.core);
  const began = performance.now();
  const {code, stdout, stderr} = await finish(line, options);
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0)
    throw new Error(`${command.join(' ')} exited with ${code}:\n${(stdout + stderr).slice(-2000)}`);
  const used = accounting === undefined ? [] : (await readFile(file, 'utf8')).trim().split(' ').map(Number);
  const [user, system, peakKB] = used;
  return {
    seconds,
    cpuSeconds: user === undefined || system === undefined ? undefined : user + system,
    peakMB: peakKB === undefined ? undefined : peakKB / 1024,
    stdout,
  };
}

async function finish(
  [program = '', ...rest]: readonly string[],
  {cwd, env}: RunOptions,
): Promise<{code: number | null; stdout: string; stderr: string}> {
  const child = spawn(program, rest, {cwd, env, stdio: ['ignore', 'pipe', 'pipe']});
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  // Progress of a whole run may be long; only its end tells of an error.
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-20_000)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({code, stdout, stderr}));
  });
}

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a process that prints its URL on its first line. */
export async function startServer(command: readonly string[], core: number | undefined): Promise<Server> {
  const [program = '', ...rest] = pinned(command, core);
  const child = spawn(program, rest, {stdio: ['ignore', 'pipe', 'inherit']});
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`${command.join(' ')} exited with ${String(code)}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill();
      await Promise.race([exited, sleep(2000)]);
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
