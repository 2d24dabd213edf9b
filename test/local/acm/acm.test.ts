import {ACM, ResourceNotFoundException} from '@aws-sdk/client-acm';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createAcm} from '../../../src/local/acm/index.js';
import {createRoute53} from '../../../src/local/route53/index.js';
import {account, calls, faultOf} from '../cloudfront/account.js';
import {clientOf, serve} from '../wire/serve.js';

let cloud: Awaited<ReturnType<typeof account>>;
let acm: ReturnType<typeof calls<ReturnType<typeof createAcm>>>;
beforeEach(async () => {
  cloud = await account();
  acm = calls(createAcm(cloud));
});
afterEach(() => cloud.end());

const describeIt = async (CertificateArn: string | undefined) =>
  (await acm.DescribeCertificate({CertificateArn})).Certificate;
const day = 86_400_000;

describe('a certificate', () => {
  it('is issued once the CNAME that apex and wildcard share stands in Route 53, and stays so', async () => {
    const {CertificateArn} = await acm.RequestCertificate({
      DomainName: 'example.com',
      SubjectAlternativeNames: ['*.example.com', 'example.com'],
      ValidationMethod: 'DNS',
    });
    expect(CertificateArn).toMatch(/^arn:aws:acm:us-east-1:000000000000:certificate\/[0-9a-f-]{36}$/);
    const pending = await describeIt(CertificateArn);
    expect(pending).toMatchObject({
      Status: 'PENDING_VALIDATION',
      SubjectAlternativeNames: ['example.com', '*.example.com'],
    });
    const [apex, wildcard] = pending?.DomainValidationOptions ?? [];
    expect(apex?.ResourceRecord).toEqual(wildcard?.ResourceRecord);
    expect(apex?.ResourceRecord).toMatchObject({
      Name: expect.stringMatching(/^_[0-9a-f]{32}\.example\.com\.$/) as string,
      Type: 'CNAME',
      Value: expect.stringMatching(/^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$/) as string,
    });

    const dns = calls(createRoute53(cloud));
    const {HostedZone} = await dns.CreateHostedZone({Name: 'example.com', CallerReference: 'z'});
    const record = {
      Name: apex?.ResourceRecord?.Name,
      Type: 'CNAME' as const,
      TTL: 300,
      // Written without the dot at its end, as people do.
      ResourceRecords: [{Value: apex?.ResourceRecord?.Value?.replace(/\.$/, '')}],
    };
    const change = (Action: 'CREATE' | 'DELETE') =>
      dns.ChangeResourceRecordSets({
        HostedZoneId: HostedZone?.Id,
        ChangeBatch: {Changes: [{Action, ResourceRecordSet: record}]},
      });
    await change('CREATE');
    const issued = await describeIt(CertificateArn);
    expect(issued).toMatchObject({Status: 'ISSUED', IssuedAt: new Date(cloud.clock.now())});
    expect(issued?.NotAfter?.getTime()).toBe(cloud.clock.now() + 198 * day);
    await change('DELETE');
    expect((await describeIt(CertificateArn))?.Status).toBe('ISSUED');
    cloud.clock.advance(198 * day);
    expect((await describeIt(CertificateArn))?.Status).toBe('EXPIRED');
  });

  it('fails when nobody validates it for 72 hours', async () => {
    const {CertificateArn} = await acm.RequestCertificate({DomainName: 'example.com'});
    cloud.clock.advance(3 * day);
    expect((await describeIt(CertificateArn))?.Status).toBe('VALIDATION_TIMED_OUT');
  });

  it('is the same one for the same token within an hour', async () => {
    const request = {DomainName: 'example.com', IdempotencyToken: 'abc'};
    const first = await acm.RequestCertificate(request);
    expect(await acm.RequestCertificate(request)).toEqual(first);
    expect(await acm.RequestCertificate({...request, DomainName: 'example.org'})).not.toEqual(first);
    cloud.clock.advance(3_600_000);
    expect(await acm.RequestCertificate(request)).not.toEqual(first);
  });

  it('shows its validation record after a delay, where one is set', async () => {
    const slow = calls(createAcm({...cloud, validationRecordDelayMs: 5000}));
    const {CertificateArn} = await slow.RequestCertificate({DomainName: 'example.com'});
    const record = async () =>
      (await slow.DescribeCertificate({CertificateArn})).Certificate?.DomainValidationOptions?.[0]
        ?.ResourceRecord;
    expect(await record()).toBeUndefined();
    cloud.clock.advance(5000);
    expect(await record()).toHaveProperty('Type', 'CNAME');
  });

  it.each([
    ['a name that is none', {DomainName: 'exa mple.com'}, 'InvalidDomainValidationOptionsException 400'],
    [
      '11 names',
      {
        DomainName: 'example.com',
        SubjectAlternativeNames: Array.from({length: 10}, (_, n) => `a${n}.example.com`),
      },
      'LimitExceededException 400',
    ],
    [
      'a key that CloudFront cannot use',
      {DomainName: 'example.com', KeyAlgorithm: 'RSA_4096' as const},
      'InvalidParameterException 400',
    ],
    [
      'a token with a hyphen',
      {DomainName: 'example.com', IdempotencyToken: 'a-b'},
      'InvalidParameterException 400',
    ],
  ])('is refused with %s', async (_what, input, expected) => {
    expect(await faultOf(acm.RequestCertificate(input))).toBe(expected);
  });
});

