import {createHash} from 'node:crypto';
import {readdir} from 'node:fs/promises';
import http from 'node:http';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {expect, test} from 'vitest';
import {distributionConfig, localOrigin, start} from './fixture.js';

const megabyte = 1024 * 1024;

/** `count` different megabytes. */
const megabytes = function* (count: number): Generator<Buffer> {
  for (let i = 0; i < count; i++) yield Buffer.alloc(megabyte, i % 251);
};

const digestOf = (port: number, path: string): Promise<{sha: string; bytes: number; xCache: unknown}> =>
  new Promise((resolve, reject) => {
    http
      .get({host: '127.0.0.1', port, path, agent: false}, res => {
        const hash = createHash('sha256');
        let bytes = 0;
        res.on('data', (chunk: Buffer) => {
          hash.update(chunk);
          bytes += chunk.length;
        });
        res.on('error', reject).on('end', () => {
          resolve({sha: hash.digest('hex'), bytes, xCache: res.headers['x-cache']});
        });
      })
      .on('error', reject);
  });

test('100 MB stream through without being held in memory; the stored copy is a file that goes with the edge', async () => {
  const {port, seen} = await localOrigin((_req, res) => {
    res.writeHead(200, {'content-length': 100 * megabyte});
    Readable.from(megabytes(100)).pipe(res);
  });
  const {edge, dir} = await start(distributionConfig({}, port));
  const own = edge.portOf('E1')!;
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)), 5);
  const miss = await digestOf(own, '/big');
  const hit = await digestOf(own, '/big');
  clearInterval(watch);
  expect(miss.bytes).toBe(100 * megabyte);
  expect(hit).toEqual({...miss, xCache: 'Hit from cloudfront'});
  expect(seen).toHaveLength(1);
  expect(peak).toBeLessThan(70 * megabyte);
  expect(await readdir(join(dir, 'spill'))).toHaveLength(1);
  edge.purge('E1', ['/big']);
  await expect.poll(() => readdir(join(dir, 'spill'))).toHaveLength(0);
});

test('a viewer that leaves mid-body ends the fetch; nothing is stored and the edge goes on', async () => {
  let closed = 0;
  const {port, seen} = await localOrigin((_req, res) => {
    res.on('close', () => closed++);
    res.writeHead(200, {'content-length': 10});
    res.write('01234');
  });
  const {edge} = await start(distributionConfig({}, port));
  const own = edge.portOf('E1')!;
  await new Promise<void>(resolve => {
    const req = http.get({host: '127.0.0.1', port: own, path: '/a', agent: false}, res => {
      res.once('data', () => {
        req.destroy();
        resolve();
      });
    });
    req.on('error', () => undefined);
  });
  await expect.poll(() => closed).toBe(1);
  const second = http
    .get({host: '127.0.0.1', port: own, path: '/a', agent: false})
    .on('error', () => undefined);
  await expect.poll(() => seen.length).toBe(2);
  second.destroy();
});

test('a viewer that uploads and leaves does not harm', async () => {
  const {port, seen} = await localOrigin((req, res) => {
    req.on('error', () => undefined).resume();
    req.on('end', () => res.end('done'));
  });
  const items = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] as 'GET'[];
  const {edge, get} = await start(
    distributionConfig({behavior: {AllowedMethods: {Quantity: 7, Items: items}}}, port),
  );
  const req = http.request({
    host: '127.0.0.1',
    port: edge.portOf('E1')!,
    method: 'POST',
    path: '/up',
    headers: {'content-length': 100},
    agent: false,
  });
  req.on('error', () => undefined);
  req.write('part');
  await expect.poll(() => seen.length).toBe(1);
  req.destroy();
  expect((await get('/up', {method: 'POST', body: 'whole'})).text).toBe('done');
});

test('an S3 that throws, and one whose body breaks, cost one answer each and nothing more', async () => {
  let turn = 0;
  const {get} = await start(distributionConfig(), {
    fetchS3: () => {
      turn++;
      if (turn === 1) return Promise.reject(new Error('disk on fire'));
      const body =
        turn === 2
          ? new Readable({
              read() {
                this.destroy(new Error('broken'));
              },
            })
          : Readable.from([Buffer.from('fine')]);
      return Promise.resolve({status: 200, headers: {}, body});
    },
  });
  const failed = await get('/1');
  expect([failed.status, failed.text.includes('disk on fire')]).toEqual([502, true]);
  await expect(get('/2')).rejects.toThrow();
  expect((await get('/2')).text).toBe('fine');
});

test('a failure inside the edge is a 500 and a line of log, not the end', async () => {
  const lines: string[] = [];
  const {get} = await start(distributionConfig(), {
    fetchS3: () => Promise.resolve({status: 200, headers: {}, body: Readable.from([Buffer.from('fine')])}),
    viewerCountry: (_, headers) => {
      if (headers['x-fail'] !== undefined) throw new Error('no such map');
      return undefined;
    },
    log: line => lines.push(line),
  });
  expect((await get('/a?secret', {headers: {'x-fail': '1'}})).status).toBe(500);
  expect(lines).toEqual([expect.stringMatching(/^GET \/a: Error: no such map/)]);
  expect((await get('/a')).text).toBe('fine');
});

test('onServed tells path without query, status and the word of X-Cache', async () => {
  const served: unknown[] = [];
  const {port} = await localOrigin((_req, res) => res.end('x'));
  const {get} = await start(distributionConfig({}, port), {onServed: one => served.push({...one, ms: 0})});
  await get('/a?b=1');
  await get('/a');
  const entry = {distributionId: 'E1', method: 'GET', path: '/a', status: 200, ms: 0};
  expect(served).toEqual([
    {...entry, mark: 'Miss'},
    {...entry, mark: 'Hit'},
  ]);
});
