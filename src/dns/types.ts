import type {ResourceRecordSet} from '@aws-sdk/client-route-53';
import type {WaitOptions} from '../aws/index.js';

/** A Route 53 hosted zone. */
export interface Zone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** Plain: `example.com`. */
  readonly name: string;
  /** Answers only inside VPCs: never for CloudFront. */
  readonly private: boolean;
  /** Those that the parent zone has to name; only where the zone was read by itself. */
  readonly nameServers?: readonly string[];
}

/** A record set as Route 53 holds it, with plain names. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  /** Seconds; undefined for aliases, which have their target's. */
  readonly ttl: number | undefined;
  /** As Route 53 writes them: TXT in quotes, names with or without a dot. */
  readonly values: readonly string[];
  readonly alias:
    {readonly zoneId: string; readonly target: string; readonly evaluateTargetHealth: boolean} | undefined;
  /** One of several under the same name and type: weighted, by latency, by country, ... */
  readonly setIdentifier: string | undefined;
  /** Byte for byte what a DELETE has to repeat. */
  readonly raw: ResourceRecordSet;
}

/** Types that Route 53 lets an alias to CloudFront have. */
export type AliasType = 'A' | 'AAAA' | 'HTTPS';
export const aliasTypes: readonly AliasType[] = ['A', 'AAAA', 'HTTPS'];

export interface RecordChange {
  readonly action: 'CREATE' | 'UPSERT' | 'DELETE';
  readonly set: ResourceRecordSet;
  /** One clause: `missing`, `points at d2.cloudfront.net`. */
  readonly reason: string;
}

/** An alias record as it should be, and what is to be done for it. */
export interface PlannedRecord {
  readonly name: string;
  readonly type: AliasType;
  readonly target: string;
  readonly action: 'create' | 'replace' | 'none';
  readonly reason: string;
}

/** A record set in the way, which only `force` replaces. */
export interface RecordConflict {
  readonly name: string;
  readonly type: string;
  /** What it is: `CNAME shop.example.net`, `A 192.0.2.1 (weighted, "blue")`. */
  readonly found: string;
  /** Not even by force: a delegation to other name servers. */
  readonly isLasting: boolean;
}

export interface AliasPlan {
  readonly records: readonly PlannedRecord[];
  /** To be sent in one batch. Nothing here belongs to a name that has conflicts. */
  readonly changes: readonly RecordChange[];
  readonly conflicts: readonly RecordConflict[];
}

/**
 * Answers of the DNS. Names are plain; a name or type that does not exist is undefined or an empty list.
 * All of them: Failure DNS_UNREACHABLE (exit 1) for timeouts and servers that fail or refuse.
 */
export interface Resolver {
  /** Who answers, for texts: `1.1.1.1`, `Route 53`. */
  readonly label: string;
  /** What the name is another name for: a CNAME's target; from Route 53 itself also an alias's. */
  readonly cname: (name: string) => Promise<string | undefined>;
  /** IPv4, then IPv6, each sorted. */
  readonly addresses: (name: string) => Promise<readonly string[]>;
  /** Sorted. */
  readonly nameServers: (name: string) => Promise<readonly string[]>;
  /** Each with its parts put together. */
  readonly txt: (name: string) => Promise<readonly string[]>;
  readonly caa: (name: string) => Promise<readonly CaaRecord[]>;
  /** Seconds for which the addresses of `name` may be kept from now on; undefined where unknown. */
  readonly ttl: (name: string) => Promise<number | undefined>;
}

/** RFC 8659: `issue "amazon.com"`. */
export interface CaaRecord {
  /** `issue`, `issuewild`, `iodef`, ... */
  readonly tag: string;
  readonly value: string;
  readonly isCritical: boolean;
}

/** How long to wait and how: for tests, and for Ctrl-C. */
export type Waiting = Pick<WaitOptions<never>, 'timeoutMs' | 'sleep' | 'now' | 'signal'> & {
  readonly pace?: WaitOptions<never>['delay'] | undefined;
};
