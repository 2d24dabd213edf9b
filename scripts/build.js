/**
 * Builds dist/: one bundle per command and entry, shared code in chunks, so that a command loads only what it calls
 * (start-up is measured in bench/). Packages stay in node_modules except those that bundling makes faster to load.
 */
import {readdirSync, rmSync, mkdirSync} from 'node:fs';
import {join, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const commands = readdirSync(join(root, 'commands'), {recursive: true})
  .map(String)
  .filter(file => file.endsWith('.ts'))
  .map(file => file.split(sep).join('/'));

const entryPoints = {
  ...Object.fromEntries(
    commands.map(file => [`commands/${file.replace(/\.ts$/, '')}`, join(root, 'commands', file)]),
  ),
  index: join(root, 'src/index.ts'),
  'hooks/command-not-found': join(root, 'src/terminal/command-not-found.ts'),
  'embedded-cloud': join(root, 'src/local/daemon.ts'),
  main: join(root, 'src/terminal/main.ts'),
};

rmSync(join(root, 'dist'), {recursive: true, force: true});
mkdirSync(join(root, 'dist'), {recursive: true});

await build({
  absWorkingDir: root,
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'],
  chunkNames: 'chunks/[name]-[hash]',
  // Native code (lmdb), what is loaded on rare paths only (jiti), and what oclif looks for but never needs here.
  external: ['lmdb', 'jiti', 'typescript', 'ts-node', 'tsx', '@oclif/plugin-*'],
  banner: {
    js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
  minifySyntax: true,
});
