import {generateKeyPairSync} from 'node:crypto';
import {CloudFront} from '@aws-sdk/client-cloudfront';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {createAws, localKeys, type Aws} from '../../src/aws/index.js';
import {createClock} from '../../src/local/clock.js';
import {startCloud} from '../../src/local/cloud.js';
import {fetchPublicKey} from '../../src/signing/published-keys.js';

let cloud: Awaited<ReturnType<typeof startCloud>>;
let aws: Aws;

beforeAll(async () => {
  cloud = await startCloud({port: 0, clock: createClock(), deployDelayMs: 0, invalidationDelayMs: 0});
  aws = createAws({local: {endpoint: cloud.endpoint}});
});

afterAll(async () => {
  await aws.close();
  await cloud.close();
});

describe('fetchPublicKey', () => {
  it('gives the key under its id', async () => {
    const {publicKey} = generateKeyPairSync('ec', {namedCurve: 'prime256v1'});
    const client = new CloudFront({
      endpoint: cloud.endpoint,
      region: 'us-east-1',
      credentials: localKeys,
    });
    const {PublicKey} = await client.createPublicKey({
      PublicKeyConfig: {
        CallerReference: 'a',
        Name: 'a',
        EncodedKey: publicKey.export({type: 'spki', format: 'pem'}) as string,
      },
    });
    const found = await fetchPublicKey(aws, PublicKey?.Id ?? '');
    expect(found?.equals(publicKey)).toBe(true);
    client.destroy();
  });

  it('gives nothing for an id that nobody has', async () => {
    expect(await fetchPublicKey(aws, 'K0000000000000')).toBeUndefined();
  });
});
