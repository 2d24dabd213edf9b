import {
  CreateCachePolicyCommand,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
  type CachePolicyQueryStringsConfig,
  type DistributionConfig,
} from '@aws-sdk/client-cloudfront';
import {afterEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {applyDeploy} from '../../src/deploy/apply.js';
import {
  countFor,
  describePlan,
  prepareDeploy,
  type DeployInput,
  type PreparedInvalidation,
} from '../../src/deploy/index.js';
import {readDistribution, waitDeployed} from '../../src/distribution/index.js';
import {ensureSite, type SiteResources} from '../../src/stack/index.js';
import {browse, deployInput, deployOnce, finish, openWorld, siteInput, type World} from './world.js';

let world: World;

afterEach(() => world.close());

/** Changes the distribution and waits until its edge does so. */
async function change(
  aws: Aws,
  id: string,
  edit: (config: DistributionConfig) => Partial<DistributionConfig>,
): Promise<void> {
  const client = await aws.cloudfront();
  const {DistributionConfig: config, ETag} = await client.send(new GetDistributionConfigCommand({Id: id}));
  if (config === undefined) throw new Error('no config');
  await client.send(
    new UpdateDistributionCommand({Id: id, IfMatch: ETag, DistributionConfig: {...config, ...edit(config)}}),
  );
  const delay = {firstMs: 5, factor: 1.5, maxMs: 50};
  await finish(waitDeployed({aws, id, timeoutMs: 20_000, delay}));
}

const withPolicy =
  (CachePolicyId: string) =>
  (config: DistributionConfig): Partial<DistributionConfig> => ({
    DefaultCacheBehavior: {
      TargetOriginId: '',
      ViewerProtocolPolicy: 'allow-all',
      ...config.DefaultCacheBehavior,
      CachePolicyId,
    },
  });

async function policyFor(QueryStringsConfig: CachePolicyQueryStringsConfig): Promise<string> {
  const client = await world.aws.cloudfront();
  const {CachePolicy} = await client.send(
    new CreateCachePolicyCommand({
      CachePolicyConfig: {
        Name: 'queries',
        MinTTL: 0,
        DefaultTTL: 60,
        MaxTTL: 86_400,
        ParametersInCacheKeyAndForwardedToOrigin: {
          EnableAcceptEncodingGzip: true,
          HeadersConfig: {HeaderBehavior: 'none'},
          CookiesConfig: {CookieBehavior: 'none'},
          QueryStringsConfig,
        },
      },
    }),
  );
  return CachePolicy?.Id ?? '';
}

const prepared = async (site: SiteResources, more: Partial<DeployInput> = {}) =>
  finish(prepareDeploy(deployInput(world, site, more)));
const warningsOf = (events: Awaited<ReturnType<typeof prepared>>['events']) =>
  events.flatMap(event => (event.type === 'warning' ? [event.message] : []));

async function open(files: Readonly<Record<string, string>>): Promise<SiteResources> {
  world = await openWorld();
  const site = await world.site();
  await world.write(files);
  return site;
}

describe('every URL that shows a changed file is purged', () => {
  it('with its query strings, where the cache key holds them', async () => {
    const site = await open({'index.html': '1', 'a.jpg': '1', 'a.jpeg': '1'});
    const policy = await policyFor({
      QueryStringBehavior: 'whitelist',
      QueryStrings: {Quantity: 2, Items: ['v', 'utm']},
    });
    await change(world.aws, site.distributionId, withPolicy(policy));
    await deployOnce(world, site);
    const urls = ['/a.jpg', '/a.jpg?v=1', '/?utm=x', '/', '/a.jpeg?v=1'];
    for (const url of urls) await browse(world, site, url);
    await world.write({'index.html': '2', 'a.jpg': '2'});
    const result = await deployOnce(world, site);
    expect(result.invalidation?.paths).toEqual(['/a.jpg*', '/index.html*']);
    const seen = await Promise.all(urls.map(url => browse(world, site, url)));
    expect(seen.map(({text}) => text)).toEqual(['2', '2', '2', '2', '1']);
    expect(seen.at(-1)?.headers.get('x-cache')).toBe('Hit from cloudfront');
  });

  it("by a cache policy of one's own, which is read only when something changed", async () => {
    const site = await open({'index.html': '1', 'a.jpg': '1'});
    await change(world.aws, site.distributionId, withPolicy(await policyFor({QueryStringBehavior: 'all'})));
    await deployOnce(world, site);
    await browse(world, site, '/a.jpg?size=2');
    world.calls.length = 0;
    await deployOnce(world, site);
    expect(world.calls).not.toContain('cloudfront GetCachePolicy');
    await world.write({'a.jpg': '2'});
    expect((await deployOnce(world, site)).invalidation?.paths).toEqual(['/a.jpg*']);
    expect(world.calls).toContain('cloudfront GetCachePolicy');
    expect((await browse(world, site, '/a.jpg?size=2')).text).toBe('2');
  });

  it('under its clean URLs, where the config says so', async () => {
    const site = await open({'index.html': '1', 'about/index.html': '1', 'team.html': '1', 'team.png': '1'});
    await deployOnce(world, site);
    // A cached 403 is what this origin has for a clean URL; the purge is what counts.
    const urls = ['/about', '/about/', '/about/index.html', '/team', '/team.html', '/team.png'];
    for (const url of urls) await browse(world, site, url);
    await world.write({'about/index.html': '2', 'team.html': '2'});
    const result = await deployOnce(world, site, {cleanUrls: true, invalidation: {strategy: 'exact'}});
    expect(result.invalidation?.paths).toEqual(['/about*', '/team', '/team.html']);
    const seen = await Promise.all(urls.map(url => browse(world, site, url)));
    expect(seen.map(({headers}) => /^Hit/.test(headers.get('x-cache') ?? ''))).toEqual([
      ...urls.slice(0, -1).map(() => false),
      true,
    ]);
  });

  it('an error page that stays for long under unknown URLs takes `/*`; one that does not, a word', async () => {
    const site = await open({'index.html': '1', '404.html': '1', 'a.css': '1'});
    const errors = (ErrorCachingMinTTL: number) => (): Partial<DistributionConfig> => ({
      CustomErrorResponses: {
        Quantity: 1,
        Items: [{ErrorCode: 403, ResponseCode: '404', ResponsePagePath: '/404.html', ErrorCachingMinTTL}],
      },
    });
    await change(world.aws, site.distributionId, errors(3600));
    await deployOnce(world, site);
    expect((await browse(world, site, '/nowhere')).text).toBe('1');
    await world.write({'404.html': '2'});
    expect((await deployOnce(world, site)).invalidation?.paths).toEqual(['/*']);
    expect((await browse(world, site, '/nowhere')).text).toBe('2');

    await change(world.aws, site.distributionId, errors(120));
    await world.write({'404.html': '3'});
    const {result, events} = await prepared(site);
    expect(result.invalidations[0]?.paths).toEqual(['/404.html']);
    expect(warningsOf(events)).toEqual([
      '404.html is a custom error page: its old copies under the URLs that failed run out within 120 s.',
    ]);
  });

  it('a new page that an error from before would hide for long', async () => {
    const site = await open({'index.html': '1', 'assets/app-DiwrgTda.js': '1'});
    const errors = (ErrorCachingMinTTL: number) => (): Partial<DistributionConfig> => ({
      CustomErrorResponses: {Quantity: 1, Items: [{ErrorCode: 403, ErrorCachingMinTTL}]},
    });
    await change(world.aws, site.distributionId, errors(3600));
    await deployOnce(world, site);
    expect((await browse(world, site, '/new.html')).status).toBe(403);
    await world.write({'new.html': '1', 'assets/app-BK2cH3xv.js': '1'});
    expect((await deployOnce(world, site)).invalidation?.paths).toEqual(['/new.html']);
    expect((await browse(world, site, '/new.html')).text).toBe('1');

    await change(world.aws, site.distributionId, errors(300));
    await world.write({'newer.html': '1'});
    expect((await deployOnce(world, site)).invalidation).toBeNull();
  });

  it('a new page that an error page with a life of its own would hide for long', async () => {
    const site = await open({'index.html': '1', 'oops.html': '1'});
    await change(world.aws, site.distributionId, () => ({
      CustomErrorResponses: {
        Quantity: 1,
        Items: [{ErrorCode: 403, ResponseCode: '200', ResponsePagePath: '/oops.html', ErrorCachingMinTTL: 1}],
      },
    }));
    const rules = [{match: 'oops.html', cacheControl: 's-maxage=86400'}];
    const more = {site: {dir: world.dir, site: {rules}}};
    await deployOnce(world, site, more);
    await world.write({'new.html': '1'});
    expect((await deployOnce(world, site, more)).invalidation?.paths).toEqual(['/new.html']);
  });

  it('a cache policy that may not be read is told', async () => {
    const site = await open({'index.html': '1'});
    await deployOnce(world, site);
    await world.write({'index.html': '2'});
    const {config} = await readDistribution(world.aws, site.distributionId);
    const stranger = {...withPolicy('policy-of-nobody')(config)};
    const client = await world.aws.cloudfront();
    const send = client.send.bind(client) as (command: unknown) => Promise<object>;
    const aws: Aws = {
      ...world.aws,
      cloudfront: () =>
        Promise.resolve({
          send: async (command: {constructor: {name: string}}) => {
            const answer = await send(command);
            if (command.constructor.name !== 'GetDistributionCommand') return answer;
            const {Distribution} = answer as {Distribution: object};
            return {...answer, Distribution: {...Distribution, DistributionConfig: {...config, ...stranger}}};
          },
        } as never),
    };
    const {result, events} = await prepared(site, {aws});
    expect(result.invalidations[0]?.paths).toEqual(['/index.html']);
    expect(warningsOf(events)).toEqual([
      expect.stringMatching(/^Cache policy policy-of-nobody could not be read/),
    ]);
  });
});

describe('many changes', () => {
  const pages = (folder: string, count: number, text: string) =>
    Object.fromEntries(
      Array.from({length: count}, (_, n) => [`${folder}/page-${n}.html`, `<h1>${folder} ${n} ${text}</h1>`]),
    );

  it('1,500 of 3,000 become a few wildcards, and both groups share the budget', async () => {
    const site = await open({'index.html': '1', ...pages('blog', 1500, '1'), ...pages('docs', 1500, '1')});
    await deployOnce(world, site);
    for (const url of ['/blog/page-7.html', '/docs/page-7.html']) await browse(world, site, url);
    await world.write(pages('blog', 1500, '2'));
    const {result: plan} = await prepared(site);
    expect(plan.invalidations[0]?.paths).toEqual(['/blog/page-*']);
    expect(plan.invalidations[0]?.covers).toMatchObject([
      {what: 'replaced', items: 1, wildcards: 1, needless: 0, refetched: 1500},
    ]);

    // Every third page of the other half goes, too.
    for (let n = 0; n < 1500; n += 3) await world.remove(`docs/page-${n}.html`);
    const {result: both} = await prepared(site, {invalidation: {budget: 8}});
    const [{paths, deletedPaths}] = both.invalidations as readonly [PreparedInvalidation];
    expect(paths.length + deletedPaths.length).toBeLessThanOrEqual(8);
    expect(paths).toEqual(['/blog/page-*']);
    const removed = Array.from({length: 500}, (_, n) => `/docs/page-${n * 3}.html`);
    const covered = (path: string) =>
      deletedPaths.some(item => (item.endsWith('*') ? path.startsWith(item.slice(0, -1)) : item === path));
    expect(removed.every(covered)).toBe(true);

    await expect(prepared(site, {invalidation: {strategy: 'exact', budget: 100}})).rejects.toMatchObject({
      code: 'BUDGET_TOO_SMALL',
      exit: 'usage',
      message: expect.stringMatching(
        /^The exact invalidation of this deploy takes \d{3} paths, more than the budget of 100/,
      ) as string,
      hint: expect.stringContaining('invalidation.budget') as string,
    });

    const done = await finish(applyDeploy(both));
    expect(done.result.invalidation?.batches.reduce((sum, {paths}) => sum + paths, 0)).toBeLessThanOrEqual(8);
    expect((await browse(world, site, '/blog/page-7.html')).text).toBe('<h1>blog 7 2</h1>');
  }, 60_000);
});

it('one wildcard for both groups is one for each, where each needs it', async () => {
  const site = await open({'index.html': '1', 'x/~a.txt': '1', 'y/~b.txt': '1'});
  await deployOnce(world, site);
  await world.write({'x/~a.txt': '2'});
  await world.remove('y/~b.txt');
  const {result} = await prepared(site, {invalidation: {maxWildcards: 1}});
  expect([result.invalidations[0]?.paths, result.invalidations[0]?.deletedPaths]).toEqual([
    ['/x/*'],
    ['/y/*'],
  ]);
  await expect(prepared(site, {invalidation: {maxWildcards: 0}})).rejects.toMatchObject({
    code: 'WILDCARDS_TOO_FEW',
  });
});

it('a site whose every file changed is one wildcard, unless that takes what another origin has', async () => {
  const site = await open({'index.html': '1', 'a.css': '1', 'b.txt': '1'});
  await deployOnce(world, site);
  await world.write({'index.html': '2', 'a.css': '2', 'b.txt': '2'});
  expect((await prepared(site)).result.invalidations[0]?.paths).toEqual(['/*']);

  await change(world.aws, site.distributionId, ({Origins, DefaultCacheBehavior}) => {
    const CustomOriginConfig = {HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only'} as const;
    const api = {Id: 'api', DomainName: 'api.example.com', CustomOriginConfig};
    if (DefaultCacheBehavior === undefined) throw new Error('no behavior');
    const behavior = {...DefaultCacheBehavior, PathPattern: '/api/*', TargetOriginId: 'api'};
    return {
      Origins: {Quantity: 2, Items: [...(Origins?.Items ?? []), api]},
      CacheBehaviors: {Quantity: 1, Items: [behavior]},
    };
  });
  expect((await prepared(site)).result.invalidations[0]?.paths).toEqual(['/a.css', '/b.txt', '/index.html']);
});

describe('price', () => {
  it('counts the paths of this month aside, and only when something is invalidated', async () => {
    const site = await open({'index.html': '1', 'a.css': '1', 'b.css': '1'});
    const listings = () => world.calls.filter(call => /ListDistributions|ListInvalidations/.test(call));
    world.calls.length = 0;
    await deployOnce(world, site);
    await deployOnce(world, site);
    expect(listings()).toEqual([]);

    await world.write({'index.html': '2', 'a.css': '2'});
    const first = await deployOnce(world, site);
    expect(first.invalidation?.paths).toEqual(['/a.css', '/index.html']);
    expect(listings()).not.toEqual([]);

    await world.write({'index.html': '3'});
    const {result} = await prepared(site);
    const {plan} = describePlan(result, await countFor(result));
    expect(plan.invalidation).toMatchObject({
      paths: ['/index.html'],
      costUSD: 0,
      quota: {usedThisMonth: 2, scope: 'account'},
      price: '1 path, 2 of 1,000 free used this month: $0.00',
      covers: [{what: 'replaced', items: 1, curve: [{items: 1}]}],
    });
    // Nobody counted: the most that it can be.
    expect(describePlan(result).plan.invalidation).toMatchObject({costUSD: 0.005, quota: null});
  });

  it('a count that never answers delays no deploy: the price is the most that it can be', async () => {
    const site = await open({'index.html': '1'});
    await deployOnce(world, site);
    await world.write({'index.html': '2'});
    const client = await world.aws.cloudfront();
    const send = client.send.bind(client) as (...args: unknown[]) => Promise<object>;
    let asked = 0;
    let stopped = 0;
    const aws: Aws = {
      ...world.aws,
      cloudfront: () =>
        Promise.resolve({
          send: (command: {constructor: {name: string}}, options?: {abortSignal?: AbortSignal}) => {
            if (command.constructor.name !== 'ListDistributionsCommand') return send(command, options);
            asked++;
            return new Promise((_, reject) => {
              options?.abortSignal?.addEventListener('abort', () => {
                stopped++;
                reject(new Error('aborted'));
              });
            });
          },
        } as never),
    };
    const result = await deployOnce(world, site, {aws});
    expect(result.invalidation).toMatchObject({paths: ['/index.html'], costUSD: 0.005, quota: null});
    expect([asked, stopped]).toEqual([1, 1]);
  });
});

it('what a killed deploy recorded goes out as it was planned, whatever the plan would be now', async () => {
  const site = await open({'index.html': '1', 'a/index.html': '1'});
  await deployOnce(world, site);
  await world.write({'a/index.html': '2'});
  const work = applyDeploy((await prepared(site, {cleanUrls: true})).result);
  // Until the uploads are done: the plan is in the manifest, the invalidation is not sent.
  for (let next = await work.next(); next.done !== true; next = await work.next()) {
    if (next.value.type === 'done' && next.value.id === 'html') break;
  }
  const {result} = await prepared(site);
  expect(result.places[0].plan.steps).toEqual([]);
  expect(result.invalidations[0]?.paths).toEqual(['/a*']);
  expect((await deployOnce(world, site)).invalidation?.paths).toEqual(['/a*']);
});

it('a site made anew is as the config says: no tags, no header for them', async () => {
  world = await openWorld();
  const made = (await finish(ensureSite(siteInput(world.aws)))).result;
  expect((await readDistribution(world.aws, made.distributionId)).config.CacheTagConfig).toBeUndefined();
});
