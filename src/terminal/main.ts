/** The process entry behind bin/run.js. */
import {fileURLToPath} from 'node:url';
import {execute, settings} from '@oclif/core';
import {refuseKeyText} from './key-text.js';

// Read by the SDK when a client is made; the notice is about Node versions of 2027 and would land in users' logs.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
// oclif would otherwise look for TypeScript sources and a registered transpiler in a checkout.
settings.enableAutoTranspile = false;
// Before oclif, whose errors and debug lines repeat arguments.
const argv = process.argv.slice(2);
try {
  refuseKeyText(argv);
} catch (error) {
  const {reportFailure} = await import('./report.js');
  process.exit(reportFailure(error, argv.includes('--json')));
}
// From dist/main.js.
await execute({dir: fileURLToPath(new URL('..', import.meta.url))});
