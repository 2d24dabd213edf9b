import {
  CreateInvalidationCommand,
  GetDistributionConfigCommand,
  ListDistributionsCommand,
  UpdateDistributionCommand,
  type CloudFrontClient,
} from '@aws-sdk/client-cloudfront';
import {ListCertificatesCommand} from '@aws-sdk/client-acm';
import {
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import {ListHostedZonesCommand} from '@aws-sdk/client-route-53';
import {afterEach, describe, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import {call, createAws, toFailure, type Aws, type CallSubject} from '../../src/aws/index.js';
import {freshHome} from './environment.js';
import {s3Error, startFakeServer, type Answer, type FakeServer} from './fake-server.js';

freshHome();

const open: {close(): Promise<void>}[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(thing => thing.close()));
});

async function awsThatAnswers(answer: Answer): Promise<{aws: Aws; server: FakeServer}> {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'hidden',
    AWS_MAX_ATTEMPTS: '1',
  });
  const server = await startFakeServer(() => answer);
  const aws = createAws({endpointUrl: server.url});
  open.push(aws, server);
  return {aws, server};
}

const restError = (status: number, code: string, message = `${code} it is`): Answer => ({
  status,
  headers: {'content-type': 'text/xml'},
  body: `<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>REQ-1</RequestId></ErrorResponse>`,
});

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`not a Failure: ${String(error)}`);
  return error;
}

const invalidate = (client: CloudFrontClient): Promise<unknown> =>
  client.send(
    new CreateInvalidationCommand({
      DistributionId: 'E1',
      InvalidationBatch: {CallerReference: 'r', Paths: {Quantity: 1, Items: ['/*']}},
    }),
  );

describe('what CloudFront answers to the real client', () => {
  const what: CallSubject = {
    service: 'cloudfront',
    operation: 'CreateInvalidation',
    resource: 'distribution E1',
  };
  const ask = async (answer: Answer): Promise<Failure> => {
    const {aws} = await awsThatAnswers(answer);
    return failureOf(call(what, async () => invalidate(await aws.cloudfront())));
  };

  it.each<[Answer, string, number, RegExp]>([
    [
      restError(
        403,
        'AccessDenied',
        'User: arn:aws:iam::1:user/x is not authorized to perform: cloudfront:CreateInvalidation on resource: E1',
      ),
      'ACCESS_DENIED',
      3,
      /Allow cloudfront:CreateInvalidation/,
    ],
    [
      restError(403, 'AccessDenied', 'Access Denied'),
      'ACCESS_DENIED',
      3,
      /Allow cloudfront:CreateInvalidation/,
    ],
    [restError(404, 'NoSuchDistribution'), 'NO_SUCH_DISTRIBUTION', 2, /^Check the id and --profile\.$/],
    [restError(403, 'ExpiredToken'), 'EXPIRED_TOKEN', 3, /Sign in again/],
    [restError(403, 'InvalidClientTokenId'), 'BAD_ACCESS_KEY', 3, /AWS_ACCESS_KEY_ID/],
    [restError(403, 'SignatureDoesNotMatch'), 'BAD_SIGNATURE', 3, /AWS_SECRET_ACCESS_KEY/],
    [restError(412, 'PreconditionFailed'), 'PRECONDITION_FAILED', 4, /Run again/],
    [restError(400, 'InvalidIfMatchVersion'), 'PRECONDITION_FAILED', 4, /Run again/],
    [restError(400, 'Throttling', 'Rate exceeded'), 'THROTTLED', 1, /run again/],
    [restError(503, 'ServiceUnavailable'), 'THROTTLED', 1, /run again/],
    [restError(500, 'InternalError'), 'SERVICE_UNAVAILABLE', 1, /Run again later/],
    [restError(400, 'TooManyDistributions'), 'QUOTA_EXCEEDED', 6, /Service Quotas/],
    [restError(409, 'CNAMEAlreadyExists'), 'ALIAS_TAKEN', 4, /frontctl dns move HOST --to/],
    [restError(404, 'NoSuchOrigin'), 'NO_SUCH_ORIGIN', 2, /TargetOriginId/],
    [restError(404, 'NoSuchOriginAccessControl'), 'NOT_FOUND', 2, /Check the name or id/],
    [
      {status: 200, headers: {'content-type': 'text/html'}, body: '<html><p>Sign in<br></html>'},
      'NOT_AWS',
      1,
      /proxy/,
    ],
    [
      {status: 404, headers: {'content-type': 'text/html'}, body: '<!doctype html><title>Not here</title>'},
      'NOT_AWS',
      1,
      /AWS_ENDPOINT_URL/,
    ],
  ])('%j', async (answer, code, exit, hint) => {
    const failure = await ask(answer);
    expect({code: failure.code, exit: failure.exitCode}).toEqual({code, exit});
    expect(failure.hint).toMatch(hint);
    expect(failure.message).toMatch(/distribution E1/i);
    expect(failure.message).not.toContain('\n');
  });

  it('is passed on with service, operation, resource and request id when nothing is known about it', async () => {
    const failure = await ask(restError(400, 'InvalidArgument', 'Your request contains a bad path.'));
    expect(failure).toMatchObject({
      code: 'AWS_ERROR',
      exitCode: 1,
      message:
        'CloudFront answered InvalidArgument (HTTP 400) to CreateInvalidation on distribution E1: Your request contains a bad path',
      hint: 'AWS request id: REQ-1.',
    });
  });

  it('is signed for us-east-1 whatever the region', async () => {
    const {server} = await awsThatAnswers(restError(404, 'NoSuchDistribution'));
    const aws = createAws({endpointUrl: server.url, region: 'eu-central-1'});
    open.push(aws);
    await Promise.allSettled([
      (await aws.cloudfront()).send(new GetDistributionConfigCommand({Id: 'E1'})),
      (await aws.acm()).send(new ListCertificatesCommand()),
      (await aws.route53()).send(new ListHostedZonesCommand()),
      (await aws.cloudfront()).send(
        new UpdateDistributionCommand({Id: 'E1', IfMatch: 'x', DistributionConfig: undefined}),
      ),
    ]);
    expect(server.seen.length).toBeGreaterThanOrEqual(3);
    for (const {headers} of server.seen) expect(headers.authorization).toContain('/us-east-1/');
  });
});

