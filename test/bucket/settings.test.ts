import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {createAws, type Aws} from '../../src/aws/index.js';
import {
  blockPublicAccess,
  createBucket,
  enforceOwner,
  ensurePolicy,
  headBucket,
  isOwnerEnforced,
  isPublicAccessBlocked,
  privateStatement,
  readPolicy,
} from '../../src/bucket/index.js';
import {openWorld, type World} from '../deploy/world.js';

let closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.map(close => close()));
  closing = [];
  vi.unstubAllEnvs();
});

async function cloud(): Promise<World> {
  const world = await openWorld();
  closing.push(() => world.close());
  return world;
}

/** An S3 that gives every request the same answer, for what the embedded cloud's one account never meets. */
async function alwaysAnswers(
  status: number,
  code: string,
): Promise<{readonly aws: Aws; readonly bodies: string[]}> {
  const bodies: string[] = [];
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      bodies.push(body);
      const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
      response
        .writeHead(status, {'content-type': 'application/xml'})
        .end(request.method === 'HEAD' ? undefined : xml);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const aws = createAws({
    endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
  });
  closing.push(async () => {
    await aws.close();
    server.closeAllConnections();
    server.close();
  });
  return {aws, bodies};
}

describe('a bucket of this account', () => {
  it('is made, found and settled', async () => {
    const {aws} = await cloud();
    expect(await headBucket(aws, 'mine')).toEqual({exists: false});
    expect(await createBucket(aws, 'mine')).toBe(true);
    expect(await headBucket(aws, 'mine')).toMatchObject({exists: true});
    await blockPublicAccess(aws, 'mine');
    expect(await isPublicAccessBlocked(aws, 'mine')).toBe(true);
    await enforceOwner(aws, 'mine');
    expect(await isOwnerEnforced(aws, 'mine')).toBe(true);
  });

  it('gets its policy once', async () => {
    const {aws, calls} = await cloud();
    await createBucket(aws, 'mine');
    expect(await readPolicy(aws, 'mine')).toBeUndefined();
    const own = [privateStatement({bucket: 'mine', prefix: ''})];
    expect(await ensurePolicy(aws, 'mine', own)).toBe(true);
    expect(await ensurePolicy(aws, 'mine', own)).toBe(false);
    expect(calls.filter(call => call === 's3 PutBucketPolicy')).toHaveLength(1);
  });
});

describe("somebody else's bucket", () => {
  it('is refused by name', async () => {
    const {aws} = await alwaysAnswers(403, 'AccessDenied');
    await expect(headBucket(aws, 'theirs')).rejects.toMatchObject({
      exit: 'access',
      code: 'BUCKET_FORBIDDEN',
      message: expect.stringContaining('theirs') as string,
    });
  });

  it('cannot be made again; the request names the region', async () => {
    const {aws, bodies} = await alwaysAnswers(409, 'BucketAlreadyExists');
    await expect(createBucket(aws, 'theirs')).rejects.toMatchObject({exit: 'conflict', code: 'BUCKET_TAKEN'});
    expect(bodies[0]).toContain('<LocationConstraint>eu-west-1</LocationConstraint>');
  });
});

it('takes a bucket that this account has for made', async () => {
  const {aws} = await alwaysAnswers(409, 'BucketAlreadyOwnedByYou');
  expect(await createBucket(aws, 'mine')).toBe(false);
});
