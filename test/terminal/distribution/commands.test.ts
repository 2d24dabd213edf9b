import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {DeleteBucketPolicyCommand} from '@aws-sdk/client-s3';
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {configDiff} from '../../../src/distribution/index.js';
import {
  changeDistribution,
  type ChangeRequest,
  type MakeEdit,
} from '../../../src/terminal/distribution/change.js';
import {changedText} from '../../../src/terminal/distribution/command.js';
import {
  disable,
  enable,
  parseSet,
  removeErrorPage,
  restrict,
  setErrorPage,
  unrestrict,
  update,
} from '../../../src/terminal/distribution/edits.js';
import {deleteFor, listFor, showFor, waitFor} from '../../../src/terminal/distribution/lifecycle.js';
import {listOrigins, setOrigin} from '../../../src/terminal/distribution/origin.js';
import {showText} from '../../../src/terminal/distribution/show-text.js';
import {distributionsText, originsText} from '../../../src/terminal/distribution/text.js';
import {listUndo, undo} from '../../../src/terminal/distribution/undo.js';
import {openDesk, type Desk} from './world.js';

let desk: Desk;
let original: DistributionConfig;
const secret = 'S3cret-of-the-origin';

beforeAll(async () => {
  desk = await openDesk({'index.html': '<h1>Home</h1>'});
  const api = {
    id: 'api',
    domainName: 'api.example.com',
    customHeaders: [{headerName: 'X-Secret', headerValue: 'env:SECRET'}],
    customOriginConfig: {httpPort: 80, httpsPort: 443, originProtocolPolicy: 'https-only'},
  };
  await change(update([{path: 'origins[new]', text: JSON.stringify(api)}], {SECRET: secret}));
  original = (await desk.live()).config;
});
afterAll(() => desk.close());

const change = (make: MakeEdit, more: Partial<ChangeRequest> = {}) =>
  changeDistribution(desk.session, {...desk.request, ...more}, make, desk.terminal);

const takeBack = (to?: string) => undo(desk.session, {...desk.request, to}, {}, desk.terminal);

const origin = (more: Partial<Parameters<typeof setOrigin>[1]>) => ({
  ...desk.request,
  origin: 'api',
  headers: [],
  removeHeaders: [],
  ...more,
});

describe('each command, and its undo', () => {
  it.each<[string, MakeEdit, readonly string[]]>([
    ['disable', disable, ['enabled']],
    [
      'geo block',
      restrict('block', ['ru'], false),
      ['restrictions.geoRestriction.restrictionType', 'restrictions.geoRestriction.items'],
    ],
    [
      'geo allow',
      restrict('allow', ['de', 'fr'], false),
      ['restrictions.geoRestriction.restrictionType', 'restrictions.geoRestriction.items'],
    ],
    [
      'error-page set',
      setErrorPage({errorCode: 404, page: '/404.html', ttl: 30}),
      ['customErrorResponses[404]'],
    ],
    ['update', update([parseSet('priceClass=PriceClass_100')], {}), ['priceClass']],
    [
      'update of one item',
      update([parseSet('origins[api].connectionAttempts=1')], {}),
      ['origins[api].connectionAttempts'],
    ],
  ])('%s', async (_name, make, paths) => {
    const {result, late} = await change(make);
    expect(late).toBeUndefined();
    expect(result).toMatchObject({applied: true, distribution: {status: 'Deployed'}});
    expect(result.undo).toBe(`frontctl distribution undo ${desk.site.distributionId} --local`);
    expect(result.changes.flatMap(each => each.diff.map(({path}) => path))).toEqual(paths);
    expect(configDiff(original, (await desk.live()).config).map(({path}) => path)).toEqual(paths);
    await takeBack();
    expect(configDiff(original, (await desk.live()).config)).toEqual([]);
    // And it can be done again.
    await takeBack();
    expect(configDiff(original, (await desk.live()).config).map(({path}) => path)).toEqual(paths);
    await takeBack();
  });

  it('tells when it is so already, and sends nothing', async () => {
    for (const make of [enable, unrestrict]) {
      const {etag} = await desk.live();
      const {result} = await change(make);
      expect(result).toMatchObject({applied: false, undo: null, etag});
      expect(changedText(result, 100)).toContain('Nothing to change');
      expect((await desk.live()).etag).toBe(etag);
    }
  });

  it('--dry-run shows and sends nothing', async () => {
    const {etag} = await desk.live();
    const {result} = await change(restrict('block', ['RU'], false), {dryRun: true, yes: false});
    expect(changedText(result, 100)).toContain('+ restrictions.geoRestriction.items  RU');
    expect((await desk.live()).etag).toBe(etag);
  });

  it('asks where visitors notice, and sends nothing where nobody can answer', async () => {
    const {etag} = await desk.live();
    for (const make of [disable, restrict('block', ['RU'], false)]) {
      await expect(change(make, {yes: false})).rejects.toMatchObject({
        code: 'CONFIRMATION_NEEDED',
        exitCode: 2,
      });
    }
    await expect(
      setOrigin(desk.session, origin({domain: 'b.example.com', yes: false}), {}, desk.terminal),
    ).rejects.toMatchObject({
      code: 'CONFIRMATION_NEEDED',
    });
    expect((await desk.live()).etag).toBe(etag);
  });

  it('refuses what there is not', async () => {
    await expect(change(removeErrorPage(500))).rejects.toMatchObject({code: 'NO_SUCH_ERROR_PAGE'});
    await expect(takeBack('99')).rejects.toMatchObject({code: 'NO_SUCH_CONFIG'});
    await expect(takeBack('yesterday')).rejects.toMatchObject({code: 'NO_SUCH_CONFIG'});
    await expect(takeBack('2100-01-01')).rejects.toMatchObject({code: 'NO_SUCH_CONFIG'});
  });
});

