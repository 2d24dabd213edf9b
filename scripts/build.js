/**
 * Builds dist/: one bundle per command and entry, shared code in chunks, so that a command loads only what it calls
 * (start-up is measured in bench/). Packages stay in node_modules except those that bundling makes faster to load.
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, relative, sep} from 'node:path';
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
  'signing-worker': join(root, 'src/signing/worker.ts'),
  main: join(root, 'src/terminal/main.ts'),
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** What oclif looks for but never needs here. */
const oclifExternal = ['typescript', 'ts-node', 'tsx'];

/**
 * oclif as one CommonJS file, because only CommonJS can be loaded with a code cache on Node 20: `src/terminal/code-cache.ts`.
 * All other bundles get it through this module, so there is one instance.
 */
const oclif = await build({
  ...common,
  stdin: {contents: "module.exports = require('@oclif/core');", resolveDir: root},
  outfile: 'dist/oclif.cjs',
  format: 'cjs',
  minify: true,
  external: oclifExternal,
  write: false,
});
// Bytecode of an earlier bundle could pass for this one's: V8 compares lengths.
rmSync(join(root, 'dist/oclif.cjs.cache'), {force: true});
for (const {path, text} of oclif.outputFiles) {
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, text.replaceAll('await import(', 'await __import('));
}
const cachedOclif = {
  name: 'cached-oclif',
  setup(esbuild) {
    esbuild.onResolve({filter: /^@oclif\/core$/}, ({path}) => ({path, namespace: 'cached-oclif'}));
    esbuild.onLoad({filter: /.*/, namespace: 'cached-oclif'}, () => ({
      resolveDir: root,
      contents: `
        import {fileURLToPath} from 'node:url';
        import {requireWithCache} from './src/terminal/code-cache.ts';
        // Shared by all commands, so this ends up in dist/chunks/.
        const oclif = requireWithCache(fileURLToPath(new URL('../oclif.cjs', import.meta.url)));
        export const {Args, Command, Errors, Flags, execute, settings} = oclif;
      `,
    }));
  },
};

const {metafile} = await build({
  ...common,
  entryPoints,
  outdir: 'dist',
  splitting: true,
  format: 'esm',
  mainFields: ['module', 'main'],
  plugins: [cachedOclif],
  chunkNames: 'chunks/[name]-[hash]',
  // Native code (lmdb) and what is loaded on rare paths only (jiti).
  external: ['lmdb', 'jiti', ...oclifExternal],
  banner: {
    js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);",
  },
  minifySyntax: true,
});

// Leaves the bytecode of what a start and the help of a command run.
execFileSync(process.execPath, [join(root, 'bin/run.js'), 'deploy', '--help'], {
  env: {...process.env, FRONTCTL_CODE_CACHE: 'write'},
  stdio: 'ignore',
});

// What an earlier build left goes last: a frontctl that runs right now still loads its chunks.
const written = new Set([
  ...Object.keys(metafile.outputs),
  ...Object.keys(oclif.metafile.outputs),
  'dist/oclif.cjs.cache',
]);
for (const entry of readdirSync(join(root, 'dist'), {recursive: true, withFileTypes: true})) {
  const file = join(entry.parentPath, entry.name);
  const name = relative(root, file).split(sep).join('/');
  if (entry.isFile() && !name.startsWith('dist/types/') && !written.has(name)) rmSync(file);
}
