import type {
  CacheBehavior,
  CustomErrorResponse,
  DefaultCacheBehavior,
  DistributionConfig,
  Origin,
} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {
  errorPageNote,
  foreignPaths,
  livePaths,
  originRoots,
  readViewerRules,
  viewerItems,
  type Distribution,
  type ViewerSite,
} from '../../src/distribution/index.js';
import {matchesPattern} from '../../src/distribution/path-pattern.js';

const optimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const queryStrings = '4cc15a8a-d715-48a4-82b8-cc0b614638fe';

/** Answers GetCachePolicy for the policies that are given; any other call, and any other policy, is refused. */
function awsWith(policies: Readonly<Record<string, string>> = {}): Aws {
  const send = ({input}: {input: {Id: string}}) => {
    const behavior = policies[input.Id];
    if (behavior === undefined)
      return Promise.reject(Object.assign(new Error('not authorized'), {name: 'AccessDenied'}));
    const QueryStringsConfig = {QueryStringBehavior: behavior};
    return Promise.resolve({
      CachePolicy: {
        CachePolicyConfig: {ParametersInCacheKeyAndForwardedToOrigin: {QueryStringsConfig}},
      },
    });
  };
  return {cloudfront: () => Promise.resolve({send}), commandFlags: ''} as unknown as Aws;
}

const origin = (Id: string, DomainName: string, OriginPath = ''): Origin => ({Id, DomainName, OriginPath});
const bucketOrigin = origin('site', 'site.s3.eu-west-1.amazonaws.com');

interface Given {
  readonly origins?: readonly Origin[];
  readonly behavior?: Partial<DefaultCacheBehavior>;
  readonly behaviors?: readonly Partial<CacheBehavior>[];
  readonly errors?: readonly CustomErrorResponse[];
  readonly groups?: DistributionConfig['OriginGroups'];
}

function distribution({origins = [bucketOrigin], behavior, behaviors = [], errors = [], groups}: Given = {}) {
  const base = {TargetOriginId: 'site', ViewerProtocolPolicy: 'allow-all', CachePolicyId: optimized} as const;
  const config: DistributionConfig = {
    CallerReference: 'x',
    Comment: '',
    Enabled: true,
    DefaultRootObject: 'index.html',
    Origins: {Quantity: origins.length, Items: [...origins]},
    ...(groups && {OriginGroups: groups}),
    DefaultCacheBehavior: {...base, ...behavior},
    CacheBehaviors: {
      Quantity: behaviors.length,
      Items: behaviors.map(item => ({PathPattern: '*', ...base, ...item})),
    },
    CustomErrorResponses: {Quantity: errors.length, Items: [...errors]},
  };
  return {
    id: 'E1',
    arn: '',
    domainName: '',
    status: 'Deployed',
    etag: undefined,
    config,
  } satisfies Distribution;
}

const rules = (given: Given = {}, site: Partial<ViewerSite> = {}, aws = awsWith()) =>
  readViewerRules(aws, distribution(given), {bucket: 'site', prefix: '', ...site});

async function items(key: string, given: Given = {}, site: Partial<ViewerSite> = {}, cacheControl?: string) {
  return viewerItems(await rules(given, site), key, cacheControl);
}

const lambda = (EventType: 'viewer-request' | 'origin-request' | 'origin-response') => ({
  LambdaFunctionAssociations: {Quantity: 1, Items: [{LambdaFunctionARN: 'arn:x:1', EventType}]},
});
const edgeFunction = {
  FunctionAssociations: {Quantity: 1, Items: [{FunctionARN: 'arn:f', EventType: 'viewer-request'}]},
} satisfies Partial<DefaultCacheBehavior>;
const website = origin('site', 'site.s3-website.eu-west-1.amazonaws.com');
const dashed = origin('site', 'site.s3-website-us-east-1.amazonaws.com');

