import {CloudFront, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {S3} from '@aws-sdk/client-s3';
import {expect, onTestFinished, test} from 'vitest';
import {createClock} from '../../../src/local/clock.js';
import {startCloud} from '../../../src/local/cloud.js';
import {request} from './fixture.js';
import {asCookies, customPolicy, ecPair, rsaPair, signFields, withQuery, type Pair} from './signer.js';

const minute = 60_000;

/** A private bucket behind a behavior that trusts one group with one RSA key; a deployment takes a minute. */
const privateSite = async () => {
  const clock = createClock();
  const cloud = await startCloud({port: 0, clock, deployDelayMs: minute, invalidationDelayMs: 0});
  onTestFinished(() => cloud.close());
  const client = {
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret'},
  };
  const s3 = new S3({...client, forcePathStyle: true});
  const cloudFront = new CloudFront(client);
  const upload = async (name: string, pair: Pair) => {
    const made = await cloudFront.createPublicKey({
      PublicKeyConfig: {CallerReference: name, Name: name, EncodedKey: pair.publicKey},
    });
    return {pair, keyId: made.PublicKey!.Id!};
  };
  const group = async (name: string, ...ids: string[]) =>
    (await cloudFront.createKeyGroup({KeyGroupConfig: {Name: name, Items: ids}})).KeyGroup!.Id!;
  const change = async (id: string, ...ids: string[]) => {
    const {KeyGroupConfig: config, ETag: IfMatch} = await cloudFront.getKeyGroupConfig({Id: id});
    await cloudFront.updateKeyGroup({Id: id, IfMatch, KeyGroupConfig: {...config!, Items: ids}});
  };
  const old = await upload('old', rsaPair());
  const first = await group('first', old.keyId);
  await s3.createBucket({Bucket: 'films'});
  await s3.putObject({Bucket: 'films', Key: 'a.ts', Body: 'a'});
  const control = await cloudFront.createOriginAccessControl({
    OriginAccessControlConfig: {
      Name: 'films',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
      OriginAccessControlOriginType: 's3',
    },
  });
  const config: DistributionConfig = {
    CallerReference: 'films',
    Comment: '',
    Enabled: true,
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: 'bucket',
          DomainName: 'films.s3.us-east-1.amazonaws.com',
          S3OriginConfig: {OriginAccessIdentity: ''},
          OriginAccessControlId: control.OriginAccessControl?.Id,
        },
      ],
    },
    DefaultCacheBehavior: {
      TargetOriginId: 'bucket',
      ViewerProtocolPolicy: 'allow-all',
      CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: [first]},
    },
  };
  const {Distribution: made} = await cloudFront.createDistribution({DistributionConfig: config});
  const {Id: id, DomainName: domain, ARN: arn} = made!;
  await s3.putBucketPolicy({
    Bucket: 'films',
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: {Service: 'cloudfront.amazonaws.com'},
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::films/*',
          Condition: {StringEquals: {'AWS:SourceArn': arn}},
        },
      ],
    }),
  });
  const status = async () => (await cloudFront.getDistribution({Id: id})).Distribution?.Status;
  const trustGroups = async (...groups: string[]) => {
    const {DistributionConfig: now, ETag: IfMatch} = await cloudFront.getDistributionConfig({Id: id});
    await cloudFront.updateDistribution({
      Id: id,
      IfMatch,
      DistributionConfig: {
        ...now!,
        DefaultCacheBehavior: {
          ...now!.DefaultCacheBehavior!,
          TrustedKeyGroups: {Enabled: true, Quantity: groups.length, Items: groups},
        },
      },
    });
  };
  clock.advance(minute);
  await cloud.status();
  const port = cloud.edge.portOf(id!)!;
  /** 200, or the code of the refusal. */
  const open = async (key: {readonly pair: Pair; readonly keyId: string}) => {
    const expires = Math.floor(clock.now() / 1000) + 3600;
    const fields = signFields(`https://${domain!}/a.ts`, {...key, expires});
    const answer = await request(port, withQuery('/a.ts', fields), {headers: {host: domain}});
    return answer.status === 200 ? 200 : /<Code>(.*)<\/Code>/.exec(answer.text)?.[1];
  };
  return {
    cloud,
    clock,
    cloudFront,
    domain: domain!,
    id,
    old,
    first,
    upload,
    group,
    change,
    status,
    trustGroups,
    open,
  };
};

test('a key leaves its group: who it signed for is refused when the change is deployed, not before', async () => {
  const {clock, cloudFront, old, first, upload, change, status, open} = await privateSite();
  const fresh = await upload('fresh', ecPair());
  expect([await status(), await open(old), await open(fresh)]).toEqual(['Deployed', 200, 'InvalidKey']);

  await change(first, old.keyId, fresh.keyId);
  expect([await status(), await open(old), await open(fresh)]).toEqual(['InProgress', 200, 'InvalidKey']);
  clock.advance(minute - 1_000);
  expect([await status(), await open(fresh)]).toEqual(['InProgress', 'InvalidKey']);
  clock.advance(1_000);
  expect([await status(), await open(old), await open(fresh)]).toEqual(['Deployed', 200, 200]);

  await change(first, fresh.keyId);
  const {ETag: IfMatch} = await cloudFront.getPublicKey({Id: old.keyId});
  await expect(cloudFront.deletePublicKey({Id: old.keyId, IfMatch})).rejects.toMatchObject({
    name: 'PublicKeyInUse',
  });
  expect([await status(), await open(old), await open(fresh)]).toEqual(['InProgress', 200, 200]);
  clock.advance(minute);
  expect([await status(), await open(old), await open(fresh)]).toEqual(['Deployed', 'InvalidKey', 200]);
  await cloudFront.deletePublicKey({Id: old.keyId, IfMatch});
});

test('one group takes the place of another without a moment in which neither signer is let in', async () => {
  const {clock, cloudFront, old, first, upload, group, status, trustGroups, open, id} = await privateSite();
  const fresh = await upload('fresh', ecPair());
  const second = await group('second', fresh.keyId);
  const listed = async (KeyGroupId: string) =>
    (await cloudFront.listDistributionsByKeyGroup({KeyGroupId})).DistributionIdList?.Items ?? [];
  expect(await listed(second)).toEqual([]);

  let signer = old;
  const deployed = async () => {
    do {
      expect(await open(signer)).toBe(200);
      clock.advance(10_000);
    } while ((await status()) === 'InProgress');
    expect(await open(signer)).toBe(200);
  };
  await trustGroups(first, second);
  await deployed();
  signer = fresh;
  await trustGroups(second);
  expect(await listed(first)).toEqual([id]);
  const {ETag: IfMatch} = await cloudFront.getKeyGroup({Id: first});
  await expect(cloudFront.deleteKeyGroup({Id: first, IfMatch})).rejects.toMatchObject({
    name: 'ResourceInUse',
  });
  await deployed();
  expect(await open(old)).toBe('InvalidKey');
  expect([await listed(first), await listed(second)]).toEqual([[], [id]]);
  await cloudFront.deleteKeyGroup({Id: first, IfMatch});
});

test('the plain HTTP side is another protocol, and so another URL', async () => {
  const {cloud, clock, domain, old} = await privateSite();
  const port = cloud.ports.http;
  const expires = Math.floor(clock.now() / 1000) + 3600;
  const get = async (url: string, host = domain) => {
    const fields = signFields(url, {...old, expires});
    return (await request(port, withQuery('/a.ts', fields), {headers: {host}})).status;
  };
  expect(await get(`http://${domain}/a.ts`)).toBe(200);
  expect(await get(`http://${domain}:${port}/a.ts`, `${domain}:${port}`)).toBe(200);
  expect(await get(`https://${domain}/a.ts`)).toBe(403);
  const policy = customPolicy(`*://${domain}/*`, expires);
  const cookie = asCookies(signFields('', {...old, policy}));
  expect((await request(port, '/a.ts', {headers: {host: domain, cookie}})).status).toBe(200);
});
