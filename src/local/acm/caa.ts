import {caaRecords} from '../route53/resolve.js';
import type {Store} from '../types.js';

const amazon = new Set(['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com']);
const known = new Set(['issue', 'issuewild', 'iodef']);

/**
 * Whether DNS lets Amazon issue a certificate for the name: no CAA record says who may, or one names Amazon. For a
 * wildcard, `issuewild` takes the place of `issue` where there is any.
 * ACM user guide, "(Optional) Configure a CAA record"; RFC 8659, section 4.
 */
export function caaAllows(store: Store, name: string): boolean {
  const properties = caaRecords(store, name.replace(/^\*\./, '')).map(record => {
    const [, flags = '0', tag = '', value = ''] = /^(\d+)\s+(\w+)\s+"([^"]*)"$/.exec(record) ?? [];
    return {
      critical: Number(flags) >= 128,
      tag: tag.toLowerCase(),
      issuer: value.split(';')[0]?.trim() ?? '',
    };
  });
  if (properties.some(({critical, tag}) => critical && !known.has(tag))) return false;
  const wild = name.startsWith('*.') ? properties.filter(({tag}) => tag === 'issuewild') : [];
  const relevant = wild.length > 0 ? wild : properties.filter(({tag}) => tag === 'issue');
  return relevant.length === 0 || relevant.some(({issuer}) => amazon.has(issuer.toLowerCase()));
}
