import type {Invalidation, InvalidationList} from '@aws-sdk/client-cloudfront';
import type {Aws, CallSubject} from '../aws/index.js';
import type {Owner} from './types.js';

export interface BatchBody {
  readonly reference: string;
  readonly items: readonly string[];
}

/** CreateInvalidation, GetInvalidation and ListInvalidations of a distribution, or their namesakes of a tenant. Errors are the SDK's. */
export interface InvalidationApi {
  create(body: BatchBody, signal?: AbortSignal): Promise<Invalidation | undefined>;
  get(id: string, signal?: AbortSignal): Promise<Invalidation | undefined>;
  /** One page, newest first. */
  list(
    marker: string | undefined,
    maxItems: number,
    signal?: AbortSignal,
  ): Promise<InvalidationList | undefined>;
  readonly subjects: {
    readonly create: CallSubject;
    readonly get: (id: string) => CallSubject;
    readonly list: CallSubject;
  };
}

export const ownerText = ({distributionId, tenantId}: Owner): string =>
  tenantId === undefined ? `distribution ${distributionId}` : `distribution tenant ${tenantId}`;

/** The flags that lead `frontctl invalidation` to the same cache, each after a space. */
export const ownerFlags = ({distributionId, tenantId}: Owner): string =>
  ` --distribution ${distributionId}${tenantId === undefined ? '' : ` --tenant ${tenantId}`}`;

const toBatch = ({reference, items}: BatchBody) => ({
  CallerReference: reference,
  Paths: {Quantity: items.length, Items: [...items]},
});

function subjectsOf(owner: Owner): InvalidationApi['subjects'] {
  const resource = ownerText(owner);
  const suffix = owner.tenantId === undefined ? '' : 'ForDistributionTenant';
  const subject = (operation: string, of: string): CallSubject => ({
    service: 'cloudfront',
    operation: operation + suffix,
    resource: of,
  });
  return {
    create: subject('CreateInvalidation', resource),
    get: id => subject('GetInvalidation', `invalidation ${id} of ${resource}`),
    list: subject('ListInvalidations', resource),
  };
}

export async function invalidationApi(aws: Aws, owner: Owner): Promise<InvalidationApi> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const subjects = subjectsOf(owner);
  const {distributionId, tenantId} = owner;
  if (tenantId !== undefined) {
    return {
      subjects,
      create: async (body, abortSignal) => {
        const command = new sdk.CreateInvalidationForDistributionTenantCommand({
          Id: tenantId,
          InvalidationBatch: toBatch(body),
        });
        return (await client.send(command, {abortSignal})).Invalidation;
      },
      get: async (id, abortSignal) => {
        const command = new sdk.GetInvalidationForDistributionTenantCommand({
          DistributionTenantId: tenantId,
          Id: id,
        });
        return (await client.send(command, {abortSignal})).Invalidation;
      },
      list: async (marker, maxItems, abortSignal) => {
        const command = new sdk.ListInvalidationsForDistributionTenantCommand({
          Id: tenantId,
          Marker: marker,
          MaxItems: maxItems,
        });
        return (await client.send(command, {abortSignal})).InvalidationList;
      },
    };
  }
  return {
    subjects,
    create: async (body, abortSignal) => {
      const command = new sdk.CreateInvalidationCommand({
        DistributionId: distributionId,
        InvalidationBatch: toBatch(body),
      });
      return (await client.send(command, {abortSignal})).Invalidation;
    },
    get: async (id, abortSignal) => {
      const command = new sdk.GetInvalidationCommand({DistributionId: distributionId, Id: id});
      return (await client.send(command, {abortSignal})).Invalidation;
    },
    list: async (marker, maxItems, abortSignal) => {
      const command = new sdk.ListInvalidationsCommand({
        DistributionId: distributionId,
        Marker: marker,
        MaxItems: maxItems,
      });
      return (await client.send(command, {abortSignal})).InvalidationList;
    },
  };
}

/** CloudFront says `Completed`; moto says `COMPLETED`. */
export const statusOf = (status: string | undefined): string =>
  status?.toLowerCase() === 'completed' ? 'Completed' : (status ?? 'InProgress');

export const itemsOf = (invalidation: Invalidation | undefined): readonly string[] =>
  invalidation?.InvalidationBatch?.Paths?.Items ?? [];
