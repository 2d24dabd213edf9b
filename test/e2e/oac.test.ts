/** frontctl bucket create|policy|check, oac list|create|attach|migrate, as people and scripts run them. */
import {spawnSync} from 'node:child_process';
import {CloudFront} from '@aws-sdk/client-cloudfront';
import {S3} from '@aws-sdk/client-s3';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {workspace, type ErrorJson, type LocalStatus, type Workspace} from './workspace.js';

let project: Workspace;
let status: LocalStatus;
let s3: S3;
let cloudfront: CloudFront;

const keys = {accessKeyId: 'frontctl', secretAccessKey: 'frontctl'};

beforeAll(async () => {
  project = workspace();
  await project.run(['local', 'start', '--detach', '--deploy-delay', '0s']);
  status = await project.json<LocalStatus>(['local', 'status']);
  const client = {endpoint: status.endpoint, region: 'us-east-1', credentials: keys};
  s3 = new S3({...client, forcePathStyle: true});
  cloudfront = new CloudFront(client);
});
afterAll(() => project.dispose());

const run = (...args: readonly string[]) => project.run([...args, '--local', '--quiet']);

async function distribution(reference: string, identity: string): Promise<string> {
  const {Distribution: made} = await cloudfront.createDistribution({
    DistributionConfig: {
      CallerReference: reference,
      Comment: '',
      Enabled: true,
      Origins: {
        Quantity: 1,
        Items: [
          {
            Id: 'site',
            DomainName: 'coffee-site.s3.us-east-1.amazonaws.com',
            S3OriginConfig: {OriginAccessIdentity: identity},
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: 'site',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      },
    },
  });
  return made?.Id ?? '';
}

const load = async (id: string): Promise<number> => {
  const {distributions} = await project.json<LocalStatus>(['local', 'status']);
  const url = distributions.find(each => each.id === id)?.url ?? '';
  return (await fetch(new URL('/a.txt', url))).status;
};

describe('bucket', () => {
  it('create makes a private bucket, once', async () => {
    const first = await run('bucket', 'create', 'coffee-site', '--versioning');
    expect(first).toMatchObject({
      code: 0,
      stdout: 'Made bucket coffee-site in us-east-1: private, ACLs off\n',
    });
    expect((await s3.getBucketVersioning({Bucket: 'coffee-site'})).Status).toBe('Enabled');
    const again = await run('bucket', 'create', 'coffee-site');
    expect(again.stdout).toBe('There: bucket coffee-site in us-east-1 is as it should be\n');
    await s3.putObject({Bucket: 'coffee-site', Key: 'a.txt', Body: 'a'});
  });

  it.each([
    [['bucket', 'create', 'X'], 2, 'BUCKET_NAME'],
    [['bucket', 'create', 'coffee-kms', '--kms-key', 'alias/aws/s3'], 6, 'KMS_MANAGED_KEY'],
    [['bucket', 'create', 'coffee-site', '--region', 'eu-west-1'], 2, 'WRONG_REGION'],
    [['bucket', 'check', 'no-such-bucket'], 2, 'NO_SUCH_BUCKET'],
    [['bucket', 'check'], 2, 'NO_BUCKET'],
    [['oac', 'attach', 'E000000000000', '--origin', 'site'], 2, 'NO_SUCH_DISTRIBUTION'],
  ] as const)('%j is refused', async (args, exit, code) => {
    const done = await run(...args, '--json');
    expect(done.code).toBe(exit);
    expect((JSON.parse(done.stdout) as ErrorJson).error).toMatchObject({code, exit});
  });
});

describe('oac', () => {
  it('attach opens the bucket to an origin that nothing signs for', async () => {
    const id = await distribution('plain', '');
    expect(await load(id)).toBe(403);
    const check = await run('bucket', 'check', 'coffee-site');
    expect(check.stdout).toContain(`frontctl oac attach ${id} --origin site --local`);
    const done = await run('oac', 'attach', id, '--origin', 'site', '--oac', 'coffee');
    expect(done).toMatchObject({code: 0, stderr: ''});
    expect(done.stdout).toContain(`Attached coffee to origin site of ${id}`);
    expect(await load(id)).toBe(200);
    expect((await run('bucket', 'check', 'coffee-site')).stdout).toMatch(/^Well: /);
    const unknown = await run('oac', 'attach', id, '--origin', 'other');
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Its origins are site.') as string,
    });
  });

  let id = '';
  let oaiId = '';

  it('an origin with an identity is listed as legacy, and not attached to', async () => {
    const {CloudFrontOriginAccessIdentity: oai} = await cloudfront.createCloudFrontOriginAccessIdentity({
      CloudFrontOriginAccessIdentityConfig: {CallerReference: 'old', Comment: 'old one'},
    });
    oaiId = oai?.Id ?? '';
    const policy = await project.json<{policy: {Statement: object[]}}>([
      'bucket',
      'policy',
      'coffee-site',
      '--local',
    ]);
    await s3.putBucketPolicy({
      Bucket: 'coffee-site',
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          ...policy.policy.Statement,
          {
            Effect: 'Allow',
            Principal: {CanonicalUser: oai?.S3CanonicalUserId},
            Action: 's3:GetObject',
            Resource: 'arn:aws:s3:::coffee-site/*',
          },
        ],
      }),
    });
    id = await distribution('legacy', `origin-access-identity/cloudfront/${oaiId}`);
    expect(await load(id)).toBe(200);
    expect((await run('oac', 'list')).stdout).toMatch(new RegExp(`${oaiId} +old one +${id} site`));
    const attach = await run('oac', 'attach', id, '--origin', 'site');
    expect(attach).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('frontctl oac migrate') as string,
    });
  });

  it('migrate --dry-run shows its steps', async () => {
    const dry = await run('oac', 'migrate', id, '--oac', 'coffee', '--dry-run');
    expect(dry.stdout.split('\n')).toEqual([
      `4 steps from OAI to OAC for ${id}:`,
      '  1. allow the distribution in the policy of bucket coffee-site, beside the identity (FrontctlCloudFrontRead)',
      '  2. attach coffee to origin site, in place of the identity',
      `  3. wait until ${id} is deployed`,
      `  4. take ${oaiId} out of the policy of bucket coffee-site`,
      `Then no distribution uses ${oaiId}: --delete-oai deletes it.`,
      '',
    ]);
  });

  it('migrate goes from the identity to the control, once', async () => {
    const asked = await run('oac', 'migrate', id, '--oac', 'coffee', '--delete-oai');
    expect(asked).toMatchObject({code: 2, stderr: expect.stringContaining('--yes') as string});
    const done = await run('oac', 'migrate', id, '--oac', 'coffee', '--delete-oai', '--yes');
    expect(done.stdout).toContain(`Done: ${id} reads with an origin access control`);
    expect(await load(id)).toBe(200);
    expect((await run('oac', 'list')).stdout).not.toContain(oaiId);
    expect((await run('oac', 'migrate', id)).stdout).toBe(
      `Nothing to do: ${id} reads its buckets without origin access identities\n`,
    );
  });

  const hasAwsCli = spawnSync('aws', ['--version']).status === 0;
  it.runIf(hasAwsCli)('the AWS CLI reads what was made', () => {
    const aws = (...args: readonly string[]): unknown => {
      const env = {
        ...process.env,
        AWS_ACCESS_KEY_ID: 'frontctl',
        AWS_SECRET_ACCESS_KEY: 'frontctl',
        AWS_DEFAULT_REGION: 'us-east-1',
      };
      const done = spawnSync('aws', [...args, '--endpoint-url', status.endpoint, '--output', 'json'], {
        env,
        encoding: 'utf8',
      });
      expect(done.stderr).toBe('');
      // It prints nothing where a list is empty.
      return JSON.parse(done.stdout === '' ? '{}' : done.stdout);
    };
    expect(aws('s3api', 'get-public-access-block', '--bucket', 'coffee-site')).toMatchObject({
      PublicAccessBlockConfiguration: {BlockPublicPolicy: true, RestrictPublicBuckets: true},
    });
    expect(aws('cloudfront', 'list-origin-access-controls')).toMatchObject({
      OriginAccessControlList: {Items: [{Name: 'coffee', SigningBehavior: 'always'}]},
    });
    const identities = aws('cloudfront', 'list-cloud-front-origin-access-identities');
    expect(JSON.stringify(identities)).not.toContain(oaiId);
    const {Policy} = aws('s3api', 'get-bucket-policy', '--bucket', 'coffee-site') as {Policy: string};
    expect(JSON.parse(Policy)).toMatchObject({
      Statement: [{Sid: 'FrontctlCloudFrontRead'}, {Sid: 'FrontctlPrivate'}],
    });
  });
});
