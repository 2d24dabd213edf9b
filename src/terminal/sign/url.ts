import {Failure} from '../../failure.js';
import {checkUrlRequest, signUrl, type PolicyKind} from '../../signing/index.js';
import type {Session} from '../session.js';
import {openSigner, type KeyFlags} from './signer.js';
import {refuseTwoReaders} from './stdin.js';
import {isoTime, readTerms, withExpiry, type TermFlags} from './terms.js';

export interface SignUrlRequest extends KeyFlags, TermFlags {
  readonly urls: readonly string[];
  readonly resource: string | undefined;
}

export interface SignedUrlResult {
  readonly url: string;
  /** Epoch seconds. */
  readonly expires: number;
  readonly expiresAt: string;
  readonly kind: PolicyKind;
  /** The JSON text that was signed. */
  readonly policy: string;
}

export type SignUrlResult = (SignedUrlResult | {readonly urls: readonly SignedUrlResult[]}) & {
  readonly warnings: readonly string[];
};

/** Signs all URLs or, where one is wrong, none. Failures of `openSigner`, `checkUrlRequest`; NO_URL, EXPIRES_MISSING. */
export async function signUrls(session: Session, request: SignUrlRequest, now: Date): Promise<SignUrlResult> {
  const {urls, key, policy} = request;
  if (urls.length === 0) {
    throw new Failure('usage', 'NO_URL', 'There is no URL to sign.', {
      hint: "Write frontctl sign url 'https://HOST/PATH' --expires 2h, or --from-file FILE for many.",
    });
  }
  refuseDash(urls);
  refuseTwoReaders({'--key': key, '--policy': policy});
  const terms = withExpiry(await readTerms(request, session.signal));
  const resource = request.resource ?? terms.resource;
  const checked = urls.map(url => checkUrlRequest({...terms, url, resource}, now));
  const {signer, warnings} = await openSigner(session, request);
  const signed = checked.map((each): SignedUrlResult => {
    const {url, expires, kind, policy: text} = signUrl(each, signer);
    return {url, expires, expiresAt: isoTime(expires), kind, policy: text};
  });
  const all = [...new Set([...warnings, ...checked.flatMap(each => each.warnings)])];
  const [only, second] = signed;
  return only !== undefined && second === undefined
    ? {...only, warnings: all}
    : {urls: signed, warnings: all};
}

/** `-` is no URL; whoever pipes URLs in is told how. */
function refuseDash(urls: readonly string[]): void {
  if (!urls.includes('-')) return;
  throw new Failure('usage', 'URL_NOT_ABSOLUTE', '- is not a URL.', {
    hint: 'Write --from-file - to sign the URLs that come in on standard input.',
  });
}

export const urlText = (result: SignUrlResult): string =>
  ('urls' in result ? result.urls : [result]).map(({url}) => url).join('\n');
