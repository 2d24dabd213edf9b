import {runInNewContext} from 'node:vm';
import {describe, expect, it} from 'vitest';
import {expandPresets, presetsOf} from '../../src/config/presets/index.js';
import {examine} from '../../src/config/problems.js';
import type {Config} from '../../src/config/types.js';

/** What the edge does with a path, by the function's own code. */
function rewrites(config: Config, name: string, uri: string): string {
  const code = expandPresets(config).functions?.[name]?.code ?? '';
  const run = runInNewContext(`'use strict';${code};handler`) as (event: unknown) => {uri: string};
  return run({request: {uri, headers: {}, querystring: {}}}).uri;
}

const associations = (config: Config) =>
  expandPresets(config).distribution?.defaultCacheBehavior?.functionAssociations;

const shapes: [string, Config][] = [
  ['static-site', {preset: 'static-site'}],
  ['static-site, bare', {preset: {use: 'static-site', cleanUrls: false, securityHeaders: false}}],
  ['spa', {preset: {use: 'spa', fallback: '/app/index.html'}}],
  ['api', {preset: {use: 'api', origin: 'api.example.com'}}],
  [
    'two APIs beside a site',
    {preset: ['spa', {use: 'api', origin: 'a.example'}, {use: 'api', origin: 'b.example', paths: ['/b/*']}]},
  ],
  ['video', {preset: {use: 'video', playlistTTL: 4, segmentTTL: 60, allowOrigins: ['https://p.example']}}],
  [
    'failover of buckets',
    {
      preset: {use: 'failover', secondary: 'shop-eu'},
      bucket: {
        name: 'shop',
        region: 'us-east-1',
        versioning: true,
        replicas: [{name: 'shop-eu', region: 'eu-west-1'}],
      },
    },
  ],
  ['failover of servers', {preset: {use: 'failover', primary: 'a.example', secondary: 'b.example'}}],
  ['a site with failover', {preset: ['static-site', {use: 'failover', secondary: 'b.example'}]}],
  [
    'everything',
    {
      preset: [
        'static-site',
        'video',
        {use: 'failover', secondary: 'b.example'},
        {use: 'api', origin: 'api.example'},
      ],
    },
  ],
];

describe('every expansion', () => {
  it.each(shapes)('%s is a config without presets that has no problems', (_name, config) => {
    expect(examine(config, undefined, {}).problems).toEqual([]);
    const expanded = expandPresets(config);
    expect(expanded.preset).toBeUndefined();
    expect(examine(expanded, undefined, {}).problems).toEqual([]);
    expect(expandPresets(expanded)).toEqual(expanded);
  });

  it.each(shapes)('%s does not depend on the order of the presets', (_name, config) => {
    const preset = [...presetsOf(config)].reverse();
    const {cachePolicies, functions, distribution} = expandPresets({...config, preset});
    const other = expandPresets(config);
    expect({cachePolicies, functions}).toEqual({
      cachePolicies: other.cachePolicies,
      functions: other.functions,
    });
    expect(distribution?.defaultCacheBehavior).toEqual(other.distribution?.defaultCacheBehavior);
  });

  it.each(shapes)(
    '%s has functions within 10 KB, without syntax that the edge does not have',
    (_name, config) => {
      for (const {code = ''} of Object.values(expandPresets(config).functions ?? {})) {
        expect(code.length).toBeLessThan(1000);
        expect(code).not.toMatch(/\?\.|\?\?|\.\.\.|\bclass\b|\bof\b.*\)|=>/);
      }
    },
  );

  it('is the config itself where there is no preset', () => {
    const config: Config = {name: 'x'};
    expect(expandPresets(config)).toBe(config);
  });
});

describe('static-site', () => {
  it('is what one would write by hand', () => {
    expect(expandPresets({name: 'shop', preset: 'static-site'})).toEqual({
      name: 'shop',
      site: {cleanUrls: true},
      functions: {'clean-urls': expect.objectContaining({runtime: 'cloudfront-js-2.0'}) as unknown},
      distribution: {
        defaultRootObject: 'index.html',
        origins: [{id: 'site', bucket: true}],
        defaultCacheBehavior: {
          targetOriginId: 'site',
          viewerProtocolPolicy: 'redirect-to-https',
          compress: true,
          cachePolicyId: 'CachingOptimized',
          responseHeadersPolicyId: 'SecurityHeadersPolicy',
          functionAssociations: [{functionARN: 'clean-urls', eventType: 'viewer-request'}],
        },
        customErrorResponses: [
          {errorCode: 403, responsePagePath: '/404.html', responseCode: '404'},
          {errorCode: 404, responsePagePath: '/404.html', responseCode: '404'},
        ],
      },
    });
  });

  it.each([
    ['/', '/index.html'],
    ['/about', '/about/index.html'],
    ['/about/', '/about/index.html'],
    ['/a.b/about', '/a.b/about/index.html'],
    ['/app.js', '/app.js'],
    ['/index.html', '/index.html'],
    ['/.well-known/apple-app-site-association', '/.well-known/apple-app-site-association'],
  ])('shows %s as %s', (uri, shown) => {
    expect(rewrites({preset: 'static-site'}, 'clean-urls', uri)).toBe(shown);
  });

  it('leaves out what is switched off', () => {
    const {functions, site, distribution} = expandPresets({
      preset: {use: 'static-site', cleanUrls: false, securityHeaders: false},
    });
    expect({functions, site}).toEqual({functions: undefined, site: undefined});
    expect(distribution?.defaultCacheBehavior).not.toHaveProperty('responseHeadersPolicyId');
    expect(distribution?.defaultCacheBehavior).not.toHaveProperty('functionAssociations');
  });
});

