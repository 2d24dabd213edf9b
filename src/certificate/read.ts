import type * as ACM from '@aws-sdk/client-acm';
import type {
  ACMClient,
  CertificateDetail,
  CertificateStatus,
  CertificateSummary,
  DomainValidation as SdkValidation,
  KeyAlgorithm,
} from '@aws-sdk/client-acm';
import {call, mapConcurrent, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {certificateId} from './arn.js';
import {canonicalName} from './names.js';
import type {Certificate, DomainValidation, ListedCertificate, ValidationRecord} from './types.js';

export async function open(aws: Aws): Promise<{
  readonly sdk: typeof ACM;
  readonly client: ACMClient;
}> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-acm'), aws.acm()]);
  return {sdk, client};
}

export const acm = (operation: string, resource: string) => ({service: 'acm', operation, resource}) as const;

export const certificateSubject = (operation: string, arn: string) =>
  acm(operation, `certificate ${certificateId(arn)}`);

/** ACM lists RSA keys of up to 2048 bits only unless all are named. ACM API, Filters. */
const keyTypes: readonly KeyAlgorithm[] = [
  'RSA_1024',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'EC_prime256v1',
  'EC_secp384r1',
  'EC_secp521r1',
];
const largestPage = 1000;
/** Below ACM's 10 DescribeCertificate a second, with the SDK's retries behind it. */
const readsAtATime = 4;

export interface ListOptions {
  readonly statuses?: readonly CertificateStatus[] | undefined;
  /** Certificates a call; 1,000, ACM's largest, when left out. */
  readonly pageSize?: number | undefined;
}

/** Every certificate of the account in us-east-1, in ACM's order; one that lists only its first hundred names is read whole. */
export async function listCertificates(
  aws: Aws,
  {statuses, pageSize = largestPage}: ListOptions = {},
): Promise<readonly ListedCertificate[]> {
  const {sdk, client} = await open(aws);
  const found: ListedCertificate[] = [];
  let token: string | undefined;
  do {
    const page = await call(acm('ListCertificates', 'all certificates'), () =>
      client.send(
        new sdk.ListCertificatesCommand({
          CertificateStatuses: statuses && [...statuses],
          Includes: {keyTypes: [...keyTypes]},
          MaxItems: pageSize,
          NextToken: token,
        }),
      ),
    );
    for (const summary of page.CertificateSummaryList ?? []) {
      found.push(
        summary.HasAdditionalSubjectAlternativeNames === true
          ? await readCertificate(aws, summary.CertificateArn ?? '')
          : listed(summary),
      );
    }
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}

/** The whole of several, in the order given; one that is gone meanwhile is left out. */
export async function readCertificates(
  aws: Aws,
  arns: readonly string[],
  signal?: AbortSignal,
): Promise<readonly Certificate[]> {
  const read = async (arn: string) => ({arn, certificate: await findByArn(aws, arn)});
  const byArn = new Map<string, Certificate>();
  for await (const {arn, certificate} of mapConcurrent(arns, readsAtATime, read, signal)) {
    if (certificate !== undefined) byArn.set(arn, certificate);
  }
  return arns.flatMap(arn => byArn.get(arn) ?? []);
}

/** Failure NO_SUCH_CERTIFICATE (exit 2). */
export async function readCertificate(aws: Aws, arn: string): Promise<Certificate> {
  const found = await findByArn(aws, arn);
  if (found !== undefined) return found;
  throw noSuchCertificate(`Certificate ${arn} does not exist in this account.`);
}

export const noSuchCertificate = (message: string): Failure =>
  new Failure('usage', 'NO_SUCH_CERTIFICATE', message, {
    hint: '`frontctl cert list` shows those that there are; check --profile.',
  });

/** Undefined when there is none. Also for some seconds after a request: ACM shows a new certificate late. */
export async function findByArn(aws: Aws, arn: string): Promise<Certificate | undefined> {
  const {sdk, client} = await open(aws);
  try {
    const {Certificate: detail} = await client.send(
      new sdk.DescribeCertificateCommand({CertificateArn: arn}),
    );
    return detail && whole(detail, arn);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw toFailure(error, certificateSubject('DescribeCertificate', arn));
  }
}

/** Failure NO_SUCH_CERTIFICATE (exit 2). */
export async function readCertificateTags(aws: Aws, arn: string): Promise<Readonly<Record<string, string>>> {
  const {sdk, client} = await open(aws);
  const {Tags: tags = []} = await call(certificateSubject('ListTagsForCertificate', arn), () =>
    client.send(new sdk.ListTagsForCertificateCommand({CertificateArn: arn})),
  );
  return Object.fromEntries(tags.map(({Key: key = '', Value: value = ''}) => [key, value]));
}

/** Adds tags or changes their values; others stay. */
export async function tagCertificate(
  aws: Aws,
  arn: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const {sdk, client} = await open(aws);
  await call(certificateSubject('AddTagsToCertificate', arn), () =>
    client.send(new sdk.AddTagsToCertificateCommand({CertificateArn: arn, Tags: tagList(tags)})),
  );
}

export const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({Key, Value}));

