import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {certified} from '../cloudfront/certified.js';

const day = 86_400_000;
let cloud: Awaited<ReturnType<typeof certified>>;
let zone = '';
beforeEach(async () => {
  cloud = await certified();
  zone = await cloud.zone('example.com');
});
afterEach(() => cloud.end());

const describeIt = async (CertificateArn: string) =>
  (await cloud.acm.DescribeCertificate({CertificateArn})).Certificate;
const statusOf = async (arn: string) => (await describeIt(arn))?.Status;
const validationName = async (arn: string) =>
  (await describeIt(arn))?.DomainValidationOptions?.[0]?.ResourceRecord;
const dropValidation = async (arn: string) => {
  const record = await validationName(arn);
  await cloud.dns.ChangeResourceRecordSets({
    HostedZoneId: zone,
    ChangeBatch: {
      Changes: [
        {
          Action: 'DELETE',
          ResourceRecordSet: {
            Name: record?.Name,
            Type: 'CNAME',
            TTL: 300,
            ResourceRecords: [{Value: record?.Value}],
          },
        },
      ],
    },
  });
};
const restoreValidation = async (arn: string) => {
  const record = await validationName(arn);
  await cloud.record(zone, record?.Name ?? '', 'CNAME', record?.Value ?? '');
};

describe('a CAA record', () => {
  it.each([
    ['another authority', 'example.com', ['0 issue "letsencrypt.org"'], 'FAILED'],
    ['nobody', 'example.com', ['0 issue ";"'], 'FAILED'],
    [
      'Amazon beside another',
      'example.com',
      ['0 issue "letsencrypt.org"', '0 issue "amazontrust.com"'],
      'ISSUED',
    ],
    ['Amazon with a parameter', 'example.com', ['0 issue "Amazon.com; policy=ev"'], 'ISSUED'],
    ['only whom to tell', 'example.com', ['0 iodef "mailto:a@example.com"'], 'ISSUED'],
    ['a critical property that nobody knows', 'example.com', ['128 tbs "x"'], 'FAILED'],
    ['no wildcards, asked for a name', 'example.com', ['0 issue "amazon.com"', '0 issuewild ";"'], 'ISSUED'],
    ['no wildcards, asked for one', '*.example.com', ['0 issue "amazon.com"', '0 issuewild ";"'], 'FAILED'],
    ['Amazon, asked for a wildcard', '*.example.com', ['0 issue "amazonaws.com"'], 'ISSUED'],
    [
      'Amazon for wildcards only, asked for one',
      '*.example.com',
      ['0 issue ";"', '0 issuewild "awstrust.com"'],
      'ISSUED',
    ],
    [
      'Amazon for wildcards only, asked for a name',
      'example.com',
      ['0 issue ";"', '0 issuewild "awstrust.com"'],
      'FAILED',
    ],
  ])('that names %s', async (_what, name, values, expected) => {
    await cloud.record(zone, 'example.com', 'CAA', ...values);
    const arn = await cloud.certificate(zone, name);
    const found = await describeIt(arn);
    expect(found?.Status).toBe(expected);
    expect(found?.FailureReason).toBe(expected === 'FAILED' ? 'CAA_ERROR' : undefined);
  });

  it('counts at the nearest ancestor that has one, also through a CNAME', async () => {
    await cloud.record(zone, 'example.com', 'CAA', '0 issue ";"');
    await cloud.record(zone, 'ours.example.com', 'CAA', '0 issue "amazon.com"');
    expect(await statusOf(await cloud.certificate(zone, 'www.shop.example.com'))).toBe('FAILED');
    expect(await statusOf(await cloud.certificate(zone, 'www.ours.example.com'))).toBe('ISSUED');
    await cloud.record(zone, 'alias.example.com', 'CNAME', 'ours.example.com');
    expect(await statusOf(await cloud.certificate(zone, 'alias.example.com'))).toBe('ISSUED');
  });

  it('fails a request for good, and only once its names are validated', async () => {
    await cloud.record(zone, 'example.com', 'CAA', '0 issue ";"');
    const {CertificateArn: open = ''} = await cloud.acm.RequestCertificate({DomainName: 'www.example.com'});
    expect(await statusOf(open)).toBe('PENDING_VALIDATION');
    const arn = await cloud.certificate(zone, 'example.com');
    expect(await statusOf(arn)).toBe('FAILED');
    await cloud.record(zone, 'example.com', 'CAA', '0 issue "amazon.com"');
    expect(await statusOf(arn)).toBe('FAILED');
    const listed = await cloud.acm.ListCertificates({CertificateStatuses: ['FAILED']});
    expect(listed.CertificateSummaryList?.map(found => found.CertificateArn)).toEqual([arn]);
  });
});

