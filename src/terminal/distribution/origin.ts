/** `frontctl origin set` and `origin list`. */
import {
  originById,
  originKind,
  withOrigin,
  type Distribution,
  type OriginEdit,
} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import type {Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {changeDistribution, terminalOf, type Changed, type ChangeRequest, type MakeEdit} from './change.js';
import {hostsOf} from './edits.js';
import {findOne, type OneFlags} from './one.js';
import {headerValues, parseHeader} from './secret.js';

export interface OriginRequest extends ChangeRequest, Omit<OriginEdit, 'headers'> {
  readonly origin: string;
  /** `Name=env:VARIABLE` or `Name=-`. */
  readonly headers: readonly string[];
}

/** Failures: those of `withOrigin`, `parseHeader`, `headerValues` and `changeDistribution`. */
export async function setOrigin(
  session: Session,
  request: OriginRequest,
  env: NodeJS.ProcessEnv = process.env,
  terminal: Terminal = terminalOf(),
): Promise<Changed> {
  const {origin, headers: written, removeHeaders} = request;
  const headers = await headerValues(written.map(parseHeader), env, session.signal);
  const edit: OriginEdit = {...request, headers, removeHeaders};
  const fields = {
    domain: edit.domain,
    path: edit.path,
    protocol: edit.protocol,
    'HTTP port': edit.httpPort,
    'HTTPS port': edit.httpsPort,
    'read timeout': edit.readTimeout,
    'keep-alive timeout': edit.keepaliveTimeout,
    'connection timeout': edit.connectionTimeout,
    attempts: edit.attempts,
    headers: headers.length + removeHeaders.length === 0 ? undefined : headers,
  };
  const set = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (set.length === 0) {
    throw new Failure('usage', 'USAGE', 'There is nothing to change.', {
      hint: 'See --help for what an origin has.',
    });
  }
  const moves = [edit.domain, edit.path, edit.protocol].some(value => value !== undefined);
  const make: MakeEdit = live => ({
    reason: `origin ${origin}: ${set.join(', ')}`,
    config: withOrigin(live.config, origin, edit),
    ...(moves
      ? {
          impact: `What ${hostsOf(live)} does not hold in its caches comes from ${edit.domain ?? originById(live.config, origin).DomainName ?? ''} in the new way. What they hold stays until it expires or is invalidated.`,
          asked: {
            question: `Change origin ${origin}`,
            refusal: `Changing where ${live.id} fetches from asks first`,
          },
        }
      : {}),
  });
  return changeDistribution(session, request, make, terminal);
}

/** What a list tells of an origin. */
export interface ListedOrigin {
  readonly id: string;
  readonly domainName: string;
  readonly path: string;
  readonly kind: 's3' | 'custom' | 'vpc';
  /** Names of the headers that it is sent; their values are hidden. */
  readonly headers: readonly string[];
  /** Seconds; undefined: CloudFront's default. */
  readonly readTimeout: number | undefined;
  readonly connectionTimeout: number | undefined;
  readonly attempts: number | undefined;
  readonly protocol: string | undefined;
  /** Behaviors that fetch from it, by path pattern; `*` is the default one. */
  readonly behaviors: readonly string[];
}

/** The `--json` result of `origin list`. */
export interface OriginList {
  readonly distributionId: string;
  readonly origins: readonly ListedOrigin[];
}

export async function listOrigins(session: Session, flags: OneFlags): Promise<OriginList> {
  const live = await findOne(session, flags);
  return {distributionId: live.id, origins: originsOf(live)};
}

function originsOf({config}: Distribution): readonly ListedOrigin[] {
  const groups = config.OriginGroups?.Items ?? [];
  const behaviors = [
    ...(config.CacheBehaviors?.Items ?? []).map(
      each => [each.TargetOriginId ?? '', each.PathPattern ?? ''] as const,
    ),
    [config.DefaultCacheBehavior?.TargetOriginId ?? '', '*'] as const,
  ];
  return (config.Origins?.Items ?? []).map(origin => {
    const id = origin.Id ?? '';
    // A behavior may name a group that the origin is in.
    const targets = groups
      .filter(group => group.Members?.Items?.some(member => member.OriginId === id) === true)
      .map(group => group.Id ?? '');
    const {CustomOriginConfig: custom, S3OriginConfig: s3, VpcOriginConfig: vpc} = origin;
    return {
      id,
      domainName: origin.DomainName ?? '',
      path: origin.OriginPath ?? '',
      kind: originKind(origin),
      headers: (origin.CustomHeaders?.Items ?? []).map(each => each.HeaderName ?? ''),
      readTimeout: (custom ?? vpc ?? s3)?.OriginReadTimeout,
      connectionTimeout: origin.ConnectionTimeout,
      attempts: origin.ConnectionAttempts,
      protocol: custom?.OriginProtocolPolicy,
      behaviors: behaviors
        .filter(([target]) => target === id || targets.includes(target))
        .map(([, pattern]) => pattern),
    };
  });
}
