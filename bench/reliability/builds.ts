/** A site whose build changes from release to release, as a bundler writes it. */
import {createHash} from 'node:crypto';
import {mkdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {chance, type Random} from './random.js';

export interface Build {
  /** Counts from 1. */
  readonly number: number;
  /** By key. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Keys that carry the hash of their content. */
  readonly hashed: ReadonlySet<string>;
}

/** How many of each kind. */
export interface SiteSize {
  readonly pages: number;
  /** Fingerprinted files, of which some are loaded lazily. */
  readonly modules: number;
  /** Pictures under names that stay. */
  readonly pictures: number;
  /** Files of 17 MiB, which go up in parts. */
  readonly films: number;
}

/** A part of the site: what of it changes is its version. */
interface Source {
  version: number;
  isThere: boolean;
}

const filmBytes = 17 << 20;
const digest = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest();

/** As Vite, webpack and esbuild name their output; the hash is that of the content. */
const namings: readonly ((name: string, hash: Buffer) => string)[] = [
  (name, hash) => `assets/${name}-${hash.toString('base64url').slice(0, 8)}.js`,
  (name, hash) => `assets/${name}-${hash.toString('base64url').slice(0, 8)}.css`,
  (name, hash) => `static/js/${name}.${hash.toString('hex').slice(0, 8)}.chunk.js`,
  (name, hash) => `assets/${name}-${hash.toString('base64url').slice(0, 8)}.webp`,
];

/** Whether the hash in a fingerprinted key is that of `body`. */
export function isNamedAfter(key: string, body: Uint8Array): boolean {
  const hash = digest(body);
  return (
    key.includes(hash.toString('base64url').slice(0, 8)) || key.includes(hash.toString('hex').slice(0, 8))
  );
}

/** Answers one build after the other: some parts changed, some pages and pictures came or went, the home page stays. */
export function createSite(size: SiteSize, random: Random): () => Build {
  const sources = (count: number): readonly Source[] =>
    Array.from({length: count}, () => ({version: 0, isThere: true}));
  const [pages, modules, pictures, films] = [
    sources(size.pages),
    sources(size.modules),
    sources(size.pictures),
    sources(size.films),
  ];
  let number = 0;

  const evolve = (all: readonly Source[], change: number, toggle: number): void => {
    for (const [index, source] of all.entries()) {
      if (chance(random, change)) source.version++;
      // The first half stays.
      if (index >= all.length / 2 && chance(random, toggle)) source.isThere = !source.isThere;
    }
  };

  return () => {
    number++;
    if (number > 1) {
      evolve(pages, 0.25, 0.15);
      evolve(modules, 0.2, 0);
      evolve(pictures, 0.2, 0.1);
      evolve(films, 0.5, 0);
      // Something changes in any case.
      (pages[0] as Source).version++;
    }
    const files = new Map<string, Buffer>();
    const names = modules.map(({version}, index) => {
      const body = text(`/* module ${index}, version ${version} */\n`, 200 + ((index * 7919) % 4000));
      const key = (namings[index % namings.length] as (typeof namings)[0])(`part${index}`, digest(body));
      files.set(key, body);
      return key;
    });
    const hashed = new Set(names);
    const shown = present(pictures).map(index => {
      const key = `images/picture-${index}.svg`;
      files.set(key, text(`<svg id="v${(pictures[index] as Source).version}"/>\n`, 300));
      return key;
    });
    for (const [index, {version}] of films.entries())
      files.set(`media/film-${index}.mp4`, film(`${version}:${index}`));
    const routes = present(pages);
    for (const [position, index] of routes.entries()) {
      const links = index === 0 ? routes : [0, routes[(position + 1) % routes.length] as number];
      const own = [0, 1, index, index + 1, index + 2].map(part => names[part % names.length] as string);
      const images = shown.length === 0 ? [] : [shown[index % shown.length] as string];
      const {version} = pages[index] as Source;
      files.set(pageKey(index), page(`Page ${index}, version ${version}`, {links, assets: own, images}));
    }
    return {number, files, hashed};
  };
}

const present = (all: readonly Source[]): readonly number[] =>
  all.flatMap(({isThere}, index) => (isThere ? [index] : []));

const pageKey = (index: number): string => (index === 0 ? 'index.html' : `page-${index}.html`);

function page(
  title: string,
  named: {
    readonly links: readonly number[];
    readonly assets: readonly string[];
    readonly images: readonly string[];
  },
): Buffer {
  const [eager, lazy] = [named.assets.slice(0, 3), named.assets.slice(3)];
  return Buffer.from(`<!doctype html><html lang="en"><title>${title}</title>
${eager.map(key => `<script src="/${key}"></script>`).join('\n')}
${lazy.map(key => `<button data-lazy="/${key}">more</button>`).join('\n')}
${named.images.map(key => `<img src="/${key}" alt="">`).join('\n')}
${named.links.map(index => `<a href="/${index === 0 ? '' : pageKey(index)}">${index}</a>`).join('\n')}
`);
}

/** What a page names, as paths. */
export interface Named {
  readonly eager: readonly string[];
  /** Loaded once somebody asks for it. */
  readonly lazy: readonly string[];
  readonly links: readonly string[];
}

export function namedBy(html: string): Named {
  const all = (attribute: string): readonly string[] =>
    [...html.matchAll(new RegExp(` ${attribute}="([^"]+)"`, 'g'))].map(([, value = '']) => value);
  return {eager: all('src'), lazy: all('data-lazy'), links: all('href')};
}

export const keyOf = (path: string): string => (path === '/' ? 'index.html' : path.slice(1));

function text(head: string, bytes: number): Buffer {
  return Buffer.from(head.padEnd(bytes, `${head.length}. `));
}

function film(what: string): Buffer {
  const body = Buffer.alloc(filmBytes);
  for (let at = 0; at < filmBytes; at += 1 << 16) body.write(`${what}:${at}`, at);
  return body;
}

/**
 * As a build tool does: the folder is emptied and everything is written anew. `at`: what the clock says, ms since the epoch,
 * where the cloud's is ahead of this machine's: tools that compare times would take every file for an old one.
 */
export function writeBuild(folder: string, {files}: Build, at = Date.now()): void {
  const time = new Date(at);
  rmSync(folder, {recursive: true, force: true});
  for (const [key, body] of files) {
    const file = path.join(folder, key);
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, body);
    utimesSync(file, time, time);
  }
}
