import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {describe, expect, it} from 'vitest';
import {configDiff} from '../../src/distribution/index.js';
import {
  countryName,
  errorPagesOf,
  geoOf,
  parseCountries,
  withErrorPage,
  withFields,
  withGeo,
  withOrigin,
  withoutErrorPage,
  type OriginEdit,
} from '../../src/distribution/edit/index.js';
import {config, secretValue} from './live-config.js';

const paths = (after: DistributionConfig): readonly string[] =>
  configDiff(config, after).map(({path}) => path);

describe('geo', () => {
  it.each([
    [
      ['de', 'AT,ch'],
      ['AT', 'CH', 'DE'],
    ],
    [['DE DE'], ['DE']],
  ])('reads %j', (words, codes) => {
    expect(parseCountries(words)).toEqual(codes);
  });

  it.each([
    [['UK'], 'United Kingdom is GB.'],
    [['EU'], /never for a region/],
    [['deutschland'], /two letters/],
    [[], /codes/],
  ])('refuses %j', (words, hint) => {
    expect(() => parseCountries(words)).toThrow(
      expect.objectContaining({code: 'COUNTRY', hint: expect.stringMatching(hint) as string}),
    );
  });

  it('replaces the list, adds to one of the same kind, and refuses to turn one over', () => {
    const blocked = withGeo(config, {restriction: 'block', countries: ['RU']});
    expect(geoOf(blocked)).toEqual({restriction: 'block', countries: ['RU']});
    expect(geoOf(withGeo(blocked, {restriction: 'block', countries: ['BY']})).countries).toEqual(['BY']);
    expect(geoOf(withGeo(blocked, {restriction: 'block', countries: ['BY']}, true)).countries).toEqual([
      'BY',
      'RU',
    ]);
    expect(() => withGeo(blocked, {restriction: 'allow', countries: ['DE']}, true)).toThrow(
      expect.objectContaining({code: 'GEO_KIND'}),
    );
    expect(configDiff(config, withGeo(blocked, {restriction: 'none', countries: []}))).toEqual([]);
    expect(countryName('DE')).toBe('Germany');
  });
});

describe('error pages', () => {
  it('sets a page, keeps what is left out, and takes it away again', () => {
    const set = withErrorPage(config, {errorCode: 404, page: '/404.html'});
    expect(errorPagesOf(set)).toEqual([{errorCode: 404, page: '/404.html', status: 404, ttl: 10}]);
    const longer = withErrorPage(set, {errorCode: 404, ttl: 60});
    expect(errorPagesOf(longer)).toEqual([{errorCode: 404, page: '/404.html', status: 404, ttl: 60}]);
    expect(configDiff(config, withoutErrorPage(longer, 404))).toEqual([]);
    expect(errorPagesOf(withErrorPage(config, {errorCode: 502, ttl: 3}))).toEqual([
      {errorCode: 502, page: undefined, status: undefined, ttl: 3},
    ]);
  });

  it.each([
    [{errorCode: 418, ttl: 1}, 'ERROR_CODE'],
    [{errorCode: 404, page: '404.html'}, 'ERROR_PAGE'],
    [{errorCode: 404, page: '/404.html', status: 302}, 'ERROR_PAGE'],
    [{errorCode: 404, status: 200}, 'ERROR_PAGE'],
    [{errorCode: 404}, 'ERROR_PAGE'],
  ])('refuses %j', (edit, code) => {
    expect(() => withErrorPage(config, edit)).toThrow(expect.objectContaining({code}));
  });

  it('names the pages that there are', () => {
    expect(() => withoutErrorPage(withErrorPage(config, {errorCode: 404, ttl: 1}), 500)).toThrow(
      expect.objectContaining({code: 'NO_SUCH_ERROR_PAGE', hint: 'There is one for 404.'}),
    );
  });
});

