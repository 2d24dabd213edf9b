import type {KeyObject} from 'node:crypto';

/** CloudFront's default is SHA-1; SHA-256 is named in the URL (`Hash-Algorithm`) or in a cookie. */
export type Hash = 'sha1' | 'sha256';

/** What CloudFront accepts: RSA of 2,048 bits, and ECDSA on P-256. */
export type KeyType = 'rsa' | 'ecdsa';

/** `canned` carries only the expiry; `custom` carries the whole policy. */
export type PolicyKind = 'canned' | 'custom';

/** One private key, read once and used for every signature. Made by `createSigner`. */
export interface Signer {
  readonly keyPairId: string;
  readonly hash: Hash;
  readonly keyType: KeyType;
  readonly privateKey: KeyObject;
  /** Derived once, to check every signature. */
  readonly publicKey: KeyObject;
}

/** A policy's one statement, in epoch seconds. `ip` is IPv4 CIDR. */
export interface Terms {
  readonly resource: string;
  readonly expires: number;
  readonly starts?: number | undefined;
  readonly ip?: string | undefined;
}

/**
 * Times as the user writes them: `90s`, `10m`, `2h`, `7d` from now, ISO 8601 (UTC where no zone is named), or epoch
 * seconds.
 */
export type WrittenTime = string | number;

/** What a user asks for, before any check. */
export interface WrittenTerms {
  readonly expires: WrittenTime;
  readonly starts?: WrittenTime | undefined;
  /** An IPv4 address, or a range in CIDR notation. */
  readonly ip?: string | undefined;
}

export interface WrittenUrlRequest extends WrittenTerms {
  /** With `*` in it and no `resource`, it is its own resource and gets a custom policy. */
  readonly url: string;
  /** What the policy opens where that is more than the URL; may contain wildcards. */
  readonly resource?: string | undefined;
}

export interface WrittenCookieRequest extends WrittenTerms {
  /** A URL, or a pattern with wildcards. */
  readonly resource: string;
}

/** Checked and encoded: made by `checkUrlRequest`. */
export interface UrlRequest extends Terms {
  /** What is emitted before the parameters of the signature. */
  readonly url: string;
  readonly kind: PolicyKind;
  /** Sentences worth saying, of a request that is allowed but broad. */
  readonly warnings: readonly string[];
}

/** Checked and encoded: made by `checkCookieRequest`. */
export interface CookieRequest extends Terms {
  readonly kind: PolicyKind;
  readonly warnings: readonly string[];
}

export interface SignedUrl {
  readonly url: string;
  /** The signature's parameters alone, without `?` or `&`: for other URLs under the same wildcard. */
  readonly query: string;
  readonly kind: PolicyKind;
  /** The policy that was signed, as JSON text. */
  readonly policy: string;
  /** Epoch seconds. */
  readonly expires: number;
}

export interface SignedCookies {
  /** In the order to set them: `CloudFront-Policy` or `CloudFront-Expires`, `-Signature`, `-Key-Pair-Id`, `-Hash-Algorithm`. */
  readonly cookies: Readonly<Record<string, string>>;
  readonly kind: PolicyKind;
  readonly policy: string;
  readonly expires: number;
}

export type VerifyReason =
  | 'valid'
  | 'expired'
  | 'not yet'
  | 'wrong ip'
  | 'wrong resource'
  | 'broken signature'
  | 'unknown key'
  | 'malformed';

export interface VerifyOptions {
  /** By key pair id. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
  readonly now: Date;
  /** The viewer's address; without it a policy's IP range is not judged. */
  readonly ip?: string | undefined;
}

export type SignedInput =
  | {readonly url: string}
  /** `url` is what the viewer asks for; a custom policy can be judged without. */
  | {readonly cookies: Readonly<Record<string, string>>; readonly url?: string | undefined};

export interface Verification {
  readonly valid: boolean;
  readonly reason: VerifyReason;
  /** One sentence for a person: what exactly is wrong, with the times or names in question. */
  readonly detail: string;
  /** As far as the input could be read. */
  readonly kind?: PolicyKind | undefined;
  readonly policy?: string | undefined;
  readonly resource?: string | undefined;
  readonly expires?: number | undefined;
  readonly starts?: number | undefined;
  readonly ip?: string | undefined;
  readonly keyPairId?: string | undefined;
  readonly hash?: Hash | undefined;
}

export type KeySource =
  | {readonly from: 'file'; readonly path: string}
  | {readonly from: 'environment'; readonly name: string}
  | {readonly from: 'stdin'; readonly input: AsyncIterable<Uint8Array | string>};

export interface LoadedKey {
  readonly privateKey: KeyObject;
  readonly keyType: KeyType;
  /** Such as a key file that others may read. */
  readonly warnings: readonly string[];
}

export interface GeneratedKeyPair {
  readonly keyType: KeyType;
  readonly privateKey: KeyObject;
  /** SPKI, as CreatePublicKey takes it. */
  readonly publicPem: string;
}

export interface CookieAttributes {
  readonly domain?: string | undefined;
  /** Default `/`. */
  readonly path?: string | undefined;
  /** Default true. */
  readonly secure?: boolean | undefined;
  /** Default true. */
  readonly httpOnly?: boolean | undefined;
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | undefined;
}

/** Fields that a line of input may leave out. */
export type BulkDefaults = Partial<WrittenTerms> & {readonly resource?: string | undefined};

export interface BulkOptions {
  /** The first signs where a line names no `keyPairId`. */
  readonly signers: readonly [Signer, ...Signer[]];
  readonly defaults: BulkDefaults;
  /** Relative times count from here, for all lines. */
  readonly now: Date;
  /** `url`: one URL a line, bad lines left out. `json`: one object a line, bad lines as `{line, error}`. */
  readonly output: 'url' | 'json';
  /** Threads; default: one a core. */
  readonly workers?: number | undefined;
  /** Milliseconds that a line may wait for others to be signed with, default 20. */
  readonly waitMs?: number | undefined;
  /** P-256: the first signature and every how many-th after it are verified, default 100. RSA: all are. */
  readonly verifyEvery?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A run of consecutive lines, in the order of the input. */
export interface BulkResult {
  /** What to write, newline-terminated, UTF-8. */
  readonly text: Uint8Array;
  readonly signed: number;
  readonly verified: number;
  readonly bad: readonly BadLine[];
}
