import type {Readable} from 'node:stream';

/** Header fields by lowercase name; repeated ones (Set-Cookie) as arrays. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;
export type MutableFields = Record<string, string | readonly string[]>;

/** A request as the viewer sent it, after the wire: nothing decoded, nothing normalised. */
export interface ViewerRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly httpVersion: '1.0' | '1.1' | '2.0';
  /** Lowercase, without port. */
  readonly host: string;
  /** As in the Host header; undefined when it names none. */
  readonly port: string | undefined;
  /** Raw; starts with `/` (or is `*`). */
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values alternating, in the order and case of the wire. */
  readonly rawHeaders: readonly string[];
  readonly address: string;
  readonly addressPort: number;
  /** `TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake` on a real TLS connection. */
  readonly tls: string | undefined;
  /** ISO 3166 alpha-2; undefined where unknown. */
  readonly country: string | undefined;
  readonly body: Readable | undefined;
  /** X-Amz-Cf-Id of this request. */
  readonly id: string;
}

/** The word before ` from cloudfront` in X-Cache (facts §5). */
export type Mark =
  | 'Hit'
  | 'Miss'
  | 'RefreshHit'
  | 'Error'
  | 'Redirect'
  | 'FunctionGeneratedResponse'
  | 'FunctionExecutionError'
  | 'FunctionValidationError';

/** What goes to the viewer, before the edge's own marks are added. */
export interface Reply {
  readonly status: number;
  /** Reason phrase of HTTP/1.1; the status' own by default. */
  readonly reason?: string | undefined;
  readonly headers: Fields;
  readonly mark: Mark;
  /** Seconds; only answers from the cache have an Age. */
  readonly age: number | undefined;
  readonly body: ReplyBody;
  /** Whether the connection ends after this answer. */
  readonly close?: boolean;
  /** Whether the behavior's response headers policy applies (choices: refusals do not carry it). */
  readonly decorate: boolean;
}

export type ReplyBody =
  | {readonly kind: 'none'}
  | {readonly kind: 'bytes'; readonly bytes: Buffer}
  /** Opened once, when the head has been written; never opened for HEAD. `discard` is called instead then. */
  | {readonly kind: 'stream'; readonly open: () => Readable; readonly discard: () => void};

/** The fields without those named. */
export const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** First value of a field, or undefined. */
export const field = (fields: ViewerRequest['headers'] | Fields, name: string): string | undefined => {
  const value = fields[name];
  if (typeof value === 'string') return value;
  // A name like `constructor` finds what every object inherits.
  return Array.isArray(value) ? value.join(', ') : undefined;
};
