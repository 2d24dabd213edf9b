import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

/** End-to-end tests run the built binary: build it once, before all tests, from the sources as they are. */
export default function setup(): void {
  if (process.env['FRONTCTL_SKIP_BUILD'] === '1') return;
  execFileSync(process.execPath, ['scripts/build.js'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
  });
}