describe('the items that purge a key', () => {
  it.each<[string, string, Given, Partial<ViewerSite>, readonly string[]]>([
    ['a file', 'a/ü b.jpg', {}, {}, ['/a/%C3%BC%20b.jpg']],
    ['the default root object: its own path', 'index.html', {}, {}, ['/index.html']],
    ['a page without clean URLs', 'about/index.html', {}, {}, ['/about/index.html']],
    [
      'clean URLs of a folder',
      'about/index.html',
      {},
      {cleanUrls: true},
      ['/about/index.html', '/about/', '/about'],
    ],
    ['clean URLs of a page', 'a/about.html', {}, {cleanUrls: true}, ['/a/about.html', '/a/about']],
    ['clean URLs of the root', 'index.html', {}, {cleanUrls: true}, ['/index.html', '/']],
    ['clean URLs of other files', 'a/b.css', {}, {cleanUrls: true}, ['/a/b.css']],
    ['a name that only ends like an index', 'myindex.html', {origins: [website]}, {}, ['/myindex.html']],
    [
      'a website endpoint shows folders',
      'a/index.html',
      {origins: [website]},
      {},
      ['/a/index.html', '/a/', '/a'],
    ],
    ['of older regions too', 'index.html', {origins: [dashed]}, {}, ['/index.html', '/']],
    ['but no pages without .html', 'a/b.html', {origins: [website]}, {}, ['/a/b.html']],
    [
      'unless they are switched off',
      'a/index.html',
      {origins: [website]},
      {cleanUrls: false},
      ['/a/index.html'],
    ],
    [
      'Lambda@Edge before the cache',
      'a/b.html',
      {behavior: lambda('viewer-request')},
      {},
      ['/a/b.html', '/a/b'],
    ],
    [
      'Lambda@Edge before the origin',
      'a/b.html',
      {behavior: lambda('origin-request')},
      {},
      ['/a/b.html', '/a/b'],
    ],
    ['Lambda@Edge behind the origin', 'a/b.html', {behavior: lambda('origin-response')}, {}, ['/a/b.html']],
    [
      'a CloudFront Function: what it makes of the URI is what is cached',
      'a/index.html',
      {behavior: edgeFunction},
      {},
      ['/a/index.html'],
    ],
    ['query strings in the key', 'x.jpg', {behavior: {CachePolicyId: queryStrings}}, {}, ['/x.jpg*']],
    [
      'query strings by legacy settings',
      'x.jpg',
      {
        behavior: {
          CachePolicyId: '',
          ForwardedValues: {QueryString: true, Cookies: {Forward: 'none'}},
        },
      },
      {},
      ['/x.jpg*'],
    ],
    [
      'query strings of a name without extension: not what merely begins so',
      'docs/LICENSE',
      {behavior: {CachePolicyId: queryStrings}},
      {},
      ['/docs/LICENSE', '/docs/LICENSE?*'],
    ],
    [
      'query strings and clean URLs: not the whole site, not the whole folder',
      'index.html',
      {behavior: {CachePolicyId: queryStrings}},
      {cleanUrls: true},
      ['/index.html*', '/', '/?*'],
    ],
    [
      'a behavior of its own',
      'img/a.png',
      {behaviors: [{PathPattern: 'img/*.png', CachePolicyId: queryStrings}]},
      {},
      ['/img/a.png*'],
    ],
    [
      'a behavior that another one comes before',
      'img/a.png',
      {behaviors: [{PathPattern: '/img/*'}, {PathPattern: '*.png', CachePolicyId: queryStrings}]},
      {},
      ['/img/a.png'],
    ],
    ['a tilde', 'a/b~c.txt', {behavior: {CachePolicyId: queryStrings}}, {}, ['/a/b*']],
    ['a plus in a clean URL', 'a+b/index.html', {}, {cleanUrls: true}, ['/a*']],
    [
      'a path that another origin answers',
      'api/x.json',
      {
        origins: [bucketOrigin, origin('api', 'api.example.com')],
        behaviors: [{PathPattern: '/api/*', TargetOriginId: 'api'}],
      },
      {},
      [],
    ],
    [
      'a path that a function may have made out of one of ours',
      'index.html',
      {
        origins: [bucketOrigin, origin('app', 'app.example.com')],
        behavior: {TargetOriginId: 'app'},
        behaviors: [{PathPattern: '/static/*', ...edgeFunction}],
      },
      {},
      ['/index.html'],
    ],
    [
      'an origin group',
      'a.css',
      {
        behavior: {TargetOriginId: 'group'},
        groups: {
          Quantity: 1,
          Items: [
            {
              Id: 'group',
              FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [500]}},
              Members: {Quantity: 2, Items: [{OriginId: 'other'}, {OriginId: 'site'}]},
            },
          ],
        },
      },
      {},
      ['/a.css'],
    ],
    [
      'two origins with paths of their own',
      'docs/a.css',
      {
        origins: [bucketOrigin, origin('docs', 'site.s3.amazonaws.com', '/docs')],
        behaviors: [{PathPattern: '/a*', TargetOriginId: 'docs'}],
      },
      {},
      ['/docs/a.css', '/a.css'],
    ],
    [
      'a prefix below the origin path',
      'a.css',
      {origins: [origin('site', 'site.s3.amazonaws.com', '/x')]},
      {prefix: 'x/y'},
      ['/y/a.css'],
    ],
    [
      'an origin that shows a part of the site',
      'public/a.css',
      {origins: [origin('site', 'site.s3.amazonaws.com', '/x/public')]},
      {prefix: 'x'},
      ['/a.css'],
    ],
    [
      'and not the rest',
      'private/a.css',
      {origins: [origin('site', 'site.s3.amazonaws.com', '/x/public')]},
      {prefix: 'x'},
      [],
    ],
    [
      'a distribution without such an origin: as if it had one',
      'a.css',
      {origins: [origin('site', 'x.example.com')]},
      {},
      ['/a.css'],
    ],
  ])('%s', async (_name, key, given, site, expected) => {
    expect(await items(key, given, site)).toEqual(expected);
  });
});

