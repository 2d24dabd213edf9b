/** Which files a source file may become, by the habits of the usual site generators. Pure. */

/** Sources of pages. */
const pageExtensions = new Set([
  ...[
    'md',
    'mdx',
    'markdown',
    'mdown',
    'mkd',
    'rmd',
    'qmd',
    'adoc',
    'asciidoc',
    'rst',
    'org',
    'textile',
    'ipynb',
  ],
  ...['astro', 'vue', 'svelte', 'svx', 'tsx', 'jsx', 'html', 'htm'],
]);

/** Templates: what stands before may be a page (`about.njk`) or a whole name (`feed.xml.njk`). */
const templateExtensions = new Set([
  ...[
    'njk',
    'nunjucks',
    'liquid',
    'erb',
    'ejs',
    'pug',
    'jade',
    'haml',
    'slim',
    'hbs',
    'handlebars',
    'mustache',
  ],
  ...['j2', 'jinja', 'jinja2', 'tmpl', 'gotmpl', 'tera', 'webc', 'vto', 'twig', 'php'],
]);

const scripts = new Set(['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'coffee']);
const styles = new Set(['scss', 'sass', 'less', 'styl', 'stylus', 'pcss', 'postcss', 'css']);

const isPageFolder = /(?:^|\/)(?:pages|routes|app)\//;
/** `+page.svelte`, `+page@.svelte`, `+page.server.ts` of SvelteKit; `page.tsx`, `route.ts` of Next. */
const routeFile = /^(?:\+page(?:@[^.]*)?(?:\.server)?|page)$/;

/** All names that a source may have in the build, with its leading folders as they are; the source's own name first. */
export function pageOutputs(source: string): readonly string[] {
  const path = withoutGroups(source);
  const slash = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, slash);
  const file = path.slice(slash);
  const dot = file.lastIndexOf('.');
  if (dot <= 0) return [source];
  const extension = file.slice(dot + 1).toLowerCase();
  // 11ty's JavaScript templates.
  const stem = file.slice(0, dot).replace(/\.11ty$/, '');
  return [
    ...new Set([
      source,
      path,
      ...assets(folder, stem, extension),
      ...(isPage(path, stem, extension) ? pages(folder, stem) : []),
    ]),
  ];
}

/** `(marketing)` of Next, SvelteKit and Astro routes groups sources; URLs do not have it. */
const withoutGroups = (path: string): string => path.replace(/(^|\/)(?:\([^/()]+\)\/)+/g, '$1');

function assets(folder: string, stem: string, extension: string): readonly string[] {
  const names: string[] = [];
  if (scripts.has(extension)) names.push(`${stem}.js`, `${stem}.mjs`, `${stem}.min.js`);
  if (styles.has(extension)) names.push(`${stem}.css`, `${stem}.min.css`);
  // `feed.xml.njk`, `rss.xml.ts`, `index.html.erb`.
  const isTemplate =
    templateExtensions.has(extension) || pageExtensions.has(extension) || scripts.has(extension);
  if (isTemplate && /[^.]\.[a-z][a-z0-9]{1,11}$/i.test(stem)) names.push(stem);
  return names.map(name => folder + name);
}

function isPage(path: string, stem: string, extension: string): boolean {
  if (pageExtensions.has(extension) || templateExtensions.has(extension)) return true;
  return scripts.has(extension) && (routeFile.test(stem) || isPageFolder.test(path));
}

function pages(folder: string, stem: string): readonly string[] {
  const bare = stem.replace(/\.html?$/, '');
  if (isIndex(bare, folder)) return indexPages(folder);
  return names(bare).flatMap(name => [`${folder}${name}.html`, `${folder}${name}/index.html`]);
}

/** `index`, `_index` (Hugo, Remix), route files, and `README` below the root (Docusaurus, VuePress, mkdocs). */
function isIndex(stem: string, folder: string): boolean {
  if (stem === 'index' || stem === '_index' || routeFile.test(stem)) return true;
  return /^readme$/i.test(stem) && folder !== '';
}

function indexPages(folder: string): readonly string[] {
  // `about/index.md` is `about.html` where a site is exported without trailing slashes.
  return folder === '' ? ['index.html'] : [`${folder}index.html`, `${folder.slice(0, -1)}.html`];
}

/** `2024-05-01-hello` of Jekyll, Eleventy and Docusaurus; `01-intro` of Docusaurus, Starlight and Nuxt Content. */
function names(stem: string): readonly string[] {
  const [, year, month, day, title] = /^(\d{4})-(\d\d)-(\d\d)-(.+)$/.exec(stem) ?? [];
  if (title !== undefined) return [stem, `${year}/${month}/${day}/${title}`, title];
  const ordered = /^\d{1,3}[-_.]\s*(.+)$/.exec(stem)?.[1];
  return ordered === undefined ? [stem] : [stem, ordered];
}
