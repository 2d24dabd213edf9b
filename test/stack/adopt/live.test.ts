import {UpdateDistributionCommand, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {ChangeResourceRecordSetsCommand, ListHostedZonesCommand} from '@aws-sdk/client-route-53';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import {configDiff, readDistribution, type Distribution} from '../../../src/distribution/index.js';
import {adopt, applySiteStack, prepareSiteStack} from '../../../src/stack/index.js';
import {isExpected} from '../../../src/terminal/adopt/migration.js';
import {finish} from '../../deploy/world.js';
import {corpus, everyday, type Shape} from '../../distribution/corpus/index.js';
import {openAccount, type Account} from './account.js';
import {written} from './written.js';

let account: Account;
beforeAll(async () => {
  account = await openAccount();
});
afterAll(() => account.world.close());

const here = everyday.filter(({notLocal}) => notLocal === undefined);
const elsewhere = corpus.filter(({notLocal}) => notLocal !== undefined);
const shapeOf = (name: string): Shape => everyday.find(each => each.name.startsWith(name))!;
const whole = {minimal: false, policies: false} as const;

const settingsOf = (config: Config) => ({name: config.name ?? '', config, code: new Map<string, string>()});
const planOf = async (config: Config) => {
  const prepared = await prepareSiteStack({
    aws: account.world.aws,
    settings: settingsOf(config),
    force: false,
  });
  return prepared.changes.filter(({action}) => action !== 'none');
};

describe('a distribution in the embedded cloud, adopted', () => {
  it.each(here.map(shape => [shape.name, shape] as const))('%s', async (_name, shape) => {
    const live = await account.create(shape.config(account.ids));
    expect(await account.adoptedPlan(live)).toEqual([]);
  });

  // One that can be made by now belongs to those above.
  it.each(elsewhere.map(shape => [shape.notLocal, shape] as const))(
    'cannot be made here: %s',
    async (_why, shape) => {
      await expect(account.create(shape.config(account.ids))).rejects.toThrow();
    },
  );
});

const rich = (): DistributionConfig => shapeOf('Terraform: logging').config(account.ids);

describe('drift', () => {
  let live: Distribution;
  let config: Config;
  beforeAll(async () => {
    live = await account.create({
      ...rich(),
      Aliases: {Quantity: 1, Items: ['drift.example.com']},
    });
    ({config} = await written(await adopt(account.world.aws, live, whole), 'yaml'));
  });

  /** By somebody with the AWS CLI. */
  const change = async (edit: (now: DistributionConfig) => Partial<DistributionConfig>): Promise<void> => {
    const {etag} = await readDistribution(account.world.aws, live.id);
    const cloudfront = await account.world.aws.cloudfront();
    await cloudfront.send(
      new UpdateDistributionCommand({
        Id: live.id,
        IfMatch: etag,
        DistributionConfig: {...live.config, ...edit(live.config)},
      }),
    );
  };

  it.each<[string, (now: DistributionConfig) => Partial<DistributionConfig>]>([
    ['aliases', () => ({Aliases: {Quantity: 2, Items: ['drift.example.com', 'more.example.com']}})],
    ['defaultRootObject', () => ({DefaultRootObject: 'home.html'})],
    [
      'origins[primary].originPath',
      ({Origins}) => ({Origins: {Quantity: 1, Items: [{...Origins!.Items![0]!, OriginPath: '/v2'}]}}),
    ],
    [
      'origins[primary].connectionAttempts',
      ({Origins}) => ({Origins: {Quantity: 1, Items: [{...Origins!.Items![0]!, ConnectionAttempts: 1}]}}),
    ],
    [
      'defaultCacheBehavior.compress',
      ({DefaultCacheBehavior}) => ({DefaultCacheBehavior: {...DefaultCacheBehavior!, Compress: true}}),
    ],
    [
      'cacheBehaviors[/new/*]',
      ({DefaultCacheBehavior}) => ({
        CacheBehaviors: {Quantity: 1, Items: [{PathPattern: '/new/*', ...DefaultCacheBehavior!}]},
      }),
    ],
    [
      'customErrorResponses[404]',
      ({CustomErrorResponses}) => ({
        CustomErrorResponses: {
          Quantity: 2,
          Items: CustomErrorResponses!.Items!.filter(({ErrorCode}) => ErrorCode !== 404),
        },
      }),
    ],
    ['comment', () => ({Comment: 'changed by hand'})],
    ['logging.prefix', ({Logging}) => ({Logging: {...Logging!, Prefix: 'elsewhere'}})],
    ['priceClass', () => ({PriceClass: 'PriceClass_100'})],
    ['enabled', () => ({Enabled: false})],
    [
      'viewerCertificate.minimumProtocolVersion',
      ({ViewerCertificate}) => ({
        ViewerCertificate: {...ViewerCertificate!, MinimumProtocolVersion: 'TLSv1.2_2025'},
      }),
    ],
    [
      'restrictions.geoRestriction.restrictionType restrictions.geoRestriction.items',
      () => ({Restrictions: {GeoRestriction: {RestrictionType: 'blacklist', Quantity: 1, Items: ['KP']}}}),
    ],
    ['webACLId', () => ({WebACLId: '473e64fd-f30b-4765-81a0-62ad96dd167a'})],
    ['httpVersion', () => ({HttpVersion: 'http3'})],
    ['isIPV6Enabled', () => ({IsIPV6Enabled: false})],
    ['cacheTagConfig', () => ({CacheTagConfig: {HeaderName: 'x-tags'}})],
  ])('%s shows, and nothing else', async (paths, edit) => {
    await change(edit);
    const found = (await planOf(config)).filter(({resource}) => resource === `distribution ${live.id}`);
    const shown = found.flatMap(({diff}) => diff.map(({path}) => path));
    expect(shown.join(' ')).toBe(paths);
    await change(() => ({}));
    expect(await planOf(config)).toEqual([]);
  });
});

describe('apply', () => {
  it('brings back what drifted, absent fields among it', async () => {
    const {aws} = account.world;
    const live = await account.create(shapeOf('CDK: RestApiOrigin').config(account.ids));
    const {config} = await adopt(aws, live, whole);
    const cloudfront = await aws.cloudfront();
    const drifted: DistributionConfig = {
      ...live.config,
      Comment: 'by hand',
      PriceClass: 'PriceClass_100',
      CacheBehaviors: {Quantity: 0},
      CacheTagConfig: {HeaderName: 'x-tags'},
      Logging: {Enabled: true, IncludeCookies: false, Bucket: 'logs.s3.amazonaws.com', Prefix: ''},
    };
    await cloudfront.send(
      new UpdateDistributionCommand({Id: live.id, IfMatch: live.etag, DistributionConfig: drifted}),
    );
    const settings = settingsOf(config);
    const prepared = await prepareSiteStack({aws, settings, force: false});
    await finish(applySiteStack({aws, settings, prepared, wait: true, force: false, timeoutMs: 20_000}));
    const now = await readDistribution(aws, live.id);
    expect(configDiff(live.config, now.config)).toEqual([]);
    expect(now.config.CacheTagConfig).toBeUndefined();
  });
});

describe('DNS', () => {
  const point = async (name: string, type: 'A' | 'CNAME', target: string): Promise<void> => {
    const route53 = await account.world.aws.route53();
    const {HostedZones} = await route53.send(new ListHostedZonesCommand({}));
    const set =
      type === 'A'
        ? {AliasTarget: {DNSName: target, HostedZoneId: 'Z2FDTNDATAQYW2', EvaluateTargetHealth: false}}
        : {TTL: 60, ResourceRecords: [{Value: target}]};
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZones![0]!.Id,
        ChangeBatch: {Changes: [{Action: 'UPSERT', ResourceRecordSet: {Name: name, Type: type, ...set}}]},
      }),
    );
  };
  const aliased = (alias: string) => account.create({...rich(), Aliases: {Quantity: 1, Items: [alias]}});

  it.each<[string, string, ((domain: string) => Promise<void>) | undefined, Config['dns']]>([
    ['no record', 'none.example.com', undefined, {provider: 'none'}],
    ['only an A record', 'a.example.com', domain => point('a.example.com', 'A', domain), {types: ['A']}],
    [
      'a CNAME to the distribution',
      'cname.example.com',
      domain => point('cname.example.com', 'CNAME', domain),
      undefined,
    ],
    [
      'a record that leads elsewhere',
      'else.example.com',
      () => point('else.example.com', 'CNAME', 'other.example.net'),
      {provider: 'none'},
    ],
  ])('with %s: no record would change', async (_name, alias, write, dns) => {
    const live = await aliased(alias);
    await write?.(live.domainName);
    const {config} = await adopt(account.world.aws, live, whole);
    expect(config.dns).toEqual(dns);
    expect(await account.adoptedPlan(live)).toEqual([]);
  });
});

