import {describe, expect, it} from 'vitest';
import type {CertificateReport, IssuedCertificate} from '../../../src/stack/index.js';
import {
  deletedText,
  issuedText,
  listText,
  listWarnings,
  showText,
  waitedText,
} from '../../../src/terminal/cert/text.js';

const id = '1ad574bd-eeb0-466e-b961-74ec8b405093';
const arn = `arn:aws:acm:us-east-1:123456789012:certificate/${id}`;
const record = {
  name: '_a79865eb4cd1a6ab990a45779b4e0b96.example.com',
  type: 'CNAME',
  value: '_424c7224e9b0146f9a8808af955727d0.acm-validations.aws',
  inPlace: true,
  domains: ['example.com', '*.example.com'],
} as const;

const report = (more: Partial<CertificateReport> = {}): CertificateReport => ({
  arn,
  id,
  names: ['example.com', '*.example.com'],
  status: 'ISSUED',
  keyAlgorithm: 'RSA_2048',
  type: 'AMAZON_ISSUED',
  notAfter: '2027-06-15T08:10:40.033Z',
  daysLeft: 197,
  renews: true,
  warnings: [],
  requestedAt: '2026-11-29T08:10:39.460Z',
  inUseBy: ['arn:aws:cloudfront::123456789012:distribution/E2QWRUHAPOMQZL'],
  failureReason: null,
  renewalStatus: null,
  validation: [record],
  ...more,
});
const issued = (more: Partial<IssuedCertificate> = {}): IssuedCertificate => ({
  ...report(),
  reused: false,
  reason: null,
  manual: [],
  manualReason: null,
  next: null,
  ...more,
});

describe('cert list', () => {
  it('tells end, renewal and users in columns', () => {
    const certificates = [
      report(),
      report({
        status: 'PENDING_VALIDATION',
        notAfter: null,
        daysLeft: null,
        inUseBy: [],
        names: ['a.example', 'b.example', 'c.example', 'd.example'],
      }),
      report({inUseBy: [], daysLeft: 1}),
      report({renews: null, daysLeft: -1}),
      report({type: 'IMPORTED', renews: false, inUseBy: [], daysLeft: 0}),
    ];
    expect(listText({certificates}).split('\n')).toEqual([
      'ID                                    STATUS              ENDS                           RENEWS       USED BY         NAMES',
      `${id}  ISSUED              2027-06-15 (197 days left)     yes          E2QWRUHAPOMQZL  example.com *.example.com`,
      `${id}  PENDING_VALIDATION  -                              -            nothing         a.example b.example c.example + 1 more`,
      `${id}  ISSUED              2027-06-15 (1 day left)        once in use  nothing         example.com *.example.com`,
      `${id}  ISSUED              2027-06-15 (ended)             unknown      E2QWRUHAPOMQZL  example.com *.example.com`,
      `${id}  ISSUED              2027-06-15 (under a day left)  no           nothing         example.com *.example.com`,
    ]);
  });

  it('says what to do where there are none', () => {
    expect(listText({certificates: []})).toContain('frontctl cert issue --domain NAME');
  });

  it('warns with the name and the id', () => {
    expect(
      listWarnings({certificates: [report(), report({warnings: ['it ends in 3 days, on 2026-12-02']})]}),
    ).toEqual([`example.com (${id}): it ends in 3 days, on 2026-12-02.`]);
  });
});

describe('cert show', () => {
  it('shows the records as they are pasted, those that are missing also for a zone file', () => {
    expect(showText(report({validation: [record, {...record, name: '_x.example.com', inPlace: null}]}))).toBe(
      [
        arn,
        '  Names    example.com, *.example.com',
        '  Status   ISSUED',
        '  Key      RSA_2048',
        '  Ends     2027-06-15, 197 days left',
        '  Renews   yes',
        '  Used by  E2QWRUHAPOMQZL',
        '',
        'Validation records:',
        '  example.com, *.example.com: in place',
        `    Name   ${record.name}`,
        '    Type   CNAME',
        `    Value  ${record.value}`,
        '  example.com, *.example.com: DNS gives no answer',
        '    Name   _x.example.com',
        '    Type   CNAME',
        `    Value  ${record.value}`,
        'For a zone file:',
        `  _x.example.com. 300 IN CNAME ${record.value}.`,
      ].join('\n'),
    );
  });

  it('tells why a request failed, and what is wrong', () => {
    const text = showText(
      report({
        status: 'FAILED',
        failureReason: 'CAA_ERROR',
        notAfter: null,
        validation: [],
        type: 'PRIVATE',
        warnings: ['w'],
      }),
    );
    expect(text).toContain('Status   FAILED (CAA_ERROR)');
    expect(text).toContain('Type     PRIVATE');
    expect(text).toContain('Warning  w');
    expect(text).not.toContain('Validation records');
    expect(text).not.toContain('Renews');
  });
});

describe('cert issue', () => {
  it('tells what was issued, or found and why', () => {
    expect(issuedText(issued())).toBe(
      `Issued, until 2027-06-15\n  ARN    ${arn}\n  Names  example.com, *.example.com`,
    );
    expect(
      issuedText(issued({reused: true, reason: 'is issued and covers the name until 2027-06-15'})),
    ).toContain('Found: it is issued and covers the name until 2027-06-15\n');
  });

  it('asks for the records that somebody has to write, and for no others', () => {
    const other = {...record, name: '_y.example.net', domains: ['example.net'], inPlace: false};
    const text = issuedText(
      issued({
        status: 'PENDING_VALIDATION',
        notAfter: null,
        validation: [record, other],
        manual: [other],
        manualReason: 'dns.provider is none',
        next: `frontctl cert wait ${id} --local`,
      }),
    );
    expect(text).toBe(
      [
        'Pending: ACM issues it once DNS shows all records',
        `  ARN    ${arn}`,
        '  Names  example.com, *.example.com',
        `  Then   frontctl cert wait ${id} --local`,
        '',
        'Put this record into the DNS of its domain (dns.provider is none), and leave it there for renewals:',
        '  example.net: missing in DNS',
        '    Name   _y.example.net',
        '    Type   CNAME',
        `    Value  ${record.value}`,
        'For a zone file:',
        `  _y.example.net. 300 IN CNAME ${record.value}.`,
      ].join('\n'),
    );
  });
});

it('cert wait and cert delete', () => {
  expect(waitedText(report())).toBe(`Issued: ${id} for example.com, *.example.com, until 2027-06-15`);
  expect(deletedText({arn, names: ['example.com'], deleted: true})).toMatch(
    /^Deleted arn:.* \(example\.com\); its validation records stay/,
  );
  expect(deletedText({arn, names: ['example.com'], deleted: false})).toBe(`Gone already: ${arn}`);
});
