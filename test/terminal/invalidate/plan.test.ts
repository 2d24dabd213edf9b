import {createHash} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import {readDistribution, type Distribution} from '../../../src/distribution/index.js';
import type {ProgressEvent} from '../../../src/events.js';
import {Failure} from '../../../src/failure.js';
import {submitInvalidation} from '../../../src/invalidation/index.js';
import {planItems, type PlanRequest, type Planned} from '../../../src/terminal/invalidate/plan.js';
import type {Target} from '../../../src/terminal/invalidate/target.js';
import {deployOnce, finish, openWorld, type World} from './world.js';

const files = {
  'index.html': 'home',
  'docs/a.html': 'a',
  'docs/b.html': 'bb',
  'img/1.txt': '1',
};

let world: World;
let live: Distribution;

beforeAll(async () => {
  world = await openWorld();
  live = await readDistribution(world.aws, await deployOnce(world, files));
});
afterAll(() => world.close());

const targetOf = (distribution: () => Promise<Distribution>): Target => ({
  distributionId: live.id,
  distribution,
  hosts: () => Promise.resolve([live.domainName]),
  isConfigured: false,
});

interface Given extends Partial<PlanRequest> {
  readonly config?: Config;
  readonly distribution?: () => Promise<Distribution>;
  readonly signal?: AbortSignal;
}

async function plan(given: Given): Promise<{planned: Planned; warnings: string[]}> {
  const {config = {}, distribution = () => readDistribution(world.aws, live.id), signal, ...rest} = given;
  const request: PlanRequest = {
    items: [],
    sources: undefined,
    repeat: undefined,
    strategy: undefined,
    budget: undefined,
    maxWildcards: undefined,
    measure: false,
    asks: false,
    ...rest,
  };
  const {result, events} = await finish(
    planItems({
      aws: world.aws,
      config,
      target: targetOf(distribution),
      request,
      signal: signal ?? new AbortController().signal,
    }),
  );
  const warnings = events.flatMap((event: ProgressEvent) =>
    event.type === 'warning' ? [event.message] : [],
  );
  return {planned: result, warnings};
}

/** Its origin is no bucket. */
const custom = (): Promise<Distribution> => {
  const origins = (live.config.Origins?.Items ?? []).map(origin => ({
    ...origin,
    DomainName: 'app.example.com',
  }));
  return Promise.resolve({
    ...live,
    config: {...live.config, Origins: {Quantity: origins.length, Items: origins}},
  });
};

const denied = (): Promise<Distribution> => Promise.reject(new Error('read'));

