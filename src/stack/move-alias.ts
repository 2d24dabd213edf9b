import type {Aws} from '../aws/index.js';
import {
  isHiddenId,
  listDistributions,
  listDomainConflicts,
  moveDomain,
  readDistribution,
  waitDeployed,
  type Distribution,
  type DomainConflict,
} from '../distribution/index.js';
import {
  ensureRecords,
  findZone,
  prepareAliases,
  removeRecords,
  sendAliases,
  takenFailure,
  targetOf,
  typesFor,
  waitInsync,
  type AliasType,
  type ProofRecord,
  type Resolver,
  type SentAliases,
  type Waiting,
  type Zone,
} from '../dns/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';

export interface MoveAliasInput extends Waiting {
  readonly aws: Aws;
  /** Plain. */
  readonly host: string;
  /** Id of the distribution that gets it. */
  readonly to: string;
  /** `none`: nothing is written to Route 53, the records are told. */
  readonly provider: 'route53' | 'none';
  readonly zone?: string | undefined;
  readonly types?: readonly AliasType[] | undefined;
  /** Replaces DNS records that lead to something else than CloudFront. */
  readonly force?: boolean | undefined;
  /** Until the distribution is deployed and DNS is in sync. */
  readonly wait: boolean;
  readonly resolver: Resolver;
}

export interface MovedAlias {
  readonly host: string;
  readonly to: string;
  /** Domain name of the distribution that gets it. */
  readonly target: string;
  /** Who had it; ids of other accounts are partly hidden. Null: the distribution has it already. */
  readonly from: {
    readonly id: string;
    readonly account: string;
    readonly kind: DomainConflict['kind'];
    readonly isOwn: boolean;
  } | null;
  /** `there`: nothing had to move. `blocked`: `reason` says why, and `next` what to do. */
  readonly status: 'moved' | 'there' | 'blocked';
  readonly reason: string | null;
  /** What proves the domain to CloudFront, where it comes from another account. */
  readonly proof: (ProofRecord & {readonly inPlace: boolean}) | null;
  readonly records: SentAliases['records'];
  /** What is left to do, in order. */
  readonly next: readonly string[];
}

/**
 * Moves an alternate domain name to a distribution of this account, then points DNS at it. Within the account: one call,
 * and visitors notice nothing. From another account: a TXT record proves the domain (written where the zone is ours), the
 * other side has to disable its distribution, and each run goes as far as it can and says what comes next. Developer guide,
 * "Move an alternate domain name to a different standard distribution or distribution tenant".
 *
 * Failures: NO_SUCH_DISTRIBUTION, ALIAS_NOT_COVERED, ALIAS_FREE (exit 2), those of `findZone`, MOVE_REFUSED (exit 4) in
 * one's own account, RECORD_TAKEN, WAIT_TIMEOUT (exit 5).
 */
export async function* moveAlias(input: MoveAliasInput): Work<MovedAlias> {
  const {aws, host, to} = input;
  yield {type: 'step', id: 'find', title: `Find who has ${host}`};
  const target = await readDistribution(aws, to);
  const isThere = (target.config.Aliases?.Items ?? []).some(alias => alias.toLowerCase() === host);
  const from = isThere ? null : await findSource(aws, host, target);
  yield {type: 'done', id: 'find', detail: from === null ? `distribution ${to}` : sourceText(from)};
  const zone = input.provider === 'none' ? undefined : await findZone(aws, host, {named: input.zone});
  const base = {host, to, target: target.domainName, from, records: []};
  if (from === null) {
    const pointed = yield* point(input, target, zone);
    return {...base, ...pointed, status: 'there', reason: null, proof: null};
  }
  const proof = from.isOwn ? null : yield* prove(input, target, zone);
  if (proof?.inPlace === false) {
    return {
      ...base,
      status: 'blocked',
      reason: `DNS does not show the TXT record that proves ${host} to CloudFront.`,
      proof,
      next: [
        `Write this record where the DNS of ${host} is hosted: ${proof.name} TXT "${proof.value}"`,
        ...releaseSteps(input, target),
      ],
    };
  }
  const blocked = yield* attempt(input, target, from.isOwn);
  if (blocked !== undefined) {
    return {...base, status: 'blocked', reason: blocked, proof, next: releaseSteps(input, target)};
  }
  const pointed = yield* point(input, target, zone);
  // It has proved what it was for.
  if (proof !== null && zone !== undefined) await removeRecords(aws, zone, [proof]);
  return {...base, ...pointed, status: 'moved', reason: null, proof};
}

