import {createAcm} from '../../../src/local/acm/index.js';
import {createRoute53} from '../../../src/local/route53/index.js';
import {account, calls, smallConfig} from './account.js';

/** An account with DNS and certificates, all of them at once. */
export async function certified(options: Parameters<typeof account>[0] = {}) {
  const cloud = await account(options);
  const dns = calls(createRoute53(cloud));
  const acm = calls(createAcm(cloud));
  const zone = async (name: string): Promise<string> =>
    (await dns.CreateHostedZone({Name: name, CallerReference: `${name} ${Math.random()}`})).HostedZone?.Id ??
    '';
  const record = (zoneId: string, Name: string, Type: 'CNAME' | 'TXT' | 'CAA', ...values: string[]) =>
    dns.ChangeResourceRecordSets({
      HostedZoneId: zoneId,
      ChangeBatch: {
        Changes: [
          {
            Action: 'UPSERT',
            ResourceRecordSet: {Name, Type, TTL: 300, ResourceRecords: values.map(Value => ({Value}))},
          },
        ],
      },
    });
  const alias = (zoneId: string, Name: string, target: string) =>
    dns.ChangeResourceRecordSets({
      HostedZoneId: zoneId,
      ChangeBatch: {
        Changes: [
          {
            Action: 'UPSERT',
            ResourceRecordSet: {
              Name,
              Type: 'A',
              AliasTarget: {DNSName: target, HostedZoneId: 'Z2FDTNDATAQYW2', EvaluateTargetHealth: false},
            },
          },
        ],
      },
    });
  /** An issued certificate for names of one zone. */
  const certificate = async (zoneId: string, ...names: string[]): Promise<string> => {
    const {CertificateArn} = await acm.RequestCertificate({
      DomainName: names[0],
      SubjectAlternativeNames: names,
    });
    const {Certificate} = await acm.DescribeCertificate({CertificateArn});
    for (const {ResourceRecord} of Certificate?.DomainValidationOptions ?? [])
      await record(zoneId, ResourceRecord?.Name ?? '', 'CNAME', ResourceRecord?.Value ?? '');
    await acm.DescribeCertificate({CertificateArn});
    return CertificateArn ?? '';
  };
  /** A distribution with these alternate domain names. */
  const distribution = async (certificateArn: string | undefined, ...aliases: string[]) => {
    const made = await cloud.call.CreateDistribution({
      DistributionConfig: smallConfig({
        CallerReference: String(Math.random()),
        Aliases: {Quantity: aliases.length, Items: aliases},
        ViewerCertificate:
          certificateArn === undefined
            ? {CloudFrontDefaultCertificate: true}
            : {
                ACMCertificateArn: certificateArn,
                SSLSupportMethod: 'sni-only',
                MinimumProtocolVersion: 'TLSv1.2_2021',
              },
      }),
    });
    return {
      id: made.Distribution?.Id ?? '',
      etag: made.ETag ?? '',
      domainName: made.Distribution?.DomainName ?? '',
    };
  };
  const aliasesOf = async (id: string): Promise<readonly string[]> =>
    (await cloud.call.GetDistributionConfig({Id: id})).DistributionConfig?.Aliases?.Items ?? [];
  return {...cloud, dns, acm, zone, record, alias, certificate, distribution, aliasesOf};
}
