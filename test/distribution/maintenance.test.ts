import {runInNewContext} from 'node:vm';
import type {CacheBehavior, DistributionConfig} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {configDiff} from '../../src/distribution/index.js';
import {
  closedPatterns,
  closePaths,
  maintenanceCode,
  readNote,
  reopen,
  type MaintenanceNote,
} from '../../src/distribution/maintenance/index.js';
import {matchesPattern} from '../../src/distribution/path-pattern.js';
import {apiFunction, config} from './live-config.js';

const arn = 'arn:aws:cloudfront::000000000000:function/frontctl-maintenance-E1';

const lambda = (EventType: 'viewer-request' | 'viewer-response' | 'origin-request') => ({
  EventType,
  LambdaFunctionARN: `arn:aws:lambda:us-east-1:1:function:${EventType}:1`,
});

function withBehaviors(behaviors: readonly Partial<CacheBehavior>[]): DistributionConfig {
  const Items = behaviors.map(each => ({
    PathPattern: '/x',
    TargetOriginId: 'site',
    ViewerProtocolPolicy: 'allow-all' as const,
    ...each,
  }));
  return {...config, CacheBehaviors: {Quantity: Items.length, Items}};
}

describe('closePaths', () => {
  it('lets every behavior run the function, without what it excludes', () => {
    const given = withBehaviors([
      {
        PathPattern: '/app/*',
        LambdaFunctionAssociations: {
          Quantity: 3,
          Items: [lambda('viewer-request'), lambda('viewer-response'), lambda('origin-request')],
        },
      },
    ]);
    const {config: closed, putAside} = closePaths(given, [], arn);
    expect(closedPatterns(closed, arn)).toEqual(['/app/*', '*']);
    expect(closed.CacheBehaviors?.Items?.[0]?.LambdaFunctionAssociations?.Items).toEqual([
      lambda('origin-request'),
    ]);
    expect(closed.DefaultCacheBehavior?.FunctionAssociations?.Items).toEqual([
      {EventType: 'viewer-request', FunctionARN: arn},
    ]);
    expect(putAside).toMatchObject([
      {pathPattern: '/app/*', lambdas: [{}, {}, {}]},
      {functions: [{FunctionARN: apiFunction}]},
    ]);
  });

  it('touches only behaviors that can answer for the paths', () => {
    const given = withBehaviors([
      {PathPattern: '*.jpg'},
      {PathPattern: '/shop/*'},
      {PathPattern: '/shop/old/*'},
      {PathPattern: '/a'},
    ]);
    // /shop/old/* is never tried, /a and the default never answer for /shop/*.
    expect(closedPatterns(closePaths(given, ['/shop/*'], arn).config, arn)).toEqual(['*.jpg', '/shop/*']);
  });

  it('gives paths a behavior of their own where the one that answers runs code for others', () => {
    const {config: closed, putAside} = closePaths(config, ['/shop/*'], arn);
    expect(closed.CacheBehaviors?.Items?.map(each => each.PathPattern)).toEqual(['/shop/*', '/api/*']);
    expect(closed.DefaultCacheBehavior).toBe(config.DefaultCacheBehavior);
    expect(putAside).toEqual([{pathPattern: '/shop/*', added: true}]);
    expect(configDiff(config, reopen(closed, putAside, arn).config)).toEqual([]);
  });

  it('refuses what no behavior of its own can save', () => {
    const given = withBehaviors([
      {
        PathPattern: '*.jpg',
        FunctionAssociations: {Quantity: 1, Items: [{EventType: 'viewer-request', FunctionARN: apiFunction}]},
      },
      {PathPattern: '/shop/x/*'},
    ]);
    expect(() => closePaths(given, ['/shop/*'], arn)).toThrow(
      expect.objectContaining({code: 'MAINTENANCE_PATHS'}),
    );
  });
});

