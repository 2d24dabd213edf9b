import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {clientEnvironment, frontctl} from './clients.js';
import {findProgram, measure} from './process.js';
import {drive, getRequest, signedPut, type Load} from './raw-client.js';
import {fileBody} from './trees.js';

export const embeddedHead = ['embedded cloud', 'a second', 'target'];

const connections = 64;
const bodyBytes = 4096;

/**
 * Signed PUTs a second into the embedded cloud's S3, and cached hits a second at its edge. The client runs on the same
 * cores. Each answer is checked: a PUT must be 200, a hit must say so.
 */
export async function embedded(scratch: string, quick: boolean): Promise<string[][]> {
  const home = path.join(scratch, 'embedded');
  const site = path.join(home, 'site');
  mkdirSync(site, {recursive: true});
  writeFileSync(path.join(site, 'index.html'), '<!doctype html><title>bench</title>');
  writeFileSync(path.join(site, 'data.bin'), fileBody(0, bodyBytes, 0));
  const env = {
    ...clientEnvironment(home, ''),
    FRONTCTL_LOCAL_DATA: path.join(home, 'data'),
  };
  const run = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await measure([...frontctl, ...args, '--json'], {cwd: home, env, scratch})).stdout);
  const {endpoint} = (await run('local', 'start', '--detach')) as {endpoint: string};
  try {
    const puts = await putLoad(new URL(endpoint), quick ? 4000 : 20_000);
    const {url} = (await run('deploy', site, '--local')) as {url: string};
    const hits = await hitLoad(new URL('data.bin', url), quick ? 2 : 8, scratch);
    const target = (found: number, least: number): string =>
      `>= ${least}: ${found >= least ? 'met' : 'MISSED'}`;
    return [
      [
        `signed PUTs of 4 KB, ${connections} connections`,
        puts.perSecond.toFixed(0),
        target(puts.perSecond, 2000),
      ],
      [
        `cached hits of 4 KB, ${connections} connections, ${hits.client}`,
        hits.perSecond.toFixed(0),
        target(hits.perSecond, 4000),
      ],
    ];
  } finally {
    await run('local', 'stop');
  }
}

async function putLoad(url: URL, count: number): Promise<Load> {
  const keys = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const signed = (target: string, body: Buffer): Buffer => signedPut(url, target, body, keys, new Date());
  const bucket = signed('/bench-puts', Buffer.alloc(0));
  good(await drive(url, 1, once([bucket])));
  // Signed beforehand: the cloud is measured, not the client.
  const requests = Array.from({length: count}, (_, i) =>
    signed(`/bench-puts/file-${i}.bin`, fileBody(i, bodyBytes, 1)),
  );
  const load = await drive(url, connections, once(requests));
  good(load);
  return load;
}

async function hitLoad(
  url: URL,
  forSeconds: number,
  scratch: string,
): Promise<{perSecond: number; client: string}> {
  for (let i = 0; i < 2; i++) await (await fetch(url)).arrayBuffer();
  const again = await fetch(url);
  const served = (await again.arrayBuffer()).byteLength;
  const cache = again.headers.get('x-cache') ?? '';
  if (!cache.startsWith('Hit') || served !== bodyBytes)
    throw new Error(`${url.href}: ${served} bytes, X-Cache: ${cache}`);
  const wrk = findProgram('wrk');
  if (wrk === undefined) {
    const request = getRequest(url, url.pathname);
    const until = performance.now() + forSeconds * 1000;
    const load = await drive(url, connections, () => (performance.now() < until ? request : undefined));
    good(load);
    return {perSecond: load.perSecond, client: 'raw sockets'};
  }
  const command = [wrk, '-t1', `-c${connections}`, `-d${forSeconds}s`, url.href];
  const {stdout} = await measure(command, {cwd: scratch, env: {}, scratch});
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1];
  if (failed !== undefined) throw new Error(`${failed} answers of ${url.href} were errors`);
  return {perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1]), client: 'wrk'};
}

function once(requests: readonly Buffer[]): () => Buffer | undefined {
  let i = 0;
  return () => requests[i++];
}

function good({others}: Load): void {
  if (others.size > 0) throw new Error(`answers other than 200: ${JSON.stringify([...others])}`);
}
