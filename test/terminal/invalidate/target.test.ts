import nock from 'nock';
import {describe, expect, it} from 'vitest';
import type {Config} from '../../../src/config/types.js';
import {
  findTarget,
  findTargets,
  idAt,
  notServedLocally,
  type TargetFlags,
} from '../../../src/terminal/invalidate/target.js';
import type {Session} from '../../../src/terminal/session.js';
import {answeredByNock, api, error, host} from '../../invalidation/xml.js';

const aws = answeredByNock();

const session = (config: Config = {}): Session => ({
  config: () => Promise.resolve({config, file: undefined, root: '/', environment: undefined}),
  aws: () => Promise.resolve(aws()),
  location: () => Promise.resolve({root: '/', env: {}}),
  follow: () => Promise.reject(new Error('nothing is shown')),
  signal: new AbortController().signal,
  close: () => Promise.resolve(),
});

const flags = (changes: Partial<TargetFlags> = {}): TargetFlags => ({
  distribution: undefined,
  tenant: undefined,
  local: false,
  ...changes,
});

const root = (name: string, content: string): string =>
  `<?xml version="1.0"?><${name} xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">${content}</${name}>`;

const arn = (id: string): string => `arn:aws:cloudfront::1:distribution/${id}`;

const aliasesOf = (names: readonly string[]): string =>
  `<Aliases><Quantity>${names.length}</Quantity><Items>${names.map(name => `<CNAME>${name}</CNAME>`).join('')}</Items></Aliases>`;

/** Two distributions: E1AAAAA with an alias and a wildcard, E2BBBBB with none unless told. */
function listed(times = 1, second: readonly string[] = []): void {
  const summary = (id: string, names: readonly string[]): string =>
    `<DistributionSummary><Id>${id}</Id><ARN>${arn(id)}</ARN><DomainName>${id.toLowerCase()}.cloudfront.net</DomainName>${aliasesOf(names)}</DistributionSummary>`;
  const items = summary('E1AAAAA', ['www.example.com', '*.example.org']) + summary('E2BBBBB', second);
  nock(host)
    .get(`${api}/distribution`)
    .query(true)
    .times(times)
    .reply(
      200,
      root(
        'DistributionList',
        `<Marker/><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>2</Quantity><Items>${items}</Items>`,
      ),
    );
}

function readable(id: string, names: readonly string[] = []): void {
  nock(host)
    .get(`${api}/distribution/${id}`)
    .reply(
      200,
      root(
        'Distribution',
        `<Id>${id}</Id><ARN>${arn(id)}</ARN><Status>Deployed</Status><DomainName>${id.toLowerCase()}.cloudfront.net</DomainName><DistributionConfig>${aliasesOf(names)}</DistributionConfig>`,
      ),
    );
}

function tagged(tags: Readonly<Record<string, readonly [string, string]>>): void {
  for (const [id, [key, value]] of Object.entries(tags)) {
    nock(host)
      .get(`${api}/tagging`)
      .query({Resource: arn(id)})
      .reply(200, root('Tags', `<Items><Tag><Key>${key}</Key><Value>${value}</Value></Tag></Items>`));
  }
}

const ids = async (given: TargetFlags, config?: Config, urls?: readonly URL[]): Promise<string[]> =>
  (await findTargets(session(config), given, urls)).map(({distributionId}) => distributionId);

