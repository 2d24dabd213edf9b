import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../src/config/index.js';
import {examine} from '../../src/config/problems.js';
import {failureOf, project} from './project.js';

const sentences = (file: unknown, environment?: string): readonly string[] =>
  examine(file, environment, {}).problems.map(({sentence}) => sentence);

const origins = [{id: 'web', domainName: 'web.example.com'}];
const behaviors = (count: number) =>
  Array.from({length: count}, (_, i) => ({pathPattern: `/p${i}/*`, targetOriginId: 'web'}));
const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';

describe('what fits together', () => {
  it.each<[string, object]>([
    ['a target among the origins', {distribution: {origins, cacheBehaviors: behaviors(75)}}],
    [
      'the default origin',
      {bucket: {name: 'shop'}, distribution: {defaultCacheBehavior: {targetOriginId: 's3-shop'}}},
    ],
    [
      'an origin without an id',
      {
        distribution: {
          origins: [{domainName: 'a.example'}],
          defaultCacheBehavior: {targetOriginId: 'a.example'},
        },
      },
    ],
    [
      'a bucket whose name is not known yet',
      {distribution: {origins: [{bucket: true}], defaultCacheBehavior: {targetOriginId: 's3-x'}}},
    ],
    ['a live distribution', {distribution: {id: 'E2EXAMPLE1ABCD', cacheBehaviors: behaviors(1)}}],
    [
      'raw origins',
      {distribution: {raw: {Origins: {Quantity: 1, Items: [{Id: 'web'}]}}, cacheBehaviors: behaviors(1)}},
    ],
    [
      'a raw target',
      {distribution: {origins, defaultCacheBehavior: {targetOriginId: 'x', raw: {TargetOriginId: 'web'}}}},
    ],
    [
      'an id of a policy',
      {distribution: {defaultCacheBehavior: {cachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6'}}},
    ],
    [
      'a managed policy',
      {
        distribution: {
          defaultCacheBehavior: {
            cachePolicyId: 'CachingOptimized',
            originRequestPolicyId: 'Managed-AllViewer',
          },
        },
      },
    ],
    [
      'a policy of the config',
      {
        name: 'shop',
        cachePolicies: {long: {minTTL: 1}},
        distribution: {
          defaultCacheBehavior: {cachePolicyId: 'long'},
          cacheBehaviors: [{pathPattern: '*.x', cachePolicyId: 'shop-long'}],
        },
      },
    ],
    [
      'an access control of the config',
      {
        originAccessControls: {mine: {}},
        distribution: {origins: [{bucket: true, originAccessControlId: 'mine'}]},
      },
    ],
    [
      'aliases on the certificate',
      {
        certificate: {names: ['example.com', '*.example.com']},
        distribution: {aliases: ['Example.com', 'www.example.com', '*.example.com']},
      },
    ],
    [
      'aliases with a certificate of their own',
      {
        certificate: {names: ['a.example']},
        distribution: {aliases: ['b.example'], viewerCertificate: {acmCertificateArn: certificate}},
      },
    ],
  ])('%s', (_name, config) => {
    expect(sentences(config)).toEqual([]);
  });
});

describe('what is refused before the first call', () => {
  it.each<[string, object, string]>([
    [
      'a target that does not exist',
      {distribution: {origins, cacheBehaviors: [{pathPattern: '/a', targetOriginId: 'wep'}]}},
      'distribution.cacheBehaviors[0].targetOriginId is "wep", but the distribution has no such origin or origin group (origins: web)',
    ],
    [
      'two origins of one id',
      {distribution: {origins: [...origins, {id: 'web', domainName: 'b.example'}]}},
      'distribution.origins[1] repeats the origin id web; every origin of a distribution has its own (CloudFront API, "Origin")',
    ],
    [
      'two origins of one bucket',
      {bucket: {name: 'shop'}, distribution: {origins: [{bucket: true}, {bucket: 'shop'}]}},
      'distribution.origins[1] repeats the origin id s3-shop; every origin of a distribution has its own (CloudFront API, "Origin")',
    ],
    [
      'a group member that does not exist',
      {
        distribution: {
          origins,
          originGroups: [
            {id: 'g', failoverCriteria: {statusCodes: [500]}, members: [{originId: 'web'}, {originId: 'b'}]},
          ],
        },
      },
      'distribution.originGroups[0].members[1].originId is "b", but the distribution has no such origin (origins: web)',
    ],
    [
      'a group of one origin',
      {
        distribution: {
          origins,
          originGroups: [
            {
              id: 'g',
              failoverCriteria: {statusCodes: [500]},
              members: [{originId: 'web'}, {originId: 'web'}],
            },
          ],
        },
      },
      'distribution.originGroups[0].members names "web" twice; the second origin must be another one',
    ],
    [
      'a group with the id of an origin',
      {
        distribution: {
          origins: [...origins, {domainName: 'b.example'}],
          originGroups: [
            {
              id: 'web',
              failoverCriteria: {statusCodes: [500]},
              members: [{originId: 'web'}, {originId: 'b.example'}],
            },
          ],
        },
      },
      'distribution.originGroups[0].id is "web", which is the id of an origin too; behaviors could not tell them apart',
    ],
    [
      'two behaviors of one pattern',
      {distribution: {cacheBehaviors: [{pathPattern: 'img/*'}, {pathPattern: '/img/*'}]}},
      'distribution.cacheBehaviors[1] repeats the path pattern img/*',
    ],
    [
      'a 76th behavior',
      {distribution: {origins, cacheBehaviors: behaviors(76)}},
      'distribution.cacheBehaviors has 76 behaviors, but at most 75 are allowed (CloudFront quota: 75 cache behaviors a distribution)',
    ],
    [
      'a 76th behavior with a preset',
      {
        preset: 'video',
        distribution: {cacheBehaviors: behaviors(69).map(({pathPattern}) => ({pathPattern}))},
      },
      'distribution.cacheBehaviors has 76 behaviors with those of the presets, but at most 75 are allowed (CloudFront quota: 75 cache behaviors a distribution)',
    ],
    [
      'a 101st alias',
      {distribution: {aliases: Array.from({length: 101}, (_, i) => `a${i}.example.com`)}},
      'distribution.aliases has 101 aliases, but at most 100 are allowed (CloudFront quota: 100 alternate domain names a distribution)',
    ],
    [
      'a 101st origin',
      {distribution: {origins: Array.from({length: 101}, (_, i) => ({domainName: `a${i}.example.com`}))}},
      'distribution.origins has 101 origins, but at most 100 are allowed (CloudFront quota: 100 origins a distribution)',
    ],
    [
      'an 11th origin group',
      {
        distribution: {
          originGroups: Array.from({length: 11}, (_, i) => ({
            id: `g${i}`,
            failoverCriteria: {statusCodes: [500]},
            members: [{originId: 'a'}, {originId: 'b'}],
          })),
        },
      },
      'distribution.originGroups has 11 origin groups, but at most 10 are allowed (CloudFront quota: 10 origin groups a distribution)',
    ],
    [
      'ForwardedValues and a cache policy',
      {
        distribution: {
          defaultCacheBehavior: {
            cachePolicyId: 'CachingOptimized',
            forwardedValues: {queryString: true},
            minTTL: 0,
          },
        },
      },
      'distribution.defaultCacheBehavior has both cachePolicyId and forwardedValues, minTTL, of which CloudFront takes one: the policy holds these settings',
    ],
    [
      'TTLs out of order',
      {distribution: {defaultCacheBehavior: {minTTL: 5, maxTTL: 4}}},
      'distribution.defaultCacheBehavior has TTLs out of order; CloudFront asks for minTTL <= defaultTTL <= maxTTL',
    ],
    [
      'a certificate in another region',
      {certificate: {arn: certificate.replace('us-east-1', 'eu-west-1')}},
      'certificate.arn is a certificate in eu-west-1, but CloudFront takes those in us-east-1 alone (Developer Guide, "Requirements for using SSL/TLS certificates with CloudFront")',
    ],
    [
      'two functions of one event',
      {
        distribution: {
          defaultCacheBehavior: {
            functionAssociations: [
              {functionARN: 'a', eventType: 'viewer-request'},
              {functionARN: 'b', eventType: 'viewer-request'},
            ],
          },
        },
      },
      'distribution.defaultCacheBehavior.functionAssociations[1] repeats the event type viewer-request',
    ],
    [
      'both kinds of functions on viewer events',
      {
        distribution: {
          defaultCacheBehavior: {
            functionAssociations: [{functionARN: 'a', eventType: 'viewer-request'}],
            lambdaFunctionAssociations: [
              {
                lambdaFunctionARN: 'arn:aws:lambda:us-east-1:123456789012:function:f:1',
                eventType: 'viewer-response',
              },
            ],
          },
        },
      },
      'distribution.defaultCacheBehavior has CloudFront functions and Lambda@Edge functions on viewer events, of which CloudFront takes one kind (Developer Guide, "Restrictions on all edge functions")',
    ],
    [
      'an alias that no name covers',
      {certificate: {names: ['*.example.com']}, distribution: {aliases: ['a.b.example.com']}},
      'distribution.aliases[0] is "a.b.example.com", which no name in certificate.names covers (*.example.com; a wildcard stands for one label)',
    ],
    [
      'an alias with the default certificate',
      {distribution: {aliases: ['a.example'], viewerCertificate: {cloudFrontDefaultCertificate: true}}},
      'distribution.viewerCertificate.cloudFrontDefaultCertificate is true, but the certificate of *.cloudfront.net covers no alias (a.example); name one that does (Developer Guide, "Requirements for using alternate domain names")',
    ],
    [
      'a policy that is almost one',
      {distribution: {cacheBehaviors: [{pathPattern: '/a', cachePolicyId: 'CachingOptimised'}]}},
      'distribution.cacheBehaviors[0].cachePolicyId is "CachingOptimised", but there is no cache policy of that name (did you mean CachingOptimized?)',
    ],
    [
      'a policy that is none',
      {
        responseHeadersPolicies: {mine: {}},
        distribution: {defaultCacheBehavior: {responseHeadersPolicyId: 'theirs-and-ours'}},
      },
      'distribution.defaultCacheBehavior.responseHeadersPolicyId is "theirs-and-ours", but there is no response headers policy of that name (allowed are an id, a name under responseHeadersPolicies: mine, the name of one of AWS\'s own: CORS-With-Preflight, CORS-and-SecurityHeadersPolicy, CORS-with-preflight-and-SecurityHeadersPolicy, SecurityHeadersPolicy, SimpleCORS)',
    ],
    [
      'an access control that is none',
      {distribution: {origins: [{bucket: true, originAccessControlId: 'mine'}]}},
      'distribution.origins[0].originAccessControlId is "mine", but there is no origin access control of that name (allowed are an id, a name under originAccessControls)',
    ],
    [
      'two presets for the same paths',
      {preset: ['spa', 'static-site']},
      'preset[1] is static-site beside spa, which answers the same paths; keep one of them',
    ],
    ['one preset twice', {preset: ['spa', {use: 'spa'}]}, 'preset[1] repeats the preset spa'],
    [
      'a replica that is none',
      {preset: {use: 'failover', secondary: 'shop-eu'}},
      'preset.secondary is "shop-eu", which is neither a bucket in bucket.replicas (there are none) nor a host name',
    ],
  ])('%s', (_name, config, sentence) => {
    expect(sentences(config)).toEqual([sentence]);
  });

  it('says file, line and column', async () => {
    const cwd = await project({
      'frontctl.config.yaml':
        'distribution:\n  origins:\n    - {id: web, domainName: web.example.com}\n  cacheBehaviors:\n    - pathPattern: /api/*\n      targetOriginId: api\n',
    });
    expect((await failureOf(loadConfig({cwd, env: {}}))).message).toBe(
      'frontctl.config.yaml:6:23: distribution.cacheBehaviors[0].targetOriginId is "api", but the distribution has no such origin or origin group (origins: web).',
    );
  });

  it('points at the environment that says it', () => {
    const file = {
      distribution: {origins},
      environments: {live: {distribution: {defaultCacheBehavior: {targetOriginId: 'x'}}}},
    };
    expect(sentences(file)).toEqual([]);
    expect(sentences(file, 'live')[0]).toMatch(
      /^environments\.live\.distribution\.defaultCacheBehavior\.targetOriginId is "x"/,
    );
  });

  it('points at what the user wrote, not at where a preset moves it', () => {
    const file = {
      preset: ['video', {use: 'api', origin: 'api.example'}],
      distribution: {cacheBehaviors: [{pathPattern: '/api/*', cachePolicyId: 'nope-nope'}]},
    };
    expect(sentences(file)[0]).toMatch(/^distribution\.cacheBehaviors\[0\]\.cachePolicyId is "nope-nope"/);
  });
});
