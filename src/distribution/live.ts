import type {DistributionConfig, DistributionSummary} from '@aws-sdk/client-cloudfront';
import {
  call,
  mapConcurrent,
  toFailure,
  waitFor,
  type Aws,
  type Poll,
  type WaitOptions,
} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {isBucketDomain} from './s3-origin.js';

export interface Distribution {
  readonly id: string;
  readonly arn: string;
  /** `d111111abcdef8.cloudfront.net` */
  readonly domainName: string;
  /** `InProgress` or `Deployed`. */
  readonly status: string;
  /** For If-Match; undefined where it came from a listing. */
  readonly etag: string | undefined;
  readonly config: DistributionConfig;
}

async function open(aws: Aws) {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  return {sdk, client};
}

const cloudfront = (operation: string, resource: string) =>
  ({service: 'cloudfront', operation, resource}) as const;

/** The distribution, its whole config and its ETag. Failure NO_SUCH_DISTRIBUTION (exit 2). */
export async function readDistribution(aws: Aws, id: string): Promise<Distribution> {
  const {sdk, client} = await open(aws);
  try {
    const {Distribution: found, ETag} = await client.send(new sdk.GetDistributionCommand({Id: id}));
    return {
      id,
      arn: found?.ARN ?? '',
      domainName: found?.DomainName ?? '',
      status: found?.Status ?? '',
      etag: ETag,
      config: found?.DistributionConfig ?? ({} as DistributionConfig),
    };
  } catch (error) {
    throw toFailure(error, cloudfront('GetDistribution', `distribution ${id}`));
  }
}

/** Every distribution of the account, page by page, in CloudFront's order. */
export async function* listDistributions(aws: Aws): AsyncGenerator<DistributionSummary, void, void> {
  const {sdk, client} = await open(aws);
  let marker: string | undefined;
  do {
    const {DistributionList: page} = await call(cloudfront('ListDistributions', 'all distributions'), () =>
      client.send(new sdk.ListDistributionsCommand({Marker: marker, MaxItems: 100})),
    );
    yield* page?.Items ?? [];
    marker = page?.IsTruncated ? page.NextMarker : undefined;
  } while (marker !== undefined);
}

/** The distribution that answers for `host`: its own domain name or an alias, else the closest wildcard alias, which has every level below it. */
export async function findByAlias(aws: Aws, host: string): Promise<Distribution | undefined> {
  const wanted = host.toLowerCase();
  let closest: {readonly alias: string; readonly id: string | undefined} | undefined;
  for await (const summary of listDistributions(aws)) {
    const names = [summary.DomainName ?? '', ...(summary.Aliases?.Items ?? [])].map(name =>
      name.toLowerCase(),
    );
    if (names.includes(wanted)) return readDistribution(aws, summary.Id ?? '');
    for (const alias of names) {
      const isWildcard = alias.startsWith('*.') && wanted.endsWith(alias.slice(1));
      if (isWildcard && alias.length > (closest?.alias.length ?? 0)) closest = {alias, id: summary.Id};
    }
  }
  return closest?.id === undefined ? undefined : readDistribution(aws, closest.id);
}

export const siteTag = 'frontctl:site';

/**
 * The distribution tagged `frontctl:site=<name>`. Tags take a call for each distribution, so where the bucket is known
 * only those with an origin in it are asked. Failure AMBIGUOUS_SITE when two carry the tag.
 */
export async function findByTag(aws: Aws, name: string, bucket?: string): Promise<Distribution | undefined> {
  const tagged = await taggedIds(aws, {key: siteTag, value: name}, bucket);
  const [only, other] = tagged;
  if (only !== undefined && other !== undefined) {
    throw new Failure(
      'conflict',
      'AMBIGUOUS_SITE',
      `Distributions ${tagged.join(' and ')} both carry the tag ${siteTag}=${name}.`,
      {hint: 'Name one of them as distribution.id.'},
    );
  }
  return only === undefined ? undefined : readDistribution(aws, only);
}

/** Ids of the distributions that carry a tag, sorted; with `bucket`, only of those with an origin in it. One call for each of them. */
export async function taggedIds(
  aws: Aws,
  tag: {readonly key: string; readonly value: string},
  bucket?: string,
): Promise<readonly string[]> {
  const candidates: DistributionSummary[] = [];
  for await (const summary of listDistributions(aws)) {
    const origins = summary.Origins?.Items ?? [];
    const mayBe =
      bucket === undefined || origins.some(origin => isBucketDomain(origin.DomainName ?? '', bucket));
    if (mayBe) candidates.push(summary);
  }
  const tagged: string[] = [];
  const read = async (summary: DistributionSummary) => {
    const tags = await readTags(aws, summary.ARN ?? '');
    return tags[tag.key] === tag.value ? summary.Id : undefined;
  };
  for await (const id of mapConcurrent(candidates, 8, read)) if (id !== undefined) tagged.push(id);
  return tagged.sort();
}

