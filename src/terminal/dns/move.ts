/** `frontctl dns move`. */
import {hostName} from '../../dns/index.js';
import {moveAlias, type MovedAlias} from '../../stack/index.js';
import {confirm, type Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {viewerResolver} from './alias.js';
import {findDnsTarget, type DnsRequest} from './target.js';

export interface MoveRequest extends Omit<DnsRequest, 'hosts' | 'distribution'> {
  readonly host: string;
  readonly to: string;
  readonly force: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  readonly unattended: boolean;
}

/** Failures: those of `findDnsTarget` and `moveAlias`; CONFIRMATION_NEEDED (exit 2), INTERRUPTED (exit 130). */
export async function moveHost(
  session: Session,
  request: MoveRequest,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<MovedAlias> {
  const host = hostName(request.host);
  const target = await findDnsTarget(session, {...request, hosts: [host], distribution: request.to}, true);
  const {aws, config, named, distribution} = target;
  const {force, wait, timeoutMs, yes, unattended} = request;
  const {signal} = session;
  const aliases = distribution.config.Aliases?.Items ?? [];
  if (!aliases.some(alias => alias.toLowerCase() === host)) {
    await confirm(
      {
        text: `${host} will be served by distribution ${distribution.id} (${distribution.domainName}), and taken from the one that has it now.`,
        question: 'Move it',
        refusal: `Moving ${host} to another distribution asks first`,
        declined: 'Nothing was changed.',
        yes,
        unattended,
        signal,
      },
      terminal,
    );
  }
  return session.follow(
    moveAlias({
      aws,
      host,
      to: distribution.id,
      provider: config.dns?.provider ?? 'route53',
      zone: named,
      types: config.dns?.types,
      force,
      wait,
      timeoutMs,
      signal,
      resolver: viewerResolver(target),
    }),
  );
}
