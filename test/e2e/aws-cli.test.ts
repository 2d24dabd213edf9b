/** The embedded cloud driven by a client that frontctl did not write: the AWS CLI (botocore). */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {cleanEnvironment} from './cli.js';
import {hasTool, runTool} from './tools.js';
import {page, smallSite, workspace, type Deployed, type LocalStatus, type Workspace} from './workspace.js';

const enabled = hasTool('aws', ['--version'], 'the AWS CLI against the embedded cloud');

interface DistributionConfig {
  Comment: string;
  Origins: {Quantity: number; Items: {OriginAccessControlId: string}[]};
}

describe.skipIf(!enabled)('the AWS CLI against the embedded cloud', () => {
  let project: Workspace;
  let site: Deployed;
  let status: LocalStatus;

  const aws = async (...args: string[]): Promise<string> => {
    const run = await attempt(...args);
    if (run.code !== 0) throw new Error(`aws ${args.join(' ')}: ${run.stderr}`);
    return run.stdout;
  };
  const attempt = (...args: string[]) =>
    runTool(
      'aws',
      ['--endpoint-url', status.endpoint, '--region', 'us-east-1', '--output', 'json', ...args],
      {
        ...cleanEnvironment(),
        // pyenv and the like find the tool through the real home.
        HOME: process.env['HOME'],
        AWS_CONFIG_FILE: join(project.dir, 'no-config'),
        AWS_SHARED_CREDENTIALS_FILE: join(project.dir, 'no-credentials'),
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      },
    );
  const answer = async <T>(...args: string[]): Promise<T> => JSON.parse(await aws(...args)) as T;

  beforeAll(async () => {
    project = workspace();
    project.write(smallSite);
    site = await project.json(['deploy', './dist', '--local']);
    status = await project.json(['local', 'status']);
  });

  afterAll(() => project.dispose());

  it('aws s3 ls', async () => {
    expect(await aws('s3', 'ls')).toContain(site.bucket);
    const listing = await aws('s3', 'ls', '--recursive', `s3://${site.bucket}`);
    for (const key of ['index.html', 'about/index.html', 'robots.txt']) expect(listing).toContain(key);
  });

  it('aws s3api get-object: the bytes and headers that were deployed', async () => {
    const file = join(project.dir, 'out.html');
    const head = await answer<{ContentType: string; CacheControl: string; ETag: string}>(
      's3api',
      'get-object',
      '--bucket',
      site.bucket,
      '--key',
      'index.html',
      file,
    );
    expect(readFileSync(file, 'utf8')).toBe(page('Home'));
    expect(head.ContentType).toBe('text/html; charset=utf-8');
    expect(head.CacheControl).toContain('max-age=0');
  });

  it('aws s3 cp and sync: multipart up, identical down', async () => {
    const up = join(project.dir, 'large.bin');
    const body = Buffer.alloc(20 * 1024 * 1024, 'frontctl');
    writeFileSync(up, body);
    await aws('s3', 'mb', 's3://cli-bucket');
    await aws('s3', 'cp', '--quiet', up, 's3://cli-bucket/large.bin');
    await aws('s3', 'cp', '--quiet', 's3://cli-bucket/large.bin', join(project.dir, 'down.bin'));
    expect(readFileSync(join(project.dir, 'down.bin')).equals(body)).toBe(true);
    const none = await attempt('s3', 'cp', 's3://cli-bucket/none', '-');
    expect(none.stderr).toMatch(/404|NoSuchKey/);
    await aws('s3', 'rb', '--force', 's3://cli-bucket');
  });

  it('aws cloudfront list-distributions, get-distribution-config, update-distribution', async () => {
    const {DistributionList} = await answer<{
      DistributionList: {Items: {Id: string; Status: string; DomainName: string}[]};
    }>('cloudfront', 'list-distributions');
    expect(DistributionList.Items.map(({Id}) => Id)).toContain(site.distributionId);
    const {ETag, DistributionConfig: config} = await answer<{
      ETag: string;
      DistributionConfig: DistributionConfig;
    }>('cloudfront', 'get-distribution-config', '--id', site.distributionId);
    expect(config.Origins.Items[0]?.OriginAccessControlId).toMatch(/^E/);
    const changed = {...config, Comment: 'ünd <changed> & "quoted"'};
    const update = [
      'cloudfront',
      'update-distribution',
      '--id',
      site.distributionId,
      '--distribution-config',
      JSON.stringify(changed),
    ];
    const {Distribution} = await answer<{Distribution: {DistributionConfig: DistributionConfig}}>(
      ...update,
      '--if-match',
      ETag,
    );
    expect(Distribution.DistributionConfig).toEqual(changed);
    const stale = await attempt(...update, '--if-match', ETag);
    expect(stale.code).not.toBe(0);
    expect(stale.stderr).toContain('PreconditionFailed');
    await aws('cloudfront', 'wait', 'distribution-deployed', '--id', site.distributionId);
  });

  it('aws cloudfront create-invalidation, wait invalidation-completed', async () => {
    const url = new URL('about/index.html', site.url);
    const mark = async (): Promise<string | null> => {
      const response = await fetch(url);
      await response.text();
      return response.headers.get('x-cache');
    };
    await mark();
    expect(await mark()).toBe('Hit from cloudfront');
    const {Invalidation} = await answer<{
      Invalidation: {Id: string; InvalidationBatch: {Paths: {Items: string[]}}};
    }>(
      'cloudfront',
      'create-invalidation',
      '--distribution-id',
      site.distributionId,
      '--paths',
      '/about/*',
      '/a%20b',
    );
    expect(Invalidation.InvalidationBatch.Paths.Items).toEqual(['/about/*', '/a%20b']);
    await aws(
      'cloudfront',
      'wait',
      'invalidation-completed',
      '--distribution-id',
      site.distributionId,
      '--id',
      Invalidation.Id,
    );
    expect(await mark()).toBe('Miss from cloudfront');
  });

  it('aws acm and aws route53', async () => {
    const {CertificateArn} = await answer<{CertificateArn: string}>(
      'acm',
      'request-certificate',
      '--domain-name',
      'example.com',
      '--validation-method',
      'DNS',
    );
    const {CertificateSummaryList} = await answer<{CertificateSummaryList: {CertificateArn: string}[]}>(
      'acm',
      'list-certificates',
    );
    expect(CertificateSummaryList.map(certificate => certificate.CertificateArn)).toContain(CertificateArn);
    await aws('route53', 'create-hosted-zone', '--name', 'example.com', '--caller-reference', 'e2e');
    const {HostedZones} = await answer<{HostedZones: {Name: string; Id: string}[]}>(
      'route53',
      'list-hosted-zones',
    );
    expect(HostedZones.map(zone => zone.Name)).toContain('example.com.');
    const missing = CertificateArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    const described = await attempt('acm', 'describe-certificate', '--certificate-arn', missing);
    expect(described.stderr).toContain('ResourceNotFoundException');
    const record = {Name: 'www.example.com', Type: 'A', TTL: 60, ResourceRecords: [{Value: '192.0.2.1'}]};
    const zone = HostedZones[0]?.Id ?? '';
    const batch = JSON.stringify({Changes: [{Action: 'UPSERT', ResourceRecordSet: record}]});
    await aws('route53', 'change-resource-record-sets', '--hosted-zone-id', zone, '--change-batch', batch);
    expect(await aws('route53', 'list-resource-record-sets', '--hosted-zone-id', zone)).toContain(
      '192.0.2.1',
    );
  });
});
