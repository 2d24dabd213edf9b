import {readFile, mkdir, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type http from 'node:http';
import {listenNear} from '../../listen.js';

export interface Listeners {
  readonly portOf: (distributionId: string) => number | undefined;
  /** Brings the listeners in line with the distributions that live now; later calls wait for earlier ones. */
  reconcile(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface ListenersOptions {
  /** Remembers ports across restarts, in `ports.json`. */
  readonly dir: string;
  readonly host: string;
  readonly createServer: (distributionId: string) => http.Server;
  readonly log: (message: string) => void;
}

/** One loopback listener per distribution, on a port that stays its own across restarts while it is free. */
export const createListeners = async (options: ListenersOptions): Promise<Listeners> => {
  const file = join(options.dir, 'ports.json');
  const remembered = await readPorts(file);
  const open = new Map<string, {readonly server: http.Server; readonly port: number}>();
  let queue: Promise<void> = Promise.resolve();
  let closed = false;

  const step = async (ids: readonly string[]): Promise<void> => {
    if (closed) return;
    const wanted = new Set(ids);
    for (const [id, {server}] of open) {
      if (wanted.has(id)) continue;
      open.delete(id);
      remembered.delete(id);
      await closeServer(server);
    }
    let moved = false;
    for (const id of wanted) {
      if (open.has(id)) continue;
      const server = options.createServer(id);
      const port = await listenNear(server, options.host, remembered.get(id) ?? 0);
      open.set(id, {server, port});
      moved ||= remembered.get(id) !== port;
      remembered.set(id, port);
    }
    if (moved) await writePorts(file, remembered);
  };

  return {
    portOf: id => open.get(id)?.port,
    reconcile(ids) {
      queue = queue
        .then(() => step(ids))
        .catch((error: unknown) => {
          options.log(
            `A distribution has no port of its own: ${error instanceof Error ? error.message : String(error)}`,
          );
        });
      return queue;
    },
    async close() {
      closed = true;
      await queue;
      await Promise.all([...open.values()].map(({server}) => closeServer(server)));
      open.clear();
    },
  };
};

const closeServer = (server: http.Server): Promise<void> =>
  new Promise(resolve => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });

const readPorts = async (file: string): Promise<Map<string, number>> => {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    const parsed: unknown = JSON.parse(text);
    const pairs = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [];
    return new Map(
      pairs.filter(
        (pair): pair is [string, number] => Number.isInteger(pair[1]) && pair[1] > 0 && pair[1] < 65_536,
      ),
    );
  } catch {
    return new Map();
  }
};

const writePorts = async (file: string, ports: ReadonlyMap<string, number>): Promise<void> => {
  await mkdir(join(file, '..'), {recursive: true});
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(Object.fromEntries(ports)));
  await rename(temporary, file);
};
