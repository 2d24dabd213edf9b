import {fileURLToPath} from 'node:url';
import {execute, settings} from '@oclif/core';

// oclif would otherwise look for TypeScript sources and a registered transpiler in a checkout.
settings.enableAutoTranspile = false;
await execute({dir: fileURLToPath(new URL('../..', import.meta.url))});
