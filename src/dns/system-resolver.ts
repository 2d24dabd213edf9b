import {Resolver as NodeResolver} from 'node:dns/promises';
import {Failure} from '../failure.js';
import {plainName} from './names.js';
import type {CaaRecord, Resolver} from './types.js';

export interface SystemResolverOptions {
  /** IP addresses, with a port where it is not 53; those of the operating system when left out. */
  readonly servers?: readonly string[] | undefined;
  /** Default: the first server, or `this machine's resolver`. */
  readonly label?: string | undefined;
  /** For the first try of each server; c-ares doubles it for later ones. Default 2 s. */
  readonly timeoutMs?: number | undefined;
  /** Default 2. */
  readonly tries?: number | undefined;
}

/** The name, or the type under it, does not exist: an answer, not an error. */
const nothing = new Set(['ENOTFOUND', 'ENODATA']);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown error';

/** What DNS servers answer now. No answer is cached here; the servers themselves may. */
export function systemResolver(options: SystemResolverOptions = {}): Resolver {
  const {servers, timeoutMs = 2000, tries = 2} = options;
  const label = options.label ?? servers?.[0] ?? "this machine's resolver";
  const resolver = new NodeResolver({timeout: timeoutMs, tries});
  if (servers !== undefined) resolver.setServers([...servers]);

  const ask = async <T>(name: string, what: string, query: () => Promise<readonly T[]>) => {
    try {
      return await query();
    } catch (error) {
      const code = codeOf(error);
      if (nothing.has(code)) return [];
      throw new Failure(
        'unexpected',
        'DNS_UNREACHABLE',
        `${label} does not answer for ${what} of ${name} (${code}).`,
        {hint: 'Check the network and whether port 53 is open, then try again.', cause: error},
      );
    }
  };
  const addressesWithTtl = async (name: string) => {
    const [v4, v6] = await Promise.all([
      ask(name, 'A', () => resolver.resolve4(name, {ttl: true})),
      ask(name, 'AAAA', () => resolver.resolve6(name, {ttl: true})),
    ]);
    return {v4, v6};
  };

  return {
    label,
    cname: async name => {
      const [target] = await ask(name, 'CNAME', () => resolver.resolveCname(name));
      return target === undefined ? undefined : plainName(target);
    },
    addresses: async name => {
      const {v4, v6} = await addressesWithTtl(name);
      return [v4, v6].flatMap(found => found.map(({address}) => address).sort());
    },
    nameServers: async name => (await ask(name, 'NS', () => resolver.resolveNs(name))).map(plainName).sort(),
    txt: async name => (await ask(name, 'TXT', () => resolver.resolveTxt(name))).map(parts => parts.join('')),
    caa: async name => (await ask(name, 'CAA', () => resolver.resolveCaa(name))).map(toCaa),
    ttl: async name => {
      const {v4, v6} = await addressesWithTtl(name);
      const all = [...v4, ...v6].map(({ttl}) => ttl);
      return all.length === 0 ? undefined : Math.max(...all);
    },
  };
}

/** Node names the tag by the field that holds the value. */
function toCaa({critical, ...tagged}: {readonly critical: number}): CaaRecord {
  const entries: readonly [string, unknown][] = Object.entries(tagged);
  const [tag, value] = entries.find(([, each]) => typeof each === 'string') ?? ['', ''];
  return {tag, value: String(value), isCritical: critical > 0};
}

/** Resolvers that many viewers use: Cloudflare, Google, Quad9. */
const publicServers = ['1.1.1.1', '8.8.8.8', '9.9.9.9'] as const;

export const publicResolvers = (): readonly Resolver[] =>
  publicServers.map(server => systemResolver({servers: [server]}));

/**
 * Asks a zone's own servers, which know of a change first; undefined where none of their addresses is known.
 * @param servers host names
 */
export async function authoritativeResolver(
  servers: readonly string[],
  through: Pick<Resolver, 'addresses'>,
  zone: string,
): Promise<Resolver | undefined> {
  const found = await Promise.all(
    servers.map(server => through.addresses(server).catch((): readonly string[] => [])),
  );
  const ipv4 = found.flat().filter(address => !address.includes(':'));
  return ipv4.length === 0
    ? undefined
    : systemResolver({servers: ipv4, label: `the name servers of ${zone}`});
}