/** A distribution tenant and the multi-tenant distribution that it belongs to. */
export interface Tenant {
  readonly id: string;
  readonly distributionId: string;
  readonly domains: readonly string[];
}

/** Failure NO_SUCH_TENANT (exit 2). */
export async function readTenant(aws: Aws, id: string): Promise<Tenant> {
  const {sdk, client} = await open(aws);
  try {
    const {DistributionTenant: found} = await client.send(
      new sdk.GetDistributionTenantCommand({Identifier: id}),
    );
    return {
      id: found?.Id ?? id,
      distributionId: found?.DistributionId ?? '',
      domains: found?.Domains?.map(({Domain}) => Domain ?? '') ?? [],
    };
  } catch (error) {
    const resource = `distribution tenant ${id}`;
    if (error instanceof Error && error.name === 'EntityNotFound') {
      throw new Failure('usage', 'NO_SUCH_TENANT', `There is no ${resource} in this account.`, {
        hint: 'Check the id (`dt_...`) and the account (--profile).',
        cause: error,
      });
    }
    throw toFailure(error, cloudfront('GetDistributionTenant', resource));
  }
}

/** Tags of a distribution. */
export async function readTags(aws: Aws, arn: string): Promise<Readonly<Record<string, string>>> {
  const {sdk, client} = await open(aws);
  const {Tags} = await call(cloudfront('ListTagsForResource', arn), () =>
    client.send(new sdk.ListTagsForResourceCommand({Resource: arn})),
  );
  return Object.fromEntries((Tags?.Items ?? []).map(({Key = '', Value = ''}) => [Key, Value]));
}

/** Sets tags and takes others away; all that are not named stay. */
export async function changeTags(
  aws: Aws,
  arn: string,
  set: Readonly<Record<string, string>>,
  remove: readonly string[] = [],
): Promise<void> {
  const {sdk, client} = await open(aws);
  const Items = Object.entries(set).map(([Key, Value]) => ({Key, Value}));
  if (Items.length > 0) {
    await call(cloudfront('TagResource', arn), () =>
      client.send(new sdk.TagResourceCommand({Resource: arn, Tags: {Items}})),
    );
  }
  if (remove.length > 0) {
    await call(cloudfront('UntagResource', arn), () =>
      client.send(new sdk.UntagResourceCommand({Resource: arn, TagKeys: {Items: [...remove]}})),
    );
  }
}

/** The site's own distribution, wherever its origins are: those in its bucket are asked for their tags first. */
export async function findSiteDistribution(
  aws: Aws,
  name: string,
  bucket: string | undefined,
): Promise<Distribution | undefined> {
  const near = bucket === undefined ? undefined : await findByTag(aws, name, bucket);
  return near ?? findByTag(aws, name);
}

/** Creates it with its tags in one call, so that a crash right after it leaves a distribution that is found again. */
export async function createDistribution(
  aws: Aws,
  config: DistributionConfig,
  tags: Readonly<Record<string, string>>,
): Promise<Distribution> {
  const {sdk, client} = await open(aws);
  const items = Object.entries(tags).map(([Key, Value]) => ({Key, Value}));
  const {Distribution: made, ETag} = await call(
    cloudfront(
      'CreateDistribution',
      `a distribution for ${config.Origins?.Items?.[0]?.DomainName ?? 'the site'}`,
    ),
    () =>
      client.send(
        new sdk.CreateDistributionWithTagsCommand({
          DistributionConfigWithTags: {DistributionConfig: config, Tags: {Items: items}},
        }),
      ),
  );
  return {
    id: made?.Id ?? '',
    arn: made?.ARN ?? '',
    domainName: made?.DomainName ?? '',
    status: made?.Status ?? 'InProgress',
    etag: ETag,
    config: made?.DistributionConfig ?? config,
  };
}

export interface WaitDeployedOptions extends Pick<
  WaitOptions<never>,
  'timeoutMs' | 'delay' | 'sleep' | 'now' | 'signal' | 'resumeHint'
> {
  readonly aws: Aws;
  readonly id: string;
}

/** Minutes on AWS. Failure WAIT_TIMEOUT (exit 5), NO_SUCH_DISTRIBUTION. */
export async function* waitDeployed(options: WaitDeployedOptions): Work<void> {
  const {aws, id, ...rest} = options;
  const poll = async (): Promise<Poll<undefined>> => {
    const {status} = await readDistribution(aws, id);
    return status === 'Deployed' ? {done: true, value: undefined} : {done: false, status};
  };
  yield* waitFor({...rest, poll, id: 'distribution', subject: `distribution ${id}`});
}
