import {call, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {readDistribution, type Distribution} from './live.js';

/** An alternate domain name that is, or overlaps with, the one that was asked for. */
export interface DomainConflict {
  readonly domain: string;
  readonly kind: 'distribution' | 'distribution-tenant';
  /** Partly hidden: `*******EXAMPLE`. */
  readonly resourceId: string;
  /** Partly hidden: `******112233`. */
  readonly accountId: string;
}

async function open(aws: Aws) {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  return {sdk, client};
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Whether CloudFront's partly hidden id may be this one. */
export const isHiddenId = (hidden: string, id: string): boolean =>
  hidden.length === id.length && id.endsWith(hidden.replace(/^\*+/, ''));

/**
 * Who has `domain`, or a name that overlaps with it, apart from the distribution itself. The distribution has to carry a
 * certificate that covers the domain: that proves who asks. Developer guide, "Find the source standard distribution".
 * Failures: ALIAS_NOT_COVERED (exit 2), NOT_FOUND.
 */
export async function listDomainConflicts(
  aws: Aws,
  domain: string,
  distributionId: string,
): Promise<readonly DomainConflict[]> {
  const {sdk, client} = await open(aws);
  const found: DomainConflict[] = [];
  let marker: string | undefined;
  do {
    const input = {
      Domain: domain,
      DomainControlValidationResource: {DistributionId: distributionId},
      Marker: marker,
    };
    try {
      const page = await client.send(new sdk.ListDomainConflictsCommand(input));
      found.push(
        ...(page.DomainConflicts ?? []).map(each => ({
          domain: each.Domain?.toLowerCase() ?? '',
          kind: each.ResourceType ?? 'distribution',
          resourceId: each.ResourceId ?? '',
          accountId: each.AccountId ?? '',
        })),
      );
      marker = page.NextMarker;
    } catch (error) {
      if (nameOf(error) === 'InvalidArgument') throw notCovered(domain, distributionId, error);
      throw toFailure(error, {
        service: 'cloudfront',
        operation: 'ListDomainConflicts',
        resource: `distribution ${distributionId}`,
      });
    }
  } while (marker !== undefined && marker !== '');
  return found;
}

const notCovered = (domain: string, id: string, cause: unknown): Failure =>
  new Failure(
    'usage',
    'ALIAS_NOT_COVERED',
    `CloudFront does not let distribution ${id} ask for ${domain}: ${cause instanceof Error ? cause.message.replace(/\.$/, '') : ''}.`,
    {
      hint: `Give it a certificate (in us-east-1) that covers ${domain} first: frontctl cert issue --domain ${domain}`,
      cause,
    },
  );

const attempts = 3;

/**
 * Takes `domain` from whoever has it and gives it to `target`, in one step. In one account that is all; from another
 * account the source must be disabled and a TXT record prove the domain. Developer guide, "Move the alternate domain name".
 * Where the target has changed meanwhile it is read again: nothing of it is overwritten.
 * Failures: MOVE_REFUSED (exit 4) with CloudFront's reason; ACCESS_DENIED.
 */
export async function moveDomain(aws: Aws, domain: string, target: Distribution): Promise<void> {
  const {sdk, client} = await open(aws);
  const {id} = target;
  let etag = target.etag;
  for (let attempt = 1; ; attempt++) {
    const input = {Domain: domain, TargetResource: {DistributionId: id}, IfMatch: etag};
    try {
      await call(
        {service: 'cloudfront', operation: 'UpdateDomainAssociation', resource: `distribution ${id}`},
        () => client.send(new sdk.UpdateDomainAssociationCommand(input)),
      );
      return;
    } catch (error) {
      const cause = error instanceof Failure ? error.cause : error;
      if (['IllegalUpdate', 'InvalidArgument'].includes(nameOf(cause))) {
        throw new Failure(
          'conflict',
          'MOVE_REFUSED',
          `CloudFront did not move ${domain} to distribution ${id}: ${cause instanceof Error ? cause.message.replace(/\.$/, '') : ''}.`,
          {cause},
        );
      }
      const isStale = error instanceof Failure && error.code === 'PRECONDITION_FAILED';
      if (!isStale || attempt === attempts) throw error;
      etag = (await readDistribution(aws, id)).etag;
    }
  }
}
