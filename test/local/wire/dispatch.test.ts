/* eslint-disable @typescript-eslint/no-deprecated -- the deprecated fields of a DistributionConfig travel too */
import {createHash} from 'node:crypto';
import {connect} from 'node:net';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {ACM} from '@aws-sdk/client-acm';
import {CloudFront, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {Route53} from '@aws-sdk/client-route-53';
import {S3, type PutObjectCommandInput} from '@aws-sdk/client-s3';
import {describe, expect, it} from 'vitest';
import {openStore} from '../../../src/local/store/index.js';
import {ApiError, type CallContext} from '../../../src/local/types.js';
import {
  bufferedBody,
  createDispatcher,
  type Services,
  type StreamedBody,
} from '../../../src/local/wire/index.js';
import {clientOf, serve, type Served} from './serve.js';

const s3Of = (served: Served): S3 => new S3({...clientOf(served), forcePathStyle: true});

/** Every kind of member that a DistributionConfig has: nested lists, empty ones, flags, numbers, text to escape. */
const config: DistributionConfig = {
  CallerReference: 'r <&> "ü" \n é',
  Aliases: {Quantity: 2, Items: ['a.example.com', '*.b.example.com']},
  DefaultRootObject: 'index.html',
  Origins: {
    Quantity: 2,
    Items: [
      {
        Id: 's3',
        DomainName: 'b.s3.us-east-1.amazonaws.com',
        OriginPath: '/v1',
        CustomHeaders: {Quantity: 1, Items: [{HeaderName: 'x-a', HeaderValue: ' spaced '}]},
        S3OriginConfig: {OriginAccessIdentity: ''},
        OriginAccessControlId: 'E1',
        ConnectionAttempts: 3,
        ConnectionTimeout: 10,
        OriginShield: {Enabled: true, OriginShieldRegion: 'eu-west-1'},
      },
      {
        Id: 'custom',
        DomainName: 'example.com',
        OriginPath: '',
        CustomHeaders: {Quantity: 0},
        CustomOriginConfig: {
          HTTPPort: 80,
          HTTPSPort: 443,
          OriginProtocolPolicy: 'https-only',
          OriginSslProtocols: {Quantity: 2, Items: ['TLSv1.1', 'TLSv1.2']},
          OriginReadTimeout: 30,
          OriginKeepaliveTimeout: 5,
        },
      },
    ],
  },
  OriginGroups: {
    Quantity: 1,
    Items: [
      {
        Id: 'group',
        FailoverCriteria: {StatusCodes: {Quantity: 2, Items: [500, 503]}},
        Members: {Quantity: 2, Items: [{OriginId: 's3'}, {OriginId: 'custom'}]},
      },
    ],
  },
  DefaultCacheBehavior: {
    TargetOriginId: 'group',
    ViewerProtocolPolicy: 'redirect-to-https',
    TrustedSigners: {Enabled: false, Quantity: 0},
    TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: ['k']},
    AllowedMethods: {
      Quantity: 2,
      Items: ['HEAD', 'GET'],
      CachedMethods: {Quantity: 2, Items: ['HEAD', 'GET']},
    },
    SmoothStreaming: false,
    Compress: true,
    LambdaFunctionAssociations: {Quantity: 0},
    FunctionAssociations: {
      Quantity: 1,
      Items: [{EventType: 'viewer-request', FunctionARN: 'arn:aws:cloudfront::0:function/f'}],
    },
    FieldLevelEncryptionId: '',
    CachePolicyId: 'c',
  },
  CacheBehaviors: {
    Quantity: 1,
    Items: [
      {
        PathPattern: '/img/*',
        TargetOriginId: 'custom',
        ViewerProtocolPolicy: 'allow-all',
        ForwardedValues: {
          QueryString: true,
          Cookies: {Forward: 'whitelist', WhitelistedNames: {Quantity: 1, Items: ['sid']}},
          Headers: {Quantity: 1, Items: ['Accept']},
          QueryStringCacheKeys: {Quantity: 0},
        },
        MinTTL: 0,
        DefaultTTL: 86_400,
        MaxTTL: 31_536_000,
      },
    ],
  },
  CustomErrorResponses: {
    Quantity: 1,
    Items: [{ErrorCode: 404, ResponsePagePath: '/404.html', ResponseCode: '404', ErrorCachingMinTTL: 0}],
  },
  Comment: '',
  Logging: {Enabled: false, IncludeCookies: false, Bucket: '', Prefix: ''},
  PriceClass: 'PriceClass_100',
  Enabled: true,
  ViewerCertificate: {CloudFrontDefaultCertificate: true, MinimumProtocolVersion: 'TLSv1'},
  Restrictions: {GeoRestriction: {RestrictionType: 'whitelist', Quantity: 2, Items: ['DE', 'FR']}},
  WebACLId: '',
  HttpVersion: 'http2and3',
  IsIPV6Enabled: true,
  Staging: false,
};