it('lists RSA certificates unless other key types are asked for, in pages', async () => {
  for (const KeyAlgorithm of ['RSA_2048', 'EC_prime256v1', 'RSA_2048'] as const) {
    await acm.RequestCertificate({DomainName: 'example.com', KeyAlgorithm});
  }
  expect((await acm.ListCertificates({})).CertificateSummaryList).toHaveLength(2);
  const all = {Includes: {keyTypes: ['RSA_2048' as const, 'EC_prime256v1' as const]}};
  expect((await acm.ListCertificates(all)).CertificateSummaryList).toHaveLength(3);
  const first = await acm.ListCertificates({...all, MaxItems: 2});
  expect(first.CertificateSummaryList).toHaveLength(2);
  const rest = await acm.ListCertificates({...all, MaxItems: 2, NextToken: first.NextToken});
  expect(rest.CertificateSummaryList).toHaveLength(1);
  expect(rest.NextToken).toBeUndefined();
  const issued = await acm.ListCertificates({CertificateStatuses: ['ISSUED']});
  expect(issued.CertificateSummaryList).toEqual([]);
});

it('works through the SDK', async () => {
  const served = await serve({acm: createAcm(cloud)});
  const client = new ACM(clientOf(served));
  try {
    const {CertificateArn} = await client.requestCertificate({
      DomainName: 'example.com',
      Tags: [{Key: 'site', Value: 'a'}],
    });
    await client.addTagsToCertificate({CertificateArn, Tags: [{Key: 'owner', Value: 'me'}]});
    await client.removeTagsFromCertificate({
      CertificateArn,
      Tags: [{Key: 'site', Value: 'other'}, {Key: 'owner'}],
    });
    expect((await client.listTagsForCertificate({CertificateArn})).Tags).toEqual([{Key: 'site', Value: 'a'}]);
    const found = await client.describeCertificate({CertificateArn});
    expect(found.Certificate?.CreatedAt).toEqual(new Date(cloud.clock.now()));
    expect((await client.listCertificates({})).CertificateSummaryList?.[0]?.DomainName).toBe('example.com');
    await client.deleteCertificate({CertificateArn});
    await expect(client.describeCertificate({CertificateArn})).rejects.toBeInstanceOf(
      ResourceNotFoundException,
    );
  } finally {
    client.destroy();
    await served[Symbol.asyncDispose]();
  }
});
