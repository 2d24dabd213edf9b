import {defineConfig} from 'vitest/config';

/** `npm run smoke`: the everyday flow against whatever AWS_ENDPOINT_URL names (README, "Emulators"). */
export default defineConfig({
  test: {
    include: ['test/smoke/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: {AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NO_COLOR: '1'},
  },
});
