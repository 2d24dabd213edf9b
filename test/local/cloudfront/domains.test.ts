import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {faultOf} from './account.js';
import {certified} from './certified.js';

let cloud: Awaited<ReturnType<typeof certified>>;
let zone = '';
let wildcard = '';
beforeEach(async () => {
  cloud = await certified();
  zone = await cloud.zone('example.com');
  wildcard = await cloud.certificate(zone, 'example.com', '*.example.com');
});
afterEach(() => cloud.end());

const statuses = (...ids: string[]) =>
  Promise.all(ids.map(async Id => (await cloud.call.GetDistribution({Id})).Distribution?.Status));
const move = (Domain: string, target: {readonly id: string; readonly etag: string}) =>
  cloud.call.UpdateDomainAssociation({
    Domain,
    TargetResource: {DistributionId: target.id},
    IfMatch: target.etag,
  });

describe('conflicts', () => {
  it('are the same name and overlapping wildcards of other distributions, ids half hidden', async () => {
    const first = await cloud.distribution(wildcard, 'www.example.com', 'example.com');
    const second = await cloud.distribution(wildcard, '*.example.com');
    const target = await cloud.distribution(wildcard, 'shop.example.com');
    const conflicts = await cloud.call.ListDomainConflicts({
      Domain: 'www.example.com',
      DomainControlValidationResource: {DistributionId: target.id},
    });
    const hidden = (id: string) => `*******${id.slice(7)}`;
    expect(conflicts.DomainConflicts).toEqual([
      {
        Domain: '*.example.com',
        ResourceType: 'distribution',
        ResourceId: hidden(second.id),
        AccountId: '******000000',
      },
      {
        Domain: 'www.example.com',
        ResourceType: 'distribution',
        ResourceId: hidden(first.id),
        AccountId: '******000000',
      },
    ]);
    const aliases = await cloud.call.ListConflictingAliases({
      DistributionId: target.id,
      Alias: '*.example.com',
      MaxItems: 1,
    });
    expect(aliases.ConflictingAliasesList).toEqual({
      MaxItems: 1,
      Quantity: 1,
      NextMarker: '*.example.com',
      Items: [{Alias: '*.example.com', DistributionId: hidden(second.id), AccountId: '******000000'}],
    });
    const rest = await cloud.call.ListConflictingAliases({
      DistributionId: target.id,
      Alias: '*.example.com',
      Marker: '*.example.com',
    });
    expect(rest.ConflictingAliasesList?.Items?.map(found => found.Alias)).toEqual(['www.example.com']);
  });

  it('need a distribution whose certificate covers the name', async () => {
    const bare = await cloud.distribution(undefined);
    const ask = (DistributionId: string, Domain = 'www.example.com') =>
      faultOf(cloud.call.ListDomainConflicts({Domain, DomainControlValidationResource: {DistributionId}}));
    expect(await ask(bare.id)).toBe('InvalidArgument 400');
    expect(await ask('E0')).toBe('EntityNotFound 404');
    expect(await ask(bare.id, 'https://x')).toBe('InvalidArgument 400');
    expect(
      await faultOf(cloud.call.ListConflictingAliases({DistributionId: 'E0', Alias: 'www.example.com'})),
    ).toBe('NoSuchDistribution 404');
    const tenant = {DistributionTenantId: 'dt_1'};
    expect(
      await faultOf(
        cloud.call.ListDomainConflicts({Domain: 'a.example.com', DomainControlValidationResource: tenant}),
      ),
    ).toBe('EntityNotFound 404');
  });
});

