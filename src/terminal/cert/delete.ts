/** `frontctl cert delete`: asks first where the certificate could not be had again. */
import {deleteCertificate, findCertificate} from '../../certificate/index.js';
import {confirm, type Terminal} from '../confirm.js';
import type {Session} from '../session.js';

export interface DeleteRequest {
  /** ARN, id or domain. */
  readonly named: string;
  readonly yes: boolean;
  readonly unattended: boolean;
}

/** The `--json` result of `cert delete`. */
export interface DeletedCertificate {
  readonly arn: string;
  readonly names: readonly string[];
  /** False: somebody else was faster. */
  readonly deleted: boolean;
}

/** Failures: those of `findCertificate`, CERTIFICATE_IN_USE (exit 6), CONFIRMATION_NEEDED (exit 2). */
export async function deleteFor(
  session: Session,
  {named, yes, unattended}: DeleteRequest,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<DeletedCertificate> {
  const aws = await session.aws();
  const {arn, names, type, inUseBy} = await findCertificate(aws, named);
  // One in use is refused anyway.
  if (type !== 'AMAZON_ISSUED' && inUseBy.length === 0) {
    await confirm(
      {
        text: `The certificate for ${names.join(', ')} was ${type === 'IMPORTED' ? 'imported' : 'issued by a private authority'}: ACM holds a private key that nobody may have elsewhere.`,
        question: 'Delete it',
        refusal: `Deleting ${type === 'IMPORTED' ? 'an' : 'a'} ${type} certificate asks first`,
        declined: 'Nothing was deleted.',
        yes,
        unattended,
        signal: session.signal,
      },
      terminal,
    );
  }
  return {arn, names, deleted: await deleteCertificate(aws, arn)};
}
