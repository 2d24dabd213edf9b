import {domainToASCII} from 'node:url';
import {Failure} from '../failure.js';

/** `www.example.com`: lower case, no trailing dot, and characters instead of Route 53's escapes (`\052` is `*`). */
export function plainName(name: string): string {
  return name
    .replace(/\\([0-7]{3})/g, (_escape, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replace(/\.$/, '')
    .toLowerCase();
}

/** `host` is `zone` or below it; both plain. */
export const isWithin = (host: string, zone: string): boolean => host === zone || host.endsWith(`.${zone}`);

/** The names above `host` and below `zone`, nearest first: where a delegation would take `host` out of the zone. */
export function namesBetween(host: string, zone: string): readonly string[] {
  const labels = host.split('.');
  return labels
    .map((_label, index) => labels.slice(index).join('.'))
    .filter(name => name !== host && name !== zone && isWithin(name, zone));
}

/** A wildcard stands for every level below it. CloudFront developer guide, "Use wildcards in alternate domain names". */
export const isCovered = (host: string, aliases: readonly string[]): boolean =>
  aliases.some(alias => alias === host || (alias.startsWith('*.') && host.endsWith(alias.slice(1))));

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * What was typed as a host name, plain and in ASCII (`bücher.example` is `xn--bcher-kva.example`); `*` may stand alone as
 * the first label. Failure BAD_HOST (exit 2).
 */
export function hostName(typed: string): string {
  const [, star = '', rest = ''] = /^(\*\.)?(.*)$/.exec(typed.trim().toLowerCase().replace(/\.$/, '')) ?? [];
  const name = star + (/^[\x20-\x7e]*$/.test(rest) ? rest : domainToASCII(rest));
  const labels = name.slice(star.length).split('.');
  if (labels.length < 2 || name.length > 253 || !labels.every(each => label.test(each))) {
    throw new Failure('usage', 'BAD_HOST', `"${typed}" is not a host name.`, {
      hint: 'Write it like www.example.com, example.com or *.example.com, without https:// and without a path.',
    });
  }
  return name;
}
