import {CreateBucketCommand} from '@aws-sdk/client-s3';
import {afterEach, describe, expect, it} from 'vitest';
import {deploy, readManifest} from '../../src/deploy/index.js';
import {lockKey} from '../../src/deploy/lock/lock.js';
import {Failure} from '../../src/failure.js';
import {permissionsFor, policyDocument} from '../../src/stack/permissions/index.js';
import type {SiteResources} from '../../src/stack/index.js';
import {openGuardedWorld, subjectOf, type GuardedWorld} from '../stack/permissions/world.js';
import {bodyOf, browse, deployInput, deployOnce, finish, objectsOf} from './world.js';

let world: GuardedWorld;
afterEach(() => world.close());

/** A role that may do all of a deploy but for some actions. */
function withhold(site: SiteResources, ...withheld: readonly string[]): void {
  const subject = subjectOf(
    {bucket: {name: site.bucket}},
    {buckets: [{name: site.bucket, region: undefined}], distributions: [site.distributionId]},
  );
  const permissions = permissionsFor('deploy', subject).filter(({action}) => !withheld.includes(action));
  world.permit(JSON.stringify(policyDocument(permissions)));
}

const live = ['app-4f2a9c1b.js', 'app-77e01d3a.js', 'index.html'];

const refused = async (site: SiteResources): Promise<Failure> => {
  const failure: unknown = await finish(deploy(deployInput(world, site, {aws: world.guarded}))).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Failure);
  return failure as Failure;
};

const isLocked = async ({bucket}: SiteResources): Promise<boolean> =>
  (await (await world.aws.objects(bucket)).head(lockKey)) !== undefined;

async function openSite(): Promise<SiteResources> {
  world = await openGuardedWorld();
  const site = await world.site();
  await world.write({'index.html': 'old', 'gone.html': 'old', 'app-4f2a9c1b.js': 'old'});
  await deployOnce(world, site);
  await world.remove('gone.html');
  await world.write({'index.html': 'new', 'app-77e01d3a.js': 'new'});
  return site;
}

const hint = (action: string): string =>
  `Allow ${action} for the identity that runs frontctl (\`frontctl permissions\` prints the whole policy).`;