describe('what S3 answers to the real client', () => {
  const ask = async (operation: string, answer: Answer): Promise<Failure> => {
    const {aws} = await awsThatAnswers(answer);
    const client = await aws.s3();
    const Bucket = 'site';
    const commands: Readonly<Record<string, () => Promise<unknown>>> = {
      HeadBucket: () => client.send(new HeadBucketCommand({Bucket})),
      ListObjectsV2: () => client.send(new ListObjectsV2Command({Bucket})),
      GetBucketLocation: () => client.send(new GetBucketLocationCommand({Bucket})),
      PutPublicAccessBlock: () =>
        client.send(
          new PutPublicAccessBlockCommand({Bucket, PublicAccessBlockConfiguration: {BlockPublicAcls: true}}),
        ),
    };
    return failureOf(call({service: 's3', operation, resource: 'bucket site'}, () => commands[operation]!()));
  };

  it.each<[string, Answer, string, number, RegExp]>([
    ['HeadBucket', {status: 403}, 'BUCKET_FORBIDDEN', 3, /s3:ListBucket/],
    ['HeadBucket', {status: 404}, 'NO_SUCH_BUCKET', 2, /bucket create/],
    ['ListObjectsV2', s3Error(404, 'NoSuchBucket'), 'NO_SUCH_BUCKET', 2, /bucket create/],
    ['ListObjectsV2', s3Error(403, 'AccessDenied'), 'ACCESS_DENIED', 3, /Allow s3:ListBucket for/],
    [
      'PutPublicAccessBlock',
      s3Error(403, 'AccessDenied'),
      'ACCESS_DENIED',
      3,
      /Allow s3:PutBucketPublicAccessBlock for/,
    ],
    ['GetBucketLocation', s3Error(403, 'RequestTimeTooSkewed'), 'CLOCK_SKEW', 3, /NTP/],
    ['GetBucketLocation', s3Error(409, 'BucketAlreadyExists'), 'BUCKET_TAKEN', 4, /choose another/],
    ['GetBucketLocation', s3Error(503, 'SlowDown'), 'THROTTLED', 1, /run again/],
  ])('%s: %j', async (operation, answer, code, exit, hint) => {
    const failure = await ask(operation, answer);
    expect({code: failure.code, exit: failure.exitCode}).toEqual({code, exit});
    expect(failure.hint).toMatch(hint);
  });

  it('uses the path style at a custom endpoint', async () => {
    const {aws, server} = await awsThatAnswers(s3Error(404, 'NoSuchBucket'));
    await (await aws.s3()).send(new HeadBucketCommand({Bucket: 'site'})).catch(() => undefined);
    expect(server.seen[0]).toMatchObject({url: '/site/', headers: {host: `127.0.0.1:${server.port}`}});
  });
});

