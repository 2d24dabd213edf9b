import {randomUUID} from 'node:crypto';
import type {ACM, Tag} from '@aws-sdk/client-acm';
import {distributionsUsing} from '../cloudfront/distribution/references.js';
import {distributionArn} from '../cloudfront/identifiers.js';
import {accountId, ApiError, type Clock, type Handlers, type Store} from '../types.js';
import {
  certificateTable,
  isValidated,
  renewalProblem,
  settle,
  statusOf,
  type StoredCertificate,
} from './certificates.js';
import {renewalSummary} from './renewal.js';
import {detail, summary} from './views.js';

export interface AcmOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Cloud time until the validation records show up in DescribeCertificate; some seconds at AWS. */
  readonly validationRecordDelayMs?: number | undefined;
  readonly newId?: () => string;
}

const keyAlgorithms = ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'];
const domainName =
  /^(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const tokenLifetimeMs = 3_600_000;
const mostNames = 10;

const refuse = (code: string, message: string): ApiError => new ApiError(code, message, 400);

/**
 * Certificate Manager of us-east-1, the only region whose certificates CloudFront takes. A certificate is issued once
 * the CNAMEs of all its names stand in the emulated Route 53 and no CAA record forbids it, and renewed while it is in use.
 */
export function createAcm(options: AcmOptions): Handlers<ACM> {
  const {store, clock, validationRecordDelayMs = 0, newId = randomUUID} = options;
  const table = store.table<StoredCertificate>(certificateTable);

  const get = (arn: string | undefined): StoredCertificate => {
    if (!/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(arn ?? '')) {
      throw refuse('InvalidArnException', `Invalid ARN: "${arn ?? ''}" is not the ARN of a certificate.`);
    }
    const found = table.get(arn ?? '');
    if (found === undefined) {
      throw refuse('ResourceNotFoundException', `Could not find certificate ${arn ?? ''}.`);
    }
    return found;
  };

  /** Writes down what has become of a certificate, so that it stays so when its records go. */
  async function settled(certificate: StoredCertificate): Promise<StoredCertificate> {
    if (settle(store, clock.now(), certificate) === certificate) return certificate;
    return store.write(() => {
      const current = settle(store, clock.now(), table.get(certificate.arn) ?? certificate);
      if (table.get(current.arn) !== undefined) table.put(current.arn, current);
      return current;
    });
  }

  const users = (arn: string): string[] =>
    distributionsUsing(store, clock.now(), 'certificates', arn).map(distributionArn);

  async function changeTags(arn: string | undefined, change: (tags: Map<string, string>) => void) {
    await store.write(() => {
      const found = get(arn);
      const tags = new Map(Object.entries(found.tags));
      change(tags);
      if (tags.size > 50) throw refuse('TooManyTagsException', 'A certificate has at most 50 tags.');
      table.put(found.arn, {...found, tags: Object.fromEntries(tags)});
    });
    return {};
  }

  return {
    async RequestCertificate(input) {
      const names = requestedNames(input.DomainName, input.SubjectAlternativeNames ?? []);
      const keyAlgorithm = input.KeyAlgorithm ?? 'RSA_2048';
      if (!keyAlgorithms.includes(keyAlgorithm)) {
        throw refuse(
          'InvalidParameterException',
          `The KeyAlgorithm must be one of ${keyAlgorithms.join(', ')}, not "${keyAlgorithm}".`,
        );
      }
      if (input.ValidationMethod !== undefined && input.ValidationMethod !== 'DNS') {
        throw refuse('InvalidParameterException', 'The embedded cloud validates by DNS only.');
      }
      const token = input.IdempotencyToken;
      if (token !== undefined && !/^\w{1,32}$/.test(token)) {
        throw refuse(
          'InvalidParameterException',
          'The IdempotencyToken must have 1 to 32 letters, digits and _.',
        );
      }
      const tags = parseTags(input.Tags ?? []);
      const arn = await store.write(() => {
        const again = [...table.range()].find(
          ([, other]) =>
            token !== undefined &&
            other.idempotencyToken === token &&
            clock.now() < other.requestedAt + tokenLifetimeMs &&
            other.names.join(' ') === names.join(' '),
        );
        if (again !== undefined) return again[0];
        const made: StoredCertificate = {
          arn: `arn:aws:acm:us-east-1:${accountId}:certificate/${newId()}`,
          names,
          keyAlgorithm,
          idempotencyToken: token,
          requestedAt: clock.now(),
          issuedAt: undefined,
          tags: Object.fromEntries(tags),
        };
        table.put(made.arn, made);
        return made.arn;
      });
      return {CertificateArn: arn};
    },

    async DescribeCertificate(input) {
      const found = await settled(get(input.CertificateArn));
      const now = clock.now();
      const known = clock.now() >= found.requestedAt + validationRecordDelayMs;
      const validated = new Set(found.names.filter(name => isValidated(store, name)));
      const renewal = renewalSummary(found, now, validated, renewalProblem(store, now, found));
      return {
        Certificate: {
          ...detail(found, statusOf(found, now), known, users(found.arn), validated),
          ...(renewal && {RenewalSummary: renewal}),
        },
      };
    },

    async ListCertificates(input) {
      // Without `Includes.keyTypes` ACM lists RSA keys of up to 2048 bits only.
      const keyTypes: readonly string[] = input.Includes?.keyTypes ?? ['RSA_1024', 'RSA_2048'];
      const all = await Promise.all(
        [...table.range({after: input.NextToken ?? ''})].map(([, each]) => settled(each)),
      );
      const wanted = all.filter(
        each =>
          keyTypes.includes(each.keyAlgorithm) &&
          (input.CertificateStatuses?.includes(statusOf(each, clock.now())) ?? true),
      );
      const maxItems = input.MaxItems ?? 1000;
      if (!Number.isInteger(maxItems) || maxItems < 1 || maxItems > 1000) {
        throw refuse('InvalidArgsException', `MaxItems must be from 1 to 1000, not ${maxItems}.`);
      }
      const page = wanted.slice(0, maxItems);
      const last = page.at(-1);
      return {
        CertificateSummaryList: page.map(each =>
          summary(each, statusOf(each, clock.now()), users(each.arn).length > 0),
        ),
        ...(wanted.length > page.length && last !== undefined ? {NextToken: last.arn} : {}),
      };
    },

    async DeleteCertificate(input) {
      await store.write(() => {
        const found = get(input.CertificateArn);
        const by = users(found.arn);
        if (by.length > 0) {
          throw refuse('ResourceInUseException', `Certificate ${found.arn} is in use by ${by.join(', ')}.`);
        }
        table.delete(found.arn);
      });
      return {};
    },

    ListTagsForCertificate: input => ({
      Tags: Object.entries(get(input.CertificateArn).tags).map(([Key, Value]) => ({Key, Value})),
    }),
    AddTagsToCertificate: input =>
      changeTags(input.CertificateArn, tags => {
        for (const [key, value] of parseTags(input.Tags ?? [])) tags.set(key, value);
      }),
    RemoveTagsFromCertificate: input =>
      changeTags(input.CertificateArn, tags => {
        // A tag that names a value is removed only when it has that value.
        for (const {Key: key = '', Value: value} of input.Tags ?? []) {
          if (value === undefined || tags.get(key) === value) tags.delete(key);
        }
      }),
  };
}

function requestedNames(first: string | undefined, others: readonly string[]): readonly string[] {
  const names = [...new Set([first ?? '', ...others].map(name => name.toLowerCase()))];
  for (const name of names) {
    if (!domainName.test(name)) {
      throw refuse(
        'InvalidDomainValidationOptionsException',
        `"${name}" is not a domain name for a certificate.`,
      );
    }
  }
  if (first !== undefined && first.length > 64) {
    throw refuse(
      'InvalidParameterException',
      'The DomainName has at most 64 characters; longer names go into SubjectAlternativeNames.',
    );
  }
  if (names.length > mostNames) {
    throw refuse(
      'LimitExceededException',
      `A certificate has at most ${mostNames} names, not ${names.length}.`,
    );
  }
  return names;
}

function parseTags(given: readonly Tag[]): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const {Key: key = '', Value: value = ''} of given) {
    if (key === '' || key.length > 128 || value.length > 256 || /^aws:/i.test(key)) {
      throw refuse(
        'InvalidTagException',
        `The tag "${key}" must have a key of 1 to 128 characters not beginning with aws:, and a value of at most 256.`,
      );
    }
    tags.set(key, value);
  }
  return tags;
}