describe('typed items', () => {
  it('are sent as typed, in order, and ask AWS nothing', async () => {
    world.calls.length = 0;
    const {planned} = await plan({
      items: ['/docs/b.html', '/docs/a.html', '/index.html'],
      distribution: denied,
    });
    expect(planned.paths).toEqual(['/docs/b.html', '/docs/a.html', '/index.html']);
    expect(planned).toMatchObject({strategy: 'exact', curve: [], refetched: undefined});
    expect(world.calls).toEqual([]);
  });

  it('have the root object beside /, which is cached under its own path', async () => {
    const {planned, warnings} = await plan({items: ['/', '/img/1.txt']});
    expect(planned.paths).toEqual(['/', '/img/1.txt', '/index.html']);
    expect(warnings).toEqual(['The page at / is cached as /index.html: that path is sent, too.']);
    expect((await plan({items: ['/', '/index.html']})).warnings).toEqual([]);
    const forbidden = () =>
      Promise.reject(new Failure('access', 'ACCESS_DENIED', 'AWS denied GetDistribution'));
    expect((await plan({items: ['/'], distribution: forbidden})).planned.paths).toEqual(['/']);
  });

  it('have the path alone beside one with a query string that the cache key does not hold', async () => {
    const items = ['/docs/a.html?utm=1', '/docs/a.html?utm=2', '/docs/b.html?v=*', '/?utm=1', '/docs/b.html'];
    const {planned, warnings} = await plan({items});
    expect(planned.paths).toEqual([...items, '/docs/a.html', '/index.html']);
    expect(warnings).toEqual([
      'The page at / is cached as /index.html: that path is sent, too.',
      'The cache key of /docs/a.html holds no query string: sent without it, too.',
    ]);
    const {DefaultCacheBehavior: behavior} = live.config;
    const keyed = (): Promise<Distribution> =>
      Promise.resolve({
        ...live,
        config: {
          ...live.config,
          DefaultCacheBehavior: {
            TargetOriginId: behavior?.TargetOriginId,
            ViewerProtocolPolicy: behavior?.ViewerProtocolPolicy,
            // AWS's own UseOriginCacheControlHeaders-QueryStrings.
            CachePolicyId: '4cc15a8a-d715-48a4-82b8-cc0b614638fe',
          },
        },
      });
    const withKey = await plan({items: ['/docs/a.html?utm=1', '/?utm=1'], distribution: keyed});
    expect(withKey.planned.paths).toEqual(['/docs/a.html?utm=1', '/?utm=1', '/index.html?utm=1']);
  });

  it('lose only what a typed wildcard covers', async () => {
    const {planned} = await plan({items: ['/docs/b.html', '/docs*', '/docs/*', '/img/1.txt']});
    expect(planned.paths).toEqual(['/docs*', '/img/1.txt']);
  });

  it('ignore the settings of the config, which are for plans', async () => {
    const items = ['/docs/a.html', '/docs/b.html', '/img/1.txt'];
    const {planned} = await plan({items, config: {invalidation: {strategy: 'frugal', budget: 1}}});
    expect(planned.paths).toEqual(items);
  });

  it('are measured for a dry run, and for the question before everything', async () => {
    const all = {objects: 4, bytes: 8, isComplete: true};
    expect((await plan({items: ['/*'], asks: true})).planned.refetched).toEqual(all);
    expect((await plan({items: ['/*'], measure: true})).planned.refetched).toEqual(all);
    expect((await plan({items: ['/docs/*'], measure: true})).planned).toMatchObject({
      refetched: {objects: 2, bytes: 3},
      changed: 2,
    });
  });

  it('refetch more than is known where they take what another origin has', async () => {
    const {Origins, DefaultCacheBehavior} = live.config;
    const api = {
      ...DefaultCacheBehavior,
      TargetOriginId: 'api',
      ViewerProtocolPolicy: DefaultCacheBehavior?.ViewerProtocolPolicy,
      PathPattern: '/api/*',
    };
    const config = {
      ...live.config,
      Origins: {
        Quantity: 2,
        Items: [...(Origins?.Items ?? []), {Id: 'api', DomainName: 'api.example.com'}],
      },
      CacheBehaviors: {Quantity: 1, Items: [api]},
    };
    const distribution = (): Promise<Distribution> => Promise.resolve({...live, config});
    const all = await plan({items: ['/*'], asks: true, distribution});
    expect(all.planned.refetched).toEqual({objects: 4, bytes: 8, isComplete: false});
    const docs = await plan({items: ['/docs/*'], measure: true, distribution});
    expect(docs.planned.refetched).toEqual({objects: 2, bytes: 3, isComplete: true});
  });

  it('are sent though nobody knows what they refetch', async () => {
    const {planned, warnings} = await plan({items: ['/*'], asks: true, distribution: custom});
    expect(planned).toMatchObject({paths: ['/*'], refetched: undefined});
    expect(warnings).toEqual([]);
  });

  it('that are tags need a header that they are read from', async () => {
    await expect(plan({items: ['#a']})).rejects.toMatchObject({code: 'NO_CACHE_TAGS', exitCode: 2});
  });
});

