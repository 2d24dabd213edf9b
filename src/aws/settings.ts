import type {IniSection, ParsedIniData, SharedConfigFiles} from '@smithy/types';
import {Failure} from '../failure.js';
import type {AwsOptions, ServiceId} from './types.js';

/** The key pair of the embedded cloud (`localCredentials` there). Not a secret: it opens a loopback port. */
export const localKeys = {accessKeyId: 'local', secretAccessKey: 'local'} as const;

/** The SDK's own service ids, as AWS_ENDPOINT_URL_<ID> and `[services]` sections spell them. */
const serviceIds: Readonly<Record<ServiceId, string>> = {
  s3: 'S3',
  cloudfront: 'CLOUDFRONT',
  acm: 'ACM',
  route53: 'ROUTE_53',
  kms: 'KMS',
};

const defaultRegion = 'us-east-1';

/** What the SDK's environment and shared files say, read once and only when asked. */
export interface Settings {
  /** --profile, else AWS_PROFILE; undefined: the SDK's `default`. */
  readonly profile: string | undefined;
  /** Failure PROFILE_NOT_FOUND when a profile was named that no file has. */
  readonly checkProfile: () => Promise<void>;
  readonly region: () => Promise<string>;
  /** The endpoint that replaces AWS's own, without a slash at the end. */
  readonly endpoint: (service: ServiceId) => Promise<URL | undefined>;
  readonly isEndpointOverridden: boolean;
  readonly variants: () => Promise<{readonly fips: boolean; readonly dualStack: boolean}>;
  /** AWS_MAX_ATTEMPTS or `max_attempts`. */
  readonly maxAttempts: () => Promise<number | undefined>;
}

interface Selector<T> {
  readonly environment: (env: NodeJS.ProcessEnv) => T | undefined;
  readonly file: (profile: IniSection, config: ParsedIniData) => T | undefined;
}

const text = (variables: readonly string[], key: string): Selector<string> => ({
  environment: env => variables.map(name => env[name]).find(value => value !== undefined && value !== ''),
  file: profile => profile[key],
});

const truth = (variable: string, key: string): Selector<boolean> => {
  const parse = (value: string | undefined): boolean | undefined =>
    value === undefined ? undefined : value.toLowerCase() === 'true';
  return {
    environment: env => parse(env[variable]),
    file: profile => parse(profile[key]),
  };
};

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
const endpointSelector = (service: ServiceId): Selector<string> => ({
  environment: env => env[`AWS_ENDPOINT_URL_${serviceIds[service]}`] ?? env['AWS_ENDPOINT_URL'],
  file: (profile, config) => {
    const section = profile['services'] === undefined ? undefined : config[`services.${profile['services']}`];
    return section?.[`${serviceIds[service].toLowerCase()}.endpoint_url`] ?? profile['endpoint_url'];
  },
});

function parseEndpoint(value: string, source: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const shown = value.replace(/[^/]*@/, '***@');
    throw new Failure('usage', 'BAD_ENDPOINT', `${source} is "${shown}", which is not an http or https URL`, {
      hint: 'Write it like http://localhost:4566.',
    });
  }
  // Nothing would send them, and every error that names the endpoint would show them.
  if (url.username !== '' || url.password !== '') {
    throw new Failure('usage', 'BAD_ENDPOINT', `${source} for ${url.host} holds a user name or password`, {
      hint: 'Leave them out of the URL: calls are signed with AWS credentials.',
    });
  }
  return url;
}

/** Failure PROFILE_NOT_FOUND (exit 3) names the profiles that there are. */
function checkProfile(profile: string, source: string, files: SharedConfigFiles): void {
  const known = [...new Set([...Object.keys(files.configFile), ...Object.keys(files.credentialsFile)])]
    .filter(name => !/^(services|sso-session)\./.test(name))
    .sort();
  if (known.includes(profile)) return;
  throw new Failure(
    'access',
    'PROFILE_NOT_FOUND',
    `There is no AWS profile "${profile}" (from ${source}) in the AWS config and credentials files`,
    {
      hint:
        known.length > 0
          ? `Profiles found: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', ...' : ''}.`
          : 'No profile was found at all; `aws configure` or `aws configure sso` makes one.',
    },
  );
}

