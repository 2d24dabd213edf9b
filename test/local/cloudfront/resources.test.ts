import {generateKeyPairSync} from 'node:crypto';
import type {CachePolicyConfig, OriginAccessControlConfig} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {page} from '../../../src/local/cloudfront/page.js';
import {account, cachingOptimized, faultOf, smallConfig} from './account.js';

let cloud: Awaited<ReturnType<typeof account>>;
beforeEach(async () => {
  cloud = await account();
});
afterEach(() => cloud.end());

const control = (changes: Partial<OriginAccessControlConfig> = {}): OriginAccessControlConfig => ({
  Name: 'site',
  SigningProtocol: 'sigv4',
  SigningBehavior: 'always',
  OriginAccessControlOriginType: 's3',
  ...changes,
});
const cachePolicy = (changes: Partial<CachePolicyConfig> = {}): CachePolicyConfig => ({
  Name: 'mine',
  MinTTL: 0,
  ParametersInCacheKeyAndForwardedToOrigin: {
    EnableAcceptEncodingGzip: true,
    HeadersConfig: {HeaderBehavior: 'whitelist', Headers: {Quantity: 1, Items: ['Origin']}},
    CookiesConfig: {CookieBehavior: 'none'},
    QueryStringsConfig: {QueryStringBehavior: 'all'},
  },
  ...changes,
});

describe('origin access controls', () => {
  it('are created, read, changed and deleted with ETags', async () => {
    const {call, controlPlane} = cloud;
    const made = await call.CreateOriginAccessControl({OriginAccessControlConfig: control()});
    const id = made.OriginAccessControl?.Id ?? '';
    expect(await call.GetOriginAccessControl({Id: id})).toEqual({
      OriginAccessControl: {Id: id, OriginAccessControlConfig: control({Description: ''})},
      ETag: made.ETag,
    });
    expect(controlPlane.originAccessControl(id)?.SigningBehavior).toBe('always');
    const next = control({SigningBehavior: 'never'});
    expect(
      await faultOf(
        call.UpdateOriginAccessControl({Id: id, IfMatch: 'E00000000000AA', OriginAccessControlConfig: next}),
      ),
    ).toBe('PreconditionFailed 412');
    expect(
      await faultOf(
        call.UpdateOriginAccessControl({Id: id, IfMatch: '"x"', OriginAccessControlConfig: next}),
      ),
    ).toBe('InvalidIfMatchVersion 400');
    const updated = await call.UpdateOriginAccessControl({
      Id: id,
      IfMatch: made.ETag,
      OriginAccessControlConfig: next,
    });
    expect(controlPlane.originAccessControl(id)?.SigningBehavior).toBe('never');
    expect(await faultOf(call.DeleteOriginAccessControl({Id: id, IfMatch: made.ETag}))).toBe(
      'PreconditionFailed 412',
    );
    await call.DeleteOriginAccessControl({Id: id, IfMatch: updated.ETag});
    expect(await faultOf(call.GetOriginAccessControl({Id: id}))).toBe('NoSuchOriginAccessControl 404');
    expect(controlPlane.originAccessControl(id)).toBeUndefined();
  });

  it('have unique names and known values', async () => {
    const {call} = cloud;
    await call.CreateOriginAccessControl({OriginAccessControlConfig: control()});
    const create = (config?: OriginAccessControlConfig) =>
      faultOf(call.CreateOriginAccessControl({OriginAccessControlConfig: config}));
    expect(await create(control())).toBe('OriginAccessControlAlreadyExists 409');
    expect(await create(control({Name: 'x', SigningBehavior: 'sometimes' as never}))).toBe(
      'InvalidArgument 400',
    );
    expect(await create(undefined)).toBe('MissingBody 400');
  });

  it('cannot be deleted while a distribution uses them, not even one that is still switching away', async () => {
    const {call, clock} = cloud;
    const made = await call.CreateOriginAccessControl({OriginAccessControlConfig: control()});
    const id = made.OriginAccessControl?.Id;
    const using = smallConfig();
    const origin = {...using.Origins!.Items![0]!, OriginAccessControlId: id};
    const distribution = await call.CreateDistribution({
      DistributionConfig: {...using, Origins: {Quantity: 1, Items: [origin]}},
    });
    const remove = () => faultOf(call.DeleteOriginAccessControl({Id: id, IfMatch: made.ETag}));
    expect(await remove()).toBe('OriginAccessControlInUse 409');
    clock.advance(60_000);
    await call.UpdateDistribution({
      Id: distribution.Distribution?.Id,
      IfMatch: distribution.ETag,
      DistributionConfig: using,
    });
    expect(await remove()).toBe('OriginAccessControlInUse 409');
    clock.advance(60_000);
    expect(await remove()).toEqual({});
  });
});