describe('spa', () => {
  it.each([
    ['/', '/index.html'],
    ['/users/42', '/index.html'],
    ['/users/', '/index.html'],
    ['/v1.2/users', '/index.html'],
    ['/assets/app.js', '/assets/app.js'],
    ['/missing.png', '/missing.png'],
    ['/.well-known/change-password', '/.well-known/change-password'],
  ])('shows %s as %s', (uri, shown) => {
    expect(rewrites({preset: 'spa'}, 'spa-fallback', uri)).toBe(shown);
  });

  it('shows another page when told', () => {
    expect(rewrites({preset: {use: 'spa', fallback: '/app/index.html'}}, 'spa-fallback', '/x')).toBe(
      '/app/index.html',
    );
  });

  it('never turns an error into the app', () => {
    const {customErrorResponses} = expandPresets({preset: 'spa'}).distribution ?? {};
    expect(customErrorResponses?.map(({responseCode}) => responseCode)).toEqual(['404', '404']);
  });
});

describe('api', () => {
  const api = {use: 'api', origin: 'api.example.com'} as const;

  it('answers everything when there is no site', () => {
    const {distribution} = expandPresets({preset: api});
    expect(distribution?.origins?.map(({id}) => id)).toEqual(['api']);
    expect(distribution?.defaultCacheBehavior).toMatchObject({
      targetOriginId: 'api',
      cachePolicyId: 'CachingDisabled',
      viewerProtocolPolicy: 'https-only',
    });
  });

  it.each<[string, Config]>([
    ['a preset', {preset: ['spa', api]}],
    ['a bucket', {preset: api, bucket: {name: 'shop'}}],
  ])('answers /api/* beside a site by %s, whose errors stay its own', (_name, config) => {
    const {distribution} = expandPresets(config);
    expect(distribution?.origins?.map(({id}) => id)).toEqual(['site', 'api']);
    expect(
      distribution?.cacheBehaviors?.map(({pathPattern, targetOriginId}) => [pathPattern, targetOriginId]),
    ).toEqual([['/api/*', 'api']]);
    expect(distribution?.defaultCacheBehavior?.targetOriginId).toBe('site');
    expect(distribution?.customErrorResponses).toBeUndefined();
  });

  it('is locked by a header', () => {
    const preset = {...api, secretHeader: {name: 'x-origin-key', value: 's3cret'}};
    expect(expandPresets({preset}).distribution?.origins).toEqual([
      {
        id: 'api',
        domainName: 'api.example.com',
        customOriginConfig: {
          httpPort: 80,
          httpsPort: 443,
          originProtocolPolicy: 'https-only',
          originSslProtocols: ['TLSv1.2'],
        },
        customHeaders: [{headerName: 'x-origin-key', headerValue: 's3cret'}],
      },
    ]);
  });
});

describe('video', () => {
  it('keeps playlists for seconds and segments for long', () => {
    const {cachePolicies, distribution} = expandPresets({
      preset: {use: 'video', playlistTTL: 3, segmentTTL: 600},
    });
    expect(cachePolicies?.['video-playlists']).toMatchObject({minTTL: 1, defaultTTL: 3, maxTTL: 3});
    expect(cachePolicies?.['video-segments']).toMatchObject({
      minTTL: 600,
      defaultTTL: 600,
      maxTTL: 31_536_000,
    });
    expect(
      distribution?.cacheBehaviors?.map(({pathPattern, cachePolicyId}) => `${pathPattern} ${cachePolicyId}`),
    ).toEqual([
      '*.m3u8 video-playlists',
      '*.mpd video-playlists',
      '*.ts video-segments',
      '*.m4s video-segments',
      '*.mp4 video-segments',
      '*.aac video-segments',
      '*.vtt video-segments',
    ]);
  });

  it('lets a server of the user be the origin', () => {
    const {bucket, distribution} = expandPresets({
      preset: 'video',
      distribution: {
        origins: [{id: 'packager', domainName: 'p.example'}],
        defaultCacheBehavior: {targetOriginId: 'packager'},
      },
    });
    expect(bucket).toBeUndefined();
    expect(distribution?.origins?.map(({id}) => id)).toEqual(['packager']);
    expect(distribution?.cacheBehaviors?.[0]).toMatchObject({
      targetOriginId: 'packager',
      originRequestPolicyId: 'CORS-CustomOrigin',
    });
  });
});