const sourceText = ({id, account, kind, isOwn}: NonNullable<MovedAlias['from']>): string =>
  `${kind === 'distribution' ? 'distribution' : 'tenant'} ${id} of ${isOwn ? 'this account' : `account ${account}`}`;

async function findSource(
  aws: Aws,
  host: string,
  target: Distribution,
): Promise<NonNullable<MovedAlias['from']>> {
  const conflicts = await listDomainConflicts(aws, host, target.id);
  const exact = conflicts.find(({domain}) => domain === host);
  if (exact === undefined) {
    const wildcard = conflicts.find(({domain}) => domain.startsWith('*.'));
    const beside =
      wildcard === undefined ? '' : `; ${wildcard.domain} of ${wildcard.resourceId} covers it, and may stay`;
    throw new Failure(
      'usage',
      'ALIAS_FREE',
      `No distribution has ${host}${beside}: there is nothing to move.`,
      {
        hint: `Add it to ${target.id} as any alias: \`distribution.aliases\` in the config, then frontctl apply`,
      },
    );
  }
  const {kind, resourceId, accountId} = exact;
  const isOwn = isHiddenId(accountId, target.arn.split(':')[4] ?? '');
  const own = isOwn && kind === 'distribution' ? await ownId(aws, host, resourceId) : undefined;
  return {id: own ?? resourceId, account: accountId, kind, isOwn};
}

/** The whole id of a distribution of this account. */
async function ownId(aws: Aws, host: string, hidden: string): Promise<string | undefined> {
  for await (const {Id = '', Aliases} of listDistributions(aws)) {
    const has = (Aliases?.Items ?? []).some(alias => alias.toLowerCase() === host);
    if (has && isHiddenId(hidden, Id)) return Id;
  }
  return undefined;
}

/** `_www.example.com`, at an apex `_.example.com`. Developer guide, "Set up the target standard distribution". */
async function* prove(
  input: MoveAliasInput,
  target: Distribution,
  zone: Zone | undefined,
): Work<NonNullable<MovedAlias['proof']>> {
  const {aws, host, resolver, force} = input;
  const isApex = zone === undefined ? (await resolver.nameServers(host)).length > 0 : zone.name === host;
  const record = {name: `_${isApex ? '.' : ''}${host}`, type: 'TXT', value: target.domainName} as const;
  yield {type: 'step', id: 'proof', title: `Prove ${host} with ${record.name} TXT`};
  if (zone === undefined) {
    const inPlace = (await resolver.txt(record.name)).some(
      value => value.toLowerCase().replace(/\.$/, '') === record.value,
    );
    yield {type: 'done', id: 'proof', detail: inPlace ? 'in place' : 'missing'};
    return {...record, inPlace};
  }
  const change = await ensureRecords(aws, zone, [record], {force});
  // CloudFront asks the DNS: a record that only some servers know may be missed.
  if (change !== undefined) yield* waitInsync({...waitingOf(input), aws, changes: [change], step: 'proof'});
  yield {type: 'done', id: 'proof', detail: change === undefined ? 'in place' : 'written'};
  return {...record, inPlace: true};
}

const waitingOf = ({timeoutMs, sleep, now, signal, pace}: MoveAliasInput) => ({
  timeoutMs,
  sleep,
  now,
  signal,
  pace,
});

