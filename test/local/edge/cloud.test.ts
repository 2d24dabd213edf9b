import {CloudFront, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {S3} from '@aws-sdk/client-s3';
import {expect, onTestFinished, test} from 'vitest';
import {createClock} from '../../../src/local/clock.js';
import {startCloud} from '../../../src/local/cloud.js';
import {request} from './fixture.js';

const optimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const securityHeaders = '67f7725c-6f97-4210-82d7-5512b31e9d03';

test('a private bucket behind a distribution, through the whole embedded cloud: OAC, caching, policy, invalidation', async () => {
  const clock = createClock();
  const cloud = await startCloud({port: 0, clock, deployDelayMs: 0, invalidationDelayMs: 0});
  onTestFinished(() => cloud.close());
  const client = {
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret'},
  };
  const s3 = new S3({...client, forcePathStyle: true});
  const cloudfront = new CloudFront(client);
  const put = (body: string) =>
    s3.putObject({
      Bucket: 'site',
      Key: 'index.html',
      Body: body,
      ContentType: 'text/html',
      CacheControl: 'max-age=3600',
    });
  await s3.createBucket({Bucket: 'site'});
  await put('one');
  const control = await cloudfront.createOriginAccessControl({
    OriginAccessControlConfig: {
      Name: 'site',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
      OriginAccessControlOriginType: 's3',
    },
  });
  const config: DistributionConfig = {
    CallerReference: 'one',
    Comment: '',
    Enabled: true,
    DefaultRootObject: 'index.html',
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: 'bucket',
          DomainName: 'site.s3.us-east-1.amazonaws.com',
          S3OriginConfig: {OriginAccessIdentity: ''},
          OriginAccessControlId: control.OriginAccessControl?.Id,
        },
      ],
    },
    DefaultCacheBehavior: {
      TargetOriginId: 'bucket',
      ViewerProtocolPolicy: 'redirect-to-https',
      CachePolicyId: optimized,
      ResponseHeadersPolicyId: securityHeaders,
      Compress: true,
    },
  };
  const {Distribution: made} = await cloudfront.createDistribution({DistributionConfig: config});
  const id = made!.Id!;
  await expect
    .poll(async () => (await cloudfront.getDistribution({Id: id})).Distribution?.Status)
    .toBe('Deployed');
  await cloud.status();
  const port = cloud.edge.portOf(id)!;

  expect((await request(port, '/')).status).toBe(403);
  await s3.putBucketPolicy({
    Bucket: 'site',
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: {Service: 'cloudfront.amazonaws.com'},
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::site/*',
          Condition: {StringEquals: {'AWS:SourceArn': made!.ARN}},
        },
      ],
    }),
  });
  const miss = await request(port, '/');
  expect([miss.status, miss.text, miss.headers['x-cache']]).toEqual([200, 'one', 'Miss from cloudfront']);
  expect(miss.headers).toMatchObject({
    'cache-control': 'max-age=3600',
    'content-type': 'text/html',
    'x-content-type-options': 'nosniff',
  });
  expect(miss.headers).not.toHaveProperty('x-amz-request-id');
  expect((await request(Number(new URL(cloud.endpoint).port), '/site/index.html')).status).toBe(403);
  expect((await request(port, '/missing')).status).toBe(403);
  expect((await request(port, '/', {headers: {range: 'bytes=0-1'}})).text).toBe('on');

  await put('two');
  const old = await request(port, '/index.html');
  expect([old.text, old.headers['x-cache']]).toEqual(['one', 'Hit from cloudfront']);
  const {Invalidation: sent} = await cloudfront.createInvalidation({
    DistributionId: id,
    InvalidationBatch: {CallerReference: 'a', Paths: {Quantity: 1, Items: ['/index.html']}},
  });
  await expect
    .poll(
      async () => (await cloudfront.getInvalidation({DistributionId: id, Id: sent!.Id})).Invalidation?.Status,
    )
    .toBe('Completed');
  expect((await request(port, '/')).text).toBe('two');

  clock.advance(3_601_000);
  expect((await request(port, '/')).headers['x-cache']).toBe('RefreshHit from cloudfront');

  const plain = await request(cloud.ports.http, '/a', {headers: {host: made!.DomainName!}});
  expect([plain.status, plain.headers.location]).toEqual([301, `https://${made!.DomainName!}/a`]);
  const named = await request(cloud.ports.http, '/a', {
    headers: {host: `${made!.DomainName!}:${cloud.ports.http}`},
  });
  expect(named.headers.location).toBe(`https://${made!.DomainName!}:${cloud.ports.tls!}/a`);
});