it('an origin access identity keeps its canonical user', async () => {
  const {call} = cloud;
  const config = {CallerReference: 'r', Comment: 'a'};
  const made = await call.CreateCloudFrontOriginAccessIdentity({
    CloudFrontOriginAccessIdentityConfig: config,
  });
  const identity = made.CloudFrontOriginAccessIdentity;
  expect(identity?.S3CanonicalUserId).toMatch(/^[0-9a-f]{96}$/);
  const again = await call.CreateCloudFrontOriginAccessIdentity({
    CloudFrontOriginAccessIdentityConfig: config,
  });
  expect(again.CloudFrontOriginAccessIdentity?.Id).toBe(identity?.Id);
  const other = {...config, Comment: 'b'};
  expect(
    await faultOf(call.CreateCloudFrontOriginAccessIdentity({CloudFrontOriginAccessIdentityConfig: other})),
  ).toBe('CloudFrontOriginAccessIdentityAlreadyExists 409');
  const updated = await call.UpdateCloudFrontOriginAccessIdentity({
    Id: identity?.Id,
    IfMatch: made.ETag,
    CloudFrontOriginAccessIdentityConfig: other,
  });
  expect(updated.CloudFrontOriginAccessIdentity?.S3CanonicalUserId).toBe(identity?.S3CanonicalUserId);
});

