import {afterEach, describe, expect, it} from 'vitest';
import {createAcm} from '../../../src/local/acm/index.js';
import {createRoute53} from '../../../src/local/route53/index.js';
import {account, calls, faultOf, smallConfig} from './account.js';

let cloud: Awaited<ReturnType<typeof account>>;
afterEach(() => cloud.end());

/** An issued certificate: requested, and its CNAMEs put into a hosted zone. */
async function issue(zone: string, names: readonly string[]): Promise<string> {
  const acm = calls(createAcm(cloud));
  const dns = calls(createRoute53(cloud));
  const {CertificateArn = ''} = await acm.RequestCertificate({
    DomainName: names[0],
    SubjectAlternativeNames: names.slice(1),
  });
  const {HostedZone} = await dns.CreateHostedZone({Name: zone, CallerReference: CertificateArn});
  const {Certificate} = await acm.DescribeCertificate({CertificateArn});
  const records = Certificate?.DomainValidationOptions?.map(option => option.ResourceRecord) ?? [];
  await dns.ChangeResourceRecordSets({
    HostedZoneId: HostedZone?.Id,
    ChangeBatch: {
      Changes: records.map(record => ({
        Action: 'UPSERT',
        ResourceRecordSet: {
          Name: record?.Name,
          Type: 'CNAME',
          TTL: 300,
          ResourceRecords: [{Value: record?.Value}],
        },
      })),
    },
  });
  return CertificateArn;
}

const aliased = (reference: string, arn: string, ...names: string[]) =>
  smallConfig({
    CallerReference: reference,
    Aliases: {Quantity: names.length, Items: names},
    ViewerCertificate: {
      ACMCertificateArn: arn,
      SSLSupportMethod: 'sni-only',
      MinimumProtocolVersion: 'TLSv1.2_2021',
    },
  });

describe('hosts', () => {
  it('are own domains, aliases and wildcard aliases, the most specific first', async () => {
    cloud = await account({deployDelayMs: 0});
    const arn = await issue('example.com', ['example.com', '*.example.com']);
    const create = async (reference: string, ...names: string[]) => {
      const made = await cloud.call.CreateDistribution({
        DistributionConfig: aliased(reference, arn, ...names),
      });
      return made.Distribution?.Id;
    };
    const exact = await create('exact', 'www.example.com');
    const wild = await create('wild', '*.example.com');
    const host = (name: string) => cloud.controlPlane.distributionByHost(name)?.id;
    expect(host('www.example.com')).toBe(exact);
    expect(host('shop.example.com')).toBe(wild);
    expect(host('a.b.example.com')).toBe(wild);
    expect(host('example.com')).toBeUndefined();
    expect(host('example.org')).toBeUndefined();
  });

  it('belong to one distribution only, and must be on an issued certificate', async () => {
    cloud = await account();
    const arn = await issue('example.com', ['*.example.com']);
    const create = (reference: string, certificate: string, name: string) =>
      faultOf(cloud.call.CreateDistribution({DistributionConfig: aliased(reference, certificate, name)}));
    expect(await create('1', arn, 'www.example.com')).toHaveProperty('Distribution');
    expect(await create('2', arn, 'www.example.com')).toBe('CNAMEAlreadyExists 409');
    expect(await create('3', arn, 'a.b.example.com')).toBe('InvalidViewerCertificate 400');
    const acm = calls(createAcm(cloud));
    const pending = await acm.RequestCertificate({DomainName: 'www.example.org'});
    expect(await create('4', pending.CertificateArn ?? '', 'www.example.org')).toBe(
      'InvalidViewerCertificate 400',
    );
    expect(await faultOf(acm.DeleteCertificate({CertificateArn: arn}))).toBe('ResourceInUseException 400');
  });
});