describe('failover', () => {
  it('asks the replica when the bucket fails', () => {
    const {distribution} = expandPresets({
      preset: {use: 'failover', secondary: 'shop-eu'},
      bucket: {name: 'shop', replicas: [{name: 'shop-eu', region: 'eu-west-1'}]},
    });
    expect(distribution?.origins).toEqual([
      {id: 'site', bucket: true, connectionAttempts: 2, connectionTimeout: 3},
      {id: 'secondary', bucket: 'shop-eu'},
    ]);
    expect(distribution?.originGroups).toEqual([
      {
        id: 'failover',
        failoverCriteria: {statusCodes: [500, 502, 503, 504]},
        members: [{originId: 'site'}, {originId: 'secondary'}],
      },
    ]);
    expect(distribution?.defaultCacheBehavior).toMatchObject({
      targetOriginId: 'failover',
      cachePolicyId: 'CachingOptimized',
    });
  });

  it('caches two servers as they say, by all that they see', () => {
    const {distribution, cachePolicies} = expandPresets({
      preset: {use: 'failover', primary: 'a.example', secondary: 'b.example', statusCodes: [503]},
    });
    expect(distribution?.origins?.map(({id, domainName}) => [id, domainName])).toEqual([
      ['primary', 'a.example'],
      ['secondary', 'b.example'],
    ]);
    expect(distribution?.originGroups?.[0]).toMatchObject({failoverCriteria: {statusCodes: [503]}});
    expect(distribution?.defaultCacheBehavior?.cachePolicyId).toBe('failover');
    expect(Object.keys(cachePolicies ?? {})).toEqual(['failover']);
  });

  it('serves the pages of a site, whose behavior stays', () => {
    const config: Config = {preset: [{use: 'failover', secondary: 'b.example'}, 'static-site']};
    expect(associations(config)).toHaveLength(1);
    expect(expandPresets(config).distribution?.defaultCacheBehavior).toMatchObject({
      targetOriginId: 'failover',
      cachePolicyId: 'CachingOptimized',
    });
    expect(expandPresets(config).distribution?.defaultCacheBehavior).not.toHaveProperty(
      'originRequestPolicyId',
    );
  });
});

describe('what the user writes', () => {
  it('may be a part of what the preset says', () => {
    const file = {
      preset: {use: 'api', origin: 'api.example'},
      distribution: {origins: [{id: 'api', connectionTimeout: 2}]},
    };
    expect(examine(file, undefined, {}).problems).toEqual([]);
  });

  it('wins over the preset, item by item', () => {
    const {distribution} = expandPresets({
      preset: ['static-site', {use: 'api', origin: 'api.example'}],
      distribution: {
        defaultRootObject: 'home.html',
        origins: [
          {bucket: true, originShield: {enabled: true, originShieldRegion: 'eu-west-1'}},
          {id: 'api', connectionTimeout: 2},
        ],
        defaultCacheBehavior: {responseHeadersPolicyId: 'SimpleCORS'},
        cacheBehaviors: [
          {pathPattern: '/api/v2/*', targetOriginId: 'api'},
          {pathPattern: 'api/*', compress: false},
        ],
        customErrorResponses: [{errorCode: 500, errorCachingMinTTL: 1}],
      },
    });
    expect(distribution?.defaultRootObject).toBe('home.html');
    expect(distribution?.origins).toMatchObject([
      {id: 'site', bucket: true, originShield: {enabled: true}},
      {id: 'api', domainName: 'api.example', connectionTimeout: 2},
    ]);
    expect(distribution?.defaultCacheBehavior).toMatchObject({
      responseHeadersPolicyId: 'SimpleCORS',
      cachePolicyId: 'CachingOptimized',
    });
    expect(distribution?.cacheBehaviors).toMatchObject([
      {pathPattern: '/api/v2/*'},
      {pathPattern: 'api/*', compress: false, cachePolicyId: 'CachingDisabled'},
    ]);
    expect(distribution?.customErrorResponses).toEqual([{errorCode: 500, errorCachingMinTTL: 1}]);
  });

  it('merges error responses by code and replaces other lists', () => {
    const {distribution} = expandPresets({
      preset: 'static-site',
      distribution: {
        customErrorResponses: [
          {errorCode: 404, responsePagePath: '/gone.html'},
          {errorCode: 503, errorCachingMinTTL: 1},
        ],
        defaultCacheBehavior: {functionAssociations: []},
      },
    });
    expect(distribution?.customErrorResponses).toEqual([
      {errorCode: 403, responsePagePath: '/404.html', responseCode: '404'},
      {errorCode: 404, responsePagePath: '/gone.html', responseCode: '404'},
      {errorCode: 503, errorCachingMinTTL: 1},
    ]);
    expect(distribution?.defaultCacheBehavior?.functionAssociations).toEqual([]);
  });
});
