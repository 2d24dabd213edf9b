import type {
  CachePolicyConfig,
  DistributionConfig,
  KeyGroupConfig,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  PublicKeyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import {createHash} from 'node:crypto';
import {mkdtemp, rm} from 'node:fs/promises';
import http from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {onTestFinished} from 'vitest';
import {createClock} from '../../../src/local/clock.js';
import {createEdge, type EdgeOptions, type RunningEdge} from '../../../src/local/edge/index.js';
import type {
  ControlPlane,
  FetchS3,
  FunctionCode,
  LiveDistribution,
  S3OriginRequest,
} from '../../../src/local/edge/types.js';
import type {Clock} from '../../../src/local/types.js';

/** A control plane of plain maps. */
export interface FakePlane extends ControlPlane {
  set(config: DistributionConfig, id?: string): LiveDistribution;
  remove(id: string): void;
  readonly cachePolicies: Map<string, CachePolicyConfig>;
  readonly originRequestPolicies: Map<string, OriginRequestPolicyConfig>;
  readonly responseHeadersPolicies: Map<string, ResponseHeadersPolicyConfig>;
  readonly accessControls: Map<string, OriginAccessControlConfig>;
  readonly keyGroups: Map<string, KeyGroupConfig>;
  readonly publicKeys: Map<string, PublicKeyConfig>;
  /** By ARN. */
  readonly functions: Map<string, FunctionCode>;
}

export const fakePlane = (): FakePlane => {
  const live = new Map<string, LiveDistribution>();
  const listeners = new Set<() => void>();
  const cachePolicies = new Map<string, CachePolicyConfig>([
    ['optimized', cachePolicy({gzip: true, br: true, min: 1, default: 86_400, max: 31_536_000})],
    ['standard', cachePolicy({gzip: true, br: true})],
    ['plain', cachePolicy({})],
    ['query', cachePolicy({query: 'all'})],
    ['disabled', cachePolicy({min: 0, default: 0, max: 0})],
  ]);
  const originRequestPolicies = new Map<string, OriginRequestPolicyConfig>();
  const responseHeadersPolicies = new Map<string, ResponseHeadersPolicyConfig>();
  const accessControls = new Map<string, OriginAccessControlConfig>([
    [
      'always',
      {
        Name: 'always',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
        OriginAccessControlOriginType: 's3',
      },
    ],
    [
      'never',
      {
        Name: 'never',
        SigningBehavior: 'never',
        SigningProtocol: 'sigv4',
        OriginAccessControlOriginType: 's3',
      },
    ],
    [
      'no-override',
      {
        Name: 'n',
        SigningBehavior: 'no-override',
        SigningProtocol: 'sigv4',
        OriginAccessControlOriginType: 's3',
      },
    ],
  ]);
  const keyGroups = new Map<string, KeyGroupConfig>();
  const publicKeys = new Map<string, PublicKeyConfig>();
  const functions = new Map<string, FunctionCode>();
  let version = 0;
  const changed = (): void => listeners.forEach(listener => listener());
  return {
    cachePolicies,
    originRequestPolicies,
    responseHeadersPolicies,
    accessControls,
    keyGroups,
    publicKeys,
    functions,
    set(config, id = 'E1') {
      const one: LiveDistribution = {
        id,
        arn: `arn:aws:cloudfront::000000000000:distribution/${id}`,
        domainName: `d${id.toLowerCase()}.cloudfront.net`,
        config,
        version: String(++version),
      };
      live.set(id, one);
      changed();
      return one;
    },
    remove(id) {
      live.delete(id);
      changed();
    },
    distribution: id => live.get(id),
    distributionByHost: host =>
      [...live.values()].find(
        one => one.domainName === host || (one.config.Aliases?.Items ?? []).includes(host),
      ),
    distributions: () => live.values(),
    cachePolicy: id => cachePolicies.get(id),
    originRequestPolicy: id => originRequestPolicies.get(id),
    responseHeadersPolicy: id => responseHeadersPolicies.get(id),
    originAccessControl: id => accessControls.get(id),
    originAccessIdentity: () => undefined,
    keyGroup: id => keyGroups.get(id),
    publicKey: id => publicKeys.get(id),
    functionCode: arn => functions.get(arn),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

export interface PolicyShape {
  readonly gzip?: boolean;
  readonly br?: boolean;
  readonly min?: number;
  readonly default?: number;
  readonly max?: number;
  readonly query?: 'none' | 'all' | readonly string[];
  readonly headers?: readonly string[];
  readonly cookies?: 'none' | 'all' | readonly string[];
}

const some = (names: readonly string[]): {Quantity: number; Items: string[]} => ({
  Quantity: names.length,
  Items: [...names],
});

export const cachePolicy = (shape: PolicyShape): CachePolicyConfig => ({
  Name: 'policy',
  MinTTL: shape.min ?? 0,
  DefaultTTL: shape.default ?? 86_400,
  MaxTTL: shape.max ?? 31_536_000,
  ParametersInCacheKeyAndForwardedToOrigin: {
    EnableAcceptEncodingGzip: shape.gzip ?? false,
    EnableAcceptEncodingBrotli: shape.br ?? false,
    HeadersConfig:
      shape.headers === undefined
        ? {HeaderBehavior: 'none'}
        : {HeaderBehavior: 'whitelist', Headers: some(shape.headers)},
    CookiesConfig:
      typeof shape.cookies === 'object'
        ? {CookieBehavior: 'whitelist', Cookies: some(shape.cookies)}
        : {CookieBehavior: shape.cookies ?? 'none'},
    QueryStringsConfig:
      typeof shape.query === 'object'
        ? {QueryStringBehavior: 'whitelist', QueryStrings: some(shape.query)}
        : {QueryStringBehavior: shape.query ?? 'none'},
  },
});

export type Extra = Partial<DistributionConfig> & {
  readonly behavior?: Partial<DistributionConfig['DefaultCacheBehavior']>;
};

/** A distribution in front of one S3 bucket (`site`) and, when given, a custom origin on a local port. */
export const distributionConfig = (extra: Extra = {}, customPort?: number): DistributionConfig => {
  const {behavior, ...rest} = extra;
  const origins = [
    {
      Id: 's3',
      DomainName: 'site.s3.us-east-1.amazonaws.com',
      S3OriginConfig: {OriginAccessIdentity: ''},
      OriginAccessControlId: 'always',
    },
    ...(customPort === undefined ? [] : [customOrigin('custom', customPort)]),
  ];
  return {
    CallerReference: 'test',
    Comment: '',
    Enabled: true,
    Origins: {Quantity: origins.length, Items: origins},
    DefaultCacheBehavior: {
      TargetOriginId: customPort === undefined ? 's3' : 'custom',
      ViewerProtocolPolicy: 'allow-all',
      CachePolicyId: 'plain',
      ...behavior,
    },
    ...rest,
  };
};

export const customOrigin = (id: string, port: number, more: object = {}) => ({
  Id: id,
  DomainName: '127.0.0.1',
  CustomOriginConfig: {HTTPPort: port, HTTPSPort: port, OriginProtocolPolicy: 'http-only' as const, ...more},
});

/** Objects by bucket and path, with ETag, conditions and a 403 for what is missing, as a private bucket answers. */
export const fakeS3 = (
  objects: Record<string, {body: string | Buffer; headers?: Record<string, string>}>,
) => {
  const seen: S3OriginRequest[] = [];
  const fetchS3: FetchS3 = request => {
    seen.push(request);
    const object = objects[`${request.bucket}${request.path}`];
    if (object === undefined || request.signedAs === undefined) {
      const xml = '<Error><Code>AccessDenied</Code></Error>';
      return Promise.resolve({
        status: 403,
        headers: {
          'content-type': 'application/xml',
          'content-length': String(xml.length),
          server: 'AmazonS3',
          'x-amz-request-id': 'R',
        },
        body: Readable.from([request.method === 'HEAD' ? '' : xml]),
      });
    }
    const body = Buffer.from(object.body);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const headers = {
      'content-type': 'text/html',
      'content-length': String(body.length),
      etag,
      'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT',
      server: 'AmazonS3',
      'x-amz-id-2': 'I',
      'x-amz-request-id': 'R',
      ...object.headers,
    };
    if (request.headers['if-none-match'] === etag)
      return Promise.resolve({status: 304, headers: {etag}, body: Readable.from([])});
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers['range'] ?? '');
    if (range !== null) {
      const part = body.subarray(Number(range[1]), Number(range[2]) + 1);
      return Promise.resolve({
        status: 206,
        headers: {
          ...headers,
          'content-length': String(part.length),
          'content-range': `bytes ${range[1] ?? ''}-${range[2] ?? ''}/${body.length}`,
        },
        body: Readable.from([part]),
      });
    }
    return Promise.resolve({
      status: 200,
      headers,
      body: Readable.from(request.method === 'HEAD' || body.length === 0 ? [] : [body]),
    });
  };
  return {fetchS3, seen, objects};
};

/** A real HTTP origin on a free port; closed with the test. */
export const localOrigin = async (
  answer: (req: http.IncomingMessage, res: http.ServerResponse) => void,
): Promise<{port: number; seen: http.IncomingMessage[]}> => {
  const seen: http.IncomingMessage[] = [];
  const server = http.createServer((req, res) => {
    seen.push(req);
    answer(req, res);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {port: (server.address() as AddressInfo).port, seen};
};

export interface Running {
  readonly edge: RunningEdge;
  readonly plane: FakePlane;
  readonly clock: Clock;
  readonly dir: string;
  /** A GET (or what `init` says) on the HTTPS side of E1. */
  readonly get: (path: string, init?: RequestOptions) => Promise<Answer>;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly port?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
}

/** A request with exactly the headers given: no Accept-Encoding, no User-Agent of its own. */
export const request = (port: number, path: string, init: RequestOptions = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const req = http.request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: init.method ?? 'GET',
        headers: init.headers ?? {},
        agent: false,
      },
      res => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => {
          const body = Buffer.concat(chunks);
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            rawHeaders: res.rawHeaders,
            body,
            text: body.toString(),
          });
        });
      },
    );
    req.on('error', reject);
    req.end(init.body);
  });

/** An edge with distribution E1; its clock stands at a fixed time unless it is moved. */
export const start = async (
  config: DistributionConfig,
  options: Partial<EdgeOptions> & {readonly plane?: FakePlane} = {},
): Promise<Running> => {
  const plane = options.plane ?? fakePlane();
  plane.set(config);
  const clock = options.clock ?? createClock();
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'edge-')));
  const edge = await createEdge({
    fetchS3: () => Promise.reject(new Error('no S3 in this test')),
    log: message => {
      throw new Error(message);
    },
    ...options,
    controlPlane: plane,
    clock,
    dir,
  });
  onTestFinished(async () => {
    await edge.close();
    await rm(dir, {recursive: true, force: true});
  });
  return {
    edge,
    plane,
    clock,
    dir,
    get: (path, init) => request(init?.port ?? edge.portOf('E1')!, path, init),
  };
};
