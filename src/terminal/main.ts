/** The process entry behind bin/run.js. */
import module from 'node:module';

// Node >= 22.1 keeps compiled code between runs; a named import would be a SyntaxError on Node 20.
(module as {enableCompileCache?: () => void}).enableCompileCache?.();
// Read by the SDK when a client is made; the notice is about Node versions of 2027 and would land in users' logs.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

await import('./run.js');