describe('restXml', () => {
  it('carries a whole DistributionConfig there and back without a difference', async () => {
    let seen: DistributionConfig | undefined;
    await using served = await serve({
      cloudfront: {
        UpdateDistribution(input) {
          seen = input.DistributionConfig;
          expect(input).toMatchObject({Id: 'E1', IfMatch: 'etag'});
          return {ETag: 'next'};
        },
        GetDistributionConfig: () => ({ETag: 'next', DistributionConfig: seen}),
      },
    });
    const client = new CloudFront(clientOf(served));
    const updated = await client.updateDistribution({Id: 'E1', IfMatch: 'etag', DistributionConfig: config});
    expect(updated.ETag).toBe('next');
    expect(seen).toEqual(config);
    expect((await client.getDistributionConfig({Id: 'E1'})).DistributionConfig).toEqual(config);
  });

  it('answers modelled errors with their class, members and request id', async () => {
    await using served = await serve({
      cloudfront: {
        GetDistribution() {
          throw new ApiError('NoSuchDistribution', 'The specified distribution does not exist.', 404);
        },
      },
      route53: {
        ChangeResourceRecordSets() {
          throw new ApiError('InvalidChangeBatch', 'bad', 400, {messages: ['one <1>', 'two']});
        },
      },
      acm: {
        DescribeCertificate() {
          throw new ApiError('ResourceNotFoundException', 'no certificate', 400);
        },
      },
    });
    await expect(new CloudFront(clientOf(served)).getDistribution({Id: 'E'})).rejects.toMatchObject({
      name: 'NoSuchDistribution',
      message: 'The specified distribution does not exist.',
      $metadata: {httpStatusCode: 404, requestId: expect.stringMatching(/^[0-9A-F]{16}$/) as string},
    });
    const change = {HostedZoneId: 'Z', ChangeBatch: {Changes: []}};
    await expect(new Route53(clientOf(served)).changeResourceRecordSets(change)).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      messages: ['one <1>', 'two'],
    });
    await expect(
      new ACM(clientOf(served)).describeCertificate({
        CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/x',
      }),
    ).rejects.toMatchObject({name: 'ResourceNotFoundException', message: 'no certificate'});
  });

  it('answers what has no handler, no service or no signature in the protocol of the service', async () => {
    await using served = await serve({});
    for (const call of [
      () => new CloudFront(clientOf(served)).listFunctions({}),
      () => new ACM(clientOf(served)).listCertificates({}),
      () => new Route53(clientOf(served)).listHostedZones({}),
      () => s3Of(served).listBuckets({}),
    ])
      await expect(call()).rejects.toMatchObject({name: 'NotImplemented', $metadata: {httpStatusCode: 501}});
    const unsigned = await fetch(`${served.endpoint}/2020-05-31/distribution`);
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    ]);
  });
});

/** What a PutObject handler saw. */
interface Put {
  readonly input: PutObjectCommandInput;
  readonly context: CallContext;
  readonly bytes: Buffer;
  readonly streamed: boolean;
  readonly trailers: Readonly<Record<string, string>>;
}

function recorder(): {services: Services; puts: Put[]} {
  const puts: Put[] = [];
  return {
    puts,
    services: {
      s3: {
        async PutObject(input, context) {
          const streamed = !(input.Body instanceof Uint8Array);
          const bytes = streamed
            ? await buffer(input.Body as Readable)
            : Buffer.from(input.Body as Uint8Array);
          const trailers = streamed ? (input.Body as unknown as StreamedBody).trailers() : {};
          puts.push({input, context, bytes, streamed, trailers});
          return {ETag: '"e"'};
        },
      },
    },
  };
}

