import type {Certificate, DomainValidation} from '../../src/certificate/index.js';

export const arnOf = (id: string): string => `arn:aws:acm:us-east-1:000000000000:certificate/${id}`;
export const user = 'arn:aws:cloudfront::000000000000:distribution/E1EXAMPLE';

const validated = (domain: string): DomainValidation => {
  const base = domain.replace(/^\*\./, '');
  return {
    domain,
    status: 'SUCCESS',
    method: 'DNS',
    record: {name: `_a.${base}`, type: 'CNAME', value: `_b.${base}.acm-validations.aws`},
  };
};

/** Issued, in use, and far from its end unless told otherwise. */
export function certificate(more: Partial<Certificate> = {}): Certificate {
  const names = more.names ?? ['www.example.com'];
  return {
    arn: arnOf('1'),
    names,
    status: 'ISSUED',
    keyAlgorithm: 'RSA_2048',
    type: 'AMAZON_ISSUED',
    notAfter: '2026-12-01T00:00:00.000Z',
    inUse: true,
    requestedAt: '2026-05-17T00:00:00.000Z',
    inUseBy: [user],
    failureReason: null,
    renewal: null,
    validation: names.map(validated),
    ...more,
  };
}
