/** `frontctl dns alias`. */
import {
  prepareAliases,
  recordsToPaste,
  sendAliases,
  systemResolver,
  takenFailure,
  zoneResolver,
  type PreparedAliases,
  type RecordToPaste,
  type Resolver,
  type SentAliases,
} from '../../dns/index.js';
import {confirm, type Terminal} from '../confirm.js';
import {count} from '../format.js';
import type {Session} from '../session.js';
import {findDnsTarget, type DnsRequest, type DnsTarget} from './target.js';
import {planLines} from './text.js';

export interface AliasRequest extends DnsRequest {
  readonly force: boolean;
  readonly print: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  readonly quiet: boolean;
  readonly unattended: boolean;
}

/** The `--json` result of `dns alias`. */
export type AliasResult =
  | (SentAliases & {readonly distributionId: string})
  | {readonly distributionId: string; readonly dryRun: true; readonly records: readonly PlannedLine[]}
  | {readonly distributionId: string; readonly paste: true; readonly records: readonly PasteLine[]};

export interface PlannedLine {
  readonly name: string;
  readonly type: string;
  readonly target: string;
  /** `conflict`: stays until --force. */
  readonly status: 'create' | 'replace' | 'unchanged' | 'conflict';
  readonly reason: string;
}

export interface PasteLine extends RecordToPaste {
  /** As DNS answers now. */
  readonly status: 'missing' | 'unchanged' | 'unknown';
}

/** DNS as the viewers of this cloud have it. */
export const viewerResolver = ({aws}: Pick<DnsTarget, 'aws'>): Resolver =>
  aws.isEndpointOverridden ? zoneResolver(aws) : systemResolver();

/**
 * Failures: those of `findDnsTarget`, `prepareAliases`, `sendAliases`; RECORD_TAKEN (exit 4); CONFIRMATION_NEEDED (exit 2)
 * where --force would replace records and nobody is there to agree.
 */
export async function aliasHosts(
  session: Session,
  request: AliasRequest,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<AliasResult> {
  const target = await findDnsTarget(session, request);
  const {aws, hosts, types, named, distribution} = target;
  const distributionId = distribution.id;
  if (request.print || target.config.dns?.provider === 'none') {
    return {distributionId, paste: true, records: await pasteLines(target)};
  }
  const prepared = await prepareAliases({
    aws,
    hosts,
    types,
    named,
    target: distribution.domainName,
    resolver: viewerResolver(target),
    force: request.force,
  });
  const records = plannedLines(prepared, distribution.domainName);
  if (request.dryRun) return {distributionId, dryRun: true, records};
  const taken = takenFailure(prepared.conflicts);
  if (taken !== undefined) throw taken;
  await agree(records, request, session.signal, terminal);
  const {wait, timeoutMs} = request;
  const sent = await session.follow(sendAliases(prepared, {aws, wait, timeoutMs, signal: session.signal}));
  return {distributionId, ...sent};
}

export const plannedLines = ({parts}: PreparedAliases, target: string): readonly PlannedLine[] =>
  parts.flatMap(({plan}) => [
    ...plan.records.map(({name, type, action, reason}): PlannedLine => ({
      name,
      type,
      target,
      status: action === 'none' ? 'unchanged' : action,
      reason,
    })),
    ...plan.conflicts.map(({name, type, found}): PlannedLine => ({
      name,
      type,
      target,
      status: 'conflict',
      reason: `is ${found}`,
    })),
  ]);

/** Shows what is about to change; records of others are replaced only after a yes. */
async function agree(
  records: readonly PlannedLine[],
  {yes, quiet, unattended}: AliasRequest,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<void> {
  const changed = records.filter(({status}) => status !== 'unchanged');
  const replaced = changed.filter(({status}) => status === 'replace');
  if (changed.length === 0) return;
  if (replaced.length === 0) {
    if (!quiet && !unattended) terminal.output.write(`${planLines(changed)}\n`);
    return;
  }
  await confirm(
    {
      text: planLines(changed),
      question: `Replace ${count(replaced.length, 'record')}`,
      refusal: `Replacing ${count(replaced.length, 'record')} asks first`,
      declined: 'Nothing was changed.',
      yes,
      unattended,
      signal,
    },
    terminal,
  );
}

async function pasteLines(target: DnsTarget): Promise<readonly PasteLine[]> {
  const {hosts, distribution} = target;
  const resolver = viewerResolver(target);
  const found = await Promise.all(hosts.map(host => lookUp(resolver, host)));
  const apexes = new Set(found.filter(({isApex}) => isApex).map(({host}) => host));
  const records = recordsToPaste(hosts, distribution.domainName, host => apexes.has(host));
  return records.map((record, index): PasteLine => {
    const cname = found[index]?.cname;
    return {
      ...record,
      status: cname === undefined ? 'unknown' : cname === record.target ? 'unchanged' : 'missing',
    };
  });
}

/** `cname`: '' where there is none; undefined where DNS cannot be asked, or flattens it away. */
async function lookUp(resolver: Resolver, host: string) {
  try {
    const [servers, cname] = await Promise.all([resolver.nameServers(host), resolver.cname(host)]);
    const isApex = servers.length > 0;
    return {host, isApex, cname: isApex ? cname : (cname ?? '')};
  } catch {
    // Without an answer, two labels are the best guess.
    return {host, isApex: host.split('.').length === 2, cname: undefined};
  }
}
