import {domainToASCII} from 'node:url';
import {Failure} from '../failure.js';

/** ACM user guide, "Quotas": number of domain names per ACM certificate; at most this many once AWS has raised it. */
const mostNames = 100;
const usualNames = 10;
/** RFC 5280: the common name, which is the first of the names. */
const longestFirst = 64;

/** Lower case, without the dot at the end, labels beyond ASCII as punycode; empty where it is no domain name at all. */
export function canonicalName(name: string): string {
  const bare = name.trim().replace(/\.$/, '').toLowerCase();
  if (/^[\x21-\x7e]*$/.test(bare)) return bare;
  const isWildcard = bare.startsWith('*.');
  const ascii = domainToASCII(isWildcard ? bare.slice(2) : bare);
  return isWildcard && ascii !== '' ? `*.${ascii}` : ascii;
}

/**
 * Whether one of a certificate's names stands for `host`: the same name, or a wildcard, whose `*` is exactly one label
 * (RFC 9525, section 6.3; CloudFront takes a wildcard "at the same level" only). A wildcard host needs its own name.
 */
export function covers(names: readonly string[], host: string): boolean {
  const wanted = canonicalName(host);
  const dot = wanted.indexOf('.');
  const wildcard = wanted.startsWith('*.') || dot < 1 ? undefined : `*${wanted.slice(dot)}`;
  return (
    wanted !== '' &&
    names.some(name => {
      const own = canonicalName(name);
      return own === wanted || own === wildcard;
    })
  );
}

/** Why ACM would not take a name; undefined where it does. RequestCertificate, DomainName; ACM user guide, "Managed renewal". */
function whyNot(given: string, name: string): string | undefined {
  const labels = name.replace(/^\*\./, '').split('.');
  if (name === '') return `"${given}" is not a domain name`;
  if (/^\d+(?:\.\d+){3}$/.test(name) || name.includes(':'))
    return `${given} is an address; certificates are for domain names`;
  if (labels.some(label => label.includes('*')))
    return `${given} has a * in the wrong place: it may only be the whole first label, as in *.example.com`;
  if (labels.length < 2)
    return `${given} has ${name.startsWith('*.') ? 'nothing but a top-level domain behind the *' : 'no dot: a domain name under a public suffix is needed'}`;
  if (name.length > 253) return `${given} has ${name.length} characters; a domain name has at most 253`;
  for (const label of labels) {
    if (label.length > 63)
      return `${given} has a label of ${label.length} characters; a label has at most 63`;
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))
      return `${given} is not a domain name: "${label}" may have letters, digits and inner hyphens only`;
    if (/^..--/.test(label) && !label.startsWith('xn--'))
      return `${given} has the label "${label}": two hyphens in that place are for xn-- only`;
  }
  if (!/^(?:[a-z][a-z0-9-]*[a-z0-9])$/.test(labels.at(-1) ?? ''))
    return `${given} is not a domain name: no top-level domain is "${labels.at(-1) ?? ''}"`;
  return undefined;
}

/**
 * Names as ACM takes them: canonical, none twice, the first with at most 64 characters (one that is short enough moves
 * to the front). Failure CERTIFICATE_NAMES (exit 2), TOO_MANY_NAMES (exit 6).
 */
export function certificateNames(given: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const each of given) {
    const name = canonicalName(each);
    const reason = whyNot(each, name);
    if (reason !== undefined)
      throw new Failure('usage', 'CERTIFICATE_NAMES', `${reason}.`, {
        hint: 'Write it like www.example.com, or *.example.com for every name one level below.',
      });
    names.add(name);
  }
  const first = [...names].find(name => name.length <= longestFirst);
  if (first === undefined) {
    throw new Failure(
      'usage',
      'CERTIFICATE_NAMES',
      names.size === 0
        ? 'A certificate needs at least one name.'
        : `One name of a certificate must have at most ${longestFirst} characters (RFC 5280, common name), and all of these are longer.`,
      {hint: names.size === 0 ? undefined : 'Add a shorter one, such as the domain itself.'},
    );
  }
  if (names.size > mostNames) {
    throw new Failure(
      'refused',
      'TOO_MANY_NAMES',
      `A certificate has at most ${mostNames} names (ACM quota "Number of domain names per ACM certificate"), not ${names.size}.`,
      {hint: 'Use wildcards, or several distributions with a certificate each.'},
    );
  }
  return [first, ...[...names].filter(name => name !== first)];
}

/** What to say before a request that needs a raised quota; undefined where every account may. */
export function namesWarning(names: readonly string[]): string | undefined {
  if (names.length <= usualNames) return undefined;
  return `${names.length} names are more than the ${usualNames} of a new account: AWS refuses them unless it has raised the ACM quota "Number of domain names per ACM certificate".`;
}
