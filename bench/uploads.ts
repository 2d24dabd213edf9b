import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {clientEnvironment, type Client, type ClientName} from './clients.js';
import {measure, median, type Run, type Server} from './process.js';
import type {Overlap} from './s3/trace.js';
import {ratio, seconds, whole} from './table.js';
import {changeOnePercent, fileName, writeTree, type Tree} from './trees.js';

export const phases = ['first upload', 'nothing changed', '1 % changed'] as const;
export type Phase = (typeof phases)[number];

/** What must hold in one phase: largest ratio to a rival, by time or by CPU, and largest peak. */
export interface Target {
  readonly seconds?: Readonly<Partial<Record<ClientName, number>>>;
  /** To the least of all whole rivals. */
  readonly cpu?: number;
  readonly peakMB?: number;
}

export interface Scenario {
  readonly title: string;
  readonly tree: Tree;
  readonly latencyMs: number;
  readonly rounds: number;
  /** Default: all. */
  readonly clients?: readonly ClientName[];
  /** Default: all. */
  readonly phases?: readonly Phase[];
  readonly targets: Readonly<Partial<Record<Phase, Target>>>;
}

type Measured = Run & Overlap;
type ByPhase = ReadonlyMap<Phase, Measured>;

export interface Bench {
  readonly server: Server;
  readonly scratch: string;
  readonly clientCore: number | undefined;
  readonly log: (line: string) => void;
}

export const uploadHead = [
  'tree, phase, client',
  ...['s', 'CPU s', 'peak MB', 'files/s', 'requests', 'in flight', 'rounds', 'frontctl to it'],
];

/** Rounds of every client in turn, each against an empty bucket; one table row a phase and client, medians. */
export async function uploads(
  scenario: Scenario,
  clients: readonly Client[],
  bench: Bench,
): Promise<string[][]> {
  const folder = path.join(bench.scratch, `tree-${scenario.tree.files}`);
  rmSync(folder, {recursive: true, force: true});
  writeTree(folder, scenario.tree);
  // A build is at rest when it is deployed: what was written within two seconds is not trusted to be, and read twice.
  await sleep(2500);
  await control(bench.server, `latency=${scenario.latencyMs}`);
  const results = new Map<ClientName, ByPhase[]>();
  for (let round = 1; round <= scenario.rounds; round++) {
    for (const client of clients) {
      if (scenario.clients?.includes(client.name) === false) continue;
      const runs = await clientRound(scenario, client, folder, round * 10 + clients.indexOf(client), bench);
      const told = [...runs.values()].map(run => seconds(run.seconds)).join(' / ');
      bench.log(`${scenario.title}, round ${round}: ${client.name} ${told}`);
      results.set(client.name, [...(results.get(client.name) ?? []), runs]);
    }
  }
  await control(bench.server, 'latency=0');
  rmSync(folder, {recursive: true, force: true});
  return (scenario.phases ?? phases).flatMap(phase => rows(scenario, phase, results));
}

async function clientRound(
  scenario: Scenario,
  client: Client,
  folder: string,
  version: number,
  {server, scratch, clientCore}: Bench,
): Promise<ByPhase> {
  const {tree} = scenario;
  const bucket = `bench-${client.name}`;
  await control(server, 'reset');
  await fetch(`${server.url}/${bucket}`, {method: 'PUT'});
  const home = mkdtempSync(path.join(scratch, 'home-'));
  const options = {cwd: home, env: clientEnvironment(home, server.url), core: clientCore, scratch};
  const command = client.sync(folder, bucket, server.url, scenario.latencyMs);
  const runs = new Map<Phase, Measured>();
  for (const phase of scenario.phases ?? phases) {
    if (phase !== 'first upload' && client.isFirstOnly === true) break;
    if (phase === '1 % changed') changeOnePercent(folder, tree, version);
    await control(server, 'overlap');
    const run = await measure(command, options);
    runs.set(phase, {...run, ...(JSON.parse(await control(server, 'overlap')) as Overlap)});
    if (phase !== 'nothing changed') await verify(server, bucket, folder, tree);
  }
  rmSync(home, {recursive: true, force: true});
  return runs;
}

/** A client that did not upload what it should is not fast: every file's MD5 against its ETag, or the bytes where they went in parts. */
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
    const key = fileName(i, tree.size);
    const md5 = md5Of(readFileSync(path.join(folder, key)));
    const etag = etags.get(key) ?? 'missing';
    const found = etag.includes('-') ? md5Of(await object(server, `${bucket}/${key}`)) : etag;
    if (found !== md5) throw new Error(`${bucket}: ${key} is ${found}, not ${md5}`);
  }
}

const md5Of = (body: Buffer): string => createHash('md5').update(body).digest('hex');

async function object(server: Server, target: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${server.url}/${target}`)).arrayBuffer());
}

async function control(server: Server, what: string): Promise<string> {
  return (await fetch(`${server.url}/?${what}`, {method: 'POST'})).text();
}

type Figure = 'seconds' | 'cpuSeconds' | 'peakMB' | keyof Overlap;

function rows(
  scenario: Scenario,
  phase: Phase,
  results: ReadonlyMap<ClientName, readonly ByPhase[]>,
): string[][] {
  const of = (name: ClientName, figure: Figure): number | undefined => {
    const values = (results.get(name) ?? [])
      .map(runs => runs.get(phase)?.[figure])
      .filter(value => value !== undefined);
    return values.length === 0 ? undefined : median(values);
  };
  const target = scenario.targets[phase];
  const names = [...results.keys()].filter(name => of(name, 'seconds') !== undefined);
  const rivals = names.filter(name => name === 'rclone' || name === 'aws');
  const leastCpu = Math.min(...rivals.map(name => of(name, 'cpuSeconds') ?? Infinity));
  return names.map(name => {
    const time = of(name, 'seconds');
    const peak = of(name, 'peakMB');
    const isOurs = name === 'frontctl';
    const judged: string[] = [];
    if (isOurs && target?.cpu !== undefined)
      judged.push(`CPU to the best ${ratio(of(name, 'cpuSeconds'), leastCpu, target.cpu)}`);
    if (isOurs && target?.peakMB !== undefined && peak !== undefined)
      judged.push(`<= ${target.peakMB} MB: ${peak <= target.peakMB ? 'met' : 'MISSED'}`);
    if (!isOurs) judged.push(ratio(of('frontctl', 'seconds'), time, target?.seconds?.[name]));
    return [
      `${scenario.title}, ${phase}, ${name}`,
      seconds(time),
      seconds(of(name, 'cpuSeconds')),
      whole(peak),
      phase === 'first upload' && time !== undefined ? whole(scenario.tree.files / time) : '',
      whole(of(name, 'requests')),
      whole(of(name, 'mostInFlight')),
      // Without latency an answer is back before the next request is made: no statement about a real region.
      scenario.latencyMs > 0 ? whole(of(name, 'rounds')) : '',
      judged.join('; '),
    ];
  });
}