describe('bodies', () => {
  it.each([
    ['empty', 0],
    ['small', 1000],
    ['the largest that is buffered', bufferedBody],
    ['streamed', bufferedBody + 1],
    ['large', 3_000_000],
  ])('%s: arrive whole, with and without aws-chunked framing', async (_name, size) => {
    const {services, puts} = recorder();
    await using served = await serve(services);
    const bytes = Buffer.alloc(size, 'frontctl');
    const s3 = s3Of(served);
    await s3.putObject({Bucket: 'b', Key: 'k', Body: bytes, ContentEncoding: 'gzip'});
    await s3.putObject({
      Bucket: 'b',
      Key: 'k',
      Body: Readable.from([bytes]),
      ContentLength: size,
      ContentEncoding: 'gzip',
    });
    for (const put of puts) {
      expect(put.bytes.equals(bytes)).toBe(true);
      expect(put.streamed).toBe(size > bufferedBody);
      expect(put.input).toMatchObject({ContentLength: size, ContentEncoding: 'gzip'});
      const sum = put.input.ChecksumCRC32 ?? put.trailers['x-amz-checksum-crc32'];
      expect(sum).toBe(puts[0]?.input.ChecksumCRC32);
    }
    expect(puts.length).toBe(2);
  });

  const put = (served: Served, body: Buffer, headers: Record<string, string>): Promise<Response> =>
    fetch(`${served.endpoint}/b/k`, {method: 'PUT', body, headers});

  it.each([1000, 2_000_000])(
    'are refused when their hash is another (%i bytes), and the connection lives on',
    async size => {
      const {services, puts} = recorder();
      await using served = await serve(services);
      const body = Buffer.alloc(size, 'a');
      const wrong = createHash('sha256').update('other').digest('hex');
      const refused = await put(served, body, {'x-amz-content-sha256': wrong});
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringContaining('<Code>XAmzContentSHA256Mismatch</Code>'),
      ]);
      expect(puts).toEqual([]);
      const right = createHash('sha256').update(body).digest('hex');
      expect((await put(served, body, {'x-amz-content-sha256': right})).status).toBe(200);
      expect(puts[0]?.context.caller).toEqual({kind: 'anonymous'});
    },
  );

  it('that a handler does not read do not hold the answer back', async () => {
    await using served = await serve({
      s3: {
        PutObject() {
          throw new ApiError('NoSuchBucket', 'The specified bucket does not exist', 404, {BucketName: 'b'});
        },
      },
    });
    const s3 = s3Of(served);
    for (let i = 0; i < 3; i++)
      await expect(
        s3.putObject({Bucket: 'b', Key: 'k', Body: Buffer.alloc(8_000_000)}),
      ).rejects.toMatchObject({
        name: 'NoSuchBucket',
        BucketName: 'b',
      });
  });

  it('that are broken framing are refused without cutting the connection', async () => {
    const {services} = recorder();
    await using served = await serve(services);
    const answer = await put(served, Buffer.alloc(1_000_000, 'z'), {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '999000',
    });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('<Code>IncompleteBody</Code>'),
    ]);
  });

  it('of documents are checked against Content-MD5', async () => {
    await using served = await serve({s3: {DeleteObjects: () => ({Deleted: []})}});
    const answer = await fetch(`${served.endpoint}/b?delete`, {
      method: 'POST',
      body: '<Delete><Object><Key>a</Key></Object></Delete>',
      headers: {'content-md5': createHash('md5').update('x').digest('base64')},
    });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('<Code>BadDigest</Code>'),
    ]);
    const broken = await fetch(`${served.endpoint}/b?delete`, {method: 'POST', body: '<Delete><Obj'});
    expect([broken.status, await broken.text()]).toEqual([
      400,
      expect.stringContaining('<Code>MalformedXML</Code>'),
    ]);
  });

  it('wait for 100 Continue where the client asks for it', async () => {
    const {services, puts} = recorder();
    await using served = await serve(services);
    const text = await new Promise<string>(resolve => {
      const socket = connect(served.port, '127.0.0.1', () =>
        socket.write(
          'PUT /b/k HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n',
        ),
      );
      let seen = '';
      socket.on('data', chunk => {
        seen += chunk.toString();
        if (seen === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('hello');
      });
      socket.on('close', () => resolve(seen));
    });
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(puts[0]?.bytes.toString()).toBe('hello');
  });
});

