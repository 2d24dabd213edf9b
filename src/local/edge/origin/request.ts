import type {Readable} from 'node:stream';
import type {Fields} from '../message.js';

/** One request to an origin, after the behavior decided what it may carry. */
export interface OriginRequest {
  readonly method: string;
  /** Raw path and query, without OriginPath. */
  readonly target: string;
  /** Lowercase names; Host included. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | undefined;
  readonly viewerScheme: 'http' | 'https';
  readonly distributionArn: string;
}

export interface Arrival {
  readonly status: number;
  readonly headers: Fields;
  readonly body: Readable;
  readonly s3: boolean;
}

/** The origin gave no usable answer. */
export class OriginFailure extends Error {
  constructor(
    /** What the viewer gets (facts §6): 502 refused, DNS, TLS; 504 timeouts; 403 the viewer's Host at S3. */
    readonly status: 403 | 502 | 504,
    /** The failover code under which a group counts it: 503 no connection, 504 a timeout (facts §7). */
    readonly countsAs: 502 | 503 | 504,
    message: string,
    /** Whether another attempt at the same origin makes sense. */
    readonly retry: 'always' | 'never',
  ) {
    super(message);
    this.name = 'OriginFailure';
  }
}
