import type {Origin} from '@aws-sdk/client-cloudfront';
import type {Aws} from '../../aws/index.js';
import {ensurePolicy, readStatement} from '../../bucket/index.js';
import {
  bucketOf,
  ensureAccessControl,
  findOrigin,
  identityOf,
  listAccessControls,
  prefixOf,
  readDistribution,
  updateDistribution,
  waitDeployed,
  withAccessControl,
  type OriginType,
  type WaitDeployedOptions,
} from '../../distribution/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';

export interface AttachInput extends Pick<WaitDeployedOptions, 'timeoutMs' | 'sleep' | 'now' | 'signal'> {
  readonly aws: Aws;
  readonly distributionId: string;
  readonly originId: string;
  /** Name or id; made where there is none of that name. */
  readonly control: string;
  readonly wait: boolean;
  readonly pace?: WaitDeployedOptions['delay'] | undefined;
}

export interface AttachResult {
  readonly distributionId: string;
  readonly originId: string;
  readonly control: {readonly id: string; readonly name: string; readonly created: boolean};
  /** False where the origin had the control already. */
  readonly changed: boolean;
  /** Whose policy was opened to the distribution; null where that was not needed, or is not ours to do. */
  readonly openedBucket: string | null;
  readonly status: string;
}

const awsPace = {firstMs: 5000, factor: 1.5, maxMs: 20_000};
const localPace = {firstMs: 50, factor: 1.5, maxMs: 1000};

/**
 * Gives an origin an origin access control. The bucket of an S3 origin allows the distribution first. Failures:
 * NO_SUCH_ORIGIN (exit 2), ORIGIN_HAS_IDENTITY, OAC_UNFIT (exit 6), OAC_DIFFERS, CHANGED_MEANWHILE (exit 4), WAIT_TIMEOUT (exit 5).
 */
export async function* attachControl(input: AttachInput): Work<AttachResult> {
  const {aws, distributionId, originId} = input;
  yield {
    type: 'step',
    id: 'attach',
    title: `Attach an origin access control to ${originId} of ${distributionId}`,
  };
  const [distribution, controls] = await Promise.all([
    readDistribution(aws, distributionId),
    listAccessControls(aws),
  ]);
  const origin = findOrigin(distribution.config, originId, distributionId);
  const type = typeFor(origin, distributionId, aws);
  const named = controls.find(({id}) => id === input.control)?.name ?? input.control;
  const control = await ensureAccessControl(aws, named, type);
  const bucket = bucketOf(origin);
  let openedBucket: string | null = null;
  if (bucket !== undefined) {
    const subject = {bucket, prefix: prefixOf(origin), partition: distribution.arn.split(':')[1]};
    if (await ensurePolicy(aws, bucket, [readStatement(subject, distribution.arn)])) openedBucket = bucket;
  } else {
    yield {type: 'warning', message: permissionNote(origin, distribution.arn)};
  }
  const changed = origin.OriginAccessControlId !== control.id;
  const now = changed
    ? await updateDistribution(
        aws,
        distribution,
        withAccessControl(distribution.config, [originId], control.id),
      )
    : distribution;
  yield {type: 'done', id: 'attach', detail: changed ? control.name : `${control.name} was there already`};
  let {status} = now;
  if (input.wait && status !== 'Deployed') {
    const {timeoutMs, sleep, now: clock, signal} = input;
    const delay = input.pace ?? (aws.isEndpointOverridden ? localPace : awsPace);
    yield {type: 'step', id: 'distribution', title: `Wait until distribution ${distributionId} is deployed`};
    yield* waitDeployed({aws, id: distributionId, timeoutMs, delay, sleep, now: clock, signal});
    yield {type: 'done', id: 'distribution', detail: 'deployed'};
    status = 'Deployed';
  }
  const {id, name, created} = control;
  return {distributionId, originId, control: {id, name, created}, changed, openedBucket, status};
}

/** Developer Guide, "Restrict access to an AWS origin": what each kind of control signs for. Failures: see `attachControl`. */
function typeFor(origin: Origin, distributionId: string, aws: Aws): OriginType {
  const {DomainName: domain = '', Id: originId = ''} = origin;
  const identity = identityOf(origin);
  if (identity !== undefined) {
    throw new Failure(
      'refused',
      'ORIGIN_HAS_IDENTITY',
      `Origin ${originId} of distribution ${distributionId} reads with the origin access identity ${identity}.`,
      {hint: `Migrate it without a gap: frontctl oac migrate ${distributionId}${aws.commandFlags}`},
    );
  }
  if (bucketOf(origin) !== undefined) return 's3';
  if (/\.lambda-url\.[a-z0-9-]+\.on\.aws$/.test(domain)) return 'lambda';
  if (/\.mediastore\.[a-z0-9-]+\.amazonaws\.com$/.test(domain)) return 'mediastore';
  if (/\.mediapackagev2\.[a-z0-9-]+\.amazonaws\.com$/.test(domain)) return 'mediapackagev2';
  throw new Failure(
    'refused',
    'OAC_UNFIT',
    `Origin ${originId} (${domain}) cannot have an origin access control: it is no S3 bucket, Lambda function URL, MediaStore or MediaPackage v2 origin.`,
    {
      hint: /\.s3-website[.-]/.test(domain)
        ? 'An S3 website endpoint takes none: use the bucket itself (NAME.s3.REGION.amazonaws.com).'
        : 'Keep others away from it with a secret custom header, or with a VPC origin.',
    },
  );
}

/** What frontctl does not do for origins other than buckets. */
function permissionNote({DomainName: domain = ''}: Origin, arn: string): string {
  return domain.includes('.lambda-url.')
    ? `The function has to let CloudFront in: aws lambda add-permission --function-name NAME --statement-id cloudfront --action lambda:InvokeFunctionUrl --principal cloudfront.amazonaws.com --source-arn ${arn}`
    : `The policy of ${domain} has to let cloudfront.amazonaws.com in where AWS:SourceArn is ${arn}.`;
}
