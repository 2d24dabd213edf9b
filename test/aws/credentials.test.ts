import {createHash} from 'node:crypto';
import {HeadBucketCommand} from '@aws-sdk/client-s3';
import {ListDistributionsCommand} from '@aws-sdk/client-cloudfront';
import {describe, expect, it} from 'vitest';
import {call, createAws, localKeys, type AwsOptions} from '../../src/aws/index.js';
import {freshHome} from './environment.js';
import {s3Error, startFakeServer} from './fake-server.js';

const home = freshHome();

/** Asks the SDK's client and the lean store; both must tell the same. */
async function failures(options: AwsOptions): Promise<readonly unknown[]> {
  const aws = createAws({endpointUrl: 'http://127.0.0.1:9', ...options});
  const {cloudfront, objects} = aws;
  const found = await Promise.all([
    call({service: 'cloudfront', operation: 'ListDistributions', resource: 'the account'}, async () =>
      (await cloudfront()).send(new ListDistributionsCommand()),
    ).catch((error: unknown) => error),
    (await objects('site').catch((error: unknown) => Promise.reject(error as Error)))
      .head('a')
      .catch((error: unknown) => error),
  ]);
  await aws.close();
  return found;
}

const expired = new Date(Date.now() - 3_600_000).toISOString();

describe('credentials', () => {
  it('that are nowhere', async () => {
    for (const failure of await failures({})) {
      expect(failure).toMatchObject({
        code: 'NO_CREDENTIALS',
        exitCode: 3,
        message:
          'There are no AWS credentials (tried the environment (AWS_ACCESS_KEY_ID), profile "default")',
        hint: expect.stringContaining('--local') as string,
      });
    }
  });

  it('of a profile without any', async () => {
    home().write('.aws/config', '[profile empty]\nregion = eu-west-1\n');
    for (const failure of await failures({profile: 'empty'})) {
      expect(failure).toMatchObject({
        code: 'NO_CREDENTIALS',
        message: expect.stringContaining('profile "empty"') as string,
      });
    }
  });

  it('of a profile that does not exist, also when the region is given', async () => {
    const aws = createAws({profile: 'gone', region: 'us-east-1', endpointUrl: 'http://127.0.0.1:9'});
    await expect(aws.objects('site')).rejects.toMatchObject({code: 'PROFILE_NOT_FOUND'});
    await expect(aws.cloudfront()).rejects.toMatchObject({code: 'PROFILE_NOT_FOUND'});
  });

  it('of an SSO session that has expired, in the old and the new form', async () => {
    home().write(
      '.aws/config',
      '[profile old]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = Dev\n' +
        '[profile new]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n' +
        '[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n',
    );
    for (const name of ['https://corp.awsapps.com/start', 'corp']) {
      home().write(
        `.aws/sso/cache/${createHash('sha1').update(name).digest('hex')}.json`,
        JSON.stringify({
          accessToken: 'hidden-token',
          expiresAt: expired,
          startUrl: 'https://corp.awsapps.com/start',
          region: 'us-east-1',
        }),
      );
    }
    for (const profile of ['old', 'new']) {
      for (const failure of await failures({profile})) {
        expect(failure).toMatchObject({
          code: 'SSO_EXPIRED',
          exitCode: 3,
          message: `The SSO session of profile "${profile}" has expired or was never started`,
          hint: `Run \`aws sso login --profile ${profile}\`.`,
        });
        expect(JSON.stringify(failure)).not.toContain('hidden-token');
      }
    }
  });

  it('of an SSO session that was never started', async () => {
    home().write(
      '.aws/config',
      '[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n',
    );
    for (const failure of await failures({profile: 'sso'}))
      expect(failure).toMatchObject({code: 'SSO_EXPIRED'});
  });

  it('from a web identity file that is not there', async () => {
    process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = `${home().path}/token`;
    process.env['AWS_ROLE_ARN'] = 'arn:aws:iam::123456789012:role/ci';
    for (const failure of await failures({})) {
      expect(failure).toMatchObject({
        code: 'WEB_IDENTITY_TOKEN_MISSING',
        exitCode: 3,
        message: expect.stringContaining(`${home().path}/token`) as string,
      });
    }
  });

  it('from a process that fails', async () => {
    home().write('.aws/config', '[profile tool]\ncredential_process = node -e "process.exit(7)"\n');
    for (const failure of await failures({profile: 'tool'})) {
      expect(failure).toMatchObject({
        code: 'NO_CREDENTIALS',
        message: expect.stringContaining('profile "tool"') as string,
      });
    }
  });

  it('sign for the profile that was named, whatever the environment holds', async () => {
    home().write(
      '.aws/credentials',
      '[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = hidden\n',
    );
    Object.assign(process.env, {AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'hidden'});
    const server = await startFakeServer(() => s3Error(404, 'NoSuchKey'));
    const aws = createAws({profile: 'work', endpointUrl: server.url});
    await (await aws.objects('site')).get('a');
    await (await aws.s3()).send(new HeadBucketCommand({Bucket: 'site'})).catch(() => undefined);
    const plain = createAws({endpointUrl: server.url});
    await (await plain.objects('site')).get('a');
    const local = createAws({local: {endpoint: server.url}});
    await (await local.objects('site')).get('a');
    expect(
      server.seen.map(request => /Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1]),
    ).toEqual(['AKIAWORK', 'AKIAWORK', 'AKIAENV', localKeys.accessKeyId]);
    await Promise.all([aws.close(), plain.close(), local.close()]);
    await server.close();
  });
});