describe('custom error pages', () => {
  const errors = (ErrorCachingMinTTL?: number): readonly CustomErrorResponse[] => [
    {ErrorCode: 403, ResponsePagePath: '/index.html', ResponseCode: '200', ErrorCachingMinTTL},
    {ErrorCode: 404, ResponsePagePath: '/errors/nicht%20da.html', ResponseCode: '404'},
  ];

  it.each<[string, string, number | undefined, string | undefined, readonly string[], number | undefined]>([
    ['the default of 10 s', 'index.html', undefined, undefined, ['/index.html'], undefined],
    ['5 minutes', 'index.html', 300, undefined, ['/index.html'], 300],
    ['more', 'index.html', 301, undefined, ['/index.html', '/*'], undefined],
    ['s-maxage of the page', 'index.html', 0, 'max-age=0, s-maxage=86400', ['/index.html', '/*'], undefined],
    ['max-age of the page', 'index.html', 0, 'public,max-age=60', ['/index.html'], 60],
    [
      'a page encoded as in a URL',
      'errors/nicht da.html',
      0,
      'max-age="400"',
      ['/errors/nicht%20da.html', '/*'],
      undefined,
    ],
    ['any other key', 'a.html', 900, 's-maxage=900', ['/a.html'], undefined],
  ])('%s', async (_name, key, ttl, cacheControl, expected, seconds) => {
    const given = await rules({errors: errors(ttl)});
    expect(viewerItems(given, key, cacheControl)).toEqual(expected);
    const note = errorPageNote(given, key, cacheControl);
    if (seconds === undefined) expect(note).toBeUndefined();
    else expect(note).toContain(`run out within ${seconds} s`);
  });
});

describe('cache policies that are not AWS-made', () => {
  const own = {behavior: {CachePolicyId: 'own'}};
  it.each([
    ['none', ['/x.jpg']],
    ['all', ['/x.jpg*']],
    ['whitelist', ['/x.jpg*']],
    ['allExcept', ['/x.jpg*']],
  ])('%s', async (behavior, expected) => {
    const read = await rules(own, {}, awsWith({own: behavior}));
    expect(viewerItems(read, 'x.jpg')).toEqual(expected);
    expect(read.notes).toEqual([]);
  });

  it('one that may not be read counts as free of query strings, and a note says so', async () => {
    const read = await rules(own);
    expect(viewerItems(read, 'x.jpg')).toEqual(['/x.jpg']);
    expect(read.notes).toEqual([
      expect.stringMatching(/^Cache policy own could not be read, so copies under/),
    ]);
  });

  it('those of other origins are not asked for', async () => {
    const read = await rules({
      origins: [bucketOrigin, origin('api', 'api.example.com')],
      behaviors: [{PathPattern: '/api/*', TargetOriginId: 'api', CachePolicyId: 'own'}],
    });
    expect(read.notes).toEqual([]);
  });
});