describe('--distribution', () => {
  it('takes ids as they are, without a call, and none twice', async () => {
    expect(await ids(flags({distribution: ['E1AAAAA', 'E2BBBBB', 'E1AAAAA']}))).toEqual([
      'E1AAAAA',
      'E2BBBBB',
    ]);
  });

  it.each([
    'www.example.com',
    'WWW.example.com',
    'https://www.example.com/',
    'a.example.org',
    // The `*` of an alias is one label or several (Developer Guide, "Use wildcards in alternate domain names").
    'a.b.example.org',
    'e1aaaaa.cloudfront.net',
  ])('finds it by the host name %s', async name => {
    listed();
    readable('E1AAAAA');
    expect(await ids(flags({distribution: [name]}))).toEqual(['E1AAAAA']);
  });

  it('takes an id of an emulator, which begins with any letter, unless it is the name of a site', async () => {
    listed();
    tagged({E1AAAAA: ['team', 'shop'], E2BBBBB: ['team', 'shop']});
    expect(await ids(flags({distribution: ['MPW2677DNU69H']}))).toEqual(['MPW2677DNU69H']);
  });

  it('that is closest to the host name has its URLs', async () => {
    listed(1, ['*.b.example.org']);
    readable('E2BBBBB');
    expect(await ids(flags({distribution: ['a.b.example.org']}))).toEqual(['E2BBBBB']);
    listed(1, ['*.b.example.org']);
    await expect(ids(flags({distribution: ['example.org']}))).rejects.toMatchObject({
      code: 'NO_SUCH_DISTRIBUTION',
    });
  });

  it('is every one that carries a tag', async () => {
    listed();
    tagged({E1AAAAA: ['team', 'shop'], E2BBBBB: ['team', 'shop']});
    expect(await ids(flags({distribution: ['team=shop']}))).toEqual(['E1AAAAA', 'E2BBBBB']);
  });

  it('finds it by the name of the site', async () => {
    listed();
    tagged({E1AAAAA: ['team', 'shop'], E2BBBBB: ['frontctl:site', 'shop']});
    readable('E2BBBBB');
    expect(await ids(flags({distribution: ['shop']}))).toEqual(['E2BBBBB']);
  });

  it.each([
    ['nobody.example', /alias nobody\.example/],
    ['team=none', /tag team=none/],
    ['none', /tag frontctl:site=none/],
  ])('says what none has: %s', async (name, says) => {
    listed();
    if (!name.includes('.')) tagged({E1AAAAA: ['team', 'shop'], E2BBBBB: ['team', 'shop']});
    await expect(ids(flags({distribution: [name]}))).rejects.toMatchObject({
      code: 'NO_SUCH_DISTRIBUTION',
      exitCode: 2,
      message: expect.stringMatching(says) as string,
    });
  });

  it('reads host names once, and only when they are asked for', async () => {
    const [target] = await findTargets(session(), flags({distribution: ['E1AAAAA']}));
    readable('E1AAAAA', ['www.example.com']);
    expect(await target?.hosts()).toEqual(['e1aaaaa.cloudfront.net', 'www.example.com']);
    expect((await target?.distribution())?.id).toBe('E1AAAAA');
  });
});

describe('without --distribution', () => {
  const url = new URL('https://www.example.com/a');

  it('is the one of the config, whose bucket and prefix hold then', async () => {
    const config: Config = {distribution: {id: 'E1AAAAA'}};
    const [target] = await findTargets(session(config), flags(), [url]);
    expect(target).toMatchObject({distributionId: 'E1AAAAA', isConfigured: true});
    const named = await findTargets(session(config), flags({distribution: ['E1AAAAA', 'E2BBBBB']}));
    expect(named.map(({isConfigured}) => isConfigured)).toEqual([true, false]);
  });

  it('is the one with the tag of the name in the config', async () => {
    listed();
    tagged({E1AAAAA: ['frontctl:site', 'blog'], E2BBBBB: ['frontctl:site', 'shop']});
    readable('E2BBBBB');
    expect(await ids(flags(), {name: 'shop'})).toEqual(['E2BBBBB']);
  });

  it('is the one that serves the URL', async () => {
    listed();
    readable('E1AAAAA');
    expect(await ids(flags(), {}, [url])).toEqual(['E1AAAAA']);
  });

  it('serves no such URL: says how to name it', async () => {
    listed();
    await expect(ids(flags(), {}, [new URL('https://shop.example.net/')])).rejects.toMatchObject({
      code: 'NO_SUCH_DISTRIBUTION',
      hint: expect.stringContaining('--distribution E...') as string,
    });
  });

  it('may not list: an id does without', async () => {
    nock(host).get(`${api}/distribution`).query(true).reply(403, error('AccessDenied', 'no'));
    await expect(ids(flags(), {}, [url])).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      exitCode: 3,
      hint: 'Allow cloudfront:ListDistributions for the identity that runs frontctl (`frontctl permissions` prints the whole policy), or name the distribution by its id: --distribution E...',
    });
  });

  it('is none: says how to name it', async () => {
    await expect(ids(flags())).rejects.toMatchObject({
      code: 'NO_DISTRIBUTION',
      exitCode: 2,
      hint: expect.stringContaining('--distribution') as string,
    });
  });
});

