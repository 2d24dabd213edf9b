/**
 * Three sites that others built, deployed with one command each and read back file by file through the edge. What each
 * answer must be is written down here from the standards and the design, not asked of frontctl's own functions.
 */
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {copySite, keysOf, type NpmSite} from './npm-sites.js';
import {decoded, http2Viewer, pathOf, view, type Answer} from './viewer.js';
import {workspace, type Deployed, type LocalStatus, type Workspace} from './workspace.js';

const sha256 = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  scss: 'text/x-scss; charset=utf-8',
  png: 'image/png',
  woff: 'font/woff',
  ts: 'video/mp2t',
};

function expectedType(key: string): string {
  if (key.endsWith('.d.ts')) return 'text/plain; charset=utf-8';
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (!name.includes('.')) return 'application/octet-stream';
  const type = types[name.slice(name.lastIndexOf('.') + 1)];
  if (type === undefined) throw new Error(`${key}: this test does not know the type of such a file`);
  return type;
}

/** What CloudFront compresses ("Serve compressed files"): these types, from 1,000 to 10,000,000 bytes. */
const compressedTypes = /^(?:text\/(?:html|css|javascript|plain)|application\/json)\b/;
const isCompressed = (key: string, size: number): boolean =>
  compressedTypes.test(expectedType(key)) && size >= 1000 && size <= 10_000_000;

const immutable = 'public, max-age=31536000, immutable';
const fixedName = 'public, max-age=300, s-maxage=86400';
const page = 'public, max-age=0, s-maxage=86400, must-revalidate';

/** Rollup's naming, `name-<base64url 8>.js`; nothing else in the three sites carries a hash. */
const rollupHash = /-[\w-]{8}\.js$/;
const isHashed = (site: NpmSite, key: string): boolean => site === 'monaco' && rollupHash.test(key);

/** Some hashes happen to read like words (`cpp-CkKPQIni.js`): those may be taken for a fixed name, never the reverse. */
function expectedCacheControl(site: NpmSite, key: string): readonly string[] {
  if (/\.(?:html|json|txt)$/.test(key)) return [page];
  if (!isHashed(site, key)) return [fixedName];
  return key.startsWith('vs/assets/') ? [immutable] : [immutable, fixedName];
}

let project: Workspace;
let status: LocalStatus;
const deployed = new Map<NpmSite, Deployed>();

const deploy = (site: NpmSite): Promise<Deployed> => project.json(['deploy', `./${site}`, '--local']);
const onDisk = (site: NpmSite, key: string): Buffer => readFileSync(join(project.dir, site, key));
const urlOf = (site: NpmSite, key: string): URL => new URL(pathOf(key), deployed.get(site)!.url);

beforeAll(() => {
  project = workspace();
  // Swagger UI's are served like any other file here.
  project.write({'frontctl.config.json': JSON.stringify({site: {sourceMaps: true}})});
});
afterAll(() => project.dispose());

describe.each(['swagger-ui', 'reveal', 'monaco'] as const)('%s', site => {
  const keys = keysOf(site);

  beforeAll(async () => {
    copySite(site, join(project.dir, site));
    deployed.set(site, await deploy(site));
    status = await project.json(['local', 'status']);
  });

  it('is uploaded whole', () => {
    const bytes = keys.reduce((sum, key) => sum + onDisk(site, key).length, 0);
    expect(deployed.get(site)).toMatchObject({
      counts: {uploaded: keys.length, updated: 0, unchanged: 0, deleted: 0, kept: 0},
      bytesUploaded: bytes,
      invalidation: null,
    });
  });

  it.each(keys)('serves %s', async key => {
    const url = urlOf(site, key);
    const file = onDisk(site, key);

    const plain = await view(url);
    expect(plain.status).toBe(200);
    expect(sha256(plain.body)).toBe(sha256(file));
    expect(plain.headers).toMatchObject({
      'content-type': expectedType(key),
      'content-length': String(file.length),
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[^"]+"$/) as string,
      'x-cache': 'Miss from cloudfront',
    });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(expectedCacheControl(site, key)).toContain(plain.headers['cache-control']);

    await Promise.all([
      expectCoding('br', url, file, plain, isCompressed(key, file.length)),
      expectCoding('gzip', url, file, plain, isCompressed(key, file.length)),
      expectHead(url, plain),
      expectRange(url, file, plain),
      expectNotModified(url, plain),
    ]);
    expect((await view(url)).headers['x-cache']).toBe('Hit from cloudfront');
  });

  it('serves every file over TLS and HTTP/2 by its host name, all at once on one connection', async () => {
    const {distributionId} = deployed.get(site)!;
    const {domainName} = status.distributions.find(({id}) => id === distributionId)!;
    const viewer = await http2Viewer(domainName, status.tlsPort);
    try {
      expect(viewer.protocol).toBe('h2');
      const wrong: string[] = [];
      await Promise.all(
        keys.map(async key => {
          const answer = await viewer.view(pathOf(key), {'accept-encoding': 'gzip, deflate, br'});
          const same = sha256(decoded(answer)) === sha256(onDisk(site, key));
          if (answer.status !== 200 || !same || answer.headers['content-type'] !== expectedType(key))
            wrong.push(`${key}: ${answer.status}, ${same ? 'same' : 'other'} bytes`);
        }),
      );
      expect(wrong).toEqual([]);
    } finally {
      await viewer.close();
    }
  });

  it('answers a name that it does not have with 403, as a private bucket does', async () => {
    const answer = await view(urlOf(site, 'no such file.js'));
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({'x-cache': 'Error from cloudfront'});
    expect(answer.body.toString()).toContain('<Code>AccessDenied</Code>');
  });

  it('uploads nothing the second time', async () => {
    expect(await deploy(site)).toMatchObject({
      counts: {uploaded: 0, updated: 0, unchanged: keys.length, deleted: 0, kept: 0},
      bytesUploaded: 0,
      invalidation: null,
      url: deployed.get(site)?.url,
    });
  });
});