describe('policies', () => {
  it('include the managed ones, which nobody changes', async () => {
    const {call, controlPlane} = cloud;
    const found = await call.GetCachePolicy({Id: cachingOptimized});
    expect(found.CachePolicy?.CachePolicyConfig).toMatchObject({
      Name: 'Managed-CachingOptimized',
      MinTTL: 1,
      DefaultTTL: 86_400,
      MaxTTL: 31_536_000,
    });
    expect(controlPlane.cachePolicy(cachingOptimized)).toEqual(found.CachePolicy?.CachePolicyConfig);
    const update = {Id: cachingOptimized, IfMatch: found.ETag, CachePolicyConfig: cachePolicy()};
    expect(await faultOf(call.UpdateCachePolicy(update))).toBe('IllegalUpdate 400');
    expect(await faultOf(call.DeleteCachePolicy({Id: cachingOptimized, IfMatch: found.ETag}))).toBe(
      'IllegalDelete 400',
    );
  });

  it('are listed by type', async () => {
    const {call} = cloud;
    const made = await call.CreateCachePolicy({CachePolicyConfig: cachePolicy()});
    const list = async (Type?: 'managed' | 'custom') =>
      (await call.ListCachePolicies({Type})).CachePolicyList;
    expect((await list())?.Quantity).toBe(8);
    expect((await list('managed'))?.Items?.map(item => item.Type)).toEqual(Array(7).fill('managed'));
    expect((await list('custom'))?.Items).toEqual([{Type: 'custom', CachePolicy: made.CachePolicy}]);
    expect((await call.ListOriginRequestPolicies({Type: 'managed'})).OriginRequestPolicyList?.Quantity).toBe(
      8,
    );
    expect(
      (await call.ListResponseHeadersPolicies({Type: 'managed'})).ResponseHeadersPolicyList?.Quantity,
    ).toBe(5);
  });

  it('are 20 a kind at most, and in use as long as a distribution names them', async () => {
    const {call} = cloud;
    const first = await call.CreateCachePolicy({CachePolicyConfig: cachePolicy()});
    const id = first.CachePolicy?.Id;
    const config = smallConfig();
    const distribution = await call.CreateDistribution({
      DistributionConfig: {
        ...config,
        DefaultCacheBehavior: {...config.DefaultCacheBehavior!, CachePolicyId: id},
      },
    });
    expect(await faultOf(call.DeleteCachePolicy({Id: id, IfMatch: first.ETag}))).toBe('CachePolicyInUse 409');
    expect(
      (await call.ListDistributionsByCachePolicyId({CachePolicyId: id})).DistributionIdList,
    ).toMatchObject({
      Quantity: 1,
      Items: [distribution.Distribution?.Id],
    });
    expect(await faultOf(call.ListDistributionsByCachePolicyId({CachePolicyId: 'x'}))).toBe(
      'NoSuchCachePolicy 404',
    );
    for (let n = 1; n < 20; n++)
      await call.CreateCachePolicy({CachePolicyConfig: cachePolicy({Name: `p${n}`})});
    expect(await faultOf(call.CreateCachePolicy({CachePolicyConfig: cachePolicy({Name: 'p20'})}))).toBe(
      'TooManyCachePolicies 400',
    );
  });

  const headers = (count: number) => ({
    ...cachePolicy().ParametersInCacheKeyAndForwardedToOrigin!,
    HeadersConfig: {
      HeaderBehavior: 'whitelist' as const,
      Headers: {Quantity: count, Items: Array.from({length: count}, (_, n) => `X-${n}`)},
    },
  });
  it.each([
    ['TTLs out of order', cachePolicy({MinTTL: 10, MaxTTL: 5}), 'InvalidArgument 400'],
    [
      '11 headers',
      cachePolicy({ParametersInCacheKeyAndForwardedToOrigin: headers(11)}),
      'TooManyHeadersInCachePolicy 400',
    ],
    [
      'a whitelist of nothing',
      cachePolicy({ParametersInCacheKeyAndForwardedToOrigin: headers(0)}),
      'InvalidArgument 400',
    ],
    ['a cache key without caching', cachePolicy({MaxTTL: 0, DefaultTTL: 0}), 'InvalidArgument 400'],
    ['a name with a space', cachePolicy({Name: 'a b'}), 'InvalidArgument 400'],
    [
      'the name of a managed policy',
      cachePolicy({Name: 'Managed-CachingDisabled'}),
      'CachePolicyAlreadyExists 409',
    ],
  ])('of caching refuse %s', async (_what, config, expected) => {
    expect(await faultOf(cloud.call.CreateCachePolicy({CachePolicyConfig: config}))).toBe(expected);
  });

  it('of response headers refuse credentials for everyone', async () => {
    const cors = {
      AccessControlAllowOrigins: {Quantity: 1, Items: ['*']},
      AccessControlAllowHeaders: {Quantity: 1, Items: ['x-a']},
      AccessControlAllowMethods: {Quantity: 1, Items: ['GET' as const]},
      AccessControlAllowCredentials: true,
      OriginOverride: true,
    };
    const create = (CorsConfig: typeof cors) =>
      faultOf(
        cloud.call.CreateResponseHeadersPolicy({ResponseHeadersPolicyConfig: {Name: 'cors', CorsConfig}}),
      );
    expect(await create(cors)).toBe('InvalidArgument 400');
    expect(await create({...cors, AccessControlAllowCredentials: false})).toMatchObject({
      ResponseHeadersPolicy: {ResponseHeadersPolicyConfig: {Name: 'cors', Comment: ''}},
    });
  });
});

