/** Former configs of a distribution, kept for undo: what is kept, and how one comes back. */
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {Failure} from '../failure.js';

/** A config as it was before a change. */
export interface KeptConfig {
  readonly version: 1;
  readonly distributionId: string;
  /** ISO 8601: when it was replaced. */
  readonly takenAt: string;
  readonly etag: string;
  /** The change that replaced it: `geo block RU`. */
  readonly before: string;
  /** Headers to origins, as `origin/Header`, whose value that change replaced. */
  readonly replacedHeaders: readonly string[];
  /** Without the values of headers to origins. */
  readonly config: DistributionConfig;
}

/** At most so many are kept of one distribution; the oldest go. */
export const mostKept = 20;

/** `20261129T074309123Z-E2QWRUHAPOMQZL.json`: in the order of time, and a file name everywhere. */
export function keptName({takenAt, etag}: Pick<KeptConfig, 'takenAt' | 'etag'>): string {
  return `${takenAt.replace(/[-:.]/g, '')}-${etag.replace(/[^\w-]/g, '')}.json`;
}

/** What is written down is not what was kept for someone else or by a later frontctl. */
export function parseKept(text: string, distributionId: string): KeptConfig | undefined {
  try {
    const kept: unknown = JSON.parse(text);
    return isKept(kept) && kept.distributionId === distributionId ? kept : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is KeptConfig {
  if (typeof value !== 'object' || value === null) return false;
  const {version, distributionId, takenAt, etag, before, replacedHeaders, config} = value as Partial<
    Record<keyof KeptConfig, unknown>
  >;
  return (
    version === 1 &&
    [distributionId, takenAt, etag, before].every(each => typeof each === 'string') &&
    Array.isArray(replacedHeaders) &&
    typeof config === 'object' &&
    config !== null
  );
}

/** Values of headers to origins often are secrets: they stay in CloudFront alone. */
export function withoutHeaderValues(config: DistributionConfig): DistributionConfig {
  return mapHeaders(config, (_origin, name) => ({HeaderName: name, HeaderValue: ''}));
}

const keyOf = (origin: string | undefined, header: string | undefined): string =>
  `${origin ?? ''}/${(header ?? '').toLowerCase()}`;

function headerValues({Origins: origins}: DistributionConfig): ReadonlyMap<string, string> {
  return new Map(
    (origins?.Items ?? []).flatMap(({Id, CustomHeaders: headers}) =>
      (headers?.Items ?? []).map(each => [keyOf(Id, each.HeaderName), each.HeaderValue ?? ''] as const),
    ),
  );
}

/** Those of `before` that are not in `after` with the same value, as `origin/Header`. */
export function replacedHeaders(before: DistributionConfig, after: DistributionConfig): readonly string[] {
  const values = headerValues(after);
  return (before.Origins?.Items ?? []).flatMap(({Id, CustomHeaders: headers}) =>
    (headers?.Items ?? [])
      .filter(each => values.get(keyOf(Id, each.HeaderName)) !== each.HeaderValue)
      .map(each => `${Id ?? ''}/${each.HeaderName ?? ''}`),
  );
}

/**
 * The kept config with the values that the live one gives the same headers of the same origins, and its CallerReference,
 * which never changes. Failure HEADER_VALUE_GONE (exit 2) where the live one has no such header: its value is nowhere.
 */
export function withLiveHeaderValues(kept: DistributionConfig, live: DistributionConfig): DistributionConfig {
  const values = headerValues(live);
  const restored = mapHeaders(kept, (origin, name) => {
    const value = values.get(keyOf(origin, name));
    if (value !== undefined) return {HeaderName: name, HeaderValue: value};
    throw new Failure(
      'usage',
      'HEADER_VALUE_GONE',
      `The value of the header ${name} to origin ${origin} was not kept, and the distribution does not have it any more.`,
      {
        hint: `Set the header first, then undo: frontctl origin set ${origin} --header '${name}=env:NAME' (an origin that is gone comes back with \`distribution update --set 'origins[new]={...}'\`).`,
      },
    );
  });
  return {...restored, CallerReference: live.CallerReference};
}

function mapHeaders(
  config: DistributionConfig,
  change: (origin: string, name: string) => {HeaderName: string; HeaderValue: string},
): DistributionConfig {
  const {Origins: origins} = config;
  if (origins?.Items === undefined) return config;
  const items = origins.Items.map(origin => {
    const headers = origin.CustomHeaders;
    if (headers?.Items === undefined) return origin;
    const changed = headers.Items.map(each => change(origin.Id ?? '', each.HeaderName ?? ''));
    return {...origin, CustomHeaders: {...headers, Items: changed}};
  });
  return {...config, Origins: {...origins, Items: items}};
}
