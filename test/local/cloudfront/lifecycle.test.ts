import {afterEach, describe, expect, it} from 'vitest';
import {account, faultOf, smallConfig, stillClock} from './account.js';

const open: {end(): Promise<void>}[] = [];
async function cloud(options: Parameters<typeof account>[0] = {}) {
  const made = await account(options);
  open.push(made);
  return made;
}
afterEach(async () => {
  // Later ones first: they may use the store of an earlier one.
  for (const each of open.splice(0).reverse()) await each.end();
});

describe('a distribution', () => {
  it('goes from create to Deployed, update, disable and delete', async () => {
    const {call, clock, controlPlane} = await cloud();
    const created = await call.CreateDistribution({DistributionConfig: smallConfig()});
    const id = created.Distribution?.Id ?? '';
    expect(id).toMatch(/^E[A-Z0-9]{13}$/);
    expect(created.ETag).toMatch(/^E[A-Z0-9]{13}$/);
    expect(created.Location).toBe(`https://cloudfront.amazonaws.com/2020-05-31/distribution/${id}`);
    expect(created.Distribution).toMatchObject({
      ARN: `arn:aws:cloudfront::000000000000:distribution/${id}`,
      Status: 'InProgress',
      DomainName: expect.stringMatching(/^d[a-z0-9]{13}\.cloudfront\.net$/) as string,
    });
    expect(controlPlane.distribution(id)).toBeUndefined();

    clock.advance(59_999);
    expect((await call.GetDistribution({Id: id})).Distribution?.Status).toBe('InProgress');
    clock.advance(1);
    expect((await call.GetDistribution({Id: id})).Distribution?.Status).toBe('Deployed');
    const domain = created.Distribution?.DomainName ?? '';
    expect(controlPlane.distributionByHost(domain)?.id).toBe(id);

    const {DistributionConfig: config, ETag: first} = await call.GetDistributionConfig({Id: id});
    const update = {Id: id, DistributionConfig: {...config!, Comment: 'new'}};
    const second = await call.UpdateDistribution({...update, IfMatch: first});
    expect(second.Distribution?.Status).toBe('InProgress');
    expect(second.ETag).not.toBe(first);
    expect(controlPlane.distribution(id)?.config.Comment).toBe('');
    expect(await faultOf(call.UpdateDistribution({...update, IfMatch: first}))).toBe(
      'PreconditionFailed 412',
    );
    expect(await faultOf(call.UpdateDistribution(update))).toBe('InvalidIfMatchVersion 400');
    clock.advance(60_000);
    expect(controlPlane.distribution(id)?.config.Comment).toBe('new');

    expect(await faultOf(call.DeleteDistribution({Id: id, IfMatch: second.ETag}))).toBe(
      'DistributionNotDisabled 409',
    );
    const off = await call.UpdateDistribution({
      Id: id,
      IfMatch: second.ETag,
      DistributionConfig: {...config!, Enabled: false},
    });
    expect(await faultOf(call.DeleteDistribution({Id: id, IfMatch: off.ETag}))).toBe('ResourceInUse 409');
    expect(controlPlane.distribution(id)?.config.Enabled).toBe(true);
    clock.advance(60_000);
    expect(controlPlane.distribution(id)).toBeUndefined();
    expect(controlPlane.distributionByHost(domain)).toBeUndefined();
    await call.DeleteDistribution({Id: id, IfMatch: off.ETag});
    expect(await faultOf(call.GetDistribution({Id: id}))).toBe('NoSuchDistribution 404');
  });

  it('finishes a deployment that was in progress when the cloud stopped', async () => {
    const clock = stillClock();
    const before = await cloud({clock});
    const {Distribution: made} = await before.call.CreateDistribution({DistributionConfig: smallConfig()});
    before.close();
    const after = await cloud({clock, store: before.store});
    expect((await after.call.GetDistribution({Id: made?.Id})).Distribution?.Status).toBe('InProgress');
    clock.advance(60_000);
    expect((await after.call.GetDistribution({Id: made?.Id})).Distribution?.Status).toBe('Deployed');
    expect(after.controlPlane.distribution(made?.Id ?? '')?.config.Comment).toBe('');
  });

  it('stays Deployed when a restart finds the clock behind', async () => {
    const clock = stillClock();
    const before = await cloud({clock});
    const {Distribution: made} = await before.call.CreateDistribution({DistributionConfig: smallConfig()});
    clock.advance(60_000);
    await before.call.GetDistribution({Id: made?.Id});
    await before.store.write(() => undefined);
    before.close();
    const after = await cloud({clock: stillClock(), store: before.store});
    expect((await after.call.GetDistribution({Id: made?.Id})).Distribution?.Status).toBe('Deployed');
  });

  it('tells listeners when the live set changed, and is live at once without a delay', async () => {
    const {call, controlPlane} = await cloud({deployDelayMs: 0});
    let told = 0;
    const stop = controlPlane.onChange(() => (told += 1));
    const made = await call.CreateDistribution({DistributionConfig: smallConfig()});
    const id = made.Distribution?.Id ?? '';
    expect(made.Distribution?.Status).toBe('InProgress');
    expect(told).toBe(1);
    const first = controlPlane.distribution(id)?.version;
    await call.UpdateDistribution({
      Id: id,
      IfMatch: made.ETag,
      DistributionConfig: smallConfig({Comment: 'b'}),
    });
    expect(told).toBe(2);
    expect(controlPlane.distribution(id)?.version).not.toBe(first);
    stop();
    const {ETag} = await call.GetDistribution({Id: id});
    await call.UpdateDistribution({Id: id, IfMatch: ETag, DistributionConfig: smallConfig({Enabled: false})});
    expect(told).toBe(2);
    expect([...controlPlane.distributions()]).toEqual([]);
  });

  it('answers the same CallerReference with the same config again, and refuses another config', async () => {
    const {call} = await cloud();
    const first = await call.CreateDistribution({
      DistributionConfig: smallConfig({CacheBehaviors: {Quantity: 0, Items: []}}),
    });
    const again = await call.CreateDistribution({
      DistributionConfig: smallConfig({CacheBehaviors: {Quantity: 0}}),
    });
    expect(again.Distribution?.Id).toBe(first.Distribution?.Id);
    expect(again.ETag).toBe(first.ETag);
    const other = call.CreateDistribution({DistributionConfig: smallConfig({Comment: 'other'})});
    expect(await faultOf(other)).toBe('DistributionAlreadyExists 409');
    expect((await call.ListDistributions({})).DistributionList?.Quantity).toBe(1);
  });

  it('is replaced as a whole: omitted members get their defaults back', async () => {
    const {call} = await cloud();
    const made = await call.CreateDistribution({
      DistributionConfig: smallConfig({PriceClass: 'PriceClass_100', DefaultRootObject: 'index.html'}),
    });
    const updated = await call.UpdateDistribution({
      Id: made.Distribution?.Id,
      IfMatch: made.ETag,
      DistributionConfig: smallConfig(),
    });
    expect(updated.Distribution?.DistributionConfig).toMatchObject({
      PriceClass: 'PriceClass_All',
      DefaultRootObject: '',
    });
  });

  it('keeps tags, and drops them with the distribution', async () => {
    const {call, clock} = await cloud();
    const made = await call.CreateDistributionWithTags({
      DistributionConfigWithTags: {
        DistributionConfig: smallConfig({Enabled: false}),
        Tags: {Items: [{Key: 'site', Value: 'a'}]},
      },
    });
    const arn = made.Distribution?.ARN ?? '';
    await call.TagResource({
      Resource: arn,
      Tags: {
        Items: [
          {Key: 'owner', Value: 'me'},
          {Key: 'site', Value: 'b'},
        ],
      },
    });
    await call.UntagResource({Resource: arn, TagKeys: {Items: ['owner']}});
    expect((await call.ListTagsForResource({Resource: arn})).Tags).toEqual({
      Items: [{Key: 'site', Value: 'b'}],
    });
    expect(await faultOf(call.TagResource({Resource: arn, Tags: {Items: [{Key: 'aws:x', Value: ''}]}}))).toBe(
      'InvalidTagging 400',
    );
    clock.advance(60_000);
    await call.DeleteDistribution({Id: made.Distribution?.Id, IfMatch: made.ETag});
    expect(await faultOf(call.ListTagsForResource({Resource: arn}))).toBe('NoSuchResource 404');
  });
});
