import {Failure} from '../../failure.js';

const longest = 80;

/** Parameters of a signed URL: CloudFront removes them before it looks into the cache. */
const signatureParameter = /^(?:Expires|Signature|Key-Pair-Id|Policy|Hash-Algorithm)(?:=|$)/;

/**
 * A query (with its `?`) without what makes a URL a signed one; '' when nothing is left. A signed URL is invalidated by
 * what stands before those parameters.
 */
export function withoutSignature(query: string): string {
  const parts = query.slice(1).split('&');
  const kept = parts.filter(part => !signatureParameter.test(part));
  if (kept.length === parts.length) return query;
  return kept.length === 0 ? '' : '?' + kept.join('&');
}

/** What was typed, fit for a message: no credentials, no signature, one line, cut to a sane length. */
export function quote(typed: string): string {
  const mark = typed.indexOf('?');
  const path = mark === -1 ? typed : typed.slice(0, mark);
  const query = mark === -1 ? '' : typed.slice(mark);
  const open = path.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//');
  const shown = (open + (withoutSignature(query) === query ? query : '?…')).replace(
    // eslint-disable-next-line no-control-regex -- controls are what it names
    /[\u0000-\u001f\u007f]+/g,
    ' ',
  );
  return `"${shown.length <= longest ? shown : shown.slice(0, longest) + '…'}"`;
}

export function invalidItem(typed: string, what: string, hint: string): Failure {
  return new Failure('usage', 'INVALID_PATH', `${quote(typed)} ${what}.`, {hint});
}
