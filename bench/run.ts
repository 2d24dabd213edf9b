/**
 * The measured claims. Whole processes, rounds of all clients in turn, medians; compare the ratios only.
 *
 *     npm run bench                                  everything
 *     npm run bench -- --quick                       one round, no 20,000-file tree, a smaller large file
 *     npm run bench -- --only uploads,startup        of uploads, latency, media, large-file, startup, embedded, planner, signing
 *     npm run bench -- --only huge                   200,000 files, one round, without aws s3 sync
 *     npm run bench -- --rounds 5 --latency 25 --no-pin
 *     npm run bench -- --only reliability --seed 7   an hour; or of torn, kill, faults, two, large. Fails where something is wrong
 *
 * The S3 server has one core and the client another where `taskset` exists (`--no-pin`: both have all).
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {availableParallelism, cpus, tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {availableClients} from './clients.js';
import {embedded, embeddedHead} from './embedded.js';
import {largeFile, largeFileHead} from './large-file.js';
import {planner, plannerHead} from './planner.js';
import {startServer, taskset} from './process.js';
import {measurements, reliability} from './reliability/index.js';
import {signing, signingHead} from './signing.js';
import {startup, startupHead} from './startup.js';
import {table} from './table.js';
import {hugeTree, largeTree, mediaTree, smallTree} from './trees.js';
import {phases, uploadHead, uploads, type Bench, type Scenario} from './uploads.js';

const {values} = parseArgs({
  allowNegative: true,
  options: {
    quick: {type: 'boolean', default: false},
    rounds: {type: 'string'},
    latency: {type: 'string', default: '40'},
    only: {type: 'string', default: 'uploads,latency,media,large-file,startup,embedded,planner,signing'},
    pin: {type: 'boolean', default: true},
    seed: {type: 'string', default: '1'},
  },
});
const only = new Set(values.only.split(','));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const latencyMs = Number(values.latency);

/** Issue 2 for the small tree, issue 6 for the others. */
const redeploys = (rclone: number): Scenario['targets'] => ({
  'nothing changed': {seconds: {rclone}},
  '1 % changed': {seconds: {rclone}},
});
const small: Scenario = {
  title: smallTree.name,
  tree: smallTree,
  latencyMs: 0,
  rounds,
  targets: {
    'first upload': {seconds: {rclone: 0.8, aws: 0.25}},
    'nothing changed': {seconds: {rclone: 1}},
  },
};
const large: Scenario = {
  title: largeTree.name,
  tree: largeTree,
  latencyMs: 0,
  rounds,
  targets: {
    'first upload': {seconds: {rclone: 0.25, aws: 0.08, bare: 1.6, 'bare-undici': 1.6}},
    ...redeploys(0.5),
  },
};
const slow = (scenario: Scenario, targets: Scenario['targets']): Scenario => ({
  ...scenario,
  title: `${scenario.tree.name}, +${latencyMs} ms`,
  latencyMs,
  targets,
});
const media: Scenario = {
  title: mediaTree.name,
  tree: mediaTree,
  latencyMs: 0,
  rounds,
  phases: ['first upload'],
  clients: ['frontctl', 'rclone', 'aws'],
  targets: {'first upload': {cpu: 0.7, peakMB: 150}},
};
const huge: Scenario = {
  title: hugeTree.name,
  tree: hugeTree,
  latencyMs: 0,
  rounds: 1,
  clients: ['frontctl', 'bare', 'bare-undici', 'rclone'],
  targets: Object.fromEntries(phases.map(phase => [phase, {peakMB: 400}])),
};

const scratch = mkdtempSync(path.join(tmpdir(), 'frontctl-bench-'));
const {clients, missing} = availableClients();
const pin = values.pin && taskset !== undefined && availableParallelism() > 1;
const log = (line: string): void => console.error(line);
const print = (rows: readonly (readonly string[])[]): void => console.log(`\n${table(rows)}`);

console.log(
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, ${rounds} rounds, ${
    pin ? 'server and client on a core each' : 'not pinned'
  }`,
);
for (const {name, version} of clients) console.log(`${name}: ${version}`);
for (const line of missing) console.log(line);

const server = await startServer(
  [process.execPath, '--import', import.meta.resolve('tsx'), path.join(import.meta.dirname, 's3-server.ts')],
  pin ? 0 : undefined,
);
const bench: Bench = {server, scratch, clientCore: pin ? 1 : undefined, log};
const ours = clients.some(({name}) => name === 'frontctl');
try {
  const scenarios = [
    ...(only.has('uploads') ? (values.quick ? [small] : [small, large]) : []),
    ...(only.has('latency') ? [slow(small, {'first upload': {seconds: {rclone: 0.3}}})] : []),
    ...(only.has('latency') && !values.quick ? [{...slow(large, large.targets), rounds: 1}] : []),
    ...(only.has('media') ? [media] : []),
    ...(only.has('huge') ? [huge] : []),
  ];
  const rows: string[][] = [];
  for (const scenario of scenarios) rows.push(...(await uploads(scenario, clients, bench)));
  if (rows.length > 0) print([uploadHead, ...rows]);
  if (only.has('large-file'))
    print([largeFileHead, ...(await largeFile(values.quick ? 256 : 1024, clients, bench))]);
  if (only.has('startup') && ours) print([startupHead, ...(await startup(values.quick ? 7 : 21, scratch))]);
  if (only.has('embedded') && ours) print([embeddedHead, ...(await embedded(scratch, values.quick))]);
  if (only.has('planner')) print([plannerHead, ...planner(scratch, values.quick)]);
  if (only.has('signing') && ours) {
    print([signingHead, ...(await signing(scratch, values.quick ? {rsa: 8000, ecdsa: 80_000} : undefined))]);
  }
  const wanted = measurements.filter(name => only.has(name) || only.has('reliability'));
  if (wanted.length > 0 && ours) {
    const flaws = await reliability(wanted, Number(values.seed), values.quick, line => console.log(line));
    if (flaws > 0) process.exitCode = 1;
  }
} finally {
  await server.stop();
  rmSync(scratch, {recursive: true, force: true});
}