const memoise = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
};

export function readSettings(options: AwsOptions): Settings {
  const env = options.env ?? process.env;
  const profile = options.profile ?? (env['AWS_PROFILE'] === '' ? undefined : env['AWS_PROFILE']);
  const source = options.profile === undefined ? 'AWS_PROFILE' : '--profile';

  const files = memoise(async () => {
    const {loadSharedConfigFiles} = await import('@smithy/core/config');
    const found = await loadSharedConfigFiles();
    if (profile !== undefined && options.local === undefined) checkProfile(profile, source, found);
    return found;
  });

  /** Environment before file, config before credentials, as in the SDK. */
  const load = async <T>(selector: Selector<T>, fallback: T): Promise<T> => {
    const fromEnv = selector.environment(env);
    if (fromEnv !== undefined) return fromEnv;
    if (options.local !== undefined) return fallback; // a profile has no say in the embedded cloud
    const {configFile, credentialsFile} = await files();
    const name = profile ?? 'default';
    return selector.file({...credentialsFile[name], ...configFile[name]}, configFile) ?? fallback;
  };

  const endpointFor = (service: ServiceId): (() => Promise<URL | undefined>) =>
    memoise(async () => {
      if (options.local !== undefined) return parseEndpoint(options.local.endpoint, 'The local endpoint');
      if (options.endpointUrl !== undefined) return parseEndpoint(options.endpointUrl, '--endpoint-url');
      const selector = endpointSelector(service);
      if (
        await load(truth('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'ignore_configured_endpoint_urls'), false)
      ) {
        return undefined;
      }
      const value = await load<string | undefined>(selector, undefined);
      return value === undefined || value === ''
        ? undefined
        : parseEndpoint(value, `The endpoint for ${serviceIds[service]} (AWS_ENDPOINT_URL or endpoint_url)`);
    });
  const endpoints: Readonly<Record<ServiceId, () => Promise<URL | undefined>>> = {
    s3: endpointFor('s3'),
    cloudfront: endpointFor('cloudfront'),
    acm: endpointFor('acm'),
    route53: endpointFor('route53'),
    kms: endpointFor('kms'),
  };

  const isIgnored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  const isInEnvironment = [
    ...Object.values(serviceIds).map(id => `AWS_ENDPOINT_URL_${id}`),
    'AWS_ENDPOINT_URL',
  ].some(name => (env[name] ?? '') !== '');
  return {
    profile,
    checkProfile: async () => {
      await files();
    },
    // AWS_DEFAULT_REGION is the AWS CLI's name for it; the JavaScript SDK alone would not see it.
    region: memoise(async () => {
      if (options.region !== undefined) return options.region;
      if (options.local !== undefined) return defaultRegion;
      return load(text(['AWS_REGION', 'AWS_DEFAULT_REGION'], 'region'), defaultRegion);
    }),
    endpoint: service => endpoints[service](),
    isEndpointOverridden:
      options.local !== undefined || options.endpointUrl !== undefined || (!isIgnored && isInEnvironment),
    variants: memoise(async () => ({
      fips: await load(truth('AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint'), false),
      dualStack: await load(truth('AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint'), false),
    })),
    maxAttempts: memoise(async () => {
      const value = await load<string | undefined>(text(['AWS_MAX_ATTEMPTS'], 'max_attempts'), undefined);
      if (value === undefined) return undefined;
      const attempts = Number(value);
      if (Number.isInteger(attempts) && attempts > 0) return attempts;
      throw new Failure(
        'usage',
        'BAD_MAX_ATTEMPTS',
        `AWS_MAX_ATTEMPTS (max_attempts) is "${value}", not a whole number above 0`,
      );
    }),
  };
}