describe('a move within the account', () => {
  it('takes the name from one distribution to the other in one step, and the edge follows once both are deployed', async () => {
    const source = await cloud.distribution(wildcard, 'www.example.com', 'example.com');
    const target = await cloud.distribution(wildcard, 'shop.example.com');
    cloud.clock.advance(60_000);
    expect(await statuses(source.id, target.id)).toEqual(['Deployed', 'Deployed']);
    const moved = await move('www.example.com', target);
    expect(moved).toMatchObject({Domain: 'www.example.com', ResourceId: target.id});
    expect(await cloud.aliasesOf(source.id)).toEqual(['example.com']);
    expect(await cloud.aliasesOf(target.id)).toEqual(['shop.example.com', 'www.example.com']);
    expect(await statuses(source.id, target.id)).toEqual(['InProgress', 'InProgress']);
    const served = () => cloud.controlPlane.distributionByHost('www.example.com')?.id;
    expect(served()).toBe(source.id);
    cloud.clock.advance(59_999);
    expect(served()).toBe(source.id);
    cloud.clock.advance(1);
    expect(served()).toBe(target.id);
    expect((await cloud.call.GetDistribution({Id: target.id})).ETag).toBe(moved.ETag);
    expect((await cloud.call.GetDistribution({Id: source.id})).ETag).not.toBe(source.etag);
  });

  it('is done already where the target has the name, and gives a free name away', async () => {
    const target = await cloud.distribution(wildcard, 'www.example.com');
    expect(await move('www.example.com', target)).toMatchObject({ETag: target.etag});
    await move('new.example.com', target);
    expect(await cloud.aliasesOf(target.id)).toEqual(['www.example.com', 'new.example.com']);
  });

  it('is refused with a stale or no version, no certificate for the name, and changes nothing then', async () => {
    const source = await cloud.distribution(wildcard, 'www.example.com');
    const other = await cloud.certificate(zone, 'a.example.com');
    const target = await cloud.distribution(other, 'a.example.com');
    expect(await faultOf(move('www.example.com', target))).toBe('InvalidArgument 400');
    expect(await faultOf(move('www.example.com', {...target, etag: 'E0STALE'}))).toBe(
      'PreconditionFailed 412',
    );
    expect(await faultOf(move('www.example.com', {...target, etag: ''}))).toBe('InvalidIfMatchVersion 400');
    expect(await faultOf(move('www.example.com', {id: 'E0', etag: 'E0'}))).toBe('EntityNotFound 404');
    expect(await cloud.aliasesOf(source.id)).toEqual(['www.example.com']);
    expect((await cloud.call.GetDistribution({Id: source.id})).ETag).toBe(source.etag);
  });

  it('is what AssociateAlias does too, without a version', async () => {
    const source = await cloud.distribution(wildcard, 'www.example.com');
    const target = await cloud.distribution(wildcard);
    await cloud.call.AssociateAlias({Alias: 'www.example.com', TargetDistributionId: target.id});
    expect(await cloud.aliasesOf(source.id)).toEqual([]);
    expect(await cloud.aliasesOf(target.id)).toEqual(['www.example.com']);
  });
});

