import {createReadStream, existsSync, readdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {chalk} from './colour.js';
import {Failure} from '../failure.js';
import {adminCall, dataDirectory, findCloud, type CloudLocation, type CloudStatus} from './embedded-cloud.js';
import {columns} from './format.js';

/** The `--json` result of `local start`, `status`, `stop` and `reset`. */
export interface LocalResult {
  readonly running: boolean;
  readonly endpoint: string | null;
  readonly pid: number | null;
  /** Port that serves real HTTPS and HTTP/2 for every distribution, by host name. */
  readonly tlsPort: number | null;
  /** Data folder. */
  readonly data: string;
  readonly distributions: readonly {readonly id: string; readonly domainName: string; readonly url: string}[];
}

export function localResult(status: CloudStatus | undefined, location: CloudLocation): LocalResult {
  return {
    running: status !== undefined,
    endpoint: status?.endpoint ?? null,
    pid: status?.pid ?? null,
    tlsPort: status?.tlsPort ?? null,
    data: dataDirectory(location),
    distributions: (status?.distributions ?? []).map(({id, domainName, url}) => ({id, domainName, url})),
  };
}

export function localText(result: LocalResult): string {
  if (!result.running) return `The embedded cloud is not running (data: ${result.data}).`;
  const rows = [
    ['Endpoint', chalk.bold(result.endpoint ?? '')],
    ['Process', String(result.pid)],
    ['Data', result.data],
  ];
  if (result.tlsPort !== null) rows.push(['HTTPS', `port ${result.tlsPort}, by host name`]);
  const sites = result.distributions.map(({id, domainName, url}) => [id, url, domainName]);
  const list =
    sites.length === 0 ? 'No distributions yet: frontctl deploy DIR --local' : columns(sites, '  ');
  return `${columns(rows)}\n${sites.length === 0 ? '' : 'Distributions\n'}${list}`;
}

/** All that a cloud puts into its data folder. */
const dataParts = [
  'meta',
  'blobs',
  'edge',
  'format.json',
  'cloud.json',
  'cloud.log',
  'cloud.log.1',
  'startup.log',
];

/** Empties the cloud: through its own route while it runs, else by deleting what a cloud puts into its data folder. */
export async function resetCloud(location: CloudLocation): Promise<CloudStatus | undefined> {
  const status = await findCloud(location);
  if (status === undefined) {
    const dir = dataDirectory(location);
    const names = existsSync(dir) ? readdirSync(dir) : [];
    const strangers = names.filter(name => !dataParts.includes(name));
    // A mistyped --data may name a project, and projects have folders called `meta`, too.
    if (strangers.length > 0 && !names.includes('format.json')) {
      throw new Failure(
        'refused',
        'NOT_A_DATA_FOLDER',
        `${dir} does not hold the data of an embedded cloud; nothing was deleted.`,
        {
          hint: 'Check --data and FRONTCTL_LOCAL_DATA.',
        },
      );
    }
    for (const name of names) {
      if (!strangers.includes(name)) rmSync(join(dir, name), {recursive: true, force: true});
    }
    return undefined;
  }
  await adminCall(status.endpoint, 'POST', 'reset');
  return findCloud(location);
}

const logPollMs = 250;

/** `frontctl local logs | head`: not an error. */
function readerLeft(error: unknown): false {
  const {code} = error as NodeJS.ErrnoException;
  if (code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ERR_STREAM_DESTROYED')
    return false;
  throw error;
}

/** Copies the cloud's request log to `out`; with `follow`, goes on until `signal`. */
export async function copyLog(
  location: CloudLocation,
  out: NodeJS.WritableStream,
  options: {readonly follow: boolean; readonly from: 'start' | 'end'; readonly signal: AbortSignal},
): Promise<void> {
  const file = join(dataDirectory(location), 'cloud.log');
  if (!existsSync(file) && !options.follow) {
    throw new Failure('usage', 'NO_LOG', `There is no log at ${file}: the embedded cloud has not run here.`, {
      hint: 'Start it with: frontctl local start --detach',
    });
  }
  const sizeNow = (): number => (existsSync(file) ? statSync(file).size : 0);
  let position = options.from === 'end' ? sizeNow() : 0;
  for (;;) {
    const size = sizeNow();
    // A rotated log starts again.
    if (size < position) position = 0;
    if (size > position) {
      const lines = createReadStream(file, {start: position, end: size - 1});
      const isOpen = await pipeline(lines, out, {end: false}).then(() => true, readerLeft);
      if (!isOpen) return;
      position = size;
    }
    if (!options.follow || options.signal.aborted) return;
    await sleep(logPollMs, undefined, {signal: options.signal}).catch(() => undefined);
  }
}
