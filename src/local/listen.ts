import type {AddressInfo, Server} from 'node:net';
import type {Server as HttpServer} from 'node:http';
import {Failure} from '../failure.js';

/** The cloud is for this machine only. */
export const loopback = '127.0.0.1';

/** Time in which running requests may end when a server closes or is reset. */
export const graceMs = 2000;

/** Listens on `port` (0: any free one) and resolves to the port it got. Rejects with Node's own error. */
function attempt(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Listens on `port`, or on any free one when it is taken. */
export async function listenNear(server: Server, host: string, port: number): Promise<number> {
  return attempt(server, host, port).catch((error: unknown) => {
    const {code} = error as NodeJS.ErrnoException;
    if (port === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    return attempt(server, host, 0);
  });
}

/** Listens on exactly `port`, which `flag` named. Failures: PORT_TAKEN (exit 4), PORT_UNUSABLE. */
export async function listenExactly(
  server: Server,
  host: string,
  port: number,
  flag: string,
): Promise<number> {
  return attempt(server, host, port).catch((cause: unknown) => {
    const {code} = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new Failure('conflict', 'PORT_TAKEN', `Port ${port} on ${host} is in use by another program.`, {
        hint: `Name another one with ${flag}, or see with \`frontctl local status\` whether the embedded cloud already runs.`,
        cause,
      });
    throw new Failure(
      'usage',
      'PORT_UNUSABLE',
      `Port ${port} on ${host} cannot be listened on (${code ?? 'unknown reason'}).`,
      {hint: `Name another one with ${flag}.`, cause},
    );
  });
}

/** Lets running requests end, for a while, and cuts what is left. */
export async function stopListening(server: HttpServer): Promise<void> {
  await new Promise<void>(resolve => {
    const grace = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection whose last request ends only now would stay open for its keep-alive time.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearTimeout(grace);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}