describe('planned items', () => {
  const items = ['/docs/a.html', '/docs/b.html', '/img/1.txt'];

  it('are merged within the budget at the least cost', async () => {
    const {planned} = await plan({items, budget: 2});
    expect(planned.paths).toEqual(['/docs/*', '/img/1.txt']);
    expect(planned).toMatchObject({strategy: 'balanced', budget: 2, changed: 3, refetched: {objects: 3}});
  });

  it('take what no flag says from the config', async () => {
    const config: Config = {invalidation: {strategy: 'frugal', budget: 7}};
    const {planned} = await plan({items, maxWildcards: 1, config});
    expect(planned).toMatchObject({strategy: 'frugal', budget: 7});
  });

  it('keep room for tags in the budget', async () => {
    const header = {...live, config: {...live.config, CacheTagConfig: {HeaderName: 'x-tag'}}};
    const distribution = (): Promise<Distribution> => Promise.resolve(header);
    const {planned} = await plan({items: [...items, '#t'], budget: 2, distribution});
    expect(planned.paths).toHaveLength(2);
    expect(planned.paths.at(-1)).toBe('#t');
    await expect(plan({items: [...items, '#t'], budget: 1, distribution})).rejects.toMatchObject({
      code: 'BUDGET_TOO_SMALL',
      exitCode: 2,
    });
  });

  it('are planned blindly, with a warning, where the objects cannot be listed', async () => {
    const {planned, warnings} = await plan({items, budget: 3, distribution: custom});
    expect(planned).toMatchObject({paths: items, refetched: undefined});
    expect(warnings).toEqual([expect.stringMatching(/cannot be listed/)]);
  });

  it('know what others put into the bucket', async () => {
    const own = {objects: 2, bytes: 3};
    expect((await plan({items: ['/docs/*'], budget: 9})).planned.refetched).toMatchObject(own);
    const {bucket} = await world.site();
    const store = await world.aws.objects(bucket);
    const sha256 = createHash('sha256').update('x').digest('hex');
    const theirs = Array.from({length: 20}, (_, n) => `docs/theirs/${n}`);
    await Promise.all(theirs.map(key => store.put({key, body: Buffer.from('x'), sha256, headers: {}})));
    const {planned, warnings} = await plan({items, strategy: 'balanced'});
    expect(planned.paths).toEqual(items);
    expect(warnings).toEqual([]);
    expect((await plan({items: ['/docs/*'], budget: 9})).planned.refetched).toMatchObject({objects: 22});
    await store.deleteMany(theirs);
    expect((await plan({items, strategy: 'balanced'})).planned.paths).toEqual(['/docs/*', '/img/1.txt']);
  });

  it('are not planned after Ctrl-C', async () => {
    await expect(plan({items, budget: 2, signal: AbortSignal.abort()})).rejects.toMatchObject({
      exitCode: 130,
      message: 'Nothing was sent.',
    });
  });
});

describe('changed sources', () => {
  it('become the URLs that show them; what is unknown is named', async () => {
    const sources = ['site/docs/a.html', ...Array.from({length: 7}, (_, i) => `src/${i}.ts`)];
    const {planned, warnings} = await plan({sources});
    expect(planned.paths).toEqual(['/docs/a.html']);
    expect(warnings).toEqual([
      "No live object is known for src/0.ts, src/1.ts, src/2.ts, src/3.ts, src/4.ts and 2 more: if pages show them, deploy the site or invalidate '/*'.",
    ]);
  });

  it('an error page that lives long under unknown URLs is all of them', async () => {
    const page = {
      ErrorCode: 403,
      ResponseCode: '404',
      ResponsePagePath: '/docs/a.html',
      ErrorCachingMinTTL: 1,
    };
    const config = {...live.config, CustomErrorResponses: {Quantity: 1, Items: [page]}};
    const distribution = (): Promise<Distribution> => Promise.resolve({...live, config});
    // The page itself says a day, to the edge.
    expect((await plan({sources: ['docs/a.html'], distribution})).planned.paths).toEqual(['/*']);
    expect((await plan({sources: ['docs/b.html'], distribution})).planned.paths).toEqual(['/docs/b.html']);
  });

  it('none: nothing to send', async () => {
    expect((await plan({sources: []})).planned.paths).toEqual([]);
  });

  it('cannot be mapped where the objects cannot be listed', async () => {
    await expect(plan({sources: ['a.html'], distribution: custom})).rejects.toMatchObject({
      code: 'LIVE_UNKNOWN',
      exitCode: 2,
    });
  });
});

it('an earlier invalidation is repeated with all its items', async () => {
  const {aws} = world;
  const common = {aws, distributionId: live.id, timeoutMs: 1000};
  const {result} = await finish(
    submitInvalidation({...common, paths: ['/img/*', '/docs/a.html'], reference: 'r'}),
  );
  const {planned} = await plan({repeat: result[0]?.id, items: ['/index.html']});
  expect([...planned.paths].sort()).toEqual(['/docs/a.html', '/img/*', '/index.html']);
  await expect(plan({repeat: 'INONE'})).rejects.toMatchObject({code: 'NO_SUCH_INVALIDATION', exitCode: 2});
});
