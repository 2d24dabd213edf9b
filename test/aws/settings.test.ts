import {describe, expect, it} from 'vitest';
import {readSettings} from '../../src/aws/settings.js';
import {createAws} from '../../src/aws/index.js';
import {freshHome} from './environment.js';

const home = freshHome();

describe('region', () => {
  it('comes from --region, AWS_REGION, AWS_DEFAULT_REGION, the profile, then us-east-1', async () => {
    home().write('.aws/config', '[default]\nregion = eu-north-1\n[profile work]\nregion = eu-west-1\n');
    expect(await readSettings({profile: 'work'}).region()).toBe('eu-west-1');
    const env = {...process.env, AWS_DEFAULT_REGION: 'sa-east-1'};
    expect(await readSettings({env}).region()).toBe('sa-east-1');
    expect(await readSettings({env: {...env, AWS_REGION: 'ap-south-1'}}).region()).toBe('ap-south-1');
    expect(await readSettings({env, region: 'il-central-1'}).region()).toBe('il-central-1');
    expect(await readSettings({env, local: {endpoint: 'http://localhost:1'}}).region()).toBe('us-east-1');
  });

  it('is us-east-1 where nothing is said', async () => {
    expect(await readSettings({}).region()).toBe('us-east-1');
  });

  it('fails for a profile that does not exist, naming those that do', async () => {
    home().write(
      '.aws/config',
      '[profile work]\nregion = eu-west-1\n[sso-session corp]\nsso_region = us-east-1\n',
    );
    home().write('.aws/credentials', '[old]\naws_access_key_id = a\n');
    await expect(readSettings({profile: 'wrok'}).region()).rejects.toMatchObject({
      code: 'PROFILE_NOT_FOUND',
      exitCode: 3,
      message: 'There is no AWS profile "wrok" (from --profile) in the AWS config and credentials files',
      hint: 'Profiles found: old, work.',
    });
    await expect(readSettings({env: {...process.env, AWS_PROFILE: 'x'}}).checkProfile()).rejects.toThrow(
      'from AWS_PROFILE',
    );
    await readSettings({profile: 'x', local: {endpoint: 'http://localhost:1'}}).checkProfile();
  });
});

describe('endpoints', () => {
  const href = async (
    settings: ReturnType<typeof readSettings>,
    service: 's3' | 'route53' | 'acm' | 'cloudfront',
  ) => (await settings.endpoint(service))?.href;

  it('come from --endpoint-url, the service variable, AWS_ENDPOINT_URL, then the profile', async () => {
    expect(await href(readSettings({}), 's3')).toBeUndefined();
    const env = {...process.env, AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_ROUTE_53: 'http://dns:1'};
    expect(await href(readSettings({env}), 's3')).toBe('http://all:1/');
    expect(await href(readSettings({env}), 'route53')).toBe('http://dns:1/');
    expect(await href(readSettings({env, endpointUrl: 'https://flag:2'}), 'route53')).toBe('https://flag:2/');
    expect(await href(readSettings({env, local: {endpoint: 'http://127.0.0.1:4566'}}), 'acm')).toBe(
      'http://127.0.0.1:4566/',
    );
    const ignoring = {...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true'};
    expect(await href(readSettings({env: ignoring}), 's3')).toBeUndefined();
    expect(readSettings({env: ignoring}).isEndpointOverridden).toBe(false);
    expect(readSettings({env}).isEndpointOverridden).toBe(true);
    expect(readSettings({}).isEndpointOverridden).toBe(false);
  });

  it("come from the profile's services section, as in the SDK", async () => {
    home().write(
      '.aws/config',
      '[profile dev]\nservices = devs\nendpoint_url = http://profile:1\n[services devs]\ns3 =\n  endpoint_url = http://s3:1\nroute_53 =\n  endpoint_url = http://r53:1\n',
    );
    const settings = readSettings({profile: 'dev'});
    expect(await href(settings, 's3')).toBe('http://s3:1/');
    expect(await href(settings, 'route53')).toBe('http://r53:1/');
    expect(await href(settings, 'cloudfront')).toBe('http://profile:1/');
  });

  it.each(['localhost:4566', 'ftp://x', 'nonsense'])('must be URLs: %s', async endpointUrl => {
    await expect(createAws({endpointUrl}).objects('b')).rejects.toMatchObject({
      code: 'BAD_ENDPOINT',
      exitCode: 2,
      message: expect.stringContaining(endpointUrl) as string,
    });
  });

  it.each(['http://me:pa55w0rd@localhost:4566', 'me:pa55w0rd@localhost:4566'])(
    'never repeat a password: %s',
    async endpointUrl => {
      const error: unknown = await createAws({endpointUrl})
        .objects('b')
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({code: 'BAD_ENDPOINT', exitCode: 2});
      expect(String(error)).not.toContain('pa55w0rd');
    },
  );

  it('refuses a number of attempts that is none', async () => {
    expect(await readSettings({env: {...process.env, AWS_MAX_ATTEMPTS: '2'}}).maxAttempts()).toBe(2);
    await expect(
      readSettings({env: {...process.env, AWS_MAX_ATTEMPTS: 'many'}}).maxAttempts(),
    ).rejects.toMatchObject({
      code: 'BAD_MAX_ATTEMPTS',
    });
  });
});
