/** The process entry behind bin/run.js. */
import module from 'node:module';
import v8 from 'node:v8';

// Node >= 22.1 keeps compiled code between runs; a named import would be a SyntaxError on Node 20.
(module as {enableCompileCache?: () => void}).enableCompileCache?.();
// undici parses HTTP in WebAssembly. V8 11 (Node 20) sends its one large function to the optimising compiler after a few
// hundred kilobytes of answers: 50 to 70 ms of CPU and 40 MB that no deploy of a few thousand files earns back, and the
// process cannot end before it is done. A hundred times the budget keeps it for runs that are long enough.
if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--wasm-tiering-budget=200000000');
// Read by the SDK when a client is made; the notice is about Node versions of 2027 and would land in users' logs.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

await import('./run.js');
