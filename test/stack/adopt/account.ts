import {generateKeyPairSync} from 'node:crypto';
import {
  CreateCloudFrontOriginAccessIdentityCommand,
  CreateDistributionCommand,
  CreateKeyGroupCommand,
  CreatePublicKeyCommand,
  type DistributionConfig,
} from '@aws-sdk/client-cloudfront';
import {CreateHostedZoneCommand} from '@aws-sdk/client-route-53';
import {
  createNamed,
  putFunction,
  readDistribution,
  type Distribution,
} from '../../../src/distribution/index.js';
import {
  adopt,
  issueCertificate,
  prepareSiteStack,
  type AdoptOptions,
  type Change,
} from '../../../src/stack/index.js';
import {finish, openWorld, type World} from '../../deploy/world.js';
import type {Ids} from '../../distribution/corpus/index.js';
import {written} from './written.js';

export interface Account {
  readonly world: World;
  readonly ids: Ids;
  /** As its maker would create it. */
  create(config: DistributionConfig): Promise<Distribution>;
  /** Adopted, written as YAML, loaded, planned: what would change. */
  adoptedPlan(live: Distribution, options?: Partial<AdoptOptions>): Promise<readonly Change[]>;
}

const selection = {
  HeadersConfig: {HeaderBehavior: 'none'},
  CookiesConfig: {CookieBehavior: 'none'},
  QueryStringsConfig: {QueryStringBehavior: 'all'},
} as const;

/** An account that has one of everything that distributions refer to, and the DNS of example.com. */
export async function openAccount(): Promise<Account> {
  const world = await openWorld();
  const {aws} = world;
  const [cloudfront, route53] = await Promise.all([aws.cloudfront(), aws.route53()]);
  await route53.send(new CreateHostedZoneCommand({Name: 'example.com', CallerReference: 'zone'}));
  const {result: certificate} = await finish(
    issueCertificate({
      aws,
      names: ['example.com', '*.example.com', '*.shop.example.com'],
      tags: {},
      dns: {provider: 'route53', zone: undefined, force: false},
      wait: true,
      timeoutMs: 20_000,
    }),
  );
  const {CloudFrontOriginAccessIdentity: identity} = await cloudfront.send(
    new CreateCloudFrontOriginAccessIdentityCommand({
      CloudFrontOriginAccessIdentityConfig: {CallerReference: 'identity', Comment: ''},
    }),
  );
  const {publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
  const {PublicKey: key} = await cloudfront.send(
    new CreatePublicKeyCommand({
      PublicKeyConfig: {
        CallerReference: 'key',
        Name: 'key',
        EncodedKey: publicKey.export({type: 'spki', format: 'pem'}).toString(),
      },
    }),
  );
  const {KeyGroup: keyGroup} = await cloudfront.send(
    new CreateKeyGroupCommand({KeyGroupConfig: {Name: 'readers', Items: [key?.Id ?? '']}}),
  );
  const {arn} = await putFunction(aws, {
    name: 'rewrite',
    code: 'function handler(event) { return event.request; }',
    runtime: 'cloudfront-js-2.0',
    comment: '',
  });
  const control = (Name: string, type: 's3' | 'lambda') =>
    createNamed(aws, 'origin access control', {
      Name,
      OriginAccessControlOriginType: type,
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
  const ids: Ids = {
    accessControl: await control('site-oac', 's3'),
    lambdaControl: await control('lambda-oac', 'lambda'),
    accessIdentity: identity?.Id ?? '',
    certificate: certificate.arn,
    cachePolicy: await createNamed(aws, 'cache policy', {
      Name: 'next-cache',
      MinTTL: 0,
      ParametersInCacheKeyAndForwardedToOrigin: {EnableAcceptEncodingGzip: true, ...selection},
    }),
    originRequestPolicy: await createNamed(aws, 'origin request policy', {Name: 'next-origin', ...selection}),
    responseHeadersPolicy: await createNamed(aws, 'response headers policy', {
      Name: 'next-headers',
      CustomHeadersConfig: {Quantity: 1, Items: [{Header: 'x-site', Value: 'next', Override: true}]},
    }),
    keyGroup: keyGroup?.Id ?? '',
    function: arn,
  };
  let created = 0;
  return {
    world,
    ids,
    create: async config => {
      const DistributionConfig = {...config, CallerReference: `made-${++created}`};
      const {Distribution: made} = await cloudfront.send(new CreateDistributionCommand({DistributionConfig}));
      return readDistribution(aws, made?.Id ?? '');
    },
    adoptedPlan: async (live, options = {}) => {
      const adopted = await adopt(aws, live, {minimal: false, policies: false, ...options});
      const {config} = await written(adopted, 'yaml');
      const settings = {name: config.name ?? '', config, code: new Map<string, string>()};
      const {changes} = await prepareSiteStack({aws, settings, force: false});
      return changes.filter(({action}) => action !== 'none');
    },
  };
}
