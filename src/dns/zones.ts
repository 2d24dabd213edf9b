import type {HostedZone} from '@aws-sdk/client-route-53';
import {call, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {isWithin, plainName} from './names.js';
import type {Resolver, Zone} from './types.js';

export async function open(aws: Aws) {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-route-53'), aws.route53()]);
  return {sdk, client};
}

export const route53 = (operation: string, resource: string) =>
  ({service: 'route53', operation, resource}) as const;

export const zoneText = ({id, name}: Zone): string => `hosted zone ${id} (${name})`;

const plainId = (id: string): string => id.replace(/^\/hostedzone\//, '');

const toZone = ({Id = '', Name = '', Config}: Partial<HostedZone>): Zone => ({
  id: plainId(Id),
  name: plainName(Name),
  private: Config?.PrivateZone === true,
});

/** Every hosted zone of the account, public and private. */
export async function listZones(aws: Aws): Promise<readonly Zone[]> {
  const {sdk, client} = await open(aws);
  const zones: Zone[] = [];
  let marker: string | undefined;
  do {
    const page = await call(route53('ListHostedZones', 'all hosted zones'), () =>
      client.send(new sdk.ListHostedZonesCommand({Marker: marker})),
    );
    zones.push(...(page.HostedZones ?? []).map(toZone));
    marker = page.IsTruncated === true ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return zones;
}

/** The zone with its name servers. Failure NO_SUCH_HOSTED_ZONE (exit 2). */
export async function readZone(aws: Aws, id: string): Promise<Zone> {
  const {sdk, client} = await open(aws);
  const {HostedZone: found, DelegationSet: servers} = await call(
    route53('GetHostedZone', `hosted zone ${id}`),
    () => client.send(new sdk.GetHostedZoneCommand({Id: id})),
  );
  return {
    ...toZone({Id: id, ...found}),
    nameServers: (servers?.NameServers ?? []).map(plainName).sort(),
  };
}

export interface FindZoneOptions {
  /** Id or name of the zone that it has to be. */
  readonly named?: string | undefined;
  /** Tells, where two zones have one name, which one the world asks. */
  readonly resolver?: Pick<Resolver, 'nameServers'> | undefined;
  /** Those of the account, where they are known already. */
  readonly zones?: readonly Zone[] | undefined;
}

/** Zone ids are up to 32 capitals and digits; names have dots. */
const isZoneId = (named: string): boolean => /^(?:\/hostedzone\/)?[A-Z0-9]{1,32}$/.test(named);

/**
 * The public zone that answers for `host` (plain): the one with the longest name that it lies in; undefined when there is
 * none. Route 53 developer guide, "Considerations when working with a private hosted zone".
 *
 * Failures: NO_SUCH_HOSTED_ZONE, ZONE_MISMATCH (exit 2) for a named one; PRIVATE_ZONE (exit 6) where only a private one is
 * named or fits, since CloudFront needs a public one; SPLIT_HORIZON (exit 6) where a private zone would answer for the host
 * inside its VPCs, unless the zone is named by its id; AMBIGUOUS_ZONE (exit 4) for two public zones of one name.
 */
export async function findZone(
  aws: Aws,
  host: string,
  options: FindZoneOptions = {},
): Promise<Zone | undefined> {
  const {named, resolver} = options;
  if (named !== undefined && isZoneId(named)) {
    const zone = await readZone(aws, plainId(named));
    if (zone.private) throw privateZone(host, zone);
    if (!isWithin(host, zone.name)) throw mismatch(host, zoneText(zone));
    return zone;
  }
  const zones = options.zones ?? (await listZones(aws));
  const name = named === undefined ? undefined : plainName(named);
  if (name !== undefined && !isWithin(host, name)) throw mismatch(host, `hosted zone ${name}`);
  const fitting = zones
    .filter(zone => isWithin(host, zone.name) && (name === undefined || zone.name === name))
    .sort((a, b) => b.name.length - a.name.length);
  const [best, ...others] = fitting.filter(zone => !zone.private);
  const [hidden] = zones
    .filter(zone => zone.private && isWithin(host, zone.name))
    .sort((a, b) => b.name.length - a.name.length);
  if (best === undefined) {
    const [only] = fitting;
    if (only !== undefined) throw privateZone(host, only);
    if (name === undefined) return undefined;
    throw new Failure('usage', 'NO_SUCH_HOSTED_ZONE', `This account has no hosted zone ${name}.`, {
      hint: 'Check the name and --profile; another account may hold it.',
    });
  }
  const twins = [best, ...others.filter(zone => zone.name === best.name)];
  if (twins.length > 1) throw await ambiguous(aws, best.name, twins, resolver);
  if (hidden !== undefined && hidden.name.length >= best.name.length) {
    throw new Failure(
      'refused',
      'SPLIT_HORIZON',
      `Both the public ${zoneText(best)} and the private ${zoneText(hidden)} answer for ${host}: inside its VPCs the private one wins.`,
      {hint: `Name the public one by its id if that is what you mean: --zone ${best.id} or \`dns.zone\`.`},
    );
  }
  return best;
}

const privateZone = (host: string, zone: Zone): Failure =>
  new Failure(
    'refused',
    'PRIVATE_ZONE',
    `The ${zoneText(zone)} that answers for ${host} is private; records that point at CloudFront need a public one.`,
    {
      hint: 'Name a public zone with --zone or `dns.zone`; with `dns.provider: none` the records are printed for another DNS host.',
    },
  );

const mismatch = (host: string, zone: string): Failure =>
  new Failure('usage', 'ZONE_MISMATCH', `${host} does not lie in ${zone}.`, {
    hint: 'Leave the zone out: the one with the longest matching name is taken.',
  });

async function ambiguous(
  aws: Aws,
  name: string,
  twins: readonly Zone[],
  resolver: FindZoneOptions['resolver'],
): Promise<Failure> {
  const ids = twins.map(({id}) => id);
  const asked = await delegatedTo(aws, name, ids, resolver);
  return new Failure(
    'conflict',
    'AMBIGUOUS_ZONE',
    `There are ${ids.length} public hosted zones ${name}: ${ids.join(' and ')}${
      asked === undefined ? '' : `; the world asks ${asked}`
    }.`,
    {
      hint:
        asked === undefined
          ? 'Name the right one by its id: --zone ID or `dns.zone`.'
          : `Name it by its id: --zone ${asked} or \`dns.zone: ${asked}\`.`,
    },
  );
}

/** Which of the zones the parent's delegation leads to, where the resolver knows. */
async function delegatedTo(
  aws: Aws,
  name: string,
  ids: readonly string[],
  resolver: FindZoneOptions['resolver'],
): Promise<string | undefined> {
  if (resolver === undefined) return undefined;
  const [answered, zones] = await Promise.all([
    // That the DNS is out of reach must not hide what is wrong.
    resolver.nameServers(name).catch((): readonly string[] => []),
    Promise.all(ids.map(id => readZone(aws, id))),
  ]);
  return zones.find(({nameServers = []}) => nameServers.some(server => answered.includes(server)))?.id;
}

/** A public hosted zone of that name; the same one again for the same name. */
export async function createZone(aws: Aws, name: string): Promise<Zone> {
  const {sdk, client} = await open(aws);
  const {HostedZone: made} = await call(route53('CreateHostedZone', `hosted zone ${name}`), () =>
    client.send(new sdk.CreateHostedZoneCommand({Name: name, CallerReference: `frontctl-${name}`})),
  );
  return toZone({Name: name, ...made});
}