describe('addresses of the embedded cloud', () => {
  const served = [
    {id: 'EAAAAA', url: 'http://127.0.0.1:35315/'},
    {id: 'EBBBBB', url: 'http://127.0.0.1:35316/'},
  ];

  it.each([
    ['http://127.0.0.1:35316/a', 'EBBBBB'],
    ['http://localhost:35315/a', 'EAAAAA'],
    ['http://127.0.0.1:4510/a', undefined],
    ['http://www.example.com:35315/a', undefined],
  ])('%s: %s', (url, id) => {
    expect(idAt(new URL(url), served)).toBe(id);
  });

  it('a wrong port is told with the right ones', () => {
    const failure = notServedLocally(new URL('http://127.0.0.1:1/a'), served);
    expect(failure.message).toBe('http://127.0.0.1:1 is no address of the embedded cloud.');
    expect(failure.hint).toBe(
      'Take a URL of http://127.0.0.1:35315/ (EAAAAA) or http://127.0.0.1:35316/ (EBBBBB).',
    );
    const other = notServedLocally(new URL('http://127.0.0.1:35316/a'), served, served.slice(0, 1));
    expect(other.message).toBe('http://127.0.0.1:35316 serves distribution EBBBBB.');
    expect(other.hint).toBe('Take a URL of http://127.0.0.1:35315/ (EAAAAA).');
  });
});

describe('--tenant', () => {
  const answer = root(
    'DistributionTenant',
    '<Id>dt_1</Id><DistributionId>E1AAAAA</DistributionId><Domains><member><Domain>a.example.com</Domain></member></Domains>',
  );

  it('finds its distribution and its host names', async () => {
    nock(host).get(`${api}/distribution-tenant/dt_1`).reply(200, answer);
    const [target] = await findTargets(session(), flags({tenant: ['dt_1', 'dt_1']}));
    expect(target).toMatchObject({distributionId: 'E1AAAAA', tenantId: 'dt_1'});
    expect(await target?.hosts()).toEqual(['a.example.com']);
  });

  it('asks nothing where the distribution is named', async () => {
    const targets = await findTargets(
      session(),
      flags({tenant: ['dt_1', 'dt_2'], distribution: ['E1AAAAA']}),
    );
    expect(targets.map(({distributionId, tenantId}) => [distributionId, tenantId])).toEqual([
      ['E1AAAAA', 'dt_1'],
      ['E1AAAAA', 'dt_2'],
    ]);
  });

  it('is not there', async () => {
    nock(host).get(`${api}/distribution-tenant/dt_9`).reply(404, error('EntityNotFound', 'no'));
    await expect(findTargets(session(), flags({tenant: ['dt_9']}))).rejects.toMatchObject({
      code: 'NO_SUCH_TENANT',
      exitCode: 2,
    });
  });
});

it('an invalidation id belongs to one distribution', async () => {
  await expect(findTarget(session(), flags({distribution: ['E1AAAAA', 'E2BBBBB']}))).rejects.toMatchObject({
    code: 'ONE_DISTRIBUTION',
    exitCode: 2,
  });
});
