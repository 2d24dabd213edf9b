import type {KeyObject} from 'node:crypto';
import {call, type Aws, type CallSubject} from '../aws/index.js';
import {readPublicKey} from './keys.js';

/**
 * The public key that CloudFront keeps under an id; undefined where it keeps none. That a key is there does not say that
 * a behavior trusts it.
 * @throws Failure of GetPublicKey; KEY_NOT_PEM, KEY_TYPE.
 */
export async function fetchPublicKey(aws: Aws, id: string): Promise<KeyObject | undefined> {
  const what: CallSubject = {service: 'cloudfront', operation: 'GetPublicKey', resource: `public key ${id}`};
  const [{GetPublicKeyCommand}, client] = await Promise.all([
    import('@aws-sdk/client-cloudfront'),
    aws.cloudfront(),
  ]);
  const answer = await call(what, async () => {
    try {
      return await client.send(new GetPublicKeyCommand({Id: id}));
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchPublicKey') return undefined;
      throw error;
    }
  });
  const pem = answer?.PublicKey?.PublicKeyConfig?.EncodedKey;
  return pem === undefined ? undefined : readPublicKey(pem, `The public key ${id} in CloudFront`);
}
