import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {describe, expect, it} from 'vitest';
import {checkTags} from '../../src/invalidation/index.js';

const config = (header?: string): DistributionConfig =>
  ({CacheTagConfig: header === undefined ? undefined : {HeaderName: header}}) as DistributionConfig;

describe('checkTags', () => {
  it('lets tags pass where the distribution reads them, and paths everywhere', () => {
    checkTags(['/a', '#b'], config('x-amz-meta-cache-tag'));
    checkTags(['/a', '/b#c'], config());
    checkTags([], undefined);
  });

  it.each([undefined, config(), config('')])('refuses tags where it reads none: %j', given => {
    expect(() => {
      checkTags(['/a', '#product-42', '#b', '#c'], given);
    }).toThrow(
      expect.objectContaining({
        code: 'NO_CACHE_TAGS',
        exit: 'usage',
        message: expect.stringContaining('#product-42 and 2 more') as string,
        hint: expect.stringContaining('distribution.cacheTagConfig') as string,
      }),
    );
  });
});
