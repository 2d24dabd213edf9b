/** `frontctl cert issue`: names from the command line or the config, tags of the site. */
import type {RequestedKey} from '../../certificate/index.js';
import type {Config} from '../../config/types.js';
import {siteTag} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {issueCertificate, type IssuedCertificate} from '../../stack/index.js';
import type {Session} from '../session.js';

export interface IssueRequest {
  readonly domain: string | undefined;
  readonly alt: readonly string[];
  readonly keyAlgorithm: RequestedKey | undefined;
  readonly dns: 'route53' | 'none' | undefined;
  readonly zone: string | undefined;
  readonly force: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Failures: NO_CERTIFICATE_NAMES (exit 2), those of `issueCertificate`. */
export async function issueFor(session: Session, request: IssueRequest): Promise<IssuedCertificate> {
  const {config} = await session.config();
  const {keyAlgorithm, zone, force, wait, timeoutMs} = request;
  const names = namesFor(request, config);
  const aws = await session.aws();
  return session.follow(
    issueCertificate({
      aws,
      names,
      keyAlgorithm: keyAlgorithm ?? config.certificate?.keyAlgorithm,
      tags: {...config.tags, ...(config.name === undefined ? {} : {[siteTag]: config.name})},
      dns: {
        provider: request.dns ?? config.dns?.provider ?? 'route53',
        zone: zone ?? config.dns?.zone,
        force,
      },
      wait,
      timeoutMs,
      signal: session.signal,
    }),
  );
}

function namesFor({domain, alt}: IssueRequest, {certificate, distribution}: Config): readonly string[] {
  if (domain !== undefined) return [domain, ...alt];
  const names = certificate?.names ?? distribution?.aliases ?? [];
  if (names.length > 0) return names;
  throw new Failure('usage', 'NO_CERTIFICATE_NAMES', 'No domain is named, and the config has no aliases.', {
    hint: 'Name it with --domain (more names with --alt), or list distribution.aliases or certificate.names in the config.',
  });
}
