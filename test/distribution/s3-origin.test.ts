import {describe, expect, it} from 'vitest';
import {isBucketDomain, originDomain, viewerRoots} from '../../src/distribution/index.js';

it.each([
  ['site.s3.eu-west-1.amazonaws.com', true],
  ['site.s3.amazonaws.com', true],
  ['site.s3.dualstack.us-east-1.amazonaws.com', true],
  ['site.s3-website-us-east-1.amazonaws.com', true],
  ['site2.s3.amazonaws.com', false],
  ['my.site.s3.amazonaws.com', false],
])('%s', (domain, expected) => {
  expect(isBucketDomain(domain, 'site')).toBe(expected);
});

it('names the endpoint of a Chinese region', () => {
  expect(originDomain('b', 'cn-north-1')).toBe('b.s3.cn-north-1.amazonaws.com.cn');
});

describe('viewerRoots', () => {
  const origins = (...paths: [bucket: string, path: string][]) => ({
    CallerReference: 'x',
    Comment: '',
    Enabled: true,
    DefaultCacheBehavior: undefined,
    Origins: {
      Quantity: paths.length,
      Items: paths.map(([bucket, OriginPath], index) => ({
        Id: String(index),
        DomainName: originDomain(bucket, 'us-east-1'),
        OriginPath,
      })),
    },
  });

  it.each<[string, [string, string][], string, string[]]>([
    ['the origin path is the prefix', [['b', '/web']], 'web', ['']],
    ['no origin path', [['b', '']], 'web/v2', ['web/v2/']],
    ['part of the prefix', [['b', '/web']], 'web/v2', ['v2/']],
    ['whole bucket', [['b', '']], '', ['']],
    [
      'two origins see it',
      [
        ['b', ''],
        ['b', '/web'],
      ],
      'web',
      ['', 'web/'],
    ],
    ['another folder', [['b', '/other']], 'web', []],
    ['a folder whose name begins alike', [['b', '/we']], 'web', []],
    ['another bucket', [['c', '']], '', []],
  ])('%s', (_name, list, prefix, roots) => {
    expect(viewerRoots(origins(...list), 'b', prefix)).toEqual(roots);
  });
});
