import {request} from 'node:http';
import {join} from 'node:path';
import {brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync} from 'node:zlib';
import {expect, it, onTestFinished} from 'vitest';
import {loadConfig} from '../../src/config/index.js';
import {ensureSite} from '../../src/stack/index.js';
import {deployOnce, finish, openWorld, siteInput} from './world.js';

const folder = join(import.meta.dirname, '../../examples/precompressed');

interface Answer {
  readonly status: number;
  readonly coding: string | undefined;
  readonly vary: string | undefined;
  readonly cache: string | undefined;
  readonly type: string | undefined;
  readonly body: Buffer;
}

/** A GET that unpacks nothing and asks for nothing by itself. */
const get = (port: number, path: string, acceptEncoding?: string) =>
  new Promise<Answer>((resolve, reject) => {
    const headers = acceptEncoding === undefined ? {} : {'accept-encoding': acceptEncoding};
    request({port, path, headers}, response => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const {'content-encoding': coding, 'content-type': type, vary} = response.headers;
        const cache = String(response.headers['x-cache']).split(' ')[0];
        resolve({status: response.statusCode ?? 0, coding, vary, cache, type, body: Buffer.concat(pieces)});
      });
    })
      .on('error', reject)
      .end();
  });

it('examples/precompressed: every viewer gets the smallest copy that it accepts, and never another', async () => {
  const world = await openWorld();
  onTestFinished(() => world.close());
  const {config} = await loadConfig({cwd: folder, env: {}});
  const {result: site} = await finish(ensureSite(siteInput(world.aws, config)));
  const js = 'export const a = 1;\n'.repeat(200);
  await world.write({
    'index.html': '<script type="module" src="/assets/app.js"></script>',
    'assets/app.js': js,
    'assets/app.js.br': brotliCompressSync(js),
    'assets/app.js.gz': gzipSync(js),
  });
  await deployOnce(world, site);
  const port = world.cloud.edge.portOf(site.distributionId) ?? 0;

  const unpacked: Readonly<Record<string, (body: Buffer) => Buffer>> = {
    br: brotliDecompressSync,
    gzip: gunzipSync,
  };
  const cases = [
    ['gzip, deflate, br, zstd', 'br', 'Miss'],
    ['GZIP', 'gzip', 'Miss'],
    ['gzip, br;q=0', 'gzip', 'Hit'],
    ['br;q=0.5, gzip;q=1', 'br', 'Hit'],
    ['identity', undefined, 'Miss'],
    ['br; q=0, gzip;q=0.0', undefined, 'Hit'],
    [undefined, undefined, 'Hit'],
  ] as const;
  for (const [accept, coding, cache] of cases) {
    const answer = await get(port, '/assets/app.js', accept);
    expect(answer, String(accept)).toMatchObject({
      status: 200,
      coding,
      cache,
      type: 'text/javascript; charset=utf-8',
    });
    expect(answer.vary).toMatch(/accept-encoding/i);
    const body = coding === undefined ? answer.body : unpacked[coding]?.(answer.body);
    expect(body?.toString()).toBe(js);
  }
  // The copies of the build, not what the edge would make of the script.
  const brotli = await get(port, '/assets/app.js', 'br');
  expect(brotli.body).toEqual(brotliCompressSync(js));
  expect(await get(port, '/', 'br')).toMatchObject({status: 200, type: 'text/html; charset=utf-8'});
});
