#!/usr/bin/env node
import module from 'node:module';

// Node >= 22.1 keeps compiled code between runs; a named import would be a SyntaxError on Node 20.
module.enableCompileCache?.();
await import('../dist/main.js');