/** Answers why CloudFront did not move a domain of another account; undefined when it did. */
async function* attempt(
  {aws, host}: MoveAliasInput,
  target: Distribution,
  isOwn: boolean,
): Work<string | undefined> {
  yield {type: 'step', id: 'move', title: `Move ${host} to distribution ${target.id}`};
  try {
    await moveDomain(aws, host, target);
    yield {type: 'done', id: 'move', detail: 'moved'};
    return undefined;
  } catch (error) {
    const isRefusal =
      error instanceof Failure && ['MOVE_REFUSED', 'ACCESS_DENIED', 'ALIAS_TAKEN'].includes(error.code);
    if (isOwn || !isRefusal) throw error;
    yield {type: 'done', id: 'move', detail: 'refused'};
    return error.message;
  }
}

/** The ways that are left where another account has the name. */
function releaseSteps({aws, host, to}: MoveAliasInput, target: Distribution): readonly string[] {
  const again = `Then run this again: frontctl dns move ${host} --to ${to}${aws.commandFlags}`;
  const parent = host.replace(/^[^.]+\./, '');
  const wildcard =
    host.startsWith('*.') || parent.split('.').length < 2
      ? []
      : [
          `Or without downtime, if nobody else has *.${parent} and ${to} has a certificate for it: add the alias *.${parent} to ${to}, point DNS at ${target.domainName}, take ${host} off the other distribution, add it to ${to}.`,
        ];
  return [
    'In the other account, disable the distribution that has it: CloudFront moves a name away from a disabled one only.',
    again,
    ...wildcard,
    'Without access to the other account: AWS Support moves it once the TXT record is there.',
  ];
}

/** Waits for the edge, then leads DNS there. CloudFront's own names lead to the new place already, so they may be replaced. */
async function* point(
  input: MoveAliasInput,
  target: Distribution,
  zone: Zone | undefined,
): Work<Pick<MovedAlias, 'records' | 'next'>> {
  const {aws, host, to, wait, force} = input;
  const {pace, ...waiting} = waitingOf(input);
  if (wait) {
    yield {type: 'step', id: 'distribution', title: `Wait until distribution ${to} is deployed`};
    const delay = pace ?? deployPace(aws);
    yield* waitDeployed({...waiting, aws, id: to, delay});
    yield {type: 'done', id: 'distribution', detail: 'deployed'};
  }
  if (zone === undefined) {
    const next = `Point ${host} at ${target.domainName} where its DNS is hosted: frontctl dns alias ${host} --distribution ${to} --print`;
    return {records: [], next: [next]};
  }
  const prepared = await prepareAliases({
    aws,
    hosts: [host],
    named: zone.id,
    target: target.domainName,
    types: distributionTypes(target, input.types),
    isOurs: set => /\.cloudfront\.(?:net|cn)$/.test(targetOf(set) ?? ''),
    force,
  });
  const taken = takenFailure(prepared.conflicts);
  if (taken !== undefined) {
    yield {type: 'warning', message: taken.message};
    const next = `Once that may go: frontctl dns alias ${host} --distribution ${to} --force${aws.commandFlags}`;
    return {records: [], next: [next]};
  }
  const {records} = yield* sendAliases(prepared, {...waiting, pace, aws, wait});
  return {records, next: []};
}

/** Types of the alias records that lead to a distribution as it is, unless others are wished for. */
export const distributionTypes = (
  {config}: Distribution,
  wished: readonly AliasType[] | undefined,
): readonly AliasType[] => {
  const isHttp3 = config.HttpVersion?.includes('3') === true;
  return typesFor({isIpv6: config.IsIPV6Enabled === true, isHttp3}, wished);
};

/** A distribution takes minutes to reach all edges; the embedded cloud and emulators take moments. */
const deployPace = (aws: Aws) =>
  aws.isEndpointOverridden
    ? {firstMs: 50, factor: 1.5, maxMs: 1000}
    : {firstMs: 5000, factor: 1.5, maxMs: 20_000};