it('a request that nobody validates within 72 hours stays timed out when its record comes too late', async () => {
  const {CertificateArn = ''} = await cloud.acm.RequestCertificate({DomainName: 'example.com'});
  cloud.clock.advance(3 * day - 1);
  expect(await statusOf(CertificateArn)).toBe('PENDING_VALIDATION');
  cloud.clock.advance(1);
  expect(await statusOf(CertificateArn)).toBe('VALIDATION_TIMED_OUT');
  await restoreValidation(CertificateArn);
  expect(await statusOf(CertificateArn)).toBe('VALIDATION_TIMED_OUT');
});

describe('a renewal', () => {
  it('comes 45 days before the end, under the same ARN, while the certificate is in use', async () => {
    const arn = await cloud.certificate(zone, 'example.com');
    await cloud.distribution(arn, 'example.com');
    const issuedAt = cloud.clock.now();
    cloud.clock.advance(153 * day - 1);
    expect(await describeIt(arn)).not.toHaveProperty('RenewalSummary');
    cloud.clock.advance(1);
    const renewed = await describeIt(arn);
    expect(renewed).toMatchObject({
      Status: 'ISSUED',
      RenewalEligibility: 'ELIGIBLE',
      IssuedAt: new Date(issuedAt),
      NotBefore: new Date(issuedAt + 153 * day),
      NotAfter: new Date(issuedAt + (153 + 198) * day),
      RenewalSummary: {
        RenewalStatus: 'SUCCESS',
        UpdatedAt: new Date(issuedAt + 153 * day),
        DomainValidationOptions: [{DomainName: 'example.com', ValidationStatus: 'SUCCESS'}],
      },
    });
  });

  it('happens as often as it is due, though nobody looks for years', async () => {
    const arn = await cloud.certificate(zone, 'example.com');
    await cloud.distribution(arn, 'example.com');
    const issuedAt = cloud.clock.now();
    cloud.clock.advance(1000 * day);
    const found = await describeIt(arn);
    expect(found?.Status).toBe('ISSUED');
    expect(found?.NotBefore).toEqual(new Date(issuedAt + 6 * 153 * day));
  });

  it('waits for a record that is gone, and comes when it is back', async () => {
    const arn = await cloud.certificate(zone, 'example.com');
    await cloud.distribution(arn, 'example.com');
    await dropValidation(arn);
    cloud.clock.advance(160 * day);
    const since = cloud.clock.now();
    expect(await describeIt(arn)).toMatchObject({
      Status: 'ISSUED',
      RenewalSummary: {
        RenewalStatus: 'PENDING_VALIDATION',
        UpdatedAt: new Date(since),
        DomainValidationOptions: [{ValidationStatus: 'PENDING_VALIDATION'}],
      },
    });
    cloud.clock.advance(10 * day);
    await restoreValidation(arn);
    expect(await describeIt(arn)).toMatchObject({
      NotAfter: new Date(since + 208 * day),
      RenewalSummary: {RenewalStatus: 'SUCCESS'},
    });
  });

  it('fails when the record is not back in time: the certificate expires and covers no new alias', async () => {
    const arn = await cloud.certificate(zone, 'example.com', '*.example.com');
    await cloud.distribution(arn, 'example.com');
    await dropValidation(arn);
    cloud.clock.advance(160 * day);
    expect(await statusOf(arn)).toBe('ISSUED');
    cloud.clock.advance(38 * day);
    await restoreValidation(arn);
    expect(await describeIt(arn)).toMatchObject({
      Status: 'EXPIRED',
      RenewalEligibility: 'INELIGIBLE',
      RenewalSummary: {RenewalStatus: 'FAILED'},
    });
    await expect(cloud.distribution(arn, 'www.example.com')).rejects.toMatchObject({
      code: 'InvalidViewerCertificate',
    });
  });

  it('is refused by a CAA record of later', async () => {
    const arn = await cloud.certificate(zone, 'example.com');
    await cloud.distribution(arn, 'example.com');
    await cloud.record(zone, 'example.com', 'CAA', '0 issue ";"');
    cloud.clock.advance(160 * day);
    expect(await describeIt(arn)).toMatchObject({
      Status: 'ISSUED',
      RenewalSummary: {
        RenewalStatus: 'FAILED',
        RenewalStatusReason: 'CAA_ERROR',
        DomainValidationOptions: [{ValidationStatus: 'SUCCESS'}],
      },
    });
  });

  it('is not for a certificate that nobody uses, until somebody does', async () => {
    const arn = await cloud.certificate(zone, 'example.com');
    cloud.clock.advance(160 * day);
    const found = await describeIt(arn);
    expect(found?.RenewalEligibility).toBe('INELIGIBLE');
    expect(found).not.toHaveProperty('RenewalSummary');
    await cloud.distribution(arn, 'example.com');
    expect((await describeIt(arn))?.RenewalSummary?.RenewalStatus).toBe('SUCCESS');
  });
});
