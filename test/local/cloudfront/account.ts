import {createHash} from 'node:crypto';
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {createClock} from '../../../src/local/clock.js';
import {createCloudFront, type CloudFrontOptions} from '../../../src/local/cloudfront/index.js';
import type {RandomBytes} from '../../../src/local/cloudfront/identifiers.js';
import {openStore} from '../../../src/local/store/index.js';
import {ApiError, type CallContext, type Clock, type Store} from '../../../src/local/types.js';

const context: CallContext = {
  caller: {
    kind: 'identity',
    accessKeyId: 'AKIAEXAMPLE',
    accountId: '000000000000',
    arn: 'arn:aws:iam::000000000000:root',
  },
  requestId: 'test',
  headers: {},
  origin: 'http://127.0.0.1:1',
};

/** The same ids in every run. */
export function sequence(seed = 'seed'): RandomBytes {
  let count = 0;
  return size => {
    count += 1;
    return createHash('shake256', {outputLength: size}).update(`${seed} ${count}`).digest();
  };
}

/** A clock that only `advance` moves. */
export const stillClock = (at = Date.UTC(2026, 10, 21)): Clock => createClock({now: () => at});

export async function account(
  options: Partial<CloudFrontOptions> = {},
): Promise<
  ReturnType<typeof build> & {readonly store: Store; readonly clock: Clock; readonly end: () => Promise<void>}
> {
  const store = options.store ?? (await openStore({memory: true}));
  const clock = options.clock ?? stillClock();
  const built = build(store, clock, options);
  const end = async () => {
    built.close();
    // Of clouds that share a store, the one that opened it closes it.
    if (options.store === undefined) await store.close();
  };
  return {store, clock, end, ...built};
}

function build(store: Store, clock: Clock, options: Partial<CloudFrontOptions>) {
  const purged: {readonly id: string; readonly paths: readonly string[]}[] = [];
  const cloudFront = createCloudFront({
    deployDelayMs: 60_000,
    invalidationDelayMs: 10_000,
    random: sequence(),
    purge(id, paths) {
      purged.push({id, paths});
      return paths.length;
    },
    ...options,
    store,
    clock,
  });
  return {...cloudFront, call: calls(cloudFront.handlers), purged};
}

type Called<H> = {
  readonly [K in keyof H]-?: NonNullable<H[K]> extends (input: infer I, context: CallContext) => infer O
    ? (input: I) => Promise<Awaited<O>>
    : never;
};

/** Handlers without their context; a handler that throws rejects. */
export function calls<H extends object>(handlers: H): Called<H> {
  const bound = Object.entries(handlers).map(([name, handler]) => [
    name,
    (input: unknown) =>
      Promise.resolve(input).then(given =>
        (handler as (input: unknown, context: CallContext) => unknown)(given, context),
      ),
  ]);
  return Object.fromEntries(bound) as Called<H>;
}

/** `NoSuchDistribution 404`, or the value when nothing was thrown. */
export async function faultOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError) return `${error.code} ${error.status}`;
    throw error;
  }
}

export const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';

/** The least that CloudFront accepts. */
export function smallConfig(changes: Partial<DistributionConfig> = {}): DistributionConfig {
  return {
    CallerReference: 'one',
    Comment: '',
    Enabled: true,
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: 'site',
          DomainName: 'site.s3.eu-west-1.amazonaws.com',
          S3OriginConfig: {OriginAccessIdentity: ''},
        },
      ],
    },
    DefaultCacheBehavior: {
      TargetOriginId: 'site',
      ViewerProtocolPolicy: 'redirect-to-https',
      CachePolicyId: cachingOptimized,
    },
    ...changes,
  };
}
