import {Failure} from '../failure.js';

/** CloudFront takes certificates of this region only. CloudFront developer guide, "AWS Region for AWS Certificate Manager". */
const region = 'us-east-1';

const arnForm = /^arn:(aws[\w-]*):acm:([a-z\d-]+):(\d{12}):certificate\/([\w-]+)$/;

/**
 * Refuses what CloudFront would not take, before any call. Failure CERTIFICATE_REGION, BAD_CERTIFICATE_ARN (exit 2).
 */
export function checkCertificateArn(arn: string): void {
  const match = arnForm.exec(arn);
  if (match === null) {
    throw new Failure('usage', 'BAD_CERTIFICATE_ARN', `${arn} is not the ARN of an ACM certificate.`, {
      hint: 'It reads arn:aws:acm:us-east-1:ACCOUNT:certificate/ID; `frontctl cert list` shows those that there are.',
    });
  }
  if (match[2] !== region) {
    throw new Failure(
      'usage',
      'CERTIFICATE_REGION',
      `Certificate ${match[4] ?? ''} is in ${match[2] ?? ''}; CloudFront takes certificates of ${region} only, wherever the bucket and the viewers are.`,
      {hint: 'Request one there (`frontctl cert issue` always does), or import it there once more.'},
    );
  }
}

/** The last part of a certificate's ARN. */
export const certificateId = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** What uses a certificate, as people call it: a distribution's id, else the ARN. */
export const userName = (arn: string): string => /:distribution\/([A-Z\d]+)$/.exec(arn)?.[1] ?? arn;
