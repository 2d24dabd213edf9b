import {expect, test} from 'vitest';
import {distributionConfig, fakeS3, start} from './fixture.js';

test('an S3 object: signed as the distribution, Miss then Hit with Age, S3 ids removed', async () => {
  const s3 = fakeS3({'site/index.html': {body: '<h1>hello</h1>'}});
  const {get, clock} = await start(distributionConfig({DefaultRootObject: 'index.html'}), {
    fetchS3: s3.fetchS3,
  });
  const miss = await get('/', {headers: {host: 'd1.cloudfront.net', cookie: 'a=1', accept: '*/*'}});
  expect(miss.text).toBe('<h1>hello</h1>');
  expect(miss.status).toBe(200);
  expect(miss.headers['x-cache']).toBe('Miss from cloudfront');
  expect(miss.headers).not.toHaveProperty('age');
  expect(miss.headers).not.toHaveProperty('x-amz-request-id');
  expect(miss.headers).not.toHaveProperty('x-amz-id-2');
  expect(miss.headers['server']).toBe('AmazonS3');
  expect(miss.headers['via']).toMatch(/^1\.1 [0-9a-f]{32}\.cloudfront\.net \(CloudFront\)$/);
  expect(miss.headers['x-amz-cf-id']).toMatch(/^[\w-]{54}==$/);
  expect(s3.seen[0]?.path).toBe('/index.html');
  expect(s3.seen[0]?.signedAs).toEqual({distributionArn: 'arn:aws:cloudfront::000000000000:distribution/E1'});
  expect(s3.seen[0]?.headers['host']).toBe('site.s3.us-east-1.amazonaws.com');
  expect(s3.seen[0]?.headers).not.toHaveProperty('cookie');

  clock.advance(5000);
  const hit = await get('/index.html');
  expect(hit.headers['x-cache']).toBe('Hit from cloudfront');
  expect(Number(hit.headers['age'])).toBeGreaterThanOrEqual(5);
  expect(hit.text).toBe(miss.text);
  expect(s3.seen).toHaveLength(1);
});