describe('somebody else', () => {
  it('who changed nothing but the ETag is no hindrance', async () => {
    await desk.behindItsBack(config => ({...config, Comment: 'ours'}));
    const make: MakeEdit = async live => {
      await desk.behindItsBack(config => ({...config, Comment: 'for a moment'}));
      await desk.behindItsBack(config => ({...config, Comment: 'ours'}));
      return {reason: 'test', config: {...live.config, Comment: 'ours again'}};
    };
    await change(make);
    expect((await desk.live()).config.Comment).toBe('ours again');
  });

  it('who changed a field stops the change and is shown; no undo is left of what was not sent', async () => {
    const before = await listUndo(desk.session, desk.request);
    const make: MakeEdit = async live => {
      await desk.behindItsBack(config => ({...config, Comment: 'theirs', PriceClass: 'PriceClass_200'}));
      return {reason: 'test', config: {...live.config, Comment: 'mine'}};
    };
    await expect(change(make)).rejects.toMatchObject({
      code: 'CHANGED_MEANWHILE',
      exitCode: 4,
      message: expect.stringContaining('priceClass: "PriceClass_All" became "PriceClass_200"') as string,
    });
    expect((await desk.live()).config).toMatchObject({Comment: 'theirs', PriceClass: 'PriceClass_200'});
    const after = await listUndo(desk.session, desk.request);
    expect(after.kept[0]?.replacedAt).toBe(before.kept[0]?.replacedAt);
  });
});

describe('the wait', () => {
  it('that runs out is told after the result, with exit 5', async () => {
    const slow = await openDesk({}, {deployDelayMs: 3_600_000});
    try {
      const {result, late} = await changeDistribution(
        slow.session,
        {...slow.request, timeoutMs: 100},
        setErrorPage({errorCode: 404, ttl: 5}),
        slow.terminal,
      );
      expect(late).toMatchObject({
        code: 'WAIT_TIMEOUT',
        exitCode: 5,
        hint: expect.stringContaining('frontctl distribution wait') as string,
      });
      expect(result).toMatchObject({applied: true, distribution: {status: 'InProgress'}});
    } finally {
      await slow.close();
    }
  });

  it('of `distribution wait` ends when it is deployed', async () => {
    expect(await waitFor(desk.session, desk.request)).toMatchObject({distribution: {status: 'Deployed'}});
  });
});

describe('header values', () => {
  it('are in no output and in nothing that is kept', async () => {
    const {result} = await setOrigin(
      desk.session,
      origin({headers: ['X-Secret=env:NEW', 'X-Other=env:NEW']}),
      {NEW: 'An0ther-secret'},
      desk.terminal,
    );
    const values = (await desk.live()).config.Origins?.Items?.find(({Id}) => Id === 'api')?.CustomHeaders
      ?.Items;
    expect(values?.map(each => each.HeaderValue)).toEqual(['An0ther-secret', 'An0ther-secret']);
    const shown = await showFor(desk.session, desk.request);
    const listed = await listOrigins(desk.session, desk.request);
    const store = await desk.world.aws.objects(desk.site.bucket);
    const keys = (await store.list({prefix: '.frontctl/distributions/'})).map(({key}) => key);
    expect(keys.length).toBeGreaterThan(3);
    const kept = await Promise.all(
      keys.map(async key => {
        const found = await store.get(key);
        return typeof found === 'object' ? Buffer.from(found.body).toString() : '';
      }),
    );
    const all = [
      JSON.stringify(result),
      changedText(result, 100),
      JSON.stringify(shown),
      showText(shown, 100),
      JSON.stringify(listed),
      originsText(listed, 100),
      desk.said(),
      ...kept,
    ].join('\n');
    expect(all).toContain('X-Secret');
    expect(all).not.toContain('An0ther-secret');
    expect(all).not.toContain(secret);
  });

  it('that were replaced do not come back, and an undo says so', async () => {
    const {result} = await takeBack();
    expect(result.changes[0]?.impact).toContain('X-Secret to origin api stays as it is now');
    const headers = (await desk.live()).config.Origins?.Items?.find(({Id}) => Id === 'api')?.CustomHeaders
      ?.Items;
    expect(headers).toEqual([{HeaderName: 'X-Secret', HeaderValue: 'An0ther-secret'}]);
    await setOrigin(desk.session, origin({headers: ['X-Secret=env:OLD']}), {OLD: secret}, desk.terminal);
    await expect(takeBack()).rejects.toMatchObject({code: 'HEADER_VALUE_NOT_KEPT', exitCode: 6});
  });

  it('that are gone are asked for', async () => {
    await setOrigin(desk.session, origin({removeHeaders: ['X-Secret']}), {}, desk.terminal);
    await expect(takeBack()).rejects.toMatchObject({
      code: 'HEADER_VALUE_GONE',
      hint: expect.stringContaining("frontctl origin set api --header 'X-Secret=env:NAME'") as string,
    });
    await setOrigin(desk.session, origin({headers: ['X-Secret=env:OLD']}), {OLD: secret}, desk.terminal);
  });

  it.each([
    [`X-Secret=${secret}`, 'SECRET_IN_ARGUMENTS'],
    [`X-Secret: ${secret}`, 'HEADER_FLAG'],
    [secret, 'HEADER_FLAG'],
    ['X-Secret=env:NOT_SET', 'NO_VARIABLE'],
  ])('are refused on the command line and not repeated: %#', async (header, code) => {
    const failure: unknown = await setOrigin(
      desk.session,
      origin({headers: [header]}),
      {},
      desk.terminal,
    ).catch((error: unknown) => error);
    expect(failure).toMatchObject({code});
    const {message, hint} = failure as {message: string; hint?: string};
    expect(`${message} ${hint ?? ''}`).not.toContain(secret);
    const typed = update([parseSet(`origins[api].customHeaders[X-Secret].headerValue=${secret}`)], {});
    await expect(change(typed)).rejects.toMatchObject({code: 'SECRET_IN_ARGUMENTS'});
  });
});

