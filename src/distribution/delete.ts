import {toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';

/**
 * Deletes a distribution that is disabled and Deployed. Failures: PRICING_PLAN (exit 6), PRECONDITION_FAILED, CONFLICT
 * (exit 4). One that is gone already is no error.
 */
export async function deleteDistribution(aws: Aws, id: string, etag: string | undefined): Promise<void> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const what = {
    service: 'cloudfront',
    operation: 'DeleteDistribution',
    resource: `distribution ${id}`,
  } as const;
  try {
    await client.send(new sdk.DeleteDistributionCommand({Id: id, IfMatch: etag}));
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchDistribution') return;
    // Known by its text alone (Developer Guide, "Delete a distribution").
    if (error instanceof Error && /subscribed to a pricing plan/i.test(error.message))
      throw onPlan(id, error);
    throw toFailure(error, what);
  }
}

const onPlan = (id: string, cause: Error): Failure =>
  new Failure(
    'refused',
    'PRICING_PLAN',
    `Distribution ${id} is on a flat-rate plan, and CloudFront deletes none before its plan has ended.`,
    {
      hint: 'Cancel the plan in the CloudFront console, and delete the distribution after the current billing cycle. It stays disabled.',
      cause,
    },
  );
