import type {AwsCredentialIdentity, AwsCredentialIdentityProvider} from '@smithy/types';
import {Failure} from '../failure.js';
import {localKeys, type Settings} from './settings.js';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const login = (profile: string | undefined): string =>
  profile === undefined ? 'Run `aws sso login`.' : `Run \`aws sso login --profile ${profile}\`.`;

/**
 * Why no credentials came out of the SDK's provider chain, and what to do. SSO_EXPIRED, WEB_IDENTITY_TOKEN_MISSING,
 * CREDENTIAL_PROCESS_FAILED, ASSUME_ROLE_DENIED or NO_CREDENTIALS, all exit 3.
 */
function credentialFailure(error: unknown, profile: string | undefined, env: NodeJS.ProcessEnv): Failure {
  if (error instanceof Failure) return error;
  const message = messageOf(error);
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const who = profile === undefined ? '' : ` of profile "${profile}"`;
  const fail = (failureCode: string, text: string, hint: string): Failure =>
    new Failure('access', failureCode, text, {hint, cause: error});

  if (/\bsso\b/i.test(message) && /expired|invalid|not found|refresh/i.test(message)) {
    return fail('SSO_EXPIRED', `The SSO session${who} has expired or was never started`, login(profile));
  }
  if (/Token is expired|ExpiredTokenException/i.test(`${message} ${name}`) || name === 'TokenProviderError') {
    return fail('SSO_EXPIRED', `The sign-in${who} has expired`, login(profile));
  }
  const tokenFile = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  if (code === 'ENOENT' && tokenFile !== undefined && message.includes(tokenFile)) {
    return fail(
      'WEB_IDENTITY_TOKEN_MISSING',
      `AWS_WEB_IDENTITY_TOKEN_FILE names ${tokenFile}, which does not exist`,
      'In CI, check that the job may ask for an identity token (GitHub: `permissions: id-token: write`).',
    );
  }
  if (name === 'AccessDenied' || name === 'AccessDeniedException' || /sts:AssumeRole/.test(message)) {
    return fail(
      'ASSUME_ROLE_DENIED',
      `AWS refused to hand out the role${who}: ${message}`,
      "Check the role's trust policy and the `role_arn` and `source_profile` of the profile.",
    );
  }
  if (name === 'InvalidIdentityToken' || name === 'ExpiredTokenException') {
    return fail(
      'WEB_IDENTITY_REJECTED',
      `AWS does not accept the web identity token: ${message}`,
      'Get a fresh token and run again.',
    );
  }
  const tried = [
    profile === undefined ? 'the environment (AWS_ACCESS_KEY_ID)' : undefined,
    `profile "${profile ?? 'default'}"`,
    tokenFile === undefined ? undefined : 'web identity',
    (env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'])
      ? 'the container endpoint'
      : undefined,
    env['AWS_EC2_METADATA_DISABLED'] === 'true' ? undefined : 'EC2 instance metadata',
  ].filter(part => part !== undefined);
  const isPlain = /Could not load credentials from any providers/.test(message);
  return fail(
    'NO_CREDENTIALS',
    `There are no AWS credentials (tried ${tried.join(', ')})${isPlain ? '' : `: ${message.replace(/\.?\s*$/, '')}`}`,
    'Run `aws configure sso` or `aws configure`, set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or try `--local`, which needs none.',
  );
}

export interface Credentials {
  /** For the SDK's clients. */
  readonly provider: AwsCredentialIdentityProvider;
  /** What `provider` would answer, where that is known without asking: a request needs no promise then. */
  readonly current: () => AwsCredentialIdentity | undefined;
  /** Asks the chain anew, whatever it remembers: after ExpiredToken. */
  readonly refresh: () => Promise<AwsCredentialIdentity>;
}

const silent = {debug() {}, info() {}, warn() {}, error() {}};

/**
 * The chain's first link, by the SDK's own rules (credential-provider-env): both keys in the environment win over
 * everything but a profile that was named. Most CI runs end here and need not load the chain.
 */
function fromEnvironment(env: NodeJS.ProcessEnv): AwsCredentialIdentity | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = env['AWS_SESSION_TOKEN'];
  const expiration = env['AWS_CREDENTIAL_EXPIRATION'];
  const credentialScope = env['AWS_CREDENTIAL_SCOPE'];
  const accountId = env['AWS_ACCOUNT_ID'];
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && {sessionToken}),
    ...(expiration && {expiration: new Date(expiration)}),
    ...(credentialScope && {credentialScope}),
    ...(accountId && {accountId}),
  };
}

/** The SDK asks its chain anew this long before credentials expire. */
const renewMs = 5 * 60_000;

/** The SDK's default chain (environment, SSO, files, process, web identity, container, instance), loaded on first use. */
export function createCredentials(settings: Settings, isLocal: boolean, env: NodeJS.ProcessEnv): Credentials {
  if (isLocal) {
    const fixed = (): Promise<AwsCredentialIdentity> => Promise.resolve(localKeys);
    return {provider: fixed, current: () => localKeys, refresh: fixed};
  }
  const load = async () => {
    const {defaultProvider} = await import('@aws-sdk/credential-provider-node');
    // The chain warns on the console about two sources at a time; nothing here may print.
    return defaultProvider({
      logger: silent,
      ...(settings.profile === undefined ? {} : {profile: settings.profile}),
    });
  };
  let chain: ReturnType<typeof load> | undefined;
  let latest: AwsCredentialIdentity | undefined;
  const resolve = async (forceRefresh: boolean): Promise<AwsCredentialIdentity> => {
    try {
      await settings.checkProfile(); // an unknown profile is told before the chain falls through to the network
      latest = settings.profile === undefined ? fromEnvironment(env) : undefined;
      if (latest !== undefined) return latest;
      chain ??= load();
      const provider = await chain;
      latest = await provider(forceRefresh ? {forceRefresh} : undefined);
      return latest;
    } catch (error) {
      latest = undefined;
      throw credentialFailure(error, settings.profile, env);
    }
  };
  const isFresh = ({expiration}: AwsCredentialIdentity): boolean =>
    expiration === undefined || expiration.getTime() - Date.now() > renewMs;
  return {
    provider: () => resolve(false),
    current: () => (latest !== undefined && isFresh(latest) ? latest : undefined),
    refresh: () => resolve(true),
  };
}