describe('livePaths', () => {
  it('names every URL, whole, whatever an invalidation can name', async () => {
    const read = await rules({behavior: {CachePolicyId: queryStrings}}, {cleanUrls: true});
    expect(livePaths(read, 'ä~b+c/index.html')).toEqual([
      '/%C3%A4~b+c/index.html',
      '/%C3%A4~b+c/',
      '/%C3%A4~b+c',
    ]);
  });

  it('items cover every one of them, with and without a query string where that is in the key', async () => {
    const keyed = await rules({behavior: {CachePolicyId: queryStrings}}, {cleanUrls: true});
    const plain = await rules({}, {cleanUrls: true});
    const key = fc.stringMatching(/^[a-c~+ü.]{1,6}(\/(index\.html|[a-c]{1,3}(\.html)?))?$/);
    const covers = (sent: readonly string[], path: string) =>
      sent.some(item => (item.endsWith('*') ? path.startsWith(item.slice(0, -1)) : item === path));
    fc.assert(
      fc.property(key, name => {
        for (const path of livePaths(plain, name)) expect(covers(viewerItems(plain, name), path)).toBe(true);
        for (const path of livePaths(keyed, name)) {
          expect(covers(viewerItems(keyed, name), path)).toBe(true);
          expect(covers(viewerItems(keyed, name), `${path}?v=1`)).toBe(true);
        }
      }),
    );
  });
});

describe('foreignPaths', () => {
  it('stand for what other origins have in the cache', async () => {
    const read = await rules({
      origins: [bucketOrigin, origin('api', 'api.example.com')],
      behaviors: [
        {PathPattern: '/api/v?/*', TargetOriginId: 'api'},
        {PathPattern: '*.php', TargetOriginId: 'api'},
        {
          PathPattern: '/live/*',
          TargetOriginId: 'api',
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        },
        {PathPattern: '/img/*'},
      ],
    });
    const paths = foreignPaths(read);
    expect(paths).toHaveLength(2000);
    expect(new Set(paths.map(path => path.replace(/\d+$/, '')))).toEqual(new Set(['/api/v|', '/|']));
    expect(foreignPaths(await rules())).toEqual([]);
  });
});

describe('originRoots', () => {
  it('says how each origin of the bucket shows the prefix', () => {
    const {config} = distribution({
      origins: [
        origin('a', 'site.s3.amazonaws.com'),
        origin('b', 'site.s3.amazonaws.com', '/x/y'),
        origin('c', 'site.s3.amazonaws.com', '/other'),
        origin('d', 'site2.s3.amazonaws.com'),
      ],
    });
    expect([...originRoots(config, 'site', 'x')]).toEqual([
      ['a', {add: 'x/', strip: ''}],
      ['b', {add: '', strip: 'y/'}],
    ]);
  });
});

describe('matchesPattern', () => {
  it.each([
    ['*', '/', true],
    ['/a', '/a', true],
    ['/a', '/A', false],
    ['/*.jpg', '/a/b.jpg', true],
    ['/*.jpg', '/a/b.jpg2', false],
    ['/a?c', '/abc', true],
    ['/a?c', '/ac', false],
    ['/*a*b', '/xaxaxb', true],
    ['/a*', '/a', true],
    ['/a**', '/a', true],
    ['/a', '/ab', false],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matchesPattern(pattern, path)).toBe(expected);
  });

  it('says what a regular expression says', () => {
    const escape = (char: string) => (char === '*' ? '.*' : char === '?' ? '.' : char.replace('.', '\\.'));
    fc.assert(
      fc.property(
        fc.stringMatching(/^\/[ab.*?]{0,8}$/),
        fc.stringMatching(/^\/[ab.]{0,8}$/),
        (pattern, path) => {
          const expression = new RegExp(`^${Array.from(pattern, escape).join('')}$`);
          expect(matchesPattern(pattern, path)).toBe(expression.test(path));
        },
      ),
    );
  });
});
