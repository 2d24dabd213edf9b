import {domainToASCII} from 'node:url';
import {Failure} from '../../failure.js';
import type {ServedHosts} from './types.js';

/** Lowercase, ASCII (`münchen.de` -> `xn--mnchen-3ya.de`), without credentials, port and trailing dot; '' when it is no host. */
export function plainHost(authority: string): string {
  const host = authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:\d*$/, '')
    .replace(/\.$/, '');
  return host.startsWith('[') ? host.toLowerCase() : domainToASCII(host);
}

/** Whether an alias stands for the host. The `*` of a wildcard alias is one label or several: `*.example.com` has `a.b.example.com`. */
export function hostMatches(alias: string, host: string): boolean {
  const name = plainHost(alias.replace(/^\*\./, ''));
  return alias.startsWith('*.') ? host.endsWith('.' + name) : name === host;
}

/** Failure HOST_NOT_SERVED when a host is none of the distribution's. */
export function checkHosts(hosts: readonly string[], {domainName, aliases}: ServedHosts): void {
  const served = [domainName, ...aliases];
  const strange = hosts.filter(host => !served.some(name => hostMatches(name, host)));
  if (strange.length === 0) return;
  const shown = served.length <= 5 ? served : [...served.slice(0, 5), `${served.length - 5} more`];
  throw new Failure(
    'usage',
    'HOST_NOT_SERVED',
    `${strange.slice(0, 3).join(', ')} ${strange.length === 1 ? 'is' : 'are'} not served by this distribution, which serves ${shown.join(', ')}.`,
    {hint: 'Name the right distribution with --distribution, or write paths instead of URLs.'},
  );
}
