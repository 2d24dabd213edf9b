import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {page, smallSite, workspace, type Deployed, type LocalStatus, type Workspace} from './workspace.js';

describe('frontctl deploy ./dist --local', () => {
  let project: Workspace;
  let first: Deployed;
  let status: LocalStatus;

  const deploy = (...flags: string[]): Promise<Deployed> =>
    project.json(['deploy', './dist', '--local', ...flags]);
  const get = async (
    path: string,
  ): Promise<{status: number; text: string; cache: string | null; headers: Headers}> => {
    const response = await fetch(new URL(path, first.url));
    return {
      status: response.status,
      text: await response.text(),
      cache: response.headers.get('x-cache'),
      headers: response.headers,
    };
  };

  beforeAll(async () => {
    project = workspace();
    project.write(smallSite);
    first = await deploy();
    status = await project.json(['local', 'status']);
  });

  afterAll(() => project.dispose());

  it('makes bucket and distribution by itself and uploads everything', () => {
    expect(first.counts).toEqual({uploaded: 4, updated: 0, unchanged: 0, deleted: 0, kept: 0, retained: 0});
    expect(first.invalidation).toBeNull();
    expect(status.distributions).toContainEqual(
      expect.objectContaining({id: first.distributionId, url: first.url}),
    );
  });

  it('serves it with the headers it chose', async () => {
    const home = await get('/');
    expect(home).toMatchObject({status: 200, text: page('Home')});
    expect(home.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const css = await get('/assets/index-BaCd12_x.css');
    expect(css.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8');
  });

  it('keeps the bucket private: 403 unsigned, 200 through the distribution', async () => {
    const direct = await fetch(`${status.endpoint}/${first.bucket}/index.html`);
    expect(direct.status).toBe(403);
    await direct.text();
    expect((await get('/index.html')).status).toBe(200);
  });

  it('denies its own records to viewers', async () => {
    expect((await get('/.frontctl/manifest.json')).status).toBe(403);
  });

  it('uploads nothing and invalidates nothing the second time', async () => {
    const second = await deploy();
    expect(second.counts).toEqual({uploaded: 0, updated: 0, unchanged: 4, deleted: 0, kept: 0, retained: 0});
    expect(second.invalidation).toBeNull();
    expect(second.url).toBe(first.url);
  });

  it('shows one changed page with one upload and one path, and old bytes until then', async () => {
    await get('/about/index.html');
    expect(await get('/about/index.html')).toMatchObject({text: page('About'), cache: 'Hit from cloudfront'});
    project.write({'dist/about/index.html': page('About us')});
    expect(await get('/about/index.html')).toMatchObject({text: page('About'), cache: 'Hit from cloudfront'});
    const third = await deploy();
    expect(third.counts).toMatchObject({uploaded: 1, updated: 0, unchanged: 3, deleted: 0});
    expect(third.invalidation).toMatchObject({
      paths: ['/about/index.html'],
      costUSD: 0,
      batches: [{status: 'Completed'}],
    });
    expect(await get('/about/index.html')).toMatchObject({
      text: page('About us'),
      cache: 'Miss from cloudfront',
    });
  });

  it('shows the plan and changes nothing with --dry-run', async () => {
    project.write({'dist/index.html': page('Plan')});
    const {plan} = await project.json<{
      plan: {steps: {action: string; key: string; reason: string}[]; invalidation: unknown};
    }>(['deploy', './dist', '--local', '--dry-run']);
    expect(plan.steps).toEqual([
      expect.objectContaining({action: 'upload', key: 'index.html', reason: 'content changed'}),
    ]);
    expect(plan.invalidation).toMatchObject({paths: ['/index.html']});
    expect((await get('/')).text).toBe(page('Home'));
    project.write({'dist/index.html': page('Home')});
  });

  it('changes headers alone by a copy, and invalidates', async () => {
    project.write({
      'frontctl.config.json': JSON.stringify({
        site: {
          dir: 'dist',
          rules: [
            {
              match: 'robots.txt',
              cacheControl: 'public, max-age=60',
              contentType: 'text/plain; charset=utf-8',
            },
          ],
        },
      }),
    });
    const result = await deploy();
    expect(result.counts).toMatchObject({uploaded: 0, updated: 1});
    expect(result.bytesUploaded).toBe(0);
    expect(result.invalidation?.paths).toEqual(['/robots.txt']);
    expect((await get('/robots.txt')).headers.get('cache-control')).toBe('public, max-age=60');
    rmSync(join(project.dir, 'frontctl.config.json'));
    await deploy();
  });

  it('deletes what left the build, last', async () => {
    rmSync(join(project.dir, 'dist/about'), {recursive: true});
    const result = await deploy();
    expect(result.counts).toMatchObject({uploaded: 0, deleted: 1});
    expect(result.invalidation?.paths).toEqual(['/about/index.html']);
    expect((await get('/about/index.html')).status).toBe(403);
  });

  it('survives a restart of the cloud, and says the same URL again', async () => {
    await project.run(['local', 'stop']);
    const again = await deploy();
    expect(again.counts).toMatchObject({uploaded: 0});
    expect(again.url).toBe(first.url);
    expect((await get('/')).text).toBe(page('Home'));
  });

  it('takes names with spaces, #, %, +, ~ and emoji, and one of 1,024 bytes', async () => {
    const long = `${'d'.repeat(200)}/`.repeat(5);
    const names = [
      'a b.txt',
      'c#d.txt',
      '100%.txt',
      'e+f.txt',
      'g~h.txt',
      '🙂/ü.txt',
      `${long}${'x'.repeat(1024 - long.length)}`,
    ];
    for (const name of names) project.write({[`dist/${name}`]: `content of ${name}`});
    const result = await deploy();
    expect(result.counts.uploaded).toBe(names.length);
    for (const name of names) {
      const path = name.split('/').map(encodeURIComponent).join('/');
      expect(await get(`/${path}`), name).toMatchObject({status: 200, text: `content of ${name}`});
    }
    for (const name of names) writeFileSync(join(project.dir, 'dist', name), `changed ${name}`);
    await deploy();
    for (const name of names) {
      const path = name.split('/').map(encodeURIComponent).join('/');
      expect((await get(`/${path}`)).text, name).toBe(`changed ${name}`);
    }
  });

  it('prints plain lines on stderr and the answer on stdout in a pipe', async () => {
    project.write({'dist/index.html': page('Piped')});
    const run = await project.run(['deploy', './dist', '--local']);
    expect(run.code).toBe(0);
    expect(run.stdout.split('\n')[0]).toBe(`Live: ${first.url}`);
    expect(run.stderr).not.toContain('\u001B');
    expect(run.stderr).toMatch(/1 file/);
  });
});
