/** Sites that others built, as npm brought them: what a deploy of a real build meets. */
import {cpSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {repository} from './cli.js';

export type NpmSite = 'swagger-ui' | 'reveal' | 'monaco';

const folders: Readonly<Record<NpmSite, string>> = {
  'swagger-ui': 'node_modules/swagger-ui-dist',
  reveal: 'node_modules/reveal.js',
  monaco: 'node_modules/monaco-editor/min',
};

/** monaco-editor's build has no page of its own: this one loads it as its README says. */
const monacoPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Monaco</title>
    <link rel="icon" href="data:," />
    <style>#editor { height: 20rem; }</style>
  </head>
  <body>
    <div id="editor"></div>
    <script src="vs/loader.js"></script>
    <script>
      require.config({paths: {vs: new URL('vs', location).pathname}});
      require(['vs/editor/editor.main'], monaco => {
        window.monaco = monaco;
        window.editor = monaco.editor.create(document.querySelector('#editor'), {
          language: 'typescript',
          quickSuggestions: false,
        });
      });
    </script>
  </body>
</html>
`;

/** The keys that the site will have, without copying it. */
export function keysOf(site: NpmSite): string[] {
  const keys = readdirSync(join(repository, folders[site]), {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(join(repository, folders[site]).length + 1))
    .map(path => path.replaceAll('\\', '/'));
  return (site === 'monaco' ? [...keys, 'index.html'] : keys).sort();
}

/** Copies the site to `target`, which need not exist. */
export function copySite(site: NpmSite, target: string): void {
  cpSync(join(repository, folders[site]), target, {recursive: true});
  if (site === 'monaco') writeFileSync(join(target, 'index.html'), monacoPage);
}
