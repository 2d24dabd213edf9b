import {availableParallelism} from 'node:os';
import {defineConfig} from 'vitest/config';

// Every Node reads those certificates when it starts: 40 ms, a thousand times, and no test leaves this machine.
delete process.env['NODE_EXTRA_CA_CERTS'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/smoke/**', '**/node_modules/**'],
    // oclif's captureOutput reads what is written to process.stdout; vitest's own interception hides it.
    disableConsoleIntercept: true,
    // Much of the end-to-end time is waiting for a pace or a delay: one more than there are cores.
    maxWorkers: availableParallelism() + 1,
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_COLOR: '1',
      // In a workflow of GitHub Actions errors and warnings would be annotations.
      GITHUB_ACTIONS: '',
      GITHUB_STEP_SUMMARY: '',
      GITHUB_OUTPUT: '',
    },
  },
});