const patterns = ['*.jpg', '/shop/*', '/shop/x/*', '/a', '/a*', '/b?c', '/*/z'];
const eventTypes = ['viewer-request', 'viewer-response'] as const;
const associations = fc.oneof(
  fc.record({functions: fc.subarray([...eventTypes])}),
  fc.record({lambdas: fc.subarray(['viewer-request', 'viewer-response', 'origin-request'] as const)}),
);
const anyBehavior = (pattern: string) =>
  associations.map((each): Partial<CacheBehavior> => ({
    PathPattern: pattern,
    ...('functions' in each && each.functions.length > 0
      ? {
          FunctionAssociations: {
            Quantity: each.functions.length,
            Items: each.functions.map(EventType => ({EventType, FunctionARN: `${apiFunction}-${EventType}`})),
          },
        }
      : {}),
    ...('lambdas' in each && each.lambdas.length > 0
      ? {LambdaFunctionAssociations: {Quantity: each.lambdas.length, Items: each.lambdas.map(lambda)}}
      : {}),
  }));
const anyConfig = fc
  .shuffledSubarray(patterns)
  .chain(chosen => fc.tuple(...chosen.map(anyBehavior)))
  .map(behaviors => withBehaviors(behaviors));
const anyPaths = fc.subarray(['/shop/*', '/a*', '*.jpg', '/shop/x/y.jpg', '/q/*']);

const answering = (of: DistributionConfig, path: string) =>
  of.CacheBehaviors?.Items?.find(each => matchesPattern(each.PathPattern ?? '', path)) ??
  of.DefaultCacheBehavior;

describe('closing and opening again', () => {
  it('brings back exactly what was, over the note in the code', () => {
    fc.assert(
      fc.property(anyConfig, anyPaths, (given, paths) => {
        let closed: ReturnType<typeof closePaths>;
        try {
          closed = closePaths(given, paths, arn);
        } catch {
          return;
        }
        const note = readNote(maintenanceCode({...plain, paths, putAside: closed.putAside}, 'down'));
        const opened = reopen(closed.config, note?.putAside ?? [], arn);
        expect(configDiff(given, opened.config)).toEqual([]);
        expect(opened.notes).toEqual([]);
      }),
    );
  });

  it('answers for every path that is closed, and lets all code run for every other', () => {
    const tried = [
      '/shop/',
      '/shop/x/y.jpg',
      '/shop/b.jpg',
      '/a',
      '/ab',
      '/q/1',
      '/x.jpg',
      '/other',
      '/b1c',
      '/shop/x/z',
    ];
    fc.assert(
      fc.property(anyConfig, anyPaths, fc.constantFrom(...tried), (given, paths, path) => {
        let closed: DistributionConfig;
        try {
          closed = closePaths(given, paths, arn).config;
        } catch {
          return;
        }
        const isClosed = paths.length === 0 || paths.some(each => matchesPattern(each, path));
        const behavior = answering(closed, path);
        const runs = behavior?.FunctionAssociations?.Items?.some(each => each.FunctionARN === arn) === true;
        if (isClosed) expect(runs).toBe(true);
        else {
          const before = answering(given, path);
          const own = (of: typeof behavior) => [
            ...(of?.FunctionAssociations?.Items ?? []).filter(each => each.FunctionARN !== arn),
            ...(of?.LambdaFunctionAssociations?.Items ?? []),
          ];
          expect(own(behavior)).toEqual(own(before));
        }
      }),
    );
  });

  it('keeps what somebody else has changed meanwhile, and says so', () => {
    const {config: closed, putAside} = closePaths(config, [], arn);
    const theirs = {EventType: 'viewer-request' as const, FunctionARN: `${apiFunction}-2`};
    const changed: DistributionConfig = {
      ...closed,
      CacheBehaviors: {Quantity: 0},
      DefaultCacheBehavior: {
        ...closed.DefaultCacheBehavior!,
        FunctionAssociations: {Quantity: 1, Items: [theirs]},
      },
    };
    const {config: opened, notes} = reopen(changed, putAside, arn);
    expect(opened.DefaultCacheBehavior?.FunctionAssociations?.Items).toEqual([theirs]);
    expect(notes).toEqual([
      'The behavior * runs something else by now, and stays so.',
      'There is no behavior /api/* any more.',
    ]);
  });
});

