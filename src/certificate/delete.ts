import {toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {certificateId, userName} from './arn.js';
import {certificateSubject, findByArn, open} from './read.js';
import type {Certificate} from './types.js';

/**
 * Deletes a certificate; false when it was gone already. Its validation records stay: other certificates of the account
 * may share them. Failure CERTIFICATE_IN_USE (exit 6) while anything presents it.
 */
export async function deleteCertificate(aws: Aws, arn: string): Promise<boolean> {
  const found = await findByArn(aws, arn);
  if (found === undefined) return false;
  if (found.inUseBy.length > 0) throw inUse(found);
  const {sdk, client} = await open(aws);
  try {
    await client.send(new sdk.DeleteCertificateCommand({CertificateArn: arn}));
    return true;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'ResourceNotFoundException') return false;
    if (name === 'ResourceInUseException') throw inUse((await findByArn(aws, arn)) ?? found, error);
    throw toFailure(error, certificateSubject('DeleteCertificate', arn));
  }
}

function inUse({arn, names, inUseBy}: Certificate, cause?: unknown): Failure {
  const distributions = inUseBy.filter(user => user.includes(':distribution/'));
  const what = distributions.length === inUseBy.length && distributions.length > 0;
  const noun = what ? (inUseBy.length === 1 ? 'distribution ' : 'distributions ') : '';
  const users = inUseBy.length === 0 ? 'another AWS resource' : `${noun}${inUseBy.map(userName).join(', ')}`;
  return new Failure(
    'refused',
    'CERTIFICATE_IN_USE',
    `Certificate ${certificateId(arn)} (${names.join(', ')}) is presented by ${users}.`,
    {
      hint: 'Give them another certificate first; ACM notices some minutes after a distribution is deployed with it or deleted.',
      cause,
    },
  );
}
