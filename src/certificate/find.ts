import type {Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {certificateId, checkCertificateArn} from './arn.js';
import {canonicalName, covers} from './names.js';
import {listCertificates, noSuchCertificate, readCertificate} from './read.js';
import type {Certificate, ListedCertificate} from './types.js';

/**
 * The one certificate that is meant by an ARN, an id, or a domain: one that has the name, else one whose wildcard covers it.
 * Failures: CERTIFICATE_REGION, BAD_CERTIFICATE_ARN (before any call), NO_SUCH_CERTIFICATE, AMBIGUOUS_CERTIFICATE (exit 2).
 */
export async function findCertificate(aws: Aws, named: string): Promise<Certificate> {
  if (named.startsWith('arn:')) {
    checkCertificateArn(named);
    return readCertificate(aws, named);
  }
  const all = await listCertificates(aws);
  const byId = all.find(({arn}) => certificateId(arn) === named);
  if (byId !== undefined) return readCertificate(aws, byId.arn);
  const name = canonicalName(named);
  const exact = all.filter(({names}) => names.includes(name));
  const [only, ...others] = exact.length > 0 ? exact : all.filter(({names}) => covers(names, name));
  if (only === undefined) {
    throw noSuchCertificate(
      name.includes('.')
        ? `No certificate in us-east-1 has the name ${named} or covers it.`
        : `No certificate in us-east-1 has the id ${named}.`,
    );
  }
  if (others.length > 0) throw ambiguous(named, [only, ...others]);
  return readCertificate(aws, only.arn);
}

const mostShown = 5;

function ambiguous(named: string, found: readonly ListedCertificate[]): Failure {
  const shown = found.slice(0, mostShown).map(({arn, status}) => `${certificateId(arn)} (${status})`);
  const more = found.length > mostShown ? ` and ${found.length - mostShown} more` : '';
  return new Failure(
    'usage',
    'AMBIGUOUS_CERTIFICATE',
    `${found.length} certificates have the name ${named} or cover it.`,
    {hint: `Name one by its id: ${shown.join(', ')}${more}`},
  );
}
