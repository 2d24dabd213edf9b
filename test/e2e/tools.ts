import {spawn, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';

/** Whether an optional tool runs here; where it does not, one clear line says what is skipped. */
export function hasTool(command: string, versionArgs: readonly string[], skips: string): boolean {
  const found = spawnSync(command, versionArgs, {stdio: 'ignore'}).status === 0;
  if (!found) console.log(`SKIPPED: ${skips} (${command} is not installed)`);
  return found;
}

const chromiumPaths = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of a Chromium, or undefined with one clear line. */
export function findChromium(skips: string): string | undefined {
  const found = chromiumPaths.find(path => path !== undefined && existsSync(path));
  if (found === undefined) console.log(`SKIPPED: ${skips} (no Chromium; CHROMIUM_PATH names one)`);
  return found;
}

export interface ToolRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runTool(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {env, stdio: ['ignore', 'pipe', 'pipe']});
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', code => resolve({code, stdout, stderr}));
  });
}
