import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {clientEnvironment, type Client} from './clients.js';
import {measure} from './process.js';
import {ratio, seconds, whole} from './table.js';
import {writeLargeFile} from './trees.js';
import type {Bench} from './uploads.js';

export const largeFileHead = ['one file, first upload', 's', 'CPU s', 'peak MB', 'peak to 16 MiB'];

/**
 * Peak memory of uploading one large file beside smaller ones: it must not grow with the file. 16 MiB are two parts, so
 * the window of parts in flight is full from the second size on.
 */
export async function largeFile(
  mebibytes: number,
  clients: readonly Client[],
  bench: Bench,
): Promise<string[][]> {
  const rows: string[][] = [];
  const sizes = [16, 128, mebibytes];
  const folders = sizes.map(size => path.join(bench.scratch, `large-${size}`));
  for (const [i, folder] of folders.entries())
    await writeLargeFile(path.join(folder, 'video.mp4'), (sizes[i] ?? 0) << 20);
  for (const client of clients.filter(each => each.isFirstOnly !== true)) {
    let small: number | undefined;
    for (const [i, folder] of folders.entries()) {
      const {server, clientCore: core, scratch} = bench;
      await fetch(`${server.url}/?reset`, {method: 'POST'});
      await fetch(`${server.url}/large`, {method: 'PUT'});
      const home = mkdtempSync(path.join(scratch, 'home-'));
      const options = {cwd: home, env: clientEnvironment(home, server.url), core, scratch};
      const run = await measure(client.sync(folder, 'large', server.url, 0), options);
      small ??= run.peakMB;
      const growth = i === 0 ? '' : ratio(run.peakMB, small, undefined);
      rows.push([
        `${client.name}, ${sizes[i] ?? 0} MiB`,
        seconds(run.seconds),
        seconds(run.cpuSeconds),
        whole(run.peakMB),
        growth,
      ]);
    }
  }
  for (const folder of folders) rmSync(folder, {recursive: true, force: true});
  return rows;
}
