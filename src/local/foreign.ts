import type {IncomingMessage} from 'node:http';

const isLoopback = (host: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(host) || host.endsWith('.localhost');

/** Whether a web page, or a host name that somebody made to point here (DNS rebinding), is behind a request. */
export function isForeign({headers}: IncomingMessage): boolean {
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  return headers.origin !== undefined || !isLoopback(host);
}

/**
 * Whether a web page that does not come from this machine wants to change something through the AWS APIs. Everybody knows
 * the key pair of the embedded cloud, so a signature in the query proves nothing; browsers name the page in Origin.
 */
export function isForeignWrite({method, headers}: IncomingMessage): boolean {
  if (headers.origin === undefined || method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
    return false;
  return !(URL.canParse(headers.origin) && isLoopback(new URL(headers.origin).hostname));
}