describe('an endpoint that cannot be reached', () => {
  const what: CallSubject = {service: 'cloudfront', operation: 'ListDistributions', resource: 'the account'};
  const list = async (aws: Aws): Promise<Failure> => {
    open.push(aws);
    return failureOf(call(what, async () => (await aws.cloudfront()).send(new ListDistributionsCommand())));
  };

  it('is named, and for the embedded cloud with how to start it', async () => {
    const {server, aws} = await awsThatAnswers('reset');
    expect(await list(aws)).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(server.url) as string,
    });
    await server.close();
    expect(await list(createAws({local: {endpoint: server.url}}))).toMatchObject({
      code: 'UNREACHABLE',
      exitCode: 1,
      message: `Cannot reach ${server.url} for ListDistributions on the account: nothing listens there (connection refused)`,
      hint: 'Start the embedded cloud with `frontctl local start`.',
    });
    const store = await createAws({endpointUrl: server.url}).objects('site');
    await expect(store.head('a')).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(`${server.url} for HeadObject on object a in bucket site`) as string,
    });
  });

  it('may be an http port behind an https URL', async () => {
    const {server} = await awsThatAnswers({status: 200});
    const failure = await list(createAws({endpointUrl: server.url.replace('http:', 'https:')}));
    expect(failure).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/does not speak TLS|connection was lost/) as string,
    });
  });
});

describe('toFailure', () => {
  const what: CallSubject = {service: 's3', operation: 'PutObject', resource: 'object a in bucket site'};

  it.each<[string, object, string, number]>([
    [
      'a certificate nobody signed',
      {code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'self-signed certificate'},
      'UNREACHABLE',
      1,
    ],
    [
      'an expired certificate',
      {code: 'CERT_HAS_EXPIRED', message: 'certificate has expired'},
      'UNREACHABLE',
      1,
    ],
    ['an unknown host', {code: 'ENOTFOUND', hostname: 'nowhere.example'}, 'UNREACHABLE', 1],
    ['silence', {name: 'TimeoutError'}, 'UNREACHABLE', 1],
    ['an abort', {name: 'AbortError'}, 'INTERRUPTED', 130],
    ['a bug of ours', {name: 'TypeError', message: 'x is not a function'}, 'AWS_ERROR', 1],
  ])('knows %s', (_name, fields, code, exit) => {
    const failure = toFailure(Object.assign(new Error(), fields), what);
    expect({code: failure.code, exit: failure.exitCode}).toEqual({code, exit});
  });

  it('passes a Failure on, also one that the SDK wrapped', () => {
    const failure = new Failure('access', 'X', 'x');
    expect(toFailure(failure, what)).toBe(failure);
    expect(toFailure(new Error('wrapped', {cause: failure}), what)).toBe(failure);
  });

  it('repeats no text with secrets in it', () => {
    const leak = Object.assign(
      new Error('The canonical string was AWS4-HMAC-SHA256 ... x-amz-security-token:hidden'),
      {
        name: 'InvalidRequest',
        $metadata: {httpStatusCode: 400},
      },
    );
    expect(toFailure(leak, what).message).toBe(
      'S3 answered InvalidRequest (HTTP 400) to PutObject on object a in bucket site',
    );
  });

  it('takes anything that can be thrown', () => {
    for (const thrown of [undefined, null, 'text', 7, {}, Object.create(null)]) {
      expect(toFailure(thrown, what)).toMatchObject({code: 'AWS_ERROR'});
    }
  });
});

it.each(['KMS.NotFoundException', 'KMS.DisabledException', 'KMS.KMSInvalidStateException'])(
  'tells %s of S3 as a key that cannot be used, not as a missing object',
  name => {
    const error = Object.assign(new Error('Key k1 is what it is.'), {name, $metadata: {httpStatusCode: 400}});
    const failure = toFailure(error, {
      service: 's3',
      operation: 'PutObject',
      resource: 'a.html in bucket site',
    });
    expect(failure).toMatchObject({
      code: 'KMS_KEY_UNUSABLE',
      message: 'S3 cannot use the KMS key for PutObject on a.html in bucket site: Key k1 is what it is',
    });
  },
);