describe('the hashed chunks of monaco', () => {
  const hashed = keysOf('monaco').filter(key => isHashed('monaco', key));
  const cacheControlOf = async (key: string): Promise<string | undefined> =>
    (await view(urlOf('monaco', key), {}, 'HEAD')).headers['cache-control'];
  const immutableKeys = async (): Promise<string[]> => {
    const values = await Promise.all(hashed.map(cacheControlOf));
    return hashed.filter((_, index) => values[index] === immutable);
  };
  let recognised = 0;

  it('are immutable for a year, but for the few whose hash reads like a word', async () => {
    recognised = (await immutableKeys()).length;
    expect(recognised / hashed.length).toBeGreaterThan(0.8);
  });

  it('are all immutable once the config names their shape, by copies in the bucket alone', async () => {
    project.write({
      'frontctl.config.json': JSON.stringify({site: {fingerprinted: ['vs/**/*-????????.js']}}),
    });
    const again = await deploy('monaco');
    expect(again).toMatchObject({
      counts: {uploaded: 0, updated: hashed.length - recognised, deleted: 0},
      bytesUploaded: 0,
    });
    expect(again.url).toBe(deployed.get('monaco')?.url);
    expect(await immutableKeys()).toEqual(hashed);
  });
});

/** Asked with one coding: that coding where CloudFront compresses such a file, else the file as it is; then 304. */
async function expectCoding(
  coding: 'br' | 'gzip',
  url: URL,
  file: Buffer,
  plain: Answer,
  compressed: boolean,
): Promise<void> {
  const answer = await view(url, {'accept-encoding': coding});
  expect(answer.status, coding).toBe(200);
  expect(sha256(decoded(answer)), coding).toBe(sha256(file));
  expectSameDescription(answer, plain, coding);
  const etag = plain.headers['etag'] ?? '';
  if (compressed) {
    expect(answer.headers, coding).toMatchObject({
      'content-encoding': coding,
      etag: `W/${etag}`,
      vary: expect.stringMatching(/accept-encoding/i) as string,
    });
    expect(answer.body.length, coding).toBeLessThan(file.length);
  } else {
    expect(answer.headers, coding).toMatchObject({etag, 'content-length': String(file.length)});
    expect(answer.headers, coding).not.toHaveProperty('content-encoding');
  }
  const again = await view(url, {'accept-encoding': coding, 'if-none-match': answer.headers['etag'] ?? ''});
  expect(again.status, `${coding}, If-None-Match`).toBe(304);
}

async function expectHead(url: URL, plain: Answer): Promise<void> {
  const head = await view(url, {}, 'HEAD');
  expect(head.status, 'HEAD').toBe(200);
  expect(head.body, 'HEAD').toHaveLength(0);
  expect(head.headers['content-length'], 'HEAD').toBe(plain.headers['content-length']);
  expectSameDescription(head, plain, 'HEAD');
}

/** A part from the middle, of at most 1,000 bytes. */
async function expectRange(url: URL, file: Buffer, plain: Answer): Promise<void> {
  const first = Math.floor(file.length / 3);
  const last = Math.min(first + 999, file.length - 1);
  const part = await view(url, {range: `bytes=${first}-${last}`});
  expect(part.status, 'Range').toBe(206);
  expect(part.headers, 'Range').toMatchObject({
    'content-range': `bytes ${first}-${last}/${file.length}`,
    'content-length': String(last - first + 1),
  });
  expect(sha256(part.body), 'Range').toBe(sha256(file.subarray(first, last + 1)));
  expectSameDescription(part, plain, 'Range');
}

async function expectNotModified(url: URL, plain: Answer): Promise<void> {
  const {etag = '', 'cache-control': cacheControl} = plain.headers;
  const unchanged = await view(url, {'if-none-match': etag});
  expect(unchanged.status, 'If-None-Match').toBe(304);
  expect(unchanged.body, 'If-None-Match').toHaveLength(0);
  expect(unchanged.headers, 'If-None-Match').toMatchObject({etag, 'cache-control': cacheControl});
}

/** What describes the file is the same in every answer about it (the ETag apart: compression makes it weak). */
function expectSameDescription(answer: Answer, plain: Answer, what: string): void {
  for (const name of ['content-type', 'cache-control', 'last-modified'])
    expect(answer.headers[name], `${what}: ${name}`).toBe(plain.headers[name]);
}