describe('a name of another account', () => {
  const taken = 'foreign-disabled-www.example.com';

  it('cannot be added, and is a conflict of account 111111111111', async () => {
    expect(await faultOf(cloud.distribution(wildcard, 'foreign-www.example.com'))).toBe(
      'CNAMEAlreadyExists 409',
    );
    const target = await cloud.distribution(wildcard);
    const found = await cloud.call.ListDomainConflicts({
      Domain: 'foreign-www.example.com',
      DomainControlValidationResource: {DistributionId: target.id},
    });
    expect(found.DomainConflicts).toEqual([
      {
        Domain: 'foreign-www.example.com',
        ResourceType: 'distribution',
        ResourceId: expect.stringMatching(/^\*{7}[A-Z0-9]{7}$/) as string,
        AccountId: '******111111',
      },
    ]);
  });

  it('moves only from a disabled distribution, with a TXT record that names the target', async () => {
    const target = await cloud.distribution(wildcard);
    await cloud.record(zone, '_foreign-www.example.com', 'TXT', `"${target.domainName}"`);
    expect(await faultOf(move('foreign-www.example.com', target))).toBe('IllegalUpdate 400');
    expect(await faultOf(move(taken, target))).toBe('IllegalUpdate 400');
    await cloud.record(zone, `_${taken}`, 'TXT', '"d0000000000000.cloudfront.net"');
    expect(await faultOf(move(taken, target))).toBe('IllegalUpdate 400');
    await cloud.record(zone, `_${taken}`, 'TXT', '"other"', `"${target.domainName}"`);
    const moved = await move(taken, target);
    expect(await cloud.aliasesOf(target.id)).toEqual([taken]);
    // The name is the account's own from now on.
    const {DistributionConfig} = await cloud.call.GetDistributionConfig({Id: target.id});
    await cloud.call.UpdateDistribution({Id: target.id, IfMatch: moved.ETag, DistributionConfig});
    expect(await faultOf(cloud.distribution(wildcard, taken))).toBe('CNAMEAlreadyExists 409');
  });

  it('at the apex of a domain is proved by `_.` before it', async () => {
    const apex = 'foreign-disabled-shop.test';
    const own = await cloud.zone(apex);
    const target = await cloud.distribution(await cloud.certificate(own, apex));
    expect(await faultOf(move(apex, target))).toBe('IllegalUpdate 400');
    await cloud.record(own, `_.${apex}`, 'TXT', `"${target.domainName}"`);
    await move(apex, target);
    expect(await cloud.aliasesOf(target.id)).toEqual([apex]);
  });
});

describe('a name whose DNS leads to another distribution', () => {
  it.each(['alias', 'CNAME', 'wildcard'] as const)('by %s cannot be added', async kind => {
    const old = await cloud.distribution(wildcard);
    if (kind === 'alias') await cloud.alias(zone, 'www.example.com', old.domainName);
    else if (kind === 'CNAME') await cloud.record(zone, 'www.example.com', 'CNAME', old.domainName);
    else await cloud.record(zone, '*.example.com', 'CNAME', `${old.domainName}.`);
    expect(await faultOf(cloud.distribution(wildcard, 'www.example.com'))).toBe('CNAMEAlreadyExists 409');
    const {DistributionConfig, ETag} = await cloud.call.GetDistributionConfig({Id: old.id});
    const kept = {...DistributionConfig!, Aliases: {Quantity: 1, Items: ['www.example.com']}};
    const update = await cloud.call.UpdateDistribution({
      Id: old.id,
      IfMatch: ETag,
      DistributionConfig: kept,
    });
    expect(update.Distribution?.DistributionConfig?.Aliases?.Items).toEqual(['www.example.com']);
  });

  it('keeps its alias when DNS is changed later, and moves in spite of it', async () => {
    const source = await cloud.distribution(wildcard, 'www.example.com');
    const target = await cloud.distribution(wildcard);
    await cloud.alias(zone, 'www.example.com', target.domainName);
    const {DistributionConfig, ETag} = await cloud.call.GetDistributionConfig({Id: source.id});
    await cloud.call.UpdateDistribution({
      Id: source.id,
      IfMatch: ETag,
      DistributionConfig: {...DistributionConfig!, Comment: 'changed'},
    });
    await cloud.alias(zone, 'www.example.com', source.domainName);
    await move('www.example.com', target);
    expect(await cloud.aliasesOf(target.id)).toEqual(['www.example.com']);
  });

  it('is hidden from a wildcard record by a record of its own', async () => {
    const old = await cloud.distribution(wildcard);
    await cloud.record(zone, '*.example.com', 'CNAME', old.domainName);
    await cloud.record(zone, 'www.example.com', 'TXT', '"here"');
    const made = await cloud.distribution(wildcard, 'www.example.com');
    expect(await cloud.aliasesOf(made.id)).toEqual(['www.example.com']);
  });
});

it('takes alternate domain names in lower case only', async () => {
  expect(await faultOf(cloud.distribution(wildcard, 'WWW.example.com'))).toBe('InvalidArgument 400');
});
