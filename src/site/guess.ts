/** Guesses for the hint of an empty or missing build folder: which command builds, which folder holds the build. */
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';

/** Output folders of the usual tools, most telling first. */
const buildFolders = [
  'dist',
  'build',
  'out',
  '_site',
  '.output/public',
  'public',
  'dist/client',
  'build/client',
  'site',
  'storybook-static',
  'docs/.vitepress/dist',
  'docs/.vuepress/dist',
  'target/site',
];

/** A file at the project's top -> the command that builds it. */
const builders: readonly (readonly [string, string])[] = [
  ['hugo.toml', 'hugo'],
  ['hugo.yaml', 'hugo'],
  ['mkdocs.yml', 'mkdocs build'],
  ['_config.yml', 'bundle exec jekyll build'],
  ['book.toml', 'mdbook build'],
  ['config.toml', 'hugo` or `zola build'],
];

const lockfiles: readonly (readonly [string, string])[] = [
  ['pnpm-lock.yaml', 'pnpm build'],
  ['yarn.lock', 'yarn build'],
  ['bun.lock', 'bun run build'],
  ['bun.lockb', 'bun run build'],
];

/** One sentence or two: the command that builds this project and a folder that looks like a build; never empty. */
export function buildHint(dir: string): string {
  const project = projectOf(dir);
  const command = buildCommand(project);
  const other = buildFolders
    .map(folder => join(project, folder))
    .find(folder => resolve(folder) !== resolve(dir) && existsSync(join(folder, 'index.html')));
  const sentences = [
    command === undefined ? 'Build the site first.' : `Run \`${command}\` first.`,
    other === undefined
      ? 'Usual build folders are dist, build, out, public and _site.'
      : `${relative(process.cwd(), other) || other} holds an index.html: is that the build?`,
  ];
  return sentences.join(' ');
}

/** The nearest folder above (or at) `dir` with a project file, else the folder that `dir` is in. */
function projectOf(dir: string): string {
  const marks = ['package.json', ...builders.map(([file]) => file)];
  let folder = resolve(dir);
  for (let level = 0; level < 4; level++) {
    if (marks.some(mark => existsSync(join(folder, mark)))) return folder;
    folder = dirname(folder);
  }
  return dirname(resolve(dir));
}

function buildCommand(project: string): string | undefined {
  if (hasBuildScript(join(project, 'package.json'))) {
    return lockfiles.find(([file]) => existsSync(join(project, file)))?.[1] ?? 'npm run build';
  }
  return builders.find(([file]) => existsSync(join(project, file)))?.[1];
}

function hasBuildScript(file: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const scripts: unknown = (manifest as {scripts?: unknown} | null)?.scripts;
    return typeof scripts === 'object' && scripts !== null && 'build' in scripts;
  } catch {
    return false;
  }
}
