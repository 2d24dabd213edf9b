import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DescribeFunctionCommand, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {configDiff, putFunction} from '../../../src/distribution/index.js';
import {changeDistribution} from '../../../src/terminal/distribution/change.js';
import {
  maintenanceOff,
  maintenanceOn,
  maintenanceStatus,
  type BeginRequest,
} from '../../../src/terminal/distribution/maintenance.js';
import {maintenanceText} from '../../../src/terminal/distribution/text.js';
import {undo} from '../../../src/terminal/distribution/undo.js';
import {browse} from '../../deploy/world.js';
import {openDesk, type Desk} from './world.js';

let desk: Desk;
let original: DistributionConfig;
let dir: string;
const now = Date.parse('2026-11-29T08:00:00Z');

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'frontctl-page-'));
  desk = await openDesk({'index.html': 'Home', 'about/index.html': 'About', 'shop/index.html': 'Shop'});
  // Clean URLs, as a site has them: /shop/ shows shop/index.html.
  const {arn} = await putFunction(desk.world.aws, {
    name: 'clean-urls',
    runtime: 'cloudfront-js-2.0',
    comment: '',
    code: "function handler(event) { var request = event.request; if (request.uri.endsWith('/')) request.uri += 'index.html'; return request; }",
  });
  await changeDistribution(
    desk.session,
    desk.request,
    live => ({
      reason: 'clean URLs',
      config: {
        ...live.config,
        DefaultCacheBehavior: {
          ...live.config.DefaultCacheBehavior!,
          ViewerProtocolPolicy: 'allow-all',
          FunctionAssociations: {Quantity: 1, Items: [{EventType: 'viewer-request', FunctionARN: arn}]},
        },
      },
    }),
    desk.terminal,
  );
  original = (await desk.live()).config;
});
afterAll(async () => {
  await desk.close();
  await rm(dir, {recursive: true, force: true});
});

const on = (more: Partial<BeginRequest> = {}) =>
  maintenanceOn(
    desk.session,
    {...desk.request, paths: [], page: undefined, status: 503, retryAfter: 600, allowIps: [], ...more},
    {now, terminal: desk.terminal},
  );
const off = (more: Partial<BeginRequest> = {}) =>
  maintenanceOff(desk.session, {...desk.request, ...more}, desk.terminal);
const load = (path: string) => browse(desk.world, desk.site, path);
const status = () => maintenanceStatus(desk.session, desk.request);

async function hasFunction(): Promise<boolean> {
  const client = await desk.world.aws.cloudfront();
  const Name = `frontctl-maintenance-${desk.site.distributionId}`;
  return client.send(new DescribeFunctionCommand({Name})).then(
    () => true,
    () => false,
  );
}

async function isAsItWas(): Promise<void> {
  expect(configDiff(original, (await desk.live()).config)).toEqual([]);
  expect(await hasFunction()).toBe(false);
  expect([(await load('/')).text, (await load('/shop/')).text, (await load('/about/')).text]).toEqual([
    'Home',
    'Shop',
    'About',
  ]);
}

it('answers everything with the page, and brings back exactly what was', async () => {
  await isAsItWas();
  const page = join(dir, 'down.html');
  await writeFile(page, '<h1>Zurück um 9</h1>');
  const {result, late} = await on({page});
  expect(late).toBeUndefined();
  expect(result).toMatchObject({applied: true, changes: [{action: 'create'}, {action: 'update'}]});
  for (const path of ['/', '/shop/', '/nothing']) {
    const answer = await load(path);
    expect([answer.status, answer.text]).toEqual([503, '<h1>Zurück um 9</h1>']);
    expect(answer.headers.get('retry-after')).toBe('600');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
  expect(maintenanceText(await status(), now + 60_000)).toContain(
    'Since         2026-11-29T08:00:00.000Z (1m)',
  );
  await off();
  await isAsItWas();
  expect(await status()).toMatchObject({on: false, function: null});
});

it('closes a part, leaves the code of all others running, changes its mind, and comes back', async () => {
  await on({paths: ['/shop/*']});
  expect([(await load('/shop/')).status, (await load('/about/')).text]).toEqual([503, 'About']);
  // Again: other paths and another status.
  await on({paths: ['/about/*'], status: 500});
  expect([(await load('/shop/')).text, (await load('/about/')).status]).toEqual(['Shop', 500]);
  expect(await status()).toMatchObject({on: true, paths: ['/about/*'], behaviors: ['/about/*'], status: 500});
  // The same again is no change.
  expect((await on({paths: ['/about/*'], status: 500})).result.applied).toBe(false);
  await on();
  expect([(await load('/shop/')).status, (await load('/about/')).status]).toEqual([503, 503]);
  await off();
  await isAsItWas();
});

it('lets some in', async () => {
  await on({allowIps: ['127.0.0.0/8', '::1']});
  // They see the site, without the functions that were put aside.
  expect((await load('/shop/index.html')).text).toBe('Shop');
  await on({allowIps: ['203.0.113.0/24']});
  expect((await load('/shop/index.html')).status).toBe(503);
  await off();
  await isAsItWas();
});

it('can be left half done: off in two runs, or by an undo', async () => {
  await on();
  await off({wait: false});
  expect(await hasFunction()).toBe(true);
  await off();
  await isAsItWas();
  await on();
  await undo(desk.session, {...desk.request, to: undefined}, {}, desk.terminal);
  expect(configDiff(original, (await desk.live()).config)).toEqual([]);
  expect(maintenanceText(await status(), now)).toContain('`frontctl maintenance off` deletes it.');
  await off();
  await isAsItWas();
  // The maintenance itself does not come back so: its function is gone.
  const again = undo(desk.session, {...desk.request, to: undefined}, {}, desk.terminal);
  await expect(again).rejects.toMatchObject({
    code: 'FUNCTION_GONE',
    hint: 'It was in maintenance: frontctl maintenance on begins that anew.',
  });
});

it('asks first, and refuses what would not do', async () => {
  const {etag} = await desk.live();
  await expect(on({yes: false})).rejects.toMatchObject({code: 'CONFIRMATION_NEEDED'});
  await expect(on({status: 302})).rejects.toMatchObject({code: 'MAINTENANCE_STATUS'});
  await expect(on({allowIps: ['office']})).rejects.toMatchObject({code: 'IP_RANGE'});
  await expect(on({page: join(dir, 'none.html')})).rejects.toMatchObject({code: 'FILE_UNREADABLE'});
  const long = join(dir, 'long.html');
  await writeFile(long, 'x'.repeat(11_000));
  await expect(on({page: long})).rejects.toMatchObject({code: 'MAINTENANCE_TOO_LARGE', exitCode: 6});
  expect((await desk.live()).etag).toBe(etag);
  expect(await hasFunction()).toBe(false);
});