const plain: MaintenanceNote = {
  version: 1,
  distributionId: 'E1',
  since: '2026-11-29T08:00:00.000Z',
  paths: [],
  status: 503,
  retryAfter: 600,
  allowIps: [],
  putAside: [],
};

interface Answer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, {readonly value: string}>>;
  readonly body?: {readonly data: string};
  readonly uri?: string;
}

function run(code: string, uri: string, ip = '198.51.100.1'): Answer {
  const event = JSON.stringify({viewer: {ip}, request: {uri, method: 'GET'}});
  return JSON.parse(runInNewContext(`${code}; JSON.stringify(handler(${event}))`) as string) as Answer;
}

describe('maintenanceCode', () => {
  it('answers with the page, as it was written', () => {
    const page = `<h1>"Back" \\ soon’\u2028</h1>\n</script>`;
    const answer = run(maintenanceCode(plain, page), '/any');
    expect(answer).toMatchObject({
      statusCode: 503,
      statusDescription: 'Service Unavailable',
      headers: {'retry-after': {value: '600'}, 'cache-control': {value: 'no-store'}},
      body: {data: page},
    });
    expect(run(maintenanceCode({...plain, retryAfter: 0}, page), '/any').headers).not.toHaveProperty(
      'retry-after',
    );
  });

  it('matches paths as CloudFront matches patterns', () => {
    const anyPattern = fc.stringMatching(/^\/?[ab.*?+(/]{0,6}$/).filter(text => text !== '');
    fc.assert(
      fc.property(anyPattern, fc.stringMatching(/^\/[ab.+(/]{0,6}$/), (pattern, path) => {
        const shown = run(maintenanceCode({...plain, paths: [pattern]}, 'x'), path).statusCode === 503;
        const wanted = pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`;
        expect(shown).toBe(matchesPattern(wanted, path));
      }),
    );
  });

  it.each([
    ['203.0.113.0/24', '203.0.113.9', true],
    ['203.0.113.0/24', '203.0.114.9', false],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.70', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:1:2:3:4:5:6', true],
    ['2001:db8::/32', '2001:0db8::9', true],
    ['2001:db8::/32', '2001:db9::9', false],
    ['::1', '::1', true],
    ['::/0', '10.0.0.1', false],
    ['2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
  ])('%s lets %s in: %s', (block, ip, isIn) => {
    const code = maintenanceCode({...plain, allowIps: [block]}, 'x');
    expect(run(code, '/a', ip).uri === '/a').toBe(isIn);
  });

  it.each(['203.0.113.0/33', '203.0.113', 'a', '::1/129', '1.2.3.4/8/8', 'fe80::1%en0', '1.2.3.4/'])(
    'refuses %s',
    block => {
      expect(() => maintenanceCode({...plain, allowIps: [block]}, 'x')).toThrow(
        expect.objectContaining({code: 'IP_RANGE'}),
      );
    },
  );

  it('says how much too long a page is', () => {
    const page = 'x'.repeat(10_240);
    expect(() => maintenanceCode(plain, page)).toThrow(
      expect.objectContaining({
        code: 'MAINTENANCE_TOO_LARGE',
        message: expect.stringContaining('10,240 bytes') as string,
      }),
    );
  });

  it('uses nothing that the runtime does not have', () => {
    const code = maintenanceCode({...plain, paths: ['/a/*'], allowIps: ['::1']}, 'x');
    expect(code).not.toMatch(/=>|\bconst\b|\blet\b|\?\.|\?\?|\bof\b|\.\.\.|padStart/);
  });

  it('reads no note of others', () => {
    expect(readNote('function handler() {}')).toBeUndefined();
    expect(readNote('// frontctl maintenance {"version":2}\n')).toBeUndefined();
    expect(readNote('// frontctl maintenance {\n')).toBeUndefined();
  });
});
