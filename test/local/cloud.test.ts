import {execFile, execFileSync} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, request as httpRequest, type IncomingHttpHeaders} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {promisify} from 'node:util';
import {ACM} from '@aws-sdk/client-acm';
import {CloudFront} from '@aws-sdk/client-cloudfront';
import {Route53} from '@aws-sdk/client-route-53';
import {S3} from '@aws-sdk/client-s3';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startCloud, type Cloud, type CloudOptions} from '../../src/local/cloud.js';
import {parseFault} from '../../src/local/fault.js';

const credentials = {accessKeyId: 'local', secretAccessKey: 'local'};
const instant: CloudOptions = {port: 0, deployDelayMs: 0, invalidationDelayMs: 0};

interface Clients {
  readonly s3: S3;
  readonly cloudfront: CloudFront;
  readonly acm: ACM;
  readonly route53: Route53;
}

function clientsOf({endpoint}: Cloud): Clients {
  const settings = {endpoint, region: 'us-east-1', credentials, maxAttempts: 1};
  return {
    s3: new S3({...settings, forcePathStyle: true}),
    cloudfront: new CloudFront(settings),
    acm: new ACM(settings),
    route53: new Route53(settings),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A plain request; fetch would not send a Host header of our choice. */
function ask(
  url: string,
  options: {method?: string; headers?: Record<string, string>} = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    httpRequest(url, {...options, agent: false}, response => {
      buffer(response).then(
        body => resolve({status: response.statusCode ?? 0, headers: response.headers, body: body.toString()}),
        reject,
      );
    })
      .on('error', reject)
      .end();
  });
}