describe('a role that may not', () => {
  it.each([
    ['list', 's3:ListBucket', (bucket: string) => `ListObjectsV2 on bucket ${bucket}`],
    [
      'read',
      's3:GetObject',
      (bucket: string) => `GetObject on object .frontctl/manifest.json in bucket ${bucket}`,
    ],
    [
      'write',
      's3:PutObject',
      (bucket: string) => `PutObject on object .frontctl/lock.json in bucket ${bucket}`,
    ],
    ['see the distribution', 'cloudfront:GetDistribution', () => 'GetDistribution on distribution '],
  ])('%s changes nothing, and is told what is missing', async (_what, action, where) => {
    const site = await openSite();
    const before = await bodyOf(world, site.bucket, '.frontctl/manifest.json');
    withhold(site, action);
    const failure = await refused(site);
    expect(failure).toMatchObject({exit: 'access', code: 'ACCESS_DENIED', hint: hint(action)});
    expect(failure.message).toContain(`AWS denied ${where(site.bucket)}`);
    expect(failure.message).toMatch(new RegExp(`: it takes ${action}$`));
    expect((await bodyOf(world, site.bucket, 'index.html')).toString()).toBe('old');
    expect(await bodyOf(world, site.bucket, '.frontctl/manifest.json')).toEqual(before);
    expect(await isLocked(site)).toBe(false);
  });

  it('write the site, but its manifest, leaves it as it was, unlocked, and the next deploy goes on', async () => {
    const site = await openSite();
    // Of a prefix that the site has no more, say.
    const others = permissionsFor(
      'deploy',
      subjectOf(
        {},
        {buckets: [{name: site.bucket, region: undefined}], distributions: [site.distributionId]},
      ),
    ).map(each =>
      each.action === 's3:PutObject' ? {...each, resource: `arn:aws:s3:::${site.bucket}/.frontctl/*`} : each,
    );
    world.permit(JSON.stringify(policyDocument(others)));
    const failure = await refused(site);
    expect(failure).toMatchObject({
      exit: 'access',
      message: `AWS denied PutObject on object app-77e01d3a.js in bucket ${site.bucket}: it takes s3:PutObject`,
      hint: hint('s3:PutObject'),
    });
    expect((await browse(world, site, '/')).text).toBe('old');
    expect((await browse(world, site, '/gone.html')).text).toBe('old');
    expect(await isLocked(site)).toBe(false);
    const {manifest} = (await readManifest(await world.aws.objects(site.bucket), '')) ?? {};
    expect(manifest?.pendingInvalidations.map(({state}) => state)).toEqual(['planned', 'planned']);
    expect(manifest?.releases).toHaveLength(1);

    withhold(site);
    const {counts, invalidation} = await deployOnce(world, site, {aws: world.guarded});
    expect(counts).toMatchObject({uploaded: 2, deleted: 1});
    expect(invalidation?.paths).toEqual(['/gone.html', '/index.html']);
    expect(await objectsOf(world, site.bucket)).toEqual(live);
    expect((await browse(world, site, '/')).text).toBe('new');
  });

  it('delete has the new site live, keeps the old files known, and is told what is missing', async () => {
    const site = await openSite();
    withhold(site, 's3:DeleteObject');
    const failure = await refused(site);
    expect(failure).toMatchObject({
      exit: 'unfinished',
      code: 'DELETE_UNFINISHED',
      hint: `${hint('s3:DeleteObject')} Then run the same deploy again, or with --no-prune to keep what left the build.`,
    });
    expect(failure.message).toBe(
      `The new files are live, but gone.html could not be deleted (AWS denied DeleteObject on object gone.html in bucket ${site.bucket}: it takes s3:DeleteObject).`,
    );
    expect((await browse(world, site, '/')).text).toBe('new');
    withhold(site);
    // The lock was given back without being deleted.
    expect((await deployOnce(world, site, {aws: world.guarded})).counts).toMatchObject({deleted: 1});
    expect(await isLocked(site)).toBe(false);
  });

  it('invalidate has the new site in the bucket, and the next deploy sends what is due', async () => {
    const site = await openSite();
    await browse(world, site, '/');
    withhold(site, 'cloudfront:CreateInvalidation');
    const failure = await refused(site);
    expect(failure).toMatchObject({exit: 'unfinished', code: 'INVALIDATION_UNFINISHED'});
    expect(failure.message).toContain(
      `AWS denied CreateInvalidation on distribution ${site.distributionId}: it takes cloudfront:CreateInvalidation`,
    );
    expect(failure.hint).toContain(hint('cloudfront:CreateInvalidation'));
    expect((await browse(world, site, '/')).text).toBe('old');
    withhold(site);
    await deployOnce(world, site, {aws: world.guarded});
    expect((await browse(world, site, '/')).text).toBe('new');
    expect(await objectsOf(world, site.bucket)).toEqual(live);
  });

  it('list more than its folder is not stopped by a manifest that is not there yet', async () => {
    world = await openGuardedWorld();
    await (await world.aws.s3()).send(new CreateBucketCommand({Bucket: 'shared'}));
    const resource = 'arn:aws:s3:::shared';
    const statement = (Action: string | readonly string[], Resource: string, Condition = {}) => ({
      Effect: 'Allow',
      Action,
      Resource,
      Condition,
    });
    const objects = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];
    // The folder itself and nothing in it: so S3 may not tell that an object is missing.
    const list = statement('s3:ListBucket', resource, {StringEquals: {'s3:prefix': 'www/'}});
    world.permit(
      JSON.stringify({Version: '2012-10-17', Statement: [list, statement(objects, `${resource}/www/*`)]}),
    );
    await world.write({'index.html': 'one'});
    const site = {bucket: 'shared', distributionId: ''};
    const more = {aws: world.guarded, prefix: 'www', distributionIds: []};
    expect((await deployOnce(world, site, more)).counts).toMatchObject({uploaded: 1});
    expect([...world.denied]).toContain('s3:ListBucket arn:aws:s3:::shared');
    expect((await deployOnce(world, site, more)).counts).toMatchObject({uploaded: 0, unchanged: 1});
  });
});
