import {Failure} from '../failure.js';
import type {Resolver} from './types.js';

/** What one resolver makes of one host. */
export interface Resolved {
  readonly host: string;
  readonly resolver: string;
  /** It ends at the target; null: the resolver could not be asked. */
  readonly leads: boolean | null;
  /** The name or the addresses that it answered. */
  readonly answer: readonly string[];
  /** Seconds; null where unknown. */
  readonly ttl: number | null;
}

/** A name that only a wildcard answers for. */
const nameUnder = (host: string): string => host.replace(/^\*\./, 'frontctl-dns-check.');

/** Edge locations answer with several addresses of one network: two looks may see different ones of them. */
const network = (address: string): string =>
  address.includes(':') ? address.split(':').slice(0, 3).join(':') : address.split('.').slice(0, 3).join('.');

/** Both answers come from the same edge location. Aliases have no name to compare, only addresses. */
export function isSameEdge(host: readonly string[], target: readonly string[]): boolean {
  const networks = new Set(target.map(network));
  return host.some(address => networks.has(network(address)));
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'DNS_UNREACHABLE';

const orElse =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isUnreachable(error)) return value;
    throw error;
  };

/** Asks every resolver for the host and the target at once. A zone's own servers know nothing of the target. */
export async function askResolvers(
  host: string,
  target: string,
  resolvers: readonly Resolver[],
): Promise<readonly Resolved[]> {
  const name = nameUnder(host);
  const [edges, ...answers] = await Promise.all([
    Promise.all(resolvers.map(each => each.addresses(target).catch(orElse<readonly string[]>([])))),
    ...resolvers.map(each => ask(name, each).catch(orElse(undefined))),
  ]);
  return resolvers.map(({label}, index) => {
    const at = {host, resolver: label};
    const found = answers[index];
    if (found === undefined) return {...at, leads: null, answer: [], ttl: null};
    const {cname, addresses, ttl} = found;
    return {
      ...at,
      // An alias has no name to compare, and a chain of CNAMEs another one first: their ends are compared.
      leads: cname === target || isSameEdge(addresses, edges.flat()),
      answer: cname === undefined ? addresses : [cname, ...addresses],
      ttl: ttl ?? null,
    };
  });
}

async function ask(name: string, resolver: Resolver) {
  const [cname, addresses, ttl] = await Promise.all([
    resolver.cname(name),
    resolver.addresses(name),
    resolver.ttl(name),
  ]);
  return {cname, addresses, ttl};
}
