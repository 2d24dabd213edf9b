import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  distributionTable,
  storedDistributions,
  type StoredDistribution,
} from '../../../src/local/cloudfront/distribution/references.js';
import {account, faultOf, smallConfig} from './account.js';
import {certified} from './certified.js';

/** Quotas of the developer guide, "Quotas": the largest number passes, one more does not. */
let cloud: Awaited<ReturnType<typeof account>>;
beforeEach(async () => {
  cloud = await account();
});
afterEach(() => cloud.end());

const list = <T>(count: number, item: (n: number) => T) => ({
  Quantity: count,
  Items: Array.from({length: count}, (_, n) => item(n)),
});
const origin = (n: number) => ({
  Id: `o${n}`,
  DomainName: 'site.s3.eu-west-1.amazonaws.com',
  S3OriginConfig: {OriginAccessIdentity: ''},
});
const fromFirst = {...smallConfig().DefaultCacheBehavior!, TargetOriginId: 'o0'};

describe('of a distribution', () => {
  it.each<readonly [string, number, string, (count: number) => Partial<DistributionConfig>]>([
    [
      'origins',
      100,
      'TooManyOrigins 400',
      count => ({Origins: list(count, origin), DefaultCacheBehavior: fromFirst}),
    ],
    [
      'behaviors',
      75,
      'TooManyCacheBehaviors 400',
      count => ({
        CacheBehaviors: list(count, n => ({...smallConfig().DefaultCacheBehavior!, PathPattern: `/${n}/*`})),
      }),
    ],
    [
      'origin groups',
      10,
      'TooManyOriginGroupsPerDistribution 400',
      count => ({
        Origins: list(2, origin),
        DefaultCacheBehavior: fromFirst,
        OriginGroups: list(count, n => ({
          Id: `g${n}`,
          FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [500]}},
          Members: list(2, member => ({OriginId: `o${member}`})),
        })),
      }),
    ],
  ])('%s: %i', async (_what, most, refusal, changes) => {
    const create = (count: number) =>
      faultOf(
        cloud.call.CreateDistribution({
          DistributionConfig: smallConfig({CallerReference: String(count), ...changes(count)}),
        }),
      );
    expect(await create(most)).toHaveProperty('Distribution');
    expect(await create(most + 1)).toBe(refusal);
  });

  it('alternate domain names: 100, also by a move', async () => {
    const whole = await certified();
    try {
      const arn = await whole.certificate(await whole.zone('example.com'), '*.example.com');
      const names = (count: number) => Array.from({length: count}, (_, n) => `a${n}.example.com`);
      expect(await faultOf(whole.distribution(arn, ...names(101)))).toBe('TooManyDistributionCNAMEs 400');
      const full = await whole.distribution(arn, ...names(100));
      const move = whole.call.UpdateDomainAssociation({
        Domain: 'one-more.example.com',
        TargetResource: {DistributionId: full.id},
        IfMatch: full.etag,
      });
      expect(await faultOf(move)).toBe('TooManyDistributionCNAMEs 400');
    } finally {
      await whole.end();
    }
  });
});

describe('of an account', () => {
  it.each<readonly [string, number, string, (name: string) => Promise<unknown>]>([
    [
      'origin access controls',
      100,
      'TooManyOriginAccessControls 400',
      Name =>
        cloud.call.CreateOriginAccessControl({
          OriginAccessControlConfig: {
            Name,
            SigningProtocol: 'sigv4',
            SigningBehavior: 'always',
            OriginAccessControlOriginType: 's3',
          },
        }),
    ],
    [
      'origin access identities',
      100,
      'TooManyCloudFrontOriginAccessIdentities 400',
      CallerReference =>
        cloud.call.CreateCloudFrontOriginAccessIdentity({
          CloudFrontOriginAccessIdentityConfig: {CallerReference, Comment: ''},
        }),
    ],
    [
      'cache policies',
      20,
      'TooManyCachePolicies 400',
      Name => cloud.call.CreateCachePolicy({CachePolicyConfig: {Name, MinTTL: 0}}),
    ],
    [
      'origin request policies',
      20,
      'TooManyOriginRequestPolicies 400',
      Name =>
        cloud.call.CreateOriginRequestPolicy({
          OriginRequestPolicyConfig: {
            Name,
            HeadersConfig: {HeaderBehavior: 'none'},
            CookiesConfig: {CookieBehavior: 'none'},
            QueryStringsConfig: {QueryStringBehavior: 'none'},
          },
        }),
    ],
    [
      'response headers policies',
      20,
      'TooManyResponseHeadersPolicies 400',
      Name =>
        cloud.call.CreateResponseHeadersPolicy({
          ResponseHeadersPolicyConfig: {
            Name,
            SecurityHeadersConfig: {ContentTypeOptions: {Override: true}},
          },
        }),
    ],
  ])('%s: %i', async (_what, most, refusal, make) => {
    for (let n = 0; n < most; n++) await make(`n${n}`);
    expect(await faultOf(make('one-more'))).toBe(refusal);
  });

  it('distributions: 500', async () => {
    const create = (CallerReference: string) =>
      cloud.call.CreateDistribution({DistributionConfig: smallConfig({CallerReference})});
    await create('first');
    await cloud.store.write(() => {
      const [first] = storedDistributions(cloud.store);
      if (first === undefined) throw new Error('No distribution is stored.');
      for (let n = 0; n < 498; n++) {
        const id = `E${n}`;
        // Without a cache policy: no more than 100 distributions may have the same.
        const config = {...first.config, CallerReference: id, DefaultCacheBehavior: undefined};
        cloud.store.table<StoredDistribution>(distributionTable).put(id, {...first, id, config});
      }
    });
    await create('last');
    expect(await faultOf(create('one-more'))).toBe('TooManyDistributions 400');
  });
});