/** Bucket, OAC, policy and distribution, as a deploy makes them. */
async function makeSite(
  {s3, cloudfront}: Clients,
  bucket: string,
): Promise<{id: string; domainName: string}> {
  await s3.createBucket({Bucket: bucket});
  await s3.putObject({
    Bucket: bucket,
    Key: 'index.html',
    Body: '<h1>one</h1>',
    ContentType: 'text/html',
    CacheControl: 'max-age=600',
  });
  const {OriginAccessControl: oac} = await cloudfront.createOriginAccessControl({
    OriginAccessControlConfig: {
      Name: bucket,
      OriginAccessControlOriginType: 's3',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    },
  });
  const {Distribution: distribution} = await cloudfront.createDistribution({
    DistributionConfig: {
      CallerReference: bucket,
      Comment: `site of ${bucket}`,
      Enabled: true,
      DefaultRootObject: 'index.html',
      Origins: {
        Quantity: 1,
        Items: [
          {
            Id: 's3',
            DomainName: `${bucket}.s3.us-east-1.amazonaws.com`,
            OriginAccessControlId: oac!.Id,
            S3OriginConfig: {OriginAccessIdentity: ''},
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: 's3',
        ViewerProtocolPolicy: 'redirect-to-https',
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        Compress: true,
      },
    },
  });
  await s3.putBucketPolicy({
    Bucket: bucket,
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: {Service: 'cloudfront.amazonaws.com'},
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${bucket}/*`,
          Condition: {StringEquals: {'AWS:SourceArn': distribution!.ARN}},
        },
      ],
    }),
  });
  return {id: distribution!.Id!, domainName: distribution!.DomainName!};
}

async function deployed({cloudfront}: Clients, id: string): Promise<void> {
  for (;;) {
    const {Distribution: distribution} = await cloudfront.getDistribution({Id: id});
    if (distribution?.Status === 'Deployed') return;
  }
}

async function completed({cloudfront}: Clients, DistributionId: string, Id: string): Promise<void> {
  for (;;) {
    const {Invalidation: invalidation} = await cloudfront.getInvalidation({DistributionId, Id});
    if (invalidation?.Status === 'Completed') return;
  }
}

describe('a site on the whole cloud', () => {
  let cloud: Cloud;
  let clients: Clients;
  let site: {id: string; domainName: string};
  beforeAll(async () => {
    cloud = await startCloud(instant);
    clients = clientsOf(cloud);
    site = await makeSite(clients, 'site');
    await deployed(clients, site.id);
  });
  afterAll(() => cloud.close());

  const urlOf = async (id: string): Promise<string> =>
    (await cloud.status()).distributions.find(distribution => distribution.id === id)!.url;

  it('serves the object through the edge, and hides it from everybody else', async () => {
    const url = await urlOf(site.id);
    const first = await ask(url);
    expect(first).toMatchObject({status: 200, body: '<h1>one</h1>'});
    expect(first.headers).toMatchObject({
      'content-type': 'text/html',
      'cache-control': 'max-age=600',
      'x-cache': 'Miss from cloudfront',
    });
    expect((await ask(url)).headers['x-cache']).toBe('Hit from cloudfront');
    const direct = await ask(`${cloud.endpoint}/site/index.html`);
    expect(direct.status).toBe(403);
    expect(direct.body).toContain('<Code>AccessDenied</Code>');
    expect((await ask(`${url}missing`)).status).toBe(403);
  });

  it('answers its host name on the shared port with the plain HTTP side', async () => {
    const answer = await ask(`${cloud.endpoint}/`, {headers: {host: `${site.domainName.toUpperCase()}:80`}});
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toMatch(/^https:/);
    // Browsers resolve *.localhost to this machine; a name may end in a dot.
    for (const host of [`${site.domainName}.localhost:4510`, `${site.domainName}.`])
      expect((await ask(`${cloud.endpoint}/`, {headers: {host}})).status).toBe(301);
  });

  it('serves new bytes after an invalidation, old ones before', async () => {
    const url = await urlOf(site.id);
    await ask(url);
    await clients.s3.putObject({
      Bucket: 'site',
      Key: 'index.html',
      Body: '<h1>two</h1>',
      ContentType: 'text/html',
    });
    expect((await ask(url)).body).toBe('<h1>one</h1>');
    const {Invalidation: invalidation} = await clients.cloudfront.createInvalidation({
      DistributionId: site.id,
      InvalidationBatch: {CallerReference: '1', Paths: {Quantity: 1, Items: ['/*']}},
    });
    await completed(clients, site.id, invalidation!.Id!);
    expect((await ask(url)).body).toBe('<h1>two</h1>');
  });

  it('addresses buckets by host as well as by path', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::open/*'}],
    };
    await clients.s3.createBucket({Bucket: 'open'});
    await clients.s3.deletePublicAccessBlock({Bucket: 'open'});
    await clients.s3.putBucketPolicy({Bucket: 'open', Policy: JSON.stringify(policy)});
    await clients.s3.putObject({Bucket: 'open', Key: 'a b/ü.txt', Body: 'hello'});
    const path = '/a%20b/%C3%BC.txt';
    for (const host of ['open.s3.amazonaws.com', 'open.s3.eu-west-1.amazonaws.com', 'open.localhost:4510'])
      expect(await ask(`${cloud.endpoint}${path}`, {headers: {host}})).toMatchObject({
        status: 200,
        body: 'hello',
      });
    expect(await ask(`${cloud.endpoint}/open${path}`)).toMatchObject({status: 200, body: 'hello'});
  });

  it('keeps its admin routes from web pages', async () => {
    const status = `${cloud.endpoint}/_frontctl/status`;
    const parsed = JSON.parse((await ask(status)).body) as {endpoint: string; distributions: {id: string}[]};
    expect(parsed.endpoint).toBe(cloud.endpoint);
    expect(parsed.distributions.map(({id}) => id)).toEqual([site.id]);
    expect((await ask(status, {headers: {origin: 'https://example.com'}})).status).toBe(403);
    expect((await ask(status, {headers: {host: 'rebound.example.com'}})).status).toBe(403);
    expect((await ask(`${cloud.endpoint}/_frontctl/nothing`)).status).toBe(404);
    expect((await ask(`${cloud.endpoint}/_frontctl/advance?ms=-1`, {method: 'POST'})).status).toBe(400);
    expect((await ask(`${cloud.endpoint}/_frontctl/advance?ms=1e15`, {method: 'POST'})).status).toBe(400);
    const before = cloud.clock.now();
    expect((await ask(`${cloud.endpoint}/_frontctl/advance?ms=3600000`, {method: 'POST'})).status).toBe(200);
    expect(cloud.clock.now() - before).toBeGreaterThanOrEqual(3_600_000);
  });

  it("S3's two dates are of the cloud's clock, and clients that follow it stay welcome", async () => {
    const s3 = new S3({endpoint: cloud.endpoint, region: 'us-east-1', credentials, forcePathStyle: true});
    await s3.createBucket({Bucket: 'dated'});
    await s3.putObject({Bucket: 'dated', Key: 'a', Body: 'a'});
    cloud.clock.advance(7_200_000);
    const dates: number[] = [];
    s3.middlewareStack.add(
      next => async args => {
        const result = await next(args);
        const {headers} = result.response as {headers: Readonly<Record<string, string>>};
        dates.push(Date.parse(headers['date'] ?? ''));
        return result;
      },
      {step: 'deserialize', priority: 'low'},
    );
    const {LastModified} = await s3.headObject({Bucket: 'dated', Key: 'a'});
    expect((dates[0] ?? 0) - (LastModified?.getTime() ?? 0)).toBeGreaterThanOrEqual(7_200_000);
    // By now the SDK signs with the time that it was told, two hours and more from the real one.
    expect(s3.config.systemClockOffset).toBeGreaterThan(7_000_000);
    await s3.deleteObject({Bucket: 'dated', Key: 'a'});
    s3.destroy();
  });

  it('takes no changes through its APIs from web pages elsewhere', async () => {
    const put = (origin: string) =>
      ask(`${cloud.endpoint}/open/from-a-page`, {method: 'PUT', headers: {origin, 'content-length': '0'}});
    for (const origin of ['https://example.com', 'http://rebound.example.com:4510', 'null'])
      expect(await put(origin)).toMatchObject({
        status: 403,
        body: expect.stringContaining('web pages') as string,
      });
    // A page of this machine gets as far as S3, which refuses it for having no signature.
    expect((await put('http://localhost:5173')).body).toContain('<Code>AccessDenied</Code>');
  });

  it('is empty after a reset, at the same endpoint', async () => {
    expect((await ask(`${cloud.endpoint}/_frontctl/reset`, {method: 'POST'})).status).toBe(200);
    expect((await clients.s3.listBuckets({})).Buckets ?? []).toEqual([]);
    expect((await clients.cloudfront.listDistributions({})).DistributionList?.Quantity).toBe(0);
    site = await makeSite(clients, 'again');
    await deployed(clients, site.id);
    expect((await ask(await urlOf(site.id))).body).toBe('<h1>one</h1>');
  });
});

describe('startCloud', () => {
  it('lets calls under way end before a reset', async () => {
    const unexpected: unknown[] = [];
    const cloud = await startCloud({...instant, onUnexpected: error => unexpected.push(error)});
    try {
      const {s3} = clientsOf(cloud);
      await s3.createBucket({Bucket: 'busy'});
      const puts = Array.from({length: 20}, (_, i) =>
        s3.putObject({Bucket: 'busy', Key: `k${i}`, Body: Buffer.alloc(400_000)}).then(
          () => 'put',
          (error: unknown) => (error as Error).name,
        ),
      );
      await puts[0];
      await cloud.reset();
      // Those that came after it began find the bucket gone.
      for (const outcome of await Promise.all(puts)) expect(['put', 'NoSuchBucket']).toContain(outcome);
      expect(unexpected).toEqual([]);
    } finally {
      await cloud.close();
    }
  });

  it('goes on where it stopped', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'frontctl-test-'));
    const first = await startCloud({...instant, dir});
    const site = await makeSite(clientsOf(first), 'site');
    await first.close();
    const second = await startCloud({...instant, dir});
    expect(second.ports.tls).toBe(first.ports.tls);
    await deployed(clientsOf(second), site.id);
    const [distribution] = (await second.status()).distributions;
    expect((await ask(distribution!.url)).body).toBe('<h1>one</h1>');
    await second.close();
    await rm(dir, {recursive: true});
  });

  it('says in one sentence that its port is taken, or takes another when it may', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => other.once('listening', resolve));
    const {port} = other.address() as AddressInfo;
    await expect(startCloud({...instant, port})).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      exit: 'conflict',
      hint: expect.stringContaining('--port') as string,
    });
    await expect(startCloud({...instant, tlsPort: port})).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      hint: expect.stringContaining('--tls-port') as string,
    });
    const cloud = await startCloud({...instant, port, anyPort: true});
    expect(cloud.ports.http).not.toBe(port);
    await cloud.close();
    other.close();
  });

  it('injects faults: statuses that the SDK names, errors by name, and cut connections', async () => {
    const cloud = await startCloud({
      ...instant,
      faults: [
        parseFault('ListBuckets:503:1'),
        parseFault('CreateBucket:reset:1'),
        parseFault('GetInvalidation:AccessDenied:1'),
        parseFault('CreateInvalidation:Throttling:1'),
      ],
    });
    const {s3, cloudfront} = clientsOf(cloud);
    await expect(cloudfront.getInvalidation({DistributionId: 'E', Id: 'I'})).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: {httpStatusCode: 403},
    });
    await expect(
      cloudfront.createInvalidation({
        DistributionId: 'E',
        InvalidationBatch: {CallerReference: '1', Paths: {Quantity: 1, Items: ['/*']}},
      }),
    ).rejects.toMatchObject({name: 'Throttling', $metadata: {httpStatusCode: 400}});
    await expect(s3.listBuckets({})).rejects.toMatchObject({
      name: 'SlowDown',
      $metadata: {httpStatusCode: 503},
    });
    await expect(s3.createBucket({Bucket: 'b'})).rejects.toMatchObject({code: 'ECONNRESET'});
    await cloud.close();
  });

  it('accepts only the keys that strict authentication names', async () => {
    const cloud = await startCloud({...instant, strictAuth: new Map([['AKIA', 'secret']])});
    await expect(clientsOf(cloud).s3.listBuckets({})).rejects.toMatchObject({name: 'InvalidAccessKeyId'});
    await expect(clientsOf(cloud).cloudfront.listDistributions({})).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    const named = new S3({
      endpoint: cloud.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {accessKeyId: 'AKIA', secretAccessKey: 'secret'},
    });
    expect((await named.listBuckets({})).Buckets ?? []).toEqual([]);
    await cloud.close();
  });
});

const cli = ((): boolean => {
  try {
    execFileSync('aws', ['--version'], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!cli)('driven by the AWS CLI (skipped where `aws` is not installed)', () => {
  let cloud: Cloud;
  let clients: Clients;
  let site: {id: string; domainName: string};
  let dir: string;
  beforeAll(async () => {
    cloud = await startCloud(instant);
    clients = clientsOf(cloud);
    site = await makeSite(clients, 'site');
    await deployed(clients, site.id);
    dir = await mkdtemp(join(tmpdir(), 'frontctl-cli-'));
  });
  afterAll(async () => {
    await cloud.close();
    await rm(dir, {recursive: true, force: true});
  });

  const run = promisify(execFile);
  const aws = async (...words: string[]): Promise<string> => {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: join(dir, 'none'),
    };
    // CLI v1 reads no AWS_ENDPOINT_URL before 1.29.
    return (await run('aws', [...words, '--endpoint-url', cloud.endpoint], {env})).stdout;
  };

  it('reads what no handler serves as NotImplemented', async () => {
    await expect(aws('cloudfront', 'list-anycast-ip-lists')).rejects.toThrow('NotImplemented');
    await expect(
      aws('s3api', 'get-object-torrent', '--bucket', 'site', '--key', 'k', join(dir, 't')),
    ).rejects.toThrow('NotImplemented');
  });
});
