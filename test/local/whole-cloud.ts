import {ACM} from '@aws-sdk/client-acm';
import {CloudFront, type DistributionConfig, type Origin} from '@aws-sdk/client-cloudfront';
import {Route53} from '@aws-sdk/client-route-53';
import {S3} from '@aws-sdk/client-s3';
import {onTestFinished} from 'vitest';
import {createClock} from '../../src/local/clock.js';
import {startCloud} from '../../src/local/cloud.js';
import {cachingOptimized} from './cloudfront/account.js';
import {request} from './edge/fixture.js';

/** The whole embedded cloud for one test, without delays, and a client for each of its services. */
export const wholeCloud = async () => {
  const clock = createClock();
  const cloud = await startCloud({port: 0, clock, deployDelayMs: 0, invalidationDelayMs: 0});
  onTestFinished(() => cloud.close());
  const client = {
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret'},
  };
  return {
    cloud,
    clock,
    client,
    s3: new S3({...client, forcePathStyle: true}),
    cloudFront: new CloudFront(client),
    acm: new ACM(client),
    dns: new Route53(client),
    /** Asks a distribution's own port, which stands for its HTTPS side. */
    async visit(id: string, path: string) {
      await cloud.status();
      const port = cloud.edge.portOf(id);
      if (port === undefined) throw new Error(`${id} does not listen.`);
      return request(port, path);
    },
  };
};

/** The least config that serves a bucket. */
export const bucketConfig = (bucket: string, origin: Partial<Origin> = {}): DistributionConfig => ({
  CallerReference: bucket,
  Comment: '',
  Enabled: true,
  Origins: {
    Quantity: 1,
    Items: [
      {
        Id: 'bucket',
        DomainName: `${bucket}.s3.us-east-1.amazonaws.com`,
        S3OriginConfig: {OriginAccessIdentity: ''},
        ...origin,
      },
    ],
  },
  DefaultCacheBehavior: {
    TargetOriginId: 'bucket',
    ViewerProtocolPolicy: 'redirect-to-https',
    CachePolicyId: cachingOptimized,
  },
});

/** A bucket policy that allows reading every object to one principal. */
export const readPolicy = (bucket: string, ...principals: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: principals.map(Principal => ({
      Effect: 'Allow',
      Principal,
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
    })),
  });
