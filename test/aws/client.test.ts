import {DescribeKeyCommand} from '@aws-sdk/client-kms';
import {HeadBucketCommand} from '@aws-sdk/client-s3';
import {expect, it} from 'vitest';
import {createAws} from '../../src/aws/index.js';
import {freshHome} from './environment.js';
import {s3Error, startFakeServer} from './fake-server.js';

freshHome();

it("makes each client once, and without the SDK's notice about Node 20", async () => {
  Reflect.deleteProperty(process.env, 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED');
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', listen);
  const aws = createAws({local: {endpoint: 'http://127.0.0.1:9'}});
  const make = [aws.s3, aws.cloudfront, aws.acm, aws.route53, aws.kms, () => aws.objects('site')] as const;
  for (const client of make) expect(await client()).toBe(await client());
  await new Promise(setImmediate); // warnings are emitted in a later turn
  process.off('warning', listen);
  expect(warnings).toEqual([]);
  await aws.close();
});

it('follows a bucket to its region with the SDK client too', async () => {
  const server = await startFakeServer(({headers}) =>
    headers.authorization?.includes('/eu-west-3/') === true
      ? {status: 200}
      : s3Error(301, 'PermanentRedirect', '', {'x-amz-bucket-region': 'eu-west-3'}),
  );
  Object.assign(process.env, {AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'hidden'});
  const aws = createAws({endpointUrl: server.url});
  const {$metadata} = await (await aws.s3()).send(new HeadBucketCommand({Bucket: 'site'}));
  expect($metadata.httpStatusCode).toBe(200);
  await aws.close();
  await server.close();
});

it('makes one KMS client for each region, which signs for it', async () => {
  const server = await startFakeServer(() => ({
    status: 200,
    headers: {'content-type': 'application/x-amz-json-1.1'},
    body: '{"KeyMetadata":{"KeyId":"k1"}}',
  }));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'hidden',
    AWS_REGION: 'eu-west-1',
  });
  const aws = createAws({endpointUrl: server.url});
  const [own, same, other] = await Promise.all([aws.kms(), aws.kms('eu-west-1'), aws.kms('us-west-2')]);
  expect(own).toBe(same);
  for (const client of [own, other]) await client.send(new DescribeKeyCommand({KeyId: 'k1'}));
  expect(
    server.seen.map(({headers}) => /\/([a-z\d-]+)\/kms\//.exec(headers.authorization ?? '')?.[1]),
  ).toEqual(['eu-west-1', 'us-west-2']);
  await aws.close();
  await server.close();
});

it('honours the attempts of the environment in the lean client', async () => {
  const server = await startFakeServer(() => s3Error(503, 'SlowDown'));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'hidden',
    AWS_MAX_ATTEMPTS: '1',
  });
  const aws = createAws({endpointUrl: server.url});
  await expect((await aws.objects('site')).list()).rejects.toMatchObject({code: 'THROTTLED'});
  expect(server.seen).toHaveLength(1);
  await aws.close();
  await server.close();
});

it('closes as often as it is asked to', async () => {
  const server = await startFakeServer(() => s3Error(404, 'NoSuchKey'));
  const aws = createAws({local: {endpoint: server.url}});
  const store = await aws.objects('site');
  expect(await store.get('a')).toBeUndefined();
  await aws.close();
  await aws.close();
  await server.close();
});
