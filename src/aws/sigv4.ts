import {createHmac, createSecretKey, hash, type KeyObject} from 'node:crypto';

/** What signs: the access key id is public, the other two are secrets and never leave this folder. */
interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

interface UnsignedRequest {
  readonly method: string;
  /** Already encoded with `encodePath`. */
  readonly path: string;
  /** Decoded names and values. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly host: string;
  /** Lowercase names, `host` not among them. Requests that share this object are signed faster. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body, lowercase hex. */
  readonly payloadHash: string;
}

interface SigningScope {
  readonly region: string;
  readonly service: string;
  /** Milliseconds since the epoch, corrected for the skew of the local clock. */
  readonly time: number;
}

/** SHA-256 of nothing. */
export const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/**
 * Headers that proxies add or change on their way: the SDK leaves them out of the signature, and so do we.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
const unsignable = new Set([
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);

/** RFC 3986: everything but unreserved characters percent-encoded, uppercase hex; encodeURIComponent leaves five more bare. */
function encodeComponent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An object key as a URL path: encoded once, slashes kept, no dot segment or double slash removed (S3's own rule). */
export function encodeKey(key: string): string {
  return /^[\w./~-]*$/.test(key) ? key : encodeComponent(key).replaceAll('%2F', '/');
}

/** `a=1&b=` in canonical order: by encoded name. Also what goes on the wire. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => [encodeComponent(name), encodeComponent(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** `20261121T190000Z` */
export const amzDate = (time: number): string => new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, '');

const hmac = (key: string | Buffer | KeyObject, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();

interface SignedNames {
  readonly hasToken: boolean;
  /** In order. */
  readonly names: readonly string[];
  readonly joined: string;
}

/** Blanks around it gone, runs of blanks inside made one. */
const canonicalValue = (value: string): string =>
  /^\s|\s\s|[^\S ]|\s$/.test(value) ? value.trim().replace(/\s+/g, ' ') : value;

export interface Signer {
  /** The headers to send: the given ones with `host`, `x-amz-date`, `x-amz-content-sha256`, the session token and `authorization`. */
  sign(request: UnsignedRequest, keys: SigningKeys, scope: SigningScope): Record<string, string>;
}

/**
 * AWS Signature Version 4 in the Authorization header, by S3's rules (path encoded once and never normalised).
 * The signing key is derived once a day, region, service and key pair.
 */
export function createSigner(): Signer {
  let cachedFor = '';
  let cachedKey: KeyObject | undefined;
  const signingKey = (keys: SigningKeys, day: string, scope: SigningScope): KeyObject => {
    const wanted = `${day}/${scope.region}/${scope.service}/${keys.accessKeyId}/${keys.secretAccessKey}`;
    if (cachedKey === undefined || wanted !== cachedFor) {
      const dayKey = hmac(`AWS4${keys.secretAccessKey}`, day);
      cachedKey = createSecretKey(hmac(hmac(hmac(dayKey, scope.region), scope.service), 'aws4_request'));
      cachedFor = wanted;
    }
    return cachedKey;
  };
  // Formatting a date costs as much as a hash, and thousands of requests share a second.
  let datedSecond = NaN;
  let date = '';
  const dateOf = (time: number): string => {
    const second = Math.floor(time / 1000);
    if (second !== datedSecond) {
      datedSecond = second;
      date = amzDate(time);
    }
    return date;
  };

  // Sorting names costs as much as a hash, too, and thousands of objects have the same headers.
  const known = new WeakMap<object, SignedNames>();
  const namesOf = (headers: Readonly<Record<string, string>>, hasToken: boolean): SignedNames => {
    const found = known.get(headers);
    if (found?.hasToken === hasToken) return found;
    const own = Object.keys(headers).filter(name => !unsignable.has(name));
    const ours = [
      'host',
      'x-amz-content-sha256',
      'x-amz-date',
      ...(hasToken ? ['x-amz-security-token'] : []),
    ];
    const names = [...own, ...ours].sort();
    const made = {hasToken, names, joined: names.join(';')};
    known.set(headers, made);
    return made;
  };

  return {
    sign({method, path, query, host, headers: given, payloadHash}, keys, scope) {
      const date = dateOf(scope.time);
      const day = date.slice(0, 8);
      const {sessionToken} = keys;
      const headers: Record<string, string> = {
        host,
        ...given,
        'x-amz-date': date,
        'x-amz-content-sha256': payloadHash,
      };
      if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
      const {names, joined} = namesOf(given, sessionToken !== undefined);
      let canonical = `${method}\n${path}\n${query ? encodeQuery(query) : ''}\n`;
      for (const name of names) canonical += `${name}:${canonicalValue(headers[name] ?? '')}\n`;
      canonical += `\n${joined}\n${payloadHash}`;

      const scopeText = `${day}/${scope.region}/${scope.service}/aws4_request`;
      const signature = createHmac('sha256', signingKey(keys, day, scope))
        .update(`AWS4-HMAC-SHA256\n${date}\n${scopeText}\n${sha256(canonical)}`)
        .digest('hex');
      headers['authorization'] =
        `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scopeText}, SignedHeaders=${joined}, Signature=${signature}`;
      return headers;
    },
  };
}
