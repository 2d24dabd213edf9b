import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {adoptedConfig, listNamed, type Named} from '../../../src/distribution/index.js';
import {openWorld} from '../../deploy/world.js';
import {awsIds, corpus} from '../../distribution/corpus/index.js';
import {anyDistribution} from './arbitrary.js';
import {changesOf, written} from './written.js';

const id = 'E2QWRUHAPOMQZL';
const adopted = (live: DistributionConfig, managed?: readonly Named[]) =>
  adoptedConfig({id, live, tags: {}, names: new Map(), managed});

describe('whatever a distribution is', () => {
  it('its adopted config plans empty, in every format', async () => {
    await fc.assert(
      fc.asyncProperty(anyDistribution, fc.constantFrom('yaml', 'json', 'ts'), async (live, format) => {
        const {config, text} = await written(adopted(live), format);
        expect(changesOf(config, live, id)).toEqual([]);
        return text.endsWith('\n');
      }),
      {numRuns: 150},
    );
  });

  it('holds no header value', () => {
    const secret = 'S3CR3T-value';
    fc.assert(
      fc.property(anyDistribution, live => {
        const origins = live.Origins?.Items?.map(origin => ({
          ...origin,
          CustomHeaders: {Quantity: 1, Items: [{HeaderName: 'x-key', HeaderValue: secret}]},
        }));
        const {config, comments, notes, secrets} = adopted({
          ...live,
          Origins: {Quantity: origins?.length ?? 0, Items: origins},
        });
        expect(JSON.stringify([config, comments, notes, secrets])).not.toContain(secret);
        expect(new Set(secrets.map(each => each.env))).toEqual(new Set(['ORIGIN_X_KEY']));
      }),
      {numRuns: 50},
    );
  });
});

/** A change of each field; one that CloudFront gets later does not compile until it stands here. */
const changed: Record<Exclude<keyof DistributionConfig, 'CallerReference'>, Partial<DistributionConfig>> = {
  Origins: {Origins: {Quantity: 1, Items: [{Id: 'new', DomainName: 'new.example.net'}]}},
  DefaultCacheBehavior: {DefaultCacheBehavior: {TargetOriginId: 'o', ViewerProtocolPolicy: 'https-only'}},
  Comment: {Comment: 'changed'},
  Enabled: {Enabled: false},
  Aliases: {Aliases: {Quantity: 1, Items: ['new.example.com']}},
  DefaultRootObject: {DefaultRootObject: 'changed.html'},
  OriginGroups: {
    OriginGroups: {
      Quantity: 1,
      Items: [{Id: 'g', FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [500]}}, Members: undefined}],
    },
  },
  CacheBehaviors: {
    CacheBehaviors: {
      Quantity: 1,
      Items: [{PathPattern: '/new', TargetOriginId: 'o', ViewerProtocolPolicy: 'https-only'}],
    },
  },
  CustomErrorResponses: {CustomErrorResponses: {Quantity: 1, Items: [{ErrorCode: 416}]}},
  Logging: {Logging: {Enabled: true, Bucket: 'changed.s3.amazonaws.com'}},
  PriceClass: {PriceClass: 'None'},
  ViewerCertificate: {ViewerCertificate: {IAMCertificateId: 'changed', SSLSupportMethod: 'sni-only'}},
  Restrictions: {Restrictions: {GeoRestriction: {RestrictionType: 'whitelist', Quantity: 1, Items: ['NZ']}}},
  WebACLId: {WebACLId: '11111111-fd2e-4f2b-9f2e-1f2e3d4c5b6a'},
  HttpVersion: {HttpVersion: 'http1.1'},
  IsIPV6Enabled: {IsIPV6Enabled: false},
  ContinuousDeploymentPolicyId: {ContinuousDeploymentPolicyId: 'changed'},
  Staging: {Staging: true},
  AnycastIpListId: {AnycastIpListId: 'aip_changed'},
  TenantConfig: {
    TenantConfig: {ParameterDefinitions: [{Name: 'p', Definition: {StringSchema: {Required: true}}}]},
  },
  ConnectionMode: {ConnectionMode: 'tenant-only'},
  ViewerMtlsConfig: {ViewerMtlsConfig: {Mode: 'optional'}},
  ConnectionFunctionAssociation: {ConnectionFunctionAssociation: {Id: 'cf_changed'}},
  CacheTagConfig: {CacheTagConfig: {HeaderName: 'x-changed'}},
};

describe('drift of every field', () => {
  const live = corpus.find(({name}) => name === 'CDK: HttpOrigin')?.config(awsIds);

  it.each(Object.entries(changed))('%s shows, and nothing else', async (field, change) => {
    if (live === undefined) throw new Error('The corpus has lost its shape');
    const {config} = await written(adopted(live), 'yaml');
    const [found, ...more] = changesOf(config, {...live, ...change}, id);
    const paths = new Set(found?.diff.map(({path}) => path.split(/[.[]/)[0]?.toLowerCase()));
    expect(more).toEqual([]);
    expect([...paths]).toEqual([field.toLowerCase()]);
  });
});

describe('legacy settings as policies', () => {
  it('stay what they were in every other field, whatever the distribution is', async () => {
    const world = await openWorld();
    const managed = [
      ...(await listNamed(world.aws, 'cache policy', 'managed')),
      ...(await listNamed(world.aws, 'origin request policy', 'managed')),
    ];
    await world.close();
    fc.assert(
      fc.property(anyDistribution, live => {
        const before = adopted(live).config;
        const after = adopted(live, managed);
        const strip = (given: object | undefined): object => {
          const {
            forwardedValues: _f,
            minTTL: _min,
            defaultTTL: _default,
            maxTTL: _max,
            cachePolicyId: _c,
            originRequestPolicyId: _o,
            ...rest
          } = (given ?? {}) as Record<string, unknown>;
          return rest;
        };
        const bare = ({distribution}: typeof before): unknown => ({
          ...distribution,
          defaultCacheBehavior: strip(distribution?.defaultCacheBehavior),
          cacheBehaviors: distribution?.cacheBehaviors?.map(strip),
        });
        expect(bare(after.config)).toEqual(bare(before));
        expect(after.legacyBehaviors).toBe(0);
      }),
      {numRuns: 60},
    );
  });
});
