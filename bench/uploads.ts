import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {clientEnvironment, type Client, type ClientName} from './clients.js';
import {measure, median, type Run, type Server} from './process.js';
import {ratio, seconds, whole} from './table.js';
import {changeOnePercent, fileName, writeTree, type Tree} from './trees.js';

export type Phase = 'first upload' | 'nothing changed' | '1 % changed';
const phases: readonly Phase[] = ['first upload', 'nothing changed', '1 % changed'];

export interface Scenario {
  readonly title: string;
  readonly tree: Tree;
  readonly latencyMs: number;
  readonly rounds: number;
  /** Largest ratio to a rival that is good enough (issue 2, "Speed and memory"). */
  readonly targets: Readonly<Partial<Record<Phase, Readonly<Partial<Record<ClientName, number>>>>>>;
}

type Measured = Readonly<Record<Phase, Run[]>>;

export interface Bench {
  readonly server: Server;
  readonly scratch: string;
  readonly clientCore: number | undefined;
  readonly log: (line: string) => void;
}

export const uploadHead = [
  'tree, phase',
  ...['frontctl s', 'CPU s', 'MB', 'rclone s', 'CPU s', 'MB', 'aws s', 'CPU s', 'MB'],
  ...['to rclone', 'to aws'],
];

/** Rounds of every client in turn, each against an empty bucket; one table row a phase, medians. */
export async function uploads(
  scenario: Scenario,
  clients: readonly Client[],
  bench: Bench,
): Promise<string[][]> {
  const folder = path.join(bench.scratch, `tree-${scenario.tree.files}`);
  rmSync(folder, {recursive: true, force: true});
  writeTree(folder, scenario.tree);
  await control(bench.server, `latency=${scenario.latencyMs}`);
  const results = new Map<ClientName, Measured>();
  for (let round = 1; round <= scenario.rounds; round++) {
    for (const client of clients) {
      const version = round * 10 + clients.indexOf(client);
      const runs = await clientRound(scenario, client, folder, version, bench);
      const told = phases.map(phase => seconds(runs[phase].seconds)).join(' / ');
      bench.log(`${scenario.title}, round ${round}: ${client.name} ${told}`);
      const all = results.get(client.name) ?? {'first upload': [], 'nothing changed': [], '1 % changed': []};
      for (const phase of phases) all[phase].push(runs[phase]);
      results.set(client.name, all);
    }
  }
  await control(bench.server, 'latency=0');
  rmSync(folder, {recursive: true, force: true});
  return phases.map(phase => row(scenario, phase, results));
}

async function clientRound(
  {tree}: Scenario,
  client: Client,
  folder: string,
  version: number,
  {server, scratch, clientCore}: Bench,
): Promise<Readonly<Record<Phase, Run>>> {
  const bucket = `bench-${client.name}`;
  await control(server, 'reset');
  await fetch(`${server.url}/${bucket}`, {method: 'PUT'});
  const home = mkdtempSync(path.join(scratch, 'home-'));
  const options = {cwd: home, env: clientEnvironment(home, server.url), core: clientCore, scratch};
  const command = client.sync(folder, bucket, server.url);
  const first = await measure(command, options);
  await verify(server, bucket, folder, tree);
  const nothing = await measure(command, options);
  changeOnePercent(folder, tree, version);
  const changed = await measure(command, options);
  await verify(server, bucket, folder, tree);
  rmSync(home, {recursive: true, force: true});
  return {'first upload': first, 'nothing changed': nothing, '1 % changed': changed};
}

/** A client that did not upload what it should is not fast: every file's MD5 against its ETag. */
async function verify(server: Server, bucket: string, folder: string, tree: Tree): Promise<void> {
  const etags = new Map<string, string>();
  for (let after = ''; ;) {
    const query = new URLSearchParams({'list-type': '2', 'start-after': after});
    const text = await (await fetch(`${server.url}/${bucket}?${query.toString()}`)).text();
    const page = [...text.matchAll(/<Key>([^<]*)<\/Key>.*?<ETag>&quot;([^&]*)&quot;/g)];
    for (const [, key = '', etag = ''] of page) etags.set(key, etag);
    if (page.length < 1000) break;
    after = page.at(-1)?.[1] ?? '';
  }
  for (let i = 0; i < tree.files; i++) {
    const key = fileName(i);
    const md5 = createHash('md5')
      .update(readFileSync(path.join(folder, key)))
      .digest('hex');
    if (etags.get(key) !== md5)
      throw new Error(`${bucket}: ${key} is ${etags.get(key) ?? 'missing'}, not ${md5}`);
  }
}

async function control(server: Server, what: string): Promise<void> {
  await (await fetch(`${server.url}/?${what}`, {method: 'POST'})).text();
}

function row(scenario: Scenario, phase: Phase, results: ReadonlyMap<ClientName, Measured>): string[] {
  const of = (name: ClientName, field: 'seconds' | 'cpuSeconds' | 'peakMB'): number | undefined => {
    const values = results
      .get(name)
      ?.[phase].map(run => run[field])
      .filter(value => value !== undefined);
    return values === undefined || values.length === 0 ? undefined : median(values);
  };
  const cells = (['frontctl', 'rclone', 'aws'] as const).flatMap(name => [
    seconds(of(name, 'seconds')),
    seconds(of(name, 'cpuSeconds')),
    whole(of(name, 'peakMB')),
  ]);
  const ours = of('frontctl', 'seconds');
  const targets = scenario.targets[phase];
  return [
    `${scenario.title}, ${phase}`,
    ...cells,
    ratio(ours, of('rclone', 'seconds'), targets?.rclone),
    ratio(ours, of('aws', 'seconds'), targets?.aws),
  ];
}
