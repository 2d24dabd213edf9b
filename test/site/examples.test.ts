import {readdirSync, readFileSync, existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import type {Config} from '../../src/config/types.js';
import {readSite} from '../../src/site/index.js';

const examples = join(import.meta.dirname, '../../examples');

const sites = readdirSync(examples).filter(name => existsSync(join(examples, name, 'public')));

describe.each(sites)('examples/%s', name => {
  const root = join(examples, name);
  const config = parse(readFileSync(join(root, 'frontctl.config.yaml'), 'utf8')) as Config;
  const dir = join(root, config.site?.dir ?? '');
  const read = () => readSite({dir, site: config.site ?? {}});

  it('carries the real content hash in every fingerprinted name', async () => {
    const hashed = (await read()).files.filter(file => file.kind === 'fingerprinted');
    expect(hashed.length).toBeGreaterThanOrEqual(3);
    for (const {key, sha256} of hashed) expect(key).toContain(`.${sha256.slice(0, 16)}.`);
  });

  it('has no broken link and asks nothing of other hosts', async () => {
    const pages = (await read()).files.filter(file => file.kind === 'html');
    expect(pages.length).toBeGreaterThanOrEqual(4);
    for (const page of pages) {
      const html = readFileSync(page.path, 'utf8');
      const links = [...html.matchAll(/(?:href|src)="([^"#]+)"/g)].map(([, link = '']) => link);
      expect(links.length).toBeGreaterThan(3);
      for (const link of links) {
        const target = link.startsWith('/') ? join(dir, link) : resolve(dirname(page.path), link);
        expect(existsSync(target), `${page.key}: ${link}`).toBe(true);
      }
    }
  });

  it('has every page that its config names', () => {
    const {defaultRootObject = '', customErrorResponses = []} = config.distribution ?? {};
    expect(existsSync(join(dir, defaultRootObject))).toBe(true);
    expect(customErrorResponses.map(error => error.errorCode)).toEqual([403, 404]);
    for (const {responsePagePath = ''} of customErrorResponses)
      expect(existsSync(join(dir, responsePagePath))).toBe(true);
  });
});