describe('names and places', () => {
  it('tells names of own policies and controls beside their ids', async () => {
    const live = await account.create(shapeOf('Next.js').config(account.ids));
    const {text} = await written(await adopt(account.world.aws, live, whole), 'yaml');
    expect(text).toContain(`cachePolicyId: ${account.ids.cachePolicy} # next-cache`);
    expect(text).toContain(`originAccessControlId: ${account.ids.accessControl} # site-oac`);
  });

  it('names the bucket only, where somebody else manages the distribution', async () => {
    const live = await account.create(shapeOf('CDK: S3BucketOrigin').config(account.ids));
    const {config} = await adopt(account.world.aws, live, {minimal: true, policies: false});
    expect(config).toEqual({
      bucket: {name: 'sitestack-bucket83908e77-abc', region: 'us-west-2'},
      distribution: {id: live.id},
    });
    expect(await planOf(config)).toEqual([]);
  });
});

describe('--policies', () => {
  const legacy = [
    'the AWS CLI',
    'Terraform: the documented',
    'WordPress',
    'MediaPackage v1',
    'MediaStore',
    'twenty behaviors',
  ];
  it.each(legacy)('%s: the plan is the migration, and empty once it is applied', async name => {
    const {aws} = account.world;
    const live = await account.create(shapeOf(name).config(account.ids));
    const adopted = await adopt(aws, live, {minimal: false, policies: true});
    expect(adopted.legacyBehaviors).toBe(0);
    const {config: read} = await written(adopted, 'yaml');
    // Names at AWS begin with the site's.
    const config = {...read, name: live.id.toLowerCase()};
    const settings = settingsOf(config);
    const prepared = await prepareSiteStack({aws, settings, force: false});
    const changes = prepared.changes.filter(({action}) => action !== 'none');
    expect(changes.filter(change => !isExpected(change))).toEqual([]);
    expect(changes.filter(({resource}) => resource.startsWith('distribution'))).toHaveLength(1);
    await finish(applySiteStack({aws, settings, prepared, wait: true, force: false, timeoutMs: 20_000}));
    expect(await planOf(config)).toEqual([]);
  });

  it('leaves policies of another site with the same comment alone', async () => {
    const {aws} = account.world;
    const config = shapeOf('Terraform: the documented').config(account.ids);
    const [one, other] = [
      await account.create({...config, Comment: 'twins'}),
      await account.create({...config, Comment: 'twins'}),
    ];
    const first = await adopt(aws, one, {minimal: false, policies: true});
    expect(first.config.name).toBe('twins');
    const settings = settingsOf(first.config);
    const prepared = await prepareSiteStack({aws, settings, force: false});
    await finish(applySiteStack({aws, settings, prepared, wait: true, force: false, timeoutMs: 20_000}));
    const second = await adopt(aws, other, {minimal: false, policies: true});
    expect(second.config.name).toBe(other.id.toLowerCase());
    expect((await planOf(second.config)).filter(change => !isExpected(change))).toEqual([]);
  });

  it('changes nothing where all has policies', async () => {
    const live = await account.create(shapeOf('CDK: HttpOrigin').config(account.ids));
    expect(await account.adoptedPlan(live, {policies: true})).toEqual([]);
  });
});
