import type {Aws} from '../../aws/index.js';
import {keyStatement} from '../../bucket/index.js';
import type {Work} from '../../events.js';

/** Says which statement the policy of the key needs. Answers whether it was changed. */
export async function* letKeyBeUsed(
  _aws: Aws,
  {bucket, keyId}: {readonly bucket: string; readonly keyId: string},
  distributionArn: string,
): Work<boolean> {
  yield {
    type: 'warning',
    message: `Bucket ${bucket} encrypts with KMS key ${keyId}: its key policy has to hold ${JSON.stringify(keyStatement(distributionArn))}`,
  };
  return false;
}