it('public keys and key groups hold each other', async () => {
  const {call} = cloud;
  const pem = (bits: number) =>
    generateKeyPairSync('rsa', {modulusLength: bits}).publicKey.export({
      type: 'spki',
      format: 'pem',
    }) as string;
  const create = (EncodedKey: string) =>
    call.CreatePublicKey({PublicKeyConfig: {CallerReference: 'k', Name: 'k', EncodedKey}});
  expect(await faultOf(create(pem(1024)))).toBe('InvalidArgument 400');
  expect(await faultOf(create('no key'))).toBe('InvalidArgument 400');
  const encoded = pem(2048);
  const key = await create(encoded);
  expect(key.PublicKey?.Id).toMatch(/^K[A-Z0-9]{13}$/);
  const renamed = {CallerReference: 'k', Name: 'other', EncodedKey: encoded};
  expect(
    await faultOf(call.UpdatePublicKey({Id: key.PublicKey?.Id, IfMatch: key.ETag, PublicKeyConfig: renamed})),
  ).toBe('CannotChangeImmutablePublicKeyFields 400');
  const group = await call.CreateKeyGroup({KeyGroupConfig: {Name: 'g', Items: [key.PublicKey?.Id ?? '']}});
  expect(await faultOf(call.CreateKeyGroup({KeyGroupConfig: {Name: 'h', Items: ['K0']}}))).toBe(
    'InvalidArgument 400',
  );
  expect(await faultOf(call.DeletePublicKey({Id: key.PublicKey?.Id, IfMatch: key.ETag}))).toBe(
    'PublicKeyInUse 409',
  );
  const config = smallConfig();
  const made = await call.CreateDistribution({
    DistributionConfig: {
      ...config,
      DefaultCacheBehavior: {
        ...config.DefaultCacheBehavior!,
        TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: [group.KeyGroup?.Id ?? '']},
      },
    },
  });
  expect(made.Distribution?.ActiveTrustedKeyGroups).toEqual({
    Enabled: true,
    Quantity: 1,
    Items: [{KeyGroupId: group.KeyGroup?.Id, KeyPairIds: {Quantity: 1, Items: [key.PublicKey?.Id]}}],
  });
  expect(await faultOf(call.DeleteKeyGroup({Id: group.KeyGroup?.Id, IfMatch: group.ETag}))).toBe(
    'ResourceInUse 409',
  );
});

describe('paging', () => {
  it('shows every item once, in order, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({minLength: 1}), {maxLength: 60}),
        fc.integer({min: 1, max: 120}),
        (ids, MaxItems) => {
          const sorted = ids.sort();
          const seen: string[] = [];
          let Marker: string | undefined;
          do {
            const found = page(sorted, id => id, {MaxItems, Marker});
            expect(found.items.length).toBeLessThanOrEqual(Math.min(MaxItems, 100));
            seen.push(...found.items);
            Marker = found.nextMarker;
          } while (Marker !== undefined);
          expect(seen).toEqual(sorted);
        },
      ),
    );
  });

  it('is that of the handlers', async () => {
    const {call} = cloud;
    for (let n = 0; n < 5; n++) {
      await call.CreateDistribution({DistributionConfig: smallConfig({CallerReference: `d${n}`})});
    }
    const first = (await call.ListDistributions({MaxItems: 3})).DistributionList;
    expect(first).toMatchObject({
      IsTruncated: true,
      Quantity: 3,
      MaxItems: 3,
      Marker: '',
      NextMarker: first?.Items?.[2]?.Id,
    });
    const second = (await call.ListDistributions({MaxItems: 3, Marker: first?.NextMarker})).DistributionList;
    expect(second).toMatchObject({IsTruncated: false, Quantity: 2, Marker: first?.NextMarker});
    expect(second).not.toHaveProperty('NextMarker');
    expect(await faultOf(call.ListDistributions({MaxItems: 0}))).toBe('InvalidArgument 400');
  });
});
