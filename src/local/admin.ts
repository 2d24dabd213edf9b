import type {IncomingMessage, ServerResponse} from 'node:http';

import {isForeign} from './foreign.js';

/** What `GET /_frontctl/status` answers. */
export interface CloudStatus {
  readonly version: string;
  readonly pid: number;
  readonly endpoint: string;
  readonly tlsPort: number | undefined;
  readonly dir: string;
  readonly distributions: readonly {
    readonly id: string;
    readonly domainName: string;
    readonly aliases: readonly string[];
    /** Opens in a browser: the distribution's own port. */
    readonly url: string;
  }[];
}

export interface Administration {
  status(): Promise<CloudStatus>;
  reset(): Promise<void>;
  advance(ms: number): void;
  stop(): void;
  log(method: string, path: string, status: number, ms: number): void;
}

const prefix = '/_frontctl/';
/** Far beyond it dates end (ECMA-262, 21.4.1.1), and with them every answer that carries one. */
const longestAdvanceMs = 100 * 365 * 86_400_000;

export const isAdmin = ({url}: IncomingMessage): boolean => url?.startsWith(prefix) ?? false;

/**
 * The cloud's own routes: `GET status`, `POST stop`, `POST reset`, `POST advance?ms=N`. For programs on this machine
 * only: a request that a web page caused names its Origin, and one that came by DNS rebinding a foreign Host.
 */
export async function answerAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  administration: Administration,
): Promise<void> {
  const started = performance.now();
  const {pathname, searchParams} = new URL(request.url ?? '/', 'http://localhost');
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, {'content-type': 'application/json'});
    response.end(`${JSON.stringify(value)}\n`);
    administration.log(request.method ?? '', pathname, status, performance.now() - started);
  };
  if (isForeign(request)) {
    send(403, {error: 'These routes are for frontctl on this machine, not for web pages.'});
    return;
  }
  switch (`${request.method ?? ''} ${pathname.slice(prefix.length)}`) {
    case 'GET status':
      send(200, await administration.status());
      return;
    case 'POST reset':
      await administration.reset();
      send(200, {reset: true});
      return;
    case 'POST advance': {
      const ms = Number(searchParams.get('ms') ?? Number.NaN);
      if (!(ms >= 0 && ms <= longestAdvanceMs)) {
        send(400, {
          error: 'advance needs ?ms=, a number of milliseconds from 0 to those of a hundred years.',
        });
        return;
      }
      administration.advance(ms);
      send(200, {advancedMs: ms});
      return;
    }
    case 'POST stop':
      response.on('close', () => {
        administration.stop();
      });
      send(200, {stopping: true});
      return;
    default:
      send(404, {error: `There is no ${request.method ?? ''} ${pathname}.`});
  }
}
