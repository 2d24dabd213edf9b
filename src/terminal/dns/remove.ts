/** `frontctl dns remove`. */
import {plainName, prepareRemoval, recordText, sendRemoval, type SentChange} from '../../dns/index.js';
import {confirm, type Terminal} from '../confirm.js';
import {count} from '../format.js';
import type {Session} from '../session.js';
import {viewerResolver} from './alias.js';
import {findDnsTarget, type DnsRequest} from './target.js';
import {planLines} from './text.js';

export interface RemoveRequest extends DnsRequest {
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  readonly unattended: boolean;
}

export interface RemovedRecord {
  readonly name: string;
  readonly type: string;
  /** Where it leads. */
  readonly target: string;
  /** `kept`: it leads elsewhere. `remove`: under --dry-run. */
  readonly status: 'removed' | 'remove' | 'kept';
}

/** The `--json` result of `dns remove`. */
export interface RemoveResult {
  readonly distributionId: string;
  readonly dryRun?: true;
  readonly records: readonly RemovedRecord[];
  readonly changes: readonly SentChange[];
}

/** Failures: those of `findDnsTarget`, `prepareRemoval`, `sendRemoval`; CONFIRMATION_NEEDED (exit 2). */
export async function removeHosts(
  session: Session,
  request: RemoveRequest,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<RemoveResult> {
  const target = await findDnsTarget(session, request, true);
  const {aws, hosts, named, distribution} = target;
  const distributionId = distribution.id;
  const {domainName} = distribution;
  const prepared = await prepareRemoval({
    aws,
    hosts,
    named,
    target: domainName,
    resolver: viewerResolver(target),
  });
  const gone = prepared.parts.flatMap(({changes}) => changes.map(({set}) => set));
  const recordsAs = (status: 'removed' | 'remove'): readonly RemovedRecord[] => [
    ...gone.map(({Name = '', Type = ''}) => ({
      name: plainName(Name),
      type: Type,
      target: domainName,
      status,
    })),
    ...prepared.kept.map(set => ({
      name: set.name,
      type: set.type,
      target: recordText(set).slice(set.type.length + 1),
      status: 'kept' as const,
    })),
  ];
  if (request.dryRun) return {distributionId, dryRun: true, records: recordsAs('remove'), changes: []};
  if (gone.length > 0) {
    const {yes, unattended} = request;
    const lines = recordsAs('remove').map(record => ({...record, reason: ''}));
    await confirm(
      {
        text: planLines(lines),
        question: `Remove ${count(gone.length, 'record')}`,
        refusal: `Removing ${count(gone.length, 'record')} asks first`,
        declined: 'Nothing was changed.',
        yes,
        unattended,
        signal: session.signal,
      },
      terminal,
    );
  }
  const {wait, timeoutMs} = request;
  const changes = await session.follow(sendRemoval(prepared, {aws, wait, timeoutMs, signal: session.signal}));
  return {distributionId, records: recordsAs('removed'), changes};
}
