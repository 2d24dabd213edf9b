/**
 * Builds dist/: one bundle per command and entry, shared code in chunks, so that a command loads only what it calls
 * (start-up is measured in bench/). Packages stay in node_modules except those that bundling makes faster to load.
 */
import {readdirSync, rmSync} from 'node:fs';
import {join, relative, sep} from 'node:path';
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

const {metafile} = await build({
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
  metafile: true,
});

// What an earlier build left goes last: a frontctl that runs right now still loads its chunks.
const written = new Set(Object.keys(metafile.outputs));
for (const entry of readdirSync(join(root, 'dist'), {recursive: true, withFileTypes: true})) {
  const file = join(entry.parentPath, entry.name);
  const name = relative(root, file).split(sep).join('/');
  if (entry.isFile() && !name.startsWith('dist/types/') && !written.has(name)) rmSync(file);
}
