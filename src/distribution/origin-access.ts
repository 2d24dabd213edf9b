import type {
  DistributionConfig,
  DistributionSummary,
  Origin,
  OriginAccessControlConfig,
  OriginAccessControlOriginTypes,
} from '@aws-sdk/client-cloudfront';
import {call, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {createNamed, listNamed} from './named/index.js';

const cloudfront = (operation: string, resource: string) =>
  ({service: 'cloudfront', operation, resource}) as const;

async function open(aws: Aws) {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  return {sdk, client};
}

export interface AccessControl {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** `s3`, `lambda`, `mediastore`, `mediapackagev2`. */
  readonly type: string;
  /** `always`, `never`, `no-override`. */
  readonly signing: string;
}

/** All origin access controls of the account, in CloudFront's order. */
export async function listAccessControls(aws: Aws): Promise<readonly AccessControl[]> {
  const found = await listNamed(aws, 'origin access control');
  return found.map(({id, name, config}) => {
    const {Description, SigningBehavior, OriginAccessControlOriginType} = config as OriginAccessControlConfig;
    return {
      id,
      name,
      description: Description ?? '',
      type: OriginAccessControlOriginType ?? '',
      signing: SigningBehavior ?? '',
    };
  });
}

export const originTypes = [
  's3',
  'lambda',
  'mediastore',
  'mediapackagev2',
] as const satisfies readonly OriginAccessControlOriginTypes[];
export type OriginType = (typeof originTypes)[number];

/**
 * The control of that name, made where there is none: always signing, SigV4. Failures: OAC_DIFFERS (exit 4) where one of
 * that name is of another type or does not always sign, QUOTA_EXCEEDED.
 */
export async function ensureAccessControl(
  aws: Aws,
  name: string,
  type: OriginType = 's3',
): Promise<AccessControl & {readonly created: boolean}> {
  const same = async () => (await listAccessControls(aws)).find(each => each.name === name);
  const found = await same();
  if (found !== undefined) return {...fitting(found, type), created: false};
  const description = 'Made by frontctl';
  try {
    const id = await createNamed(aws, 'origin access control', {
      Name: name,
      Description: description,
      OriginAccessControlOriginType: type,
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
    return {id, name, description, type, signing: 'always', created: true};
  } catch (error) {
    // Made by another run between the look and the call.
    const cause = error instanceof Failure ? error.cause : error;
    const isRaced = cause instanceof Error && cause.name === 'OriginAccessControlAlreadyExists';
    const raced = isRaced ? await same() : undefined;
    if (raced !== undefined) return {...fitting(raced, type), created: false};
    throw error;
  }
}

/** Failure OAC_DIFFERS (exit 4). */
function fitting(found: AccessControl, type: OriginType): AccessControl {
  if (found.type === type && found.signing === 'always') return found;
  const what = found.type === type ? `signs "${found.signing}"` : `is for ${found.type} origins`;
  throw new Failure(
    'conflict',
    'OAC_DIFFERS',
    `The origin access control ${found.name} (${found.id}) exists and ${what}.`,
    {hint: 'Choose another name.'},
  );
}

export interface OriginAccessIdentity {
  readonly id: string;
  readonly canonicalUserId: string;
  readonly comment: string;
}

/** All origin access identities (legacy) of the account. */
export async function listAccessIdentities(aws: Aws): Promise<readonly OriginAccessIdentity[]> {
  const {sdk, client} = await open(aws);
  const found: OriginAccessIdentity[] = [];
  let marker: string | undefined;
  do {
    const {CloudFrontOriginAccessIdentityList: page} = await call(
      cloudfront('ListCloudFrontOriginAccessIdentities', 'all origin access identities'),
      () => client.send(new sdk.ListCloudFrontOriginAccessIdentitiesCommand({Marker: marker, MaxItems: 100})),
    );
    for (const {Id = '', S3CanonicalUserId = '', Comment = ''} of page?.Items ?? [])
      found.push({id: Id, canonicalUserId: S3CanonicalUserId, comment: Comment});
    marker = page?.IsTruncated === true ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return found;
}

/** Deletes an identity; one that is gone already is no error. Failure CONFLICT (exit 4) while a distribution uses it. */
export async function deleteAccessIdentity(aws: Aws, id: string): Promise<void> {
  const {sdk, client} = await open(aws);
  const resource = `origin access identity ${id}`;
  try {
    const {ETag} = await client.send(new sdk.GetCloudFrontOriginAccessIdentityCommand({Id: id}));
    await client.send(new sdk.DeleteCloudFrontOriginAccessIdentityCommand({Id: id, IfMatch: ETag}));
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchCloudFrontOriginAccessIdentity') return;
    throw toFailure(error, cloudfront('DeleteCloudFrontOriginAccessIdentity', resource));
  }
}

/** Replaces the comment of an identity. */
export async function commentAccessIdentity(aws: Aws, id: string, comment: string): Promise<void> {
  const {sdk, client} = await open(aws);
  await call(cloudfront('UpdateCloudFrontOriginAccessIdentity', `origin access identity ${id}`), async () => {
    const {CloudFrontOriginAccessIdentity: found, ETag} = await client.send(
      new sdk.GetCloudFrontOriginAccessIdentityCommand({Id: id}),
    );
    const config = found?.CloudFrontOriginAccessIdentityConfig;
    await client.send(
      new sdk.UpdateCloudFrontOriginAccessIdentityCommand({
        Id: id,
        IfMatch: ETag,
        CloudFrontOriginAccessIdentityConfig: {
          CallerReference: config?.CallerReference,
          Comment: comment,
        },
      }),
    );
  });
}

const identityPrefix = 'origin-access-identity/cloudfront/';

/** Id of the identity through which an origin is read; undefined where there is none. */
export function identityOf({S3OriginConfig: s3}: Origin): string | undefined {
  const value = s3?.OriginAccessIdentity ?? '';
  return value === '' ? undefined : value.replace(identityPrefix, '');
}

/** Name of the bucket of an S3 origin; undefined for every other origin, website endpoints among them. */
export function bucketOf({DomainName: domain = '', S3OriginConfig: s3}: Origin): string | undefined {
  if (s3 === undefined) return undefined;
  return /^(.+?)\.s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?$/.exec(
    domain,
  )?.[1];
}

/** Key prefix that an origin shows, without slashes at its ends. */
export const prefixOf = ({OriginPath: path = ''}: Origin): string => path.replace(/^\/|\/$/g, '');

type Origins = Pick<DistributionConfig | DistributionSummary, 'Origins'>;

export const originsOf = ({Origins: origins}: Origins): readonly Origin[] => origins?.Items ?? [];

/** The config with a control, and without an identity, on these origins; everything else the very same values. */
export function withAccessControl(
  config: DistributionConfig,
  originIds: readonly string[],
  controlId: string,
): DistributionConfig {
  const items = originsOf(config).map(origin => {
    if (!originIds.includes(origin.Id ?? '')) return origin;
    return {
      ...origin,
      OriginAccessControlId: controlId,
      ...(origin.S3OriginConfig === undefined
        ? {}
        : {S3OriginConfig: {...origin.S3OriginConfig, OriginAccessIdentity: ''}}),
    };
  });
  return {...config, Origins: {Quantity: items.length, Items: items}};
}

/** Failure NO_SUCH_ORIGIN (exit 2) names the origins that there are. */
export function findOrigin(config: Origins, id: string, distributionId: string): Origin {
  const found = originsOf(config).find(origin => origin.Id === id);
  if (found !== undefined) return found;
  const ids = originsOf(config).map(origin => origin.Id ?? '');
  throw new Failure('usage', 'NO_SUCH_ORIGIN', `Distribution ${distributionId} has no origin "${id}".`, {
    hint: `Its origins are ${ids.join(', ')}.`,
  });
}
