/** What is typed at 3 a.m., with the built binary: each change is seen by a visitor, and undone. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {view} from './viewer.js';
import {page, workspace, type Deployed, type ErrorJson, type Workspace} from './workspace.js';

interface Changed {
  readonly applied: boolean;
  readonly changes: readonly {readonly diff: readonly {readonly path: string}[]}[];
}

let project: Workspace;
let site: Deployed;
beforeAll(async () => {
  project = workspace();
  project.write({
    'frontctl.config.yaml':
      "name: shop\nsite: {dir: dist}\npreset: ['static-site', {use: api, origin: api.example.com, secretHeader: {name: x-origin, value: '${env.ORIGIN_SECRET}'}}]\n",
    'dist/index.html': page('Home'),
    'dist/shop/index.html': page('Shop'),
    'dist/404.html': page('Nothing here'),
  });
  site = await project.json(['deploy', '--local'], {env});
});
afterAll(() => project.dispose());

const secret = 'correct-horse-battery';
const env = {ORIGIN_SECRET: secret};
const run = (...args: string[]) => project.run([...args, '--local'], {env});
const json = <T>(...args: string[]): Promise<T> => project.json<T>([...args, '--local', '--yes'], {env});
const statusOf = async (path: string): Promise<number> => (await view(new URL(path, site.url))).status;
const fieldsOf = ({changes}: Changed): readonly string[] =>
  changes.flatMap(({diff}) => diff.map(({path}) => path));

it('frontctl maintenance on --path /shop/*: 503 there and nowhere else, cached or not; off restores the bytes', async () => {
  const before = await json('distribution', 'show');
  expect([await statusOf('/'), await statusOf('/shop/')]).toEqual([200, 200]);
  await json('maintenance', 'on', '--path', '/shop/*');
  const closed = await view(new URL('/shop/', site.url));
  expect([await statusOf('/'), closed.status]).toEqual([200, 503]);
  expect(closed.headers['retry-after']).toBeDefined();
  await json('maintenance', 'off');
  const open = await view(new URL('/shop/', site.url));
  expect([open.status, open.body.toString()]).toEqual([200, page('Shop')]);
  const after = await json<{distribution: object}>('distribution', 'show');
  const config = (shown: unknown) => (shown as {distribution: {config?: unknown}}).distribution.config;
  expect(config(after)).toEqual(config(before));
});

it('frontctl distribution update --set, --diff, undo', async () => {
  const looked = await run(
    'distribution',
    'update',
    site.distributionId,
    '--set',
    'priceClass=PriceClass_100',
    '--diff',
  );
  expect(looked.stdout).toContain('priceClass  PriceClass_All -> PriceClass_100');
  const changed = await json<Changed>(
    'distribution',
    'update',
    site.distributionId,
    '--set',
    'priceClass=PriceClass_100',
  );
  expect([changed.applied, fieldsOf(changed)]).toEqual([true, ['priceClass']]);
  const undone = await json<Changed>('distribution', 'undo');
  expect(fieldsOf(undone)).toEqual(['priceClass']);
  const plan = await json<{changes: {action: string}[]}>('distribution', 'undo', '--dry-run');
  expect(plan).toBeDefined();
});

it('frontctl geo block, error-page set: planned, asked, applied, undone', async () => {
  const asked = await run('geo', 'block', 'RU');
  expect(asked.code).toBe(2);
  const blocked = await json<Changed>('geo', 'block', 'RU');
  expect(fieldsOf(blocked)).toEqual(
    expect.arrayContaining([
      'restrictions.geoRestriction.restrictionType',
      'restrictions.geoRestriction.items',
    ]),
  );
  await json('geo', 'clear');
  const bad = await run('geo', 'block', 'XY', '--json', '--yes');
  expect(bad.code).toBe(2);
  await json('error-page', 'set', '404', '/404.html', '--status', '404', '--ttl', '30');
});

it('the secret of an origin is in nothing that is said', async () => {
  const outputs = await Promise.all([
    run('distribution', 'show'),
    run('distribution', 'show', '--json'),
    run('origin', 'list'),
    run('origin', 'list', '--json'),
    run('plan'),
    run('plan', '--json'),
    run('distribution', 'undo', '--list'),
  ]);
  for (const {code, stdout, stderr} of outputs) {
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).not.toContain(secret);
  }
});

it('frontctl distribution delete: refused while it serves, then gone', async () => {
  const refused = await run('distribution', 'delete', site.distributionId, '--json');
  expect([refused.code, (JSON.parse(refused.stdout) as ErrorJson).error.code]).toEqual([
    6,
    'DISTRIBUTION_ENABLED',
  ]);
  await json('distribution', 'delete', site.distributionId, '--disable');
  const {distributions} = await json<{distributions: unknown[]}>('distribution', 'list');
  expect(distributions).toEqual([]);
});
