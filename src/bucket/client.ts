import type * as S3 from '@aws-sdk/client-s3';
import type {S3Client} from '@aws-sdk/client-s3';
import type {Aws} from '../aws/index.js';

/** The SDK's S3 module and a client. `region`: of a bucket that is still to be made; an existing one is followed to its own. */
export async function open(
  aws: Aws,
  region?: string,
): Promise<{readonly sdk: typeof S3; readonly client: S3Client}> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-s3'), aws.s3(region)]);
  return {sdk, client};
}

export function subject(operation: string, bucket: string) {
  return {service: 's3', operation, resource: `bucket ${bucket}`} as const;
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const {$metadata: metadata} = error as {$metadata?: {httpStatusCode?: number}};
  return metadata?.httpStatusCode;
}
