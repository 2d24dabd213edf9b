import type {Aws} from '../../aws/index.js';
import type {DnsConfig} from '../../config/types.js';
import type {Distribution} from '../../distribution/index.js';
import {aliasTypes, findZone, listZones, prepareAliases, type AliasType} from '../../dns/index.js';
import {Failure} from '../../failure.js';

export interface AdoptedDns {
  /** Undefined: the records are those that a plan wants by itself. */
  readonly dns: DnsConfig | undefined;
  readonly note: string | undefined;
}

const untouched = (note: string): AdoptedDns => ({dns: {provider: 'none'}, note});

/**
 * DNS settings under which a plan changes no record: the types that lead to the distribution for all of its aliases. Where a
 * name leads elsewhere, or Route 53 cannot be read, the records are left alone.
 */
export async function adoptedDns(aws: Aws, {config, domainName}: Distribution): Promise<AdoptedDns> {
  const hosts = (config.Aliases?.Items ?? []).map(alias => alias.toLowerCase());
  if (hosts.length === 0) return {dns: undefined, note: undefined};
  try {
    const zones = await listZones(aws);
    const placed = await Promise.all(
      hosts.map(async host => [host, await findZone(aws, host, {zones})] as const),
    );
    const here = placed.flatMap(([host, zone]) => (zone === undefined ? [] : [host]));
    if (here.length === 0) return {dns: undefined, note: undefined};
    const {parts, conflicts} = await prepareAliases({
      aws,
      hosts: here,
      target: domainName,
      types: aliasTypes,
    });
    const [first] = conflicts;
    if (first !== undefined) {
      const found = `${first.name} is ${first.found} and does not lead to the distribution`;
      return untouched(`${found}: records are left alone (dns.provider: none).`);
    }
    const records = parts.flatMap(({plan}) => plan.records);
    const right = aliasTypes.filter(type =>
      records.every(record => record.type !== type || record.action === 'none'),
    );
    if (right.length === 0) {
      return untouched(
        'No alias has all of its records in Route 53: records are left alone (dns.provider: none).',
      );
    }
    const wanted = wantedTypes(config);
    return wanted.every(type => right.includes(type))
      ? {dns: undefined, note: undefined}
      : {dns: {types: right}, note: undefined};
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return untouched(`${error.message} DNS records are left alone (dns.provider: none).`);
  }
}

/** Those that a plan wants where the config does not say. */
const wantedTypes = ({IsIPV6Enabled, HttpVersion}: Distribution['config']): readonly AliasType[] => [
  'A',
  ...(IsIPV6Enabled === true ? (['AAAA'] as const) : []),
  ...(HttpVersion?.includes('3') === true ? (['HTTPS'] as const) : []),
];