const namesOf = (first: string | undefined, others: readonly string[] | undefined): readonly string[] => [
  ...new Set([first ?? '', ...(others ?? [])].map(canonicalName).filter(name => name !== '')),
];

const listed = (summary: CertificateSummary): ListedCertificate => ({
  arn: summary.CertificateArn ?? '',
  names: namesOf(summary.DomainName, summary.SubjectAlternativeNameSummaries),
  status: summary.Status ?? 'UNKNOWN',
  keyAlgorithm: spelled(summary.KeyAlgorithm),
  type: summary.Type ?? 'UNKNOWN',
  notAfter: summary.NotAfter?.toISOString() ?? null,
  inUse: summary.InUse ?? false,
});

/** DescribeCertificate has answered `RSA-2048` where listings say `RSA_2048`. */
const spelled = (algorithm: string | undefined): KeyAlgorithm | 'UNKNOWN' =>
  (algorithm?.replace(/-/g, '_') as KeyAlgorithm | undefined) ?? 'UNKNOWN';

const whole = (detail: CertificateDetail, arn: string): Certificate => ({
  arn: detail.CertificateArn ?? arn,
  names: namesOf(detail.DomainName, detail.SubjectAlternativeNames),
  status: detail.Status ?? 'UNKNOWN',
  keyAlgorithm: spelled(detail.KeyAlgorithm),
  type: detail.Type ?? 'UNKNOWN',
  notAfter: detail.NotAfter?.toISOString() ?? null,
  inUse: (detail.InUseBy ?? []).length > 0,
  requestedAt: detail.CreatedAt?.toISOString() ?? null,
  inUseBy: detail.InUseBy ?? [],
  failureReason: detail.FailureReason ?? null,
  renewal:
    detail.RenewalSummary === undefined
      ? null
      : {
          status: detail.RenewalSummary.RenewalStatus ?? 'UNKNOWN',
          reason: detail.RenewalSummary.RenewalStatusReason ?? null,
          validation: (detail.RenewalSummary.DomainValidationOptions ?? []).map(validationOf),
        },
  validation: (detail.DomainValidationOptions ?? []).map(validationOf),
});

const validationOf = (given: SdkValidation): DomainValidation => ({
  domain: canonicalName(given.DomainName ?? ''),
  status: given.ValidationStatus ?? 'UNKNOWN',
  method: given.ValidationMethod ?? null,
  record: recordOf(given.ResourceRecord),
});

function recordOf(given: SdkValidation['ResourceRecord']): ValidationRecord | null {
  if (given?.Name === undefined || given.Value === undefined) return null;
  const bare = (name: string): string => name.toLowerCase().replace(/\.$/, '');
  return {name: bare(given.Name), type: 'CNAME', value: bare(given.Value)};
}

/** The records of all names, each once: a domain and its wildcard share one. ACM user guide, "How CNAME records for ACM work". */
export function recordsOf({validation}: Pick<Certificate, 'validation'>): readonly ValidationRecord[] {
  const byName = new Map<string, ValidationRecord>();
  for (const {record} of validation) if (record !== null) byName.set(record.name, record);
  return [...byName.values()];
}

/** As a zone file has it, complete with the dots at the ends. */
export const zoneFileLine = ({name, type, value}: ValidationRecord): string =>
  `${name}. 300 IN ${type} ${value}.`;