describe('origins', () => {
  const edit = (more: Partial<OriginEdit>): OriginEdit => ({headers: [], removeHeaders: [], ...more});

  it('changes what was named and nothing else', () => {
    const after = withOrigin(config, 'api', edit({domain: 'api2.example.com', readTimeout: 10, attempts: 1}));
    expect(paths(after)).toEqual([
      'origins[api].connectionAttempts',
      'origins[api].domainName',
      'origins[api].customOriginConfig.originReadTimeout',
    ]);
    expect(paths(withOrigin(config, 'site', edit({path: '/v2'})))).toEqual(['origins[site].originPath']);
  });

  it('sets, adds and removes headers by their names in any case', () => {
    const headers = [
      {name: 'x-secret', value: 'new'},
      {name: 'X-More', value: 'more'},
    ];
    const after = withOrigin(config, 'api', edit({headers}));
    expect(after.Origins?.Items?.[1]?.CustomHeaders).toEqual({
      Quantity: 2,
      Items: [
        {HeaderName: 'X-Secret', HeaderValue: 'new'},
        {HeaderName: 'X-More', HeaderValue: 'more'},
      ],
    });
    const without = withOrigin(config, 'api', edit({removeHeaders: ['x-secret']}));
    expect(without.Origins?.Items?.[1]?.CustomHeaders).toEqual({Quantity: 0});
  });

  it.each([
    ['nix', {attempts: 1}, 'NO_SUCH_ORIGIN'],
    ['site', {protocol: 'https-only'}, 'ORIGIN_FIELD'],
    ['site', {keepaliveTimeout: 5}, 'ORIGIN_FIELD'],
    ['api', {domain: 'https://api.example.com'}, 'ORIGIN_FIELD'],
    ['api', {path: 'v2/'}, 'ORIGIN_FIELD'],
    ['api', {attempts: 4}, 'ORIGIN_FIELD'],
    ['api', {connectionTimeout: 11}, 'ORIGIN_FIELD'],
    ['api', {removeHeaders: ['X-None']}, 'ORIGIN_FIELD'],
    ['api', {headers: [{name: 'X-A', value: 'two\nlines-of-a-secret'}]}, 'ORIGIN_FIELD'],
  ] as const)('refuses %s %j', (id, given, code) => {
    let thrown: unknown;
    try {
      withOrigin(config, id, edit(given));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({code});
    expect(String(thrown)).not.toContain('lines-of-a-secret');
  });
});

describe('fields', () => {
  const set = (path: string, text: string | undefined): DistributionConfig =>
    withFields(config, [{path, text}], place => `read:${place}`);

  it('leaves a config the same that is only read and written', () => {
    expect(
      configDiff(
        config,
        withFields(config, [], () => ''),
      ),
    ).toEqual([]);
  });

  it.each([
    ['priceClass', 'PriceClass_100', 'PriceClass_All', 'PriceClass_100'],
    ['isIPV6Enabled', 'false', true, undefined],
    ['cacheBehaviors[/api/*].compress', 'true', undefined, true],
    ['origins[api].connectionAttempts', '1', 3, 1],
    ['origins[api].customOriginConfig.originReadTimeout', '5', 30, 5],
    ['aliases', 'www.example.com, b.example.com', ['www.example.com'], ['www.example.com', 'b.example.com']],
    ['aliases', '["b.example.com"]', ['www.example.com'], ['b.example.com']],
    ['restrictions.geoRestriction.restrictionType', 'none', undefined, undefined],
  ])('%s=%s', (path, text, before, after) => {
    const expected = before === after ? [] : [{path, before, after}];
    expect(configDiff(config, set(path, text))).toEqual(expected);
  });

  it('takes fields and items away', () => {
    expect(configDiff(config, set('webACLId', undefined))).toEqual([
      {path: 'webACLId', before: config.WebACLId, after: undefined},
    ]);
    expect(paths(set('cacheBehaviors[/api/*]', undefined))).toEqual(['cacheBehaviors[/api/*]']);
  });

  it('adds an item, a behavior before those that match all its paths', () => {
    const origin =
      '{"id": "blog", "domainName": "blog.example.com", "customHeaders": [{"headerName": "X-B", "headerValue": "env:B"}]}';
    const added = set('origins[new]', origin);
    expect(added.Origins?.Quantity).toBe(3);
    expect(added.Origins?.Items?.[2]?.CustomHeaders?.Items?.[0]?.HeaderValue).toBe('read:env:B');
    const behavior =
      '{"pathPattern": "/api/v2/*", "targetOriginId": "api", "viewerProtocolPolicy": "https-only"}';
    const patterns = set('cacheBehaviors[new]', behavior).CacheBehaviors?.Items?.map(
      each => each.PathPattern,
    );
    expect(patterns).toEqual(['/api/v2/*', '/api/*']);
  });

  it('reads a structure that a plain list may stand for', () => {
    expect(
      set('defaultCacheBehavior.trustedKeyGroups', 'a,b').DefaultCacheBehavior?.TrustedKeyGroups,
    ).toEqual({
      Enabled: true,
      Quantity: 2,
      Items: ['a', 'b'],
    });
  });

  it('lets a new certificate take the place of CloudFront’s own', () => {
    const own = {
      ...config,
      ViewerCertificate: {CloudFrontDefaultCertificate: true, CertificateSource: 'cloudfront' as const},
    };
    const edits = [
      {path: 'viewerCertificate.acmCertificateArn', text: 'arn:aws:acm:us-east-1:1:certificate/c'},
      {path: 'viewerCertificate.sslSupportMethod', text: 'sni-only'},
    ];
    expect(withFields(own, edits, () => '').ViewerCertificate).toEqual({
      ACMCertificateArn: 'arn:aws:acm:us-east-1:1:certificate/c',
      SSLSupportMethod: 'sni-only',
    });
  });

  it.each([
    ['priceClas', '1', 'NO_SUCH_FIELD', 'Did you mean priceClass?'],
    ['cacheBehaviors[/api/*].compres', 'true', 'NO_SUCH_FIELD', 'Did you mean compress?'],
    ['priceClass[a]', 'x', 'NO_SUCH_FIELD', expect.any(String)],
    ['origins[nix].connectionAttempts', '1', 'NO_SUCH_ITEM', 'There are [site] [api].'],
    ['cacheBehaviors[new]', '{"pathPattern": "/api/*"}', 'FIELD_VALUE', expect.any(String)],
    ['origins[new]', '{"id": "a", "domain": "b"}', 'NO_SUCH_FIELD', 'Did you mean domainName?'],
    ['origins[api].connectionAttempts', 'many', 'FIELD_VALUE', undefined],
    ['enabled', 'yes', 'FIELD_VALUE', undefined],
    ['origins', 'a,b', 'FIELD_VALUE', undefined],
    ['origins', '[{', 'FIELD_VALUE', undefined],
    ['callerReference', 'x', 'FIELD_VALUE', undefined],
    ['[x]', '1', 'FIELD_PATH', expect.any(String)],
  ])('refuses %s=%s', (path, text, code, hint: unknown) => {
    expect(() => set(path, text)).toThrow(expect.objectContaining({code, hint}) as Error);
  });

  it('repeats no secret in what it says', () => {
    for (const path of [
      'origins[api].customHeaders[X-Secret].headerValu',
      'origins[api].customHeaders[X-Secret].headerValue.x',
    ]) {
      expect(() => set(path, secretValue)).toThrow(
        expect.objectContaining({message: expect.not.stringContaining(secretValue) as string}) as Error,
      );
    }
  });
});
