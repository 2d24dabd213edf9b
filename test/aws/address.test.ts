import {S3Client} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {customAddress, sdkAddress, standardAddress} from '../../src/aws/address.js';

const client = new S3Client({region: 'us-east-1', credentials: {accessKeyId: 'A', secretAccessKey: 's'}});

const regions = [
  'us-east-1',
  'us-east-2',
  'us-west-2',
  'eu-central-1',
  'eu-west-3',
  'ap-southeast-4',
  'sa-east-1',
  'ca-west-1',
  'me-central-1',
  'af-south-1',
  'il-central-1',
  'mx-central-1',
  'cn-north-1',
  'cn-northwest-1',
];
const bucket = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9.-]{1,30}[a-z0-9]$/),
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
  fc.constantFrom('www.example.com', 'My_Old_Bucket', 'a'.repeat(63), 'a--b', 'xn--site', '127.0.0.1'),
);

describe('the address of a bucket', () => {
  it("is what the SDK's own endpoint rules say", () => {
    fc.assert(
      fc.property(bucket, fc.constantFrom(...regions), (name, region) => {
        const ours = standardAddress(name, region);
        expect(ours).toBeDefined();
        const theirs = client.config.endpointProvider({
          Bucket: name,
          Region: region,
          UseFIPS: false,
          UseDualStack: false,
        });
        expect(`${ours!.origin}${ours!.basePath}`).toBe(theirs.url.href.replace(/\/$/, ''));
        const [scheme] = theirs.properties?.['authSchemes'] as {signingName: string; signingRegion: string}[];
        expect([ours!.service, ours!.region]).toEqual([scheme!.signingName, scheme!.signingRegion]);
      }),
      {numRuns: 300},
    );
  });

  it.each([
    ['site', 'us-gov-west-1'],
    ['site', 'us-iso-east-1'],
    ['site', 'eusc-de-east-1'],
    ['site', 'mars-north-1'],
    ['site--use1-az4--x-s3', 'us-east-1'],
    ['alias-abc-s3alias', 'us-east-1'],
    ['arn:aws:s3:us-east-1:123456789012:accesspoint/site', 'us-east-1'],
  ])('is left to the SDK for %s in %s', (name, region) => {
    expect(standardAddress(name, region)).toBeUndefined();
  });

  it('is path style below a custom endpoint, its own path kept', () => {
    expect(customAddress(new URL('http://localhost:4566'), 'site', 'us-east-1')).toEqual({
      origin: 'http://localhost:4566',
      host: 'localhost:4566',
      basePath: '/site',
      region: 'us-east-1',
      service: 's3',
    });
    expect(customAddress(new URL('https://minio.example/s3/'), 'a.b', 'eu-west-1')).toMatchObject({
      host: 'minio.example',
      basePath: '/s3/a.b',
    });
  });

  it.each([
    ['site', 'us-gov-west-1', {}, 'https://site.s3.us-gov-west-1.amazonaws.com'],
    ['site', 'us-east-1', {fips: true}, 'https://site.s3-fips.us-east-1.amazonaws.com'],
    ['site', 'eu-west-1', {dualStack: true}, 'https://site.s3.dualstack.eu-west-1.amazonaws.com'],
    ['www.a.de', 'eu-west-1', {dualStack: true}, 'https://s3.dualstack.eu-west-1.amazonaws.com/www.a.de'],
    [
      'arn:aws:s3:us-east-1:123456789012:accesspoint/site',
      'us-east-1',
      {},
      'https://site-123456789012.s3-accesspoint.us-east-1.amazonaws.com',
    ],
  ])('by the SDK of %s in %s with %j is %s', (name, region, variant, expected) => {
    const found = sdkAddress(client, name, region, {fips: false, dualStack: false, ...variant});
    expect(`${found.origin}${found.basePath}`).toBe(expected);
    expect(found).toMatchObject({region, service: 's3', host: new URL(expected).host});
  });

  it('refuses a bucket that wants another signature', () => {
    const none = {fips: false, dualStack: false};
    expect(() => sdkAddress(client, 'site--use1-az4--x-s3', 'us-east-1', none)).toThrow(
      'no site can be served from',
    );
  });
});
