import type {Aws} from '../aws/index.js';
import {recordsOf, type Certificate, type DnsAnswers, type ValidationRecord} from '../certificate/index.js';
import {authoritativeResolver, systemResolver, zoneResolver, type Resolver} from '../dns/index.js';

/** Who is asked for validation records, and for CAA records in their way. */
export type ValidationResolver = Pick<Resolver, 'cname' | 'caa'>;

/**
 * The DNS as the world would have it: the name servers that a domain is delegated to, so that no resolver on the way
 * keeps the answer "no such record" for the quarter of an hour that Route 53 allows. Where those cannot be asked, this
 * machine's resolver; where the endpoint is overridden, the zones of that account, since no DNS server knows them.
 */
export function validationResolver(aws: Aws): ValidationResolver {
  return aws.isEndpointOverridden ? zoneResolver(aws) : delegatedResolver(systemResolver());
}

/** @param through finds the name servers, and answers where they do not. */
export function delegatedResolver(
  through: Resolver,
  askServers: typeof authoritativeResolver = authoritativeResolver,
): ValidationResolver {
  const byZone = new Map<string, Promise<Resolver | undefined>>();
  const serversOf = async (name: string): Promise<Resolver | undefined> => {
    const labels = name.split('.');
    // The record itself is no zone; a public suffix alone would be asked in vain.
    for (let first = 1; first < labels.length - 1; first++) {
      const zone = labels.slice(first).join('.');
      const known = byZone.get(zone) ?? serversAt(zone);
      byZone.set(zone, known);
      const resolver = await known;
      if (resolver !== undefined) return resolver;
    }
    return undefined;
  };
  const serversAt = async (zone: string): Promise<Resolver | undefined> => {
    const servers = await through.nameServers(zone);
    return servers.length === 0 ? undefined : askServers(servers, through, zone);
  };
  return {
    caa: name => through.caa(name),
    cname: async name => {
      try {
        const servers = await serversOf(name);
        if (servers !== undefined) return await servers.cname(name);
      } catch {
        byZone.clear();
      }
      return through.cname(name);
    },
  };
}

/** What DNS answers for the records now; those that it gave no answer for are left out. */
export async function answersFor(
  resolver: ValidationResolver,
  records: readonly ValidationRecord[],
): Promise<DnsAnswers> {
  const answers = await Promise.all(
    records.map(async ({name}): Promise<readonly [string, string | undefined] | undefined> => {
      try {
        return [name, await resolver.cname(name)];
      } catch {
        return undefined;
      }
    }),
  );
  return new Map(answers.filter(each => each !== undefined));
}

/** Domains of a certificate whose record DNS does not show now. Throws where DNS gives no answer at all. */
export const missingIn =
  (resolver: ValidationResolver) =>
  async (certificate: Certificate): Promise<readonly string[]> => {
    const open = certificate.validation.filter(({status}) => status !== 'SUCCESS');
    const answers = await answersFor(resolver, recordsOf({validation: open}));
    if (open.length > 0 && answers.size === 0) throw new Error('no DNS answer');
    return open
      .filter(({record}) => record === null || answers.get(record.name) !== record.value)
      .map(({domain}) => domain);
  };