describe('what is kept', () => {
  it('is twenty at most', async () => {
    for (let ttl = 1; ttl <= 22; ttl++) await change(setErrorPage({errorCode: 500, ttl}), {wait: false});
    const {kept} = await listUndo(desk.session, desk.request);
    expect(kept).toHaveLength(20);
    expect(kept[0]).toMatchObject({number: 1, by: 'error page for 500', fields: 1});
    expect(kept[0]?.place).toMatch(/^s3:\/\/.*\/\.frontctl\/distributions\/E/);
    await takeBack('3');
    const now = (await desk.live()).config.CustomErrorResponses?.Items;
    expect(now).toMatchObject([{ErrorCode: 500, ErrorCachingMinTTL: 19}]);
    await takeBack(kept[5]?.replacedAt.replace(/\d{3}Z$/, '000Z'));
  });

  it('lies on this machine where the bucket would show it to viewers', async () => {
    const s3 = await desk.world.aws.s3();
    await s3.send(new DeleteBucketPolicyCommand({Bucket: desk.site.bucket}));
    await change(setErrorPage({errorCode: 503, ttl: 1}), {wait: false});
    const dir = join(
      process.env['XDG_STATE_HOME'] ?? '',
      'frontctl',
      'distributions',
      desk.site.distributionId,
    );
    const [file = ''] = await readdir(dir);
    expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dir, file), 'utf8')).not.toContain(secret);
    const {kept} = await listUndo(desk.session, desk.request);
    expect(kept[0]?.place).toBe(join(dir, file));
    await takeBack();
    expect((await desk.live()).config.CustomErrorResponses?.Items?.map(each => each.ErrorCode)).toEqual([
      500,
    ]);
  });
});

describe('list and delete', () => {
  it('finds by alias and tag', async () => {
    const {distributionId: id, domainName} = desk.site;
    const all = await listFor(desk.session, {alias: undefined, tag: undefined});
    expect(distributionsText(all, 100)).toContain(id);
    expect(
      (await listFor(desk.session, {alias: domainName, tag: 'frontctl:site=test-site'})).distributions,
    ).toMatchObject([{id}]);
    expect(
      (await listFor(desk.session, {alias: 'nobody.example.com', tag: undefined})).distributions,
    ).toEqual([]);
    expect(
      (await listFor(desk.session, {alias: undefined, tag: 'frontctl:site=other'})).distributions,
    ).toEqual([]);
    await expect(listFor(desk.session, {alias: undefined, tag: 'site'})).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('deletes what is disabled, and what it may disable', async () => {
    const request = {...desk.request, disable: false};
    await expect(deleteFor(desk.session, request, desk.terminal)).rejects.toMatchObject({
      code: 'DISTRIBUTION_ENABLED',
      exitCode: 6,
      hint: `Disable and delete it: frontctl distribution delete ${desk.site.distributionId} --disable --local`,
    });
    await expect(
      deleteFor(desk.session, {...request, disable: true, yes: false}, desk.terminal),
    ).rejects.toMatchObject({
      code: 'CONFIRMATION_NEEDED',
    });
    const {deleted} = await deleteFor(desk.session, {...request, disable: true}, desk.terminal);
    expect(deleted).toBe(desk.site.distributionId);
    await expect(desk.live()).rejects.toMatchObject({code: 'NO_SUCH_DISTRIBUTION'});
  });
});
