/** `frontctl dns check`. */
import {
  authoritativeResolver,
  checkDns,
  publicResolvers,
  systemResolver,
  zoneResolver,
  type DnsCheck,
} from '../../dns/index.js';
import type {Session} from '../session.js';
import {findDnsTarget, type DnsRequest} from './target.js';

/** The `--json` result of `dns check`. */
export interface DnsCheckResult extends DnsCheck {
  readonly distributionId: string;
  readonly ok: boolean;
}

/** Failures: those of `findDnsTarget` and `checkDns`. What is wrong with the DNS is no failure. */
export async function checkHosts(session: Session, request: DnsRequest): Promise<DnsCheckResult> {
  const {aws, hosts, types, named, distribution} = await findDnsTarget(session, request, true);
  const own = systemResolver();
  // No DNS server knows the names of the embedded cloud and of emulators.
  const outside = aws.isEndpointOverridden
    ? {resolvers: [zoneResolver(aws)]}
    : {
        resolvers: [own, ...publicResolvers()],
        authoritative: ({
          name,
          nameServers,
        }: {
          readonly name: string;
          readonly nameServers: readonly string[];
        }) => authoritativeResolver(nameServers, own, name),
      };
  const result = await checkDns({aws, hosts, types, named, target: distribution.domainName, ...outside});
  return {
    distributionId: distribution.id,
    ok: result.records.every(({status}) => status === 'ok'),
    ...result,
  };
}
