/** Which distribution and which host names a dns command means. */
import type {Aws} from '../../aws/index.js';
import type {Config} from '../../config/types.js';
import type {Distribution} from '../../distribution/index.js';
import {hostName, isCovered, type AliasType} from '../../dns/index.js';
import {distributionTypes} from '../../stack/index.js';
import {Failure} from '../../failure.js';
import {findTargets} from '../invalidate/target.js';
import type {Session} from '../session.js';

export interface DnsRequest {
  /** As typed; none: all aliases of the distribution. */
  readonly hosts: readonly string[];
  readonly distribution: string | undefined;
  readonly zone: string | undefined;
  readonly local: boolean;
}

export interface DnsTarget {
  readonly aws: Aws;
  readonly config: Config;
  readonly distribution: Distribution;
  /** Plain, none twice. */
  readonly hosts: readonly string[];
  readonly types: readonly AliasType[];
  /** Id or name of the zone, where one is given. */
  readonly named: string | undefined;
}

/**
 * Failures: BAD_HOST, NO_ALIASES, NOT_AN_ALIAS (exit 2), and those of `findTargets`.
 * @param mayBeForeign hosts that the distribution does not answer for are taken, too
 */
export async function findDnsTarget(
  session: Session,
  request: DnsRequest,
  mayBeForeign = false,
): Promise<DnsTarget> {
  const named = [...new Set(request.hosts.map(hostName))];
  const {config} = await session.config();
  const aws = await session.aws();
  const distribution = await theDistribution(session, request, named);
  const aliases = (distribution.config.Aliases?.Items ?? []).map(alias => alias.toLowerCase());
  const hosts = named.length > 0 ? named : aliases;
  if (hosts.length === 0) {
    throw new Failure('usage', 'NO_ALIASES', `Distribution ${distribution.id} has no aliases.`, {
      hint: 'Add them first: `distribution.aliases` in the config, then frontctl apply',
    });
  }
  const strange = hosts.find(host => !isCovered(host, aliases));
  if (strange !== undefined && !mayBeForeign) throw notAnAlias(strange, distribution, aliases);
  return {
    aws,
    config,
    distribution,
    hosts,
    types: distributionTypes(distribution, config.dns?.types),
    named: request.zone ?? config.dns?.zone,
  };
}

async function theDistribution(
  session: Session,
  {distribution, local}: DnsRequest,
  hosts: readonly string[],
): Promise<Distribution> {
  const flags = {
    distribution: distribution === undefined ? undefined : [distribution],
    tenant: undefined,
    local,
  };
  const urls = hosts.map(host => new URL(`https://${host}`));
  const [only, second] = await findTargets(session, flags, urls);
  if (only === undefined || second !== undefined) {
    throw new Failure('usage', 'ONE_DISTRIBUTION', 'DNS records lead to one distribution.', {
      hint: 'Name that one with --distribution.',
    });
  }
  return only.distribution();
}

const notAnAlias = (host: string, {id}: Distribution, aliases: readonly string[]): Failure =>
  new Failure(
    'usage',
    'NOT_AN_ALIAS',
    `Distribution ${id} does not answer for ${host}${aliases.length === 0 ? '' : `, only for ${aliases.slice(0, 5).join(', ')}${aliases.length > 5 ? ' and others' : ''}`}.`,
    {
      hint: `Add it to \`distribution.aliases\` and run frontctl apply; where another distribution has it: frontctl dns move ${host} --to ${id}`,
    },
  );
