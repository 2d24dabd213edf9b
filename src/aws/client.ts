import {setTimeout as delay} from 'node:timers/promises';
import type {ACMClient} from '@aws-sdk/client-acm';
import type {CloudFrontClient} from '@aws-sdk/client-cloudfront';
import type {KMSClient} from '@aws-sdk/client-kms';
import type {Route53Client} from '@aws-sdk/client-route-53';
import type {S3Client} from '@aws-sdk/client-s3';
import {customAddress, sdkAddress, standardAddress, type BucketAddress} from './address.js';
import {createConnection} from './connection.js';
import {createCredentials} from './credentials.js';
import {withOrigin} from './failures.js';
import type {CallOrigin} from './known-errors.js';
import {createLimiter} from './limiter.js';
import {createObjectStore} from './objects.js';
import {errorFacts} from './retry.js';
import {readSettings} from './settings.js';
import type {Aws, AwsOptions, ObjectStore, ServiceId} from './types.js';

/** CloudFront, its certificates and Route 53 are run from here whatever the region of the bucket. */
const globalRegion = 'us-east-1';
const connectTimeoutMs = 5_000;
const idleTimeoutMs = 60_000;
const maxConnections = 256;
const firstConnections = 32;
/** Requests of the SDK's clients at a time, for each client. */
const clientSockets = 64;
const defaultAttempts = 5;
/** A large deploy makes ten thousands of requests: where every fifth fails, five attempts each would not bring it to its end. */
const defaultAttemptsOnceAnswered = 8;

type Client = ACMClient | CloudFrontClient | KMSClient | Route53Client | S3Client;

const once = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
};

/**
 * The flags that lead another command to the same account and endpoint, each after a space: ` --local`, ` --profile work`;
 * empty where the environment decides. An endpoint with a password in it is not repeated.
 */
export function commandFlags({local, profile, endpointUrl}: AwsOptions): string {
  if (local !== undefined) return ' --local';
  return [
    profile === undefined ? '' : ` --profile ${profile}`,
    endpointUrl === undefined || endpointUrl.includes('@') ? '' : ` --endpoint-url ${endpointUrl}`,
  ].join('');
}

