#!/usr/bin/env -S node --import tsx
/** Runs the commands from their TypeScript sources: node --import tsx bin/dev.js deploy ./dist --local */
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import {execute, Plugin, settings} from '@oclif/core';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// oclif's own transpiling would run an old dist/ under tsx; and the committed manifest may be behind the sources.
settings.enableAutoTranspile = false;
const root = fileURLToPath(new URL('..', import.meta.url));
const pjson = createRequire(import.meta.url)('../package.json');
pjson.oclif = {
  ...pjson.oclif,
  commands: './commands',
  hooks: {command_not_found: './src/terminal/command-not-found.ts'},
};
const plugin = new Plugin({ignoreManifest: true, isRoot: true, name: pjson.name, pjson, root, type: 'core'});
await plugin.load();
await execute({loadOptions: {root, pjson, plugins: new Map([[plugin.name, plugin]])}});
