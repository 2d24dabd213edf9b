/** What a viewer shows to be let in, as it stands in the request: nothing is decoded. `''` and missing are different. */
export interface SignedFields {
  readonly keyId: string | undefined;
  readonly signature: string | undefined;
  /** Base64 of a custom policy. It wins over `expires`. */
  readonly policy: string | undefined;
  /** Of a canned policy: seconds since the epoch. */
  readonly expires: string | undefined;
  readonly hash: string | undefined;
}

const members: Readonly<Record<string, keyof SignedFields>> = {
  Expires: 'expires',
  Policy: 'policy',
  Signature: 'signature',
  'Key-Pair-Id': 'keyId',
  'Hash-Algorithm': 'hash',
};

const cookiePrefix = 'CloudFront-';

/** Query parameters of a signed URL: never forwarded, never keyed, no part of the URL that was signed. */
export const signatureParameters: ReadonlySet<string> = new Set(Object.keys(members));

/** Their cookies: `CloudFront-Policy` and so on. */
export const signatureCookies: ReadonlySet<string> = new Set(
  Object.keys(members).map(name => cookiePrefix + name),
);

const none: SignedFields = {
  keyId: undefined,
  signature: undefined,
  policy: undefined,
  expires: undefined,
  hash: undefined,
};

const memberOf = (name: string): keyof SignedFields | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined;

export interface SignedQuery {
  /** Undefined: no signed URL. */
  readonly fields: SignedFields | undefined;
  /** The raw query without the signature's parameters: what was there when the URL was signed. */
  readonly rest: string;
}

/**
 * Takes a raw query apart. One parameter of a signature, even without a value, makes it a signed URL (guide, "Decide to
 * use signed URLs or signed cookies"). Names are compared as they stand, with their case; a parameter that comes twice
 * has no value (choices).
 */
export const readSignedQuery = (query: string): SignedQuery => {
  if (query === '') return {fields: undefined, rest: ''};
  const found: Partial<Record<keyof SignedFields, string>> = {};
  const rest: string[] = [];
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const member = memberOf(equals === -1 ? part : part.slice(0, equals));
    if (member === undefined) rest.push(part);
    else found[member] = found[member] !== undefined || equals === -1 ? '' : part.slice(equals + 1);
  }
  return {
    fields: Object.keys(found).length === 0 ? undefined : {...none, ...found},
    rest: rest.join('&'),
  };
};

/** The signature's cookies. Names have case; of a cookie that comes twice the first counts: the nearer path. */
export const readSignedCookies = (header: string | undefined): SignedFields => {
  if (header?.includes(cookiePrefix) !== true) return none;
  const found: Partial<Record<keyof SignedFields, string>> = {};
  for (const part of header.split(';')) {
    const pair = part.trim();
    const equals = pair.indexOf('=');
    if (equals === -1 || !pair.startsWith(cookiePrefix)) continue;
    const member = memberOf(pair.slice(cookiePrefix.length, equals));
    if (member !== undefined) found[member] ??= pair.slice(equals + 1);
  }
  return {...none, ...found};
};

/** Base64 in CloudFront's alphabet (`-` for `+`, `_` for `=`, `~` for `/`), padded; undefined when it is anything else. */
export const decodeSigned = (text: string | undefined): Buffer | undefined =>
  text === undefined || text.length % 4 !== 0 || !/^[A-Za-z0-9\-~]+_{0,2}$/.test(text)
    ? undefined
    : Buffer.from(text.replaceAll('-', '+').replaceAll('~', '/').replaceAll('_', '='), 'base64');
