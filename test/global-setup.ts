import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {keptIn, searchKept} from './e2e/key-material.js';

/**
 * End-to-end tests run the built binary: build it once, before all tests, from the sources as they are. When all are
 * over, what it has said is searched for key material: a find fails the run.
 */
export default function setup(): () => void {
  if (process.env['FRONTCTL_SKIP_BUILD'] !== '1') {
    execFileSync(process.execPath, ['scripts/build.js'], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: 'inherit',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'frontctl-said-'));
  process.env[keptIn] = folder;
  return () => {
    const {runs, characters, stateFiles, keyLines, found} = searchKept(folder);
    rmSync(folder, {recursive: true, force: true});
    if (keyLines === 0) return;
    const searched = `${runs} runs (${characters} characters of stdout, stderr and JSON) and ${stateFiles} files of state and logs`;
    process.stdout.write(
      `\nKey material: ${found.length} finds of ${keyLines} lines of private keys in ${searched}\n`,
    );
    if (found.length === 0) return;
    // vitest tells an error of a teardown, and ends well all the same.
    process.exitCode = 1;
    throw new Error(`Private keys were told by: ${found.join('; ')}`);
  };
}