/** Clients and object stores for one choice of account, region and endpoint. Nothing is loaded or read before first use. */
export function createAws(options: AwsOptions): Aws {
  // The SDK prints a notice of several lines on Node 20 when its first client is made, its own SSO and STS clients included.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const env = options.env ?? process.env;
  const isLocal = options.local !== undefined;
  const settings = readSettings(options);
  const credentials = createCredentials(settings, isLocal, env);
  const answered = new Set<ServiceId>();
  const closers = new Set<() => Promise<void>>();

  const originOf = (endpoint: URL | undefined): CallOrigin => ({
    endpoint: endpoint?.href.replace(/\/$/, ''),
    isLocal,
    profile: settings.profile,
  });

  /** What every client of the SDK is made with. */
  const clientConfig = async (service: ServiceId, region: string) => {
    if (!isLocal) await settings.checkProfile();
    const endpoint = await settings.endpoint(service);
    return {
      region,
      credentials: credentials.provider,
      cacheMiddleware: true,
      requestHandler: {
        connectionTimeout: connectTimeoutMs,
        socketTimeout: idleTimeoutMs,
        httpAgent: {keepAlive: true, maxSockets: clientSockets},
        httpsAgent: {keepAlive: true, maxSockets: clientSockets},
      },
      ...(settings.profile === undefined || isLocal ? {} : {profile: settings.profile}),
      ...(endpoint === undefined ? {ignoreConfiguredEndpointUrls: true} : {endpoint: endpoint.href}),
    };
  };

  /** Lets `toFailure` know where a failed call of this client went, and `hasAnswered` that one arrived. */
  const adopt = async <C extends Client>(service: ServiceId, client: C): Promise<C> => {
    const origin = originOf(await settings.endpoint(service));
    const stack = client.middlewareStack as CloudFrontClient['middlewareStack'];
    stack.add(
      next => async args => {
        try {
          const result = await next(args);
          answered.add(service);
          return result;
        } catch (error) {
          if (errorFacts(error).status !== undefined) answered.add(service);
          throw withOrigin(error, origin);
        }
      },
      {step: 'initialize', priority: 'high', name: 'frontctlOrigin'},
    );
    closers.add(() => {
      client.destroy();
      return Promise.resolve();
    });
    return client;
  };

  const s3In = async (region: string): Promise<S3Client> => {
    const {S3Client: Client} = await import('@aws-sdk/client-s3');
    const endpoint = await settings.endpoint('s3');
    const config = await clientConfig('s3', region);
    return adopt(
      's3',
      new Client({...config, forcePathStyle: endpoint !== undefined, followRegionRedirects: true}),
    );
  };
  const s3Clients = new Map<string, Promise<S3Client>>();
  const s3 = async (wanted?: string): Promise<S3Client> => {
    const region = wanted ?? (await settings.region());
    const client = s3Clients.get(region) ?? s3In(region);
    s3Clients.set(region, client);
    return client;
  };

  const addressOf = async (bucket: string, region: string): Promise<BucketAddress> => {
    const endpoint = await settings.endpoint('s3');
    if (endpoint !== undefined) return customAddress(endpoint, bucket, region);
    const {fips, dualStack} = await settings.variants();
    const standard = fips || dualStack ? undefined : standardAddress(bucket, region);
    return standard ?? sdkAddress(await s3(), bucket, region, {fips, dualStack});
  };

  const stores = new Map<string, Promise<ObjectStore>>();
  const openStore = async (bucket: string): Promise<ObjectStore> => {
    const [region, endpoint, maxAttempts] = await Promise.all([
      settings.region(),
      settings.endpoint('s3'),
      settings.maxAttempts(),
    ]);
    const store = createObjectStore({
      bucket,
      region,
      addressIn: inRegion => addressOf(bucket, inRegion),
      credentials,
      connection: createConnection({connectTimeoutMs, responseTimeoutMs: idleTimeoutMs}),
      limiter: createLimiter({start: firstConnections, max: maxConnections}),
      maxAttempts: maxAttempts ?? defaultAttempts,
      maxAttemptsOnceAnswered: maxAttempts ?? defaultAttemptsOnceAnswered,
      origin: originOf(endpoint),
      now: Date.now,
      random: Math.random,
      sleep: ms => delay(ms),
    });
    closers.add(store.close);
    return store;
  };

  const kmsClients = new Map<string, Promise<KMSClient>>();
  const openKms = async (region: string): Promise<KMSClient> => {
    const {KMSClient: Client} = await import('@aws-sdk/client-kms');
    return adopt('kms', new Client(await clientConfig('kms', region)));
  };

  return {
    region: settings.region,
    s3,
    cloudfront: once(async () => {
      const {CloudFrontClient: Client} = await import('@aws-sdk/client-cloudfront');
      return adopt('cloudfront', new Client(await clientConfig('cloudfront', globalRegion)));
    }),
    acm: once(async () => {
      const {ACMClient: Client} = await import('@aws-sdk/client-acm');
      return adopt('acm', new Client(await clientConfig('acm', globalRegion)));
    }),
    route53: once(async () => {
      const {Route53Client: Client} = await import('@aws-sdk/client-route-53');
      return adopt('route53', new Client(await clientConfig('route53', globalRegion)));
    }),
    kms: async asked => {
      const region = asked ?? (await settings.region());
      const client = kmsClients.get(region) ?? openKms(region);
      kmsClients.set(region, client);
      return client;
    },
    objects: bucket => {
      let store = stores.get(bucket);
      if (store === undefined) {
        store = openStore(bucket);
        stores.set(bucket, store);
      }
      return store;
    },
    hasAnswered: service => answered.has(service),
    isEndpointOverridden: settings.isEndpointOverridden,
    commandFlags: commandFlags(options),
    close: async () => {
      const all = [...closers];
      closers.clear();
      await Promise.all(all.map(close => close()));
    },
  };
}
