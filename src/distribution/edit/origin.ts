import type {DistributionConfig, Origin} from '@aws-sdk/client-cloudfront';
import {headerName, headerValue, hostName, originPath} from '../../config/formats.js';
import {suggest} from '../../config/suggest.js';
import {Failure} from '../../failure.js';

/** What a custom header is to become; its value is a secret. */
export interface HeaderEdit {
  readonly name: string;
  readonly value: string;
}

/** What is left out stays as it is. */
export interface OriginEdit {
  readonly domain?: string | undefined;
  /** Begins with a slash, does not end with one; empty: none. */
  readonly path?: string | undefined;
  readonly protocol?: 'http-only' | 'https-only' | 'match-viewer' | undefined;
  readonly httpPort?: number | undefined;
  readonly httpsPort?: number | undefined;
  /** Seconds. */
  readonly readTimeout?: number | undefined;
  readonly keepaliveTimeout?: number | undefined;
  readonly connectionTimeout?: number | undefined;
  readonly attempts?: number | undefined;
  readonly headers: readonly HeaderEdit[];
  readonly removeHeaders: readonly string[];
}

/** `s3`: by the S3 REST API. */
export type OriginKind = 's3' | 'custom' | 'vpc';

export const originKind = ({S3OriginConfig: s3, VpcOriginConfig: vpc}: Origin): OriginKind =>
  s3 !== undefined ? 's3' : vpc !== undefined ? 'vpc' : 'custom';

/** Failure NO_SUCH_ORIGIN (exit 2) names those that there are. */
export function originById(config: Pick<DistributionConfig, 'Origins'>, id: string): Origin {
  const origins = config.Origins?.Items ?? [];
  const found = origins.find(each => each.Id === id);
  if (found !== undefined) return found;
  const ids = origins.map(each => each.Id ?? '');
  const near = suggest(id, ids);
  throw new Failure('usage', 'NO_SUCH_ORIGIN', `The distribution has no origin "${id}".`, {
    hint: near === undefined ? `Its origins are ${ids.join(', ')}.` : `Did you mean ${near}?`,
  });
}

const kindText = {s3: 'an S3 origin', custom: 'a custom origin', vpc: 'a VPC origin'} as const;

/** Failures NO_SUCH_ORIGIN, ORIGIN_FIELD (exit 2). */
export function withOrigin(config: DistributionConfig, id: string, edit: OriginEdit): DistributionConfig {
  const origin = originById(config, id);
  const kind = originKind(origin);
  checkFormats(edit);
  const {protocol, httpPort, httpsPort, keepaliveTimeout: keepalive, readTimeout} = edit;
  const refused = Object.entries({
    '--protocol': kind === 'custom' ? undefined : protocol,
    '--http-port': kind === 'custom' ? undefined : httpPort,
    '--https-port': kind === 'custom' ? undefined : httpsPort,
    '--keepalive-timeout': kind === 's3' ? keepalive : undefined,
  }).find(([, value]) => value !== undefined);
  if (refused !== undefined) {
    throw invalid(`Origin ${id} is ${kindText[kind]}, which has no ${refused[0]}.`, 'Leave that flag out.');
  }
  const headers = headersAfter(origin, edit);
  const {S3OriginConfig: s3, CustomOriginConfig: custom, VpcOriginConfig: vpc} = origin;
  const changed: Origin = {
    ...origin,
    ...given({
      DomainName: edit.domain,
      OriginPath: edit.path,
      ConnectionAttempts: edit.attempts,
      ConnectionTimeout: edit.connectionTimeout,
    }),
    ...(headers === undefined ? {} : {CustomHeaders: headers}),
    ...(s3 === undefined ? {} : {S3OriginConfig: {...s3, ...given({OriginReadTimeout: readTimeout})}}),
    ...(vpc === undefined
      ? {}
      : {
          VpcOriginConfig: {
            ...vpc,
            ...given({OriginReadTimeout: readTimeout, OriginKeepaliveTimeout: keepalive}),
          },
        }),
    ...(custom === undefined
      ? {}
      : {
          CustomOriginConfig: {
            ...custom,
            ...given({
              OriginProtocolPolicy: protocol,
              HTTPPort: httpPort,
              HTTPSPort: httpsPort,
              OriginReadTimeout: readTimeout,
              OriginKeepaliveTimeout: keepalive,
            }),
          },
        }),
  };
  return {
    ...config,
    Origins: {
      Quantity: config.Origins?.Quantity,
      Items: (config.Origins?.Items ?? []).map(each => (each === origin ? changed : each)),
    },
  };
}

/** Without the members that nobody wished for. */
function given<T extends object>(members: T): {[K in keyof T]: Exclude<T[K], undefined>} {
  const set = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as {[K in keyof T]: Exclude<T[K], undefined>};
}

const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

function headersAfter(origin: Origin, edit: OriginEdit): Origin['CustomHeaders'] {
  if (edit.headers.length + edit.removeHeaders.length === 0) return undefined;
  const before = origin.CustomHeaders?.Items ?? [];
  for (const name of edit.removeHeaders) {
    if (before.some(each => same(each.HeaderName, name))) continue;
    const names = before.map(each => each.HeaderName ?? '').join(', ');
    throw invalid(
      `Origin ${origin.Id ?? ''} gets no header ${name}.`,
      names === '' ? 'It gets none.' : `It gets ${names}.`,
    );
  }
  const kept = before
    .filter(each => !edit.removeHeaders.some(name => same(each.HeaderName, name)))
    .map(each => {
      const set = edit.headers.find(({name}) => same(each.HeaderName, name));
      return set === undefined ? each : {HeaderName: each.HeaderName, HeaderValue: set.value};
    });
  const added = edit.headers
    .filter(({name}) => !before.some(each => same(each.HeaderName, name)))
    .map(({name, value}) => ({HeaderName: name, HeaderValue: value}));
  const items = [...kept, ...added];
  return {Quantity: items.length, ...(items.length === 0 ? {} : {Items: items})};
}

const invalid = (message: string, hint: string): Failure =>
  new Failure('usage', 'ORIGIN_FIELD', message, {hint});

/** Developer Guide, "All distribution settings reference", origin settings. */
function checkFormats({domain, path, attempts, connectionTimeout, headers}: OriginEdit): void {
  if (domain !== undefined && !hostName.test(domain)) {
    throw invalid(
      `"${domain}" is not a host name.`,
      'Write it without scheme, port and path: api.example.com.',
    );
  }
  if (path !== undefined && !originPath.test(path)) {
    throw invalid(
      `"${path}" is not an origin path.`,
      'It begins with a slash and does not end with one: /v2.',
    );
  }
  if (attempts !== undefined && (attempts < 1 || attempts > 3)) {
    throw invalid('CloudFront connects to an origin 1 to 3 times.', 'Write --attempts 1, 2 or 3.');
  }
  if (connectionTimeout !== undefined && (connectionTimeout < 1 || connectionTimeout > 10)) {
    throw invalid('A connection times out after 1 to 10 seconds.', 'Write --connection-timeout 1 to 10.');
  }
  for (const {name, value} of headers) {
    if (!headerName.test(name))
      throw invalid(`"${name}" is not the name of a header.`, 'Write it like X-Secret.');
    // The value is repeated nowhere.
    if (!headerValue.test(value) || value.length > 1783) {
      throw invalid(
        `The value for the header ${name} is empty, longer than 1,783 characters or not printable ASCII.`,
        'Look at what the variable or the file holds, a newline inside it too.',
      );
    }
  }
}
