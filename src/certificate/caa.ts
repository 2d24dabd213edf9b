import type {CaaLookup, CaaRecord} from './types.js';

/** Any of these lets Amazon issue. ACM user guide, "(Optional) Configure a CAA record". */
export const amazonAuthorities = ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com'] as const;

export interface BlockingCaa {
  /** The name on the certificate that Amazon may not issue for. */
  readonly domain: string;
  /** The name that has the records: the domain itself, or the nearest one above it that has any. */
  readonly at: string;
  readonly records: readonly CaaRecord[];
}

const knownTags = new Set([
  'issue',
  'issuewild',
  'issuemail',
  'issuevmc',
  'iodef',
  'contactemail',
  'contactphone',
]);

/**
 * Whether these CAA records let Amazon issue a certificate: `issue` counts for all names, and for wildcards `issuewild`
 * in its place where there is one. RFC 8659, section 4.
 */
export function allowsAmazon(records: readonly CaaRecord[], isWildcard: boolean): boolean {
  if (records.some(({isCritical, tag}) => isCritical && !knownTags.has(tag.toLowerCase()))) return false;
  const tagged = (wanted: string) => records.filter(({tag}) => tag.toLowerCase() === wanted);
  const wild = isWildcard ? tagged('issuewild') : [];
  const relevant = wild.length > 0 ? wild : tagged('issue');
  return (
    relevant.length === 0 ||
    relevant.some(({value}) => {
      const authority = value.split(';', 1)[0]?.trim().toLowerCase() ?? '';
      return (amazonAuthorities as readonly string[]).includes(authority);
    })
  );
}

/** The first of `names` whose CAA records, as DNS answers now, keep Amazon out; undefined when none does. RFC 8659, section 3. */
export async function findBlockingCaa(
  names: readonly string[],
  lookup: CaaLookup,
): Promise<BlockingCaa | undefined> {
  for (const domain of names) {
    const isWildcard = domain.startsWith('*.');
    const labels = domain.replace(/^\*\./, '').split('.');
    for (let first = 0; first < labels.length; first++) {
      const at = labels.slice(first).join('.');
      const records = await lookup(at);
      if (records.length === 0) continue;
      if (!allowsAmazon(records, isWildcard)) return {domain, at, records};
      break;
    }
  }
  return undefined;
}

/** As a zone file has it: `0 issue "amazon.com"`. */
export const caaText = ({isCritical, tag, value}: CaaRecord): string =>
  `${isCritical ? 128 : 0} ${tag} "${value}"`;