describe('answers', () => {
  it('give S3 objects their headers, ranges and metadata, and HEAD errors no body', async () => {
    await using served = await serve({
      s3: {
        GetObject: ({Range}) => ({
          Body: Readable.from([Buffer.from('hello')]) as never,
          ContentLength: 5,
          LastModified: new Date(1_000_000_000_000),
          Metadata: {a: 'plain', b: 'späť'},
          ExpiresString: 'never',
          ...(Range !== undefined && {ContentRange: 'bytes 0-4/10'}),
        }),
        HeadObject() {
          throw new ApiError('NotFound', 'Not Found', 404);
        },
        GetBucketLocation: ({Bucket}) => ({LocationConstraint: Bucket === 'eu' ? 'eu-west-1' : undefined}),
      },
    });
    const answer = await fetch(`${served.endpoint}/b/k`);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-length': '5',
      'last-modified': 'Sun, 09 Sep 2001 01:46:40 GMT',
      'x-amz-meta-a': 'plain',
      // RFC 2047, as S3 does with metadata beyond Latin-1.
      'x-amz-meta-b': `=?UTF-8?B?${Buffer.from('späť').toString('base64')}?=`,
      expires: 'never',
      server: 'AmazonS3',
    });
    expect((await fetch(`${served.endpoint}/b/k`, {headers: {range: 'bytes=0-4'}})).status).toBe(206);
    const head = await fetch(`${served.endpoint}/b/k`, {method: 'HEAD'});
    expect([head.status, await head.text()]).toEqual([404, '']);
    expect((await s3Of(served).getBucketLocation({Bucket: 'eu'})).LocationConstraint).toBe('eu-west-1');
    expect((await s3Of(served).getBucketLocation({Bucket: 'us'})).LocationConstraint).toBeUndefined();
  });

  it('say that the disk is full', async () => {
    const store = await openStore({memory: true});
    await using served = await serve(
      {
        s3: {
          CreateBucket: () =>
            store.write(() => {
              throw Object.assign(new Error('write'), {code: 'ENOSPC'});
            }),
        },
      },
      {onUnexpected: () => undefined},
    );
    await expect(s3Of(served).createBucket({Bucket: 'b'})).rejects.toMatchObject({
      name: 'InternalError',
      message: expect.stringContaining('full') as string,
      $metadata: {httpStatusCode: 500},
    });
    await store.close();
  });
});

describe('routes', () => {
  it.each([
    ['GET', '/', 'ListBuckets'],
    ['PUT', '/b', 'CreateBucket'],
    ['PUT', '/b/', 'CreateBucket'],
    ['GET', '/b', 'ListObjects'],
    ['GET', '/b/?list-type=2&prefix=x', 'ListObjectsV2'],
    ['GET', '/b?versions', 'ListObjectVersions'],
    ['GET', '/b?uploads', 'ListMultipartUploads'],
    ['GET', '/b?policy', 'GetBucketPolicy'],
    ['GET', '/b?analytics', 'ListBucketAnalyticsConfigurations'],
    ['GET', '/b?analytics&id=1', 'GetBucketAnalyticsConfiguration'],
    ['POST', '/b?delete', 'DeleteObjects'],
    ['PUT', '/b/k', 'PutObject'],
    ['PUT', '/b/k?x-id=PutObject', 'PutObject'],
    ['PUT', '/b//', 'PutObject'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart'],
    ['PUT', '/b/k?acl', 'PutObjectAcl'],
    ['GET', '/b/k', 'GetObject'],
    ['GET', '/b/k?versionId=1', 'GetObject'],
    ['GET', '/b/k?uploadId=u', 'ListParts'],
    ['GET', '/b/k?attributes', 'GetObjectAttributes'],
    ['DELETE', '/b?acl', 'MethodNotAllowed'],
    ['DELETE', '/b/k?acl', 'MethodNotAllowed'],
    ['DELETE', '/b/k', 'DeleteObject'],
    ['DELETE', '/b/k?uploadId=u', 'AbortMultipartUpload'],
    ['POST', '/b/k?uploads', 'CreateMultipartUpload'],
    ['POST', '/b/k?uploadId=u', 'CompleteMultipartUpload'],
    ['PATCH', '/b/k', 'MethodNotAllowed'],
  ])('%s %s is %s', async (method, target, operation) => {
    const dispatch = createDispatcher({});
    const answer = await dispatch(
      {method, target, headers: {host: '127.0.0.1:1'}, body: undefined, origin: ''},
      {kind: 'anonymous'},
    );
    if (answer.operation) expect(answer.operation.name).toBe(operation);
    else expect(answer.body).toContain(`<Code>${operation}</Code>`);
  });

  it.each([
    [{'x-amz-copy-source': '/b/x'}, '/b/k', 'CopyObject'],
    [{'x-amz-copy-source': '/b/x'}, '/b/k?partNumber=1&uploadId=u', 'UploadPartCopy'],
  ])('a copy source makes PUT a copy', async (headers, target, operation) => {
    const dispatch = createDispatcher({});
    const answer = await dispatch(
      {method: 'PUT', target, headers: {host: '127.0.0.1:1', ...headers}, body: undefined, origin: ''},
      {kind: 'anonymous'},
    );
    expect(answer.operation?.name).toBe(operation);
  });
});
