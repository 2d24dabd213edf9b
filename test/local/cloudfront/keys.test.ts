import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import type {PublicKeyConfig} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {account, faultOf, smallConfig} from './account.js';

let cloud: Awaited<ReturnType<typeof account>>;
beforeEach(async () => {
  cloud = await account();
});
afterEach(() => cloud.end());

const spki = (key: KeyObject): string => key.export({type: 'spki', format: 'pem'}) as string;
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', {modulusLength});
const ec = (namedCurve: string) => generateKeyPairSync('ec', {namedCurve});
const good = rsa(2048);
const pem = spki(good.publicKey);

const publicKey = (name: string, changes: Partial<PublicKeyConfig> = {}) => ({
  PublicKeyConfig: {CallerReference: name, Name: name, EncodedKey: pem, ...changes},
});
const makeKey = async (name: string) => (await cloud.call.CreatePublicKey(publicKey(name))).PublicKey!.Id!;
const makeGroup = async (name: string, ...ids: string[]) => {
  const made = await cloud.call.CreateKeyGroup({KeyGroupConfig: {Name: name, Items: ids}});
  return {id: made.KeyGroup!.Id!, etag: made.ETag};
};
const trusting = (reference: string, ids: readonly string[], signers: readonly string[] = []) => ({
  DistributionConfig: smallConfig({
    CallerReference: reference,
    DefaultCacheBehavior: {
      ...smallConfig().DefaultCacheBehavior!,
      TrustedKeyGroups: {Enabled: ids.length > 0, Quantity: ids.length, Items: [...ids]},
      TrustedSigners: {Enabled: signers.length > 0, Quantity: signers.length, Items: [...signers]},
    },
  }),
});

describe('public keys', () => {
  it.each([
    ['RSA 2048', pem],
    ['RSA 2048 with line ends of Windows', pem.replaceAll('\n', '\r\n')],
    ['P-256', spki(ec('prime256v1').publicKey)],
  ])('takes %s and answers it as it was sent', async (_name, EncodedKey) => {
    const made = await cloud.call.CreatePublicKey(publicKey('k', {EncodedKey}));
    expect(made).toMatchObject({ETag: expect.stringMatching(/^E/) as string});
    expect((await cloud.call.GetPublicKeyConfig({Id: made.PublicKey?.Id})).PublicKeyConfig).toEqual({
      ...publicKey('k', {EncodedKey}).PublicKeyConfig,
      Comment: '',
    });
  });

  it.each([
    ['RSA 1024', spki(rsa(1024).publicKey)],
    ['RSA 3072', spki(rsa(3072).publicKey)],
    ['P-384', spki(ec('secp384r1').publicKey)],
    ['secp256k1', spki(ec('secp256k1').publicKey)],
    ['Ed25519', spki(generateKeyPairSync('ed25519').publicKey)],
    ['RSA-PSS', spki(generateKeyPairSync('rsa-pss', {modulusLength: 2048}).publicKey)],
    ['PKCS #1', good.publicKey.export({type: 'pkcs1', format: 'pem'}) as string],
    ['a private key', good.privateKey.export({type: 'pkcs8', format: 'pem'}) as string],
    [
      'a private key behind the public one',
      pem + String(good.privateKey.export({type: 'pkcs8', format: 'pem'})),
    ],
    ['base64 without PEM', pem.split('\n').slice(1, -2).join('')],
    ['nothing', ''],
  ])('refuses %s', async (_name, EncodedKey) => {
    expect(await faultOf(cloud.call.CreatePublicKey(publicKey('k', {EncodedKey})))).toBe(
      'InvalidArgument 400',
    );
  });

  it('holds at most ten, under ten names, with comments of at most 128 characters', async () => {
    const {call} = cloud;
    expect(await faultOf(call.CreatePublicKey(publicKey('k', {Comment: 'x'.repeat(129)})))).toBe(
      'InvalidArgument 400',
    );
    for (let n = 0; n < 10; n++) await makeKey(`k${n}`);
    const again = call.CreatePublicKey(publicKey('again', {Name: 'k3'}));
    expect(await faultOf(again)).toBe('PublicKeyAlreadyExists 409');
    expect(await faultOf(call.CreatePublicKey(publicKey('k10')))).toBe('TooManyPublicKeys 400');
    expect((await call.ListPublicKeys({MaxItems: 4})).PublicKeyList).toMatchObject({
      Quantity: 4,
      MaxItems: 4,
    });
    expect((await call.ListPublicKeys({})).PublicKeyList?.Items).toHaveLength(10);
  });

  it('changes only in its comment, by its current ETag', async () => {
    const {call} = cloud;
    const {PublicKey: made, ETag} = await call.CreatePublicKey(publicKey('k'));
    const update = (IfMatch: string | undefined, changes: Partial<PublicKeyConfig>) =>
      faultOf(call.UpdatePublicKey({Id: made?.Id, IfMatch, ...publicKey('k', changes)}));
    const immutable = 'CannotChangeImmutablePublicKeyFields 400';
    expect(await update(ETag, {Name: 'other'})).toBe(immutable);
    expect(await update(ETag, {CallerReference: 'other'})).toBe(immutable);
    expect(await update(ETag, {EncodedKey: spki(rsa(2048).publicKey)})).toBe(immutable);
    expect(await update(undefined, {Comment: 'x'})).toBe('InvalidIfMatchVersion 400');
    expect(await update('not an etag', {Comment: 'x'})).toBe('InvalidIfMatchVersion 400');
    const updated = await call.UpdatePublicKey({
      Id: made?.Id,
      IfMatch: ETag,
      ...publicKey('k', {Comment: 'x'}),
    });
    expect(updated.ETag).not.toBe(ETag);
    expect(await update(ETag, {Comment: 'y'})).toBe('PreconditionFailed 412');
    expect(await faultOf(call.DeletePublicKey({Id: made?.Id, IfMatch: ETag}))).toBe('PreconditionFailed 412');
    await call.DeletePublicKey({Id: made?.Id, IfMatch: updated.ETag});
    expect(await faultOf(call.GetPublicKey({Id: made?.Id}))).toBe('NoSuchPublicKey 404');
  });
});

describe('key groups', () => {
  it('holds one to five keys, each once, all of them there', async () => {
    const ids = [];
    for (let n = 0; n < 6; n++) ids.push(await makeKey(`k${n}`));
    const create = (...items: string[]) =>
      faultOf(cloud.call.CreateKeyGroup({KeyGroupConfig: {Name: 'g', Items: items}}));
    expect(await create()).toBe('InvalidArgument 400');
    expect(await create(ids[0]!, ids[0]!)).toBe('InvalidArgument 400');
    expect(await create('KNONE')).toBe('InvalidArgument 400');
    expect(await create(...ids)).toBe('TooManyPublicKeysInKeyGroup 400');
    expect(await create(...ids.slice(0, 5))).toMatchObject({
      KeyGroup: {KeyGroupConfig: {Items: ids.slice(0, 5)}},
    });
    expect(await create(ids[5]!)).toBe('KeyGroupAlreadyExists 409');
  });

  it('stops at ten an account; updates go by ETag; a deleted one is gone', async () => {
    const {call} = cloud;
    const key = await makeKey('k');
    const groups = [];
    for (let n = 0; n < 10; n++) groups.push(await makeGroup(`g${n}`, key));
    expect(await faultOf(makeGroup('g10', key))).toBe('TooManyKeyGroups 400');
    const [one] = groups;
    const update = (IfMatch: string | undefined, Name: string) =>
      faultOf(call.UpdateKeyGroup({Id: one?.id, IfMatch, KeyGroupConfig: {Name, Items: [key]}}));
    expect(await update(undefined, 'g0')).toBe('InvalidIfMatchVersion 400');
    expect(await update('E0123456789ABC', 'g0')).toBe('PreconditionFailed 412');
    expect(await update(one?.etag, 'g1')).toBe('KeyGroupAlreadyExists 409');
    const renamed = await call.UpdateKeyGroup({
      Id: one?.id,
      IfMatch: one?.etag,
      KeyGroupConfig: {Name: 'renamed', Items: [key]},
    });
    expect(await faultOf(call.DeleteKeyGroup({Id: one?.id, IfMatch: one?.etag}))).toBe(
      'PreconditionFailed 412',
    );
    await call.DeleteKeyGroup({Id: one?.id, IfMatch: renamed.ETag});
    expect(await faultOf(call.GetKeyGroup({Id: one?.id}))).toBe('NoSuchResource 404');
    expect((await call.ListKeyGroups({})).KeyGroupList?.Quantity).toBe(9);
  });

  it('a changed one reaches the edge after the delay, the distributions that trust it are InProgress till then', async () => {
    const {call, clock, controlPlane} = cloud;
    const [a, b, c] = [await makeKey('a'), await makeKey('b'), await makeKey('c')];
    const group = await makeGroup('g', a);
    const trusts = await call.CreateDistribution(trusting('one', [group.id]));
    const other = await call.CreateDistribution(trusting('two', []));
    clock.advance(60_000);
    const status = async () => {
      const {DistributionList: list} = await call.ListDistributions({});
      const of = (id: string | undefined) => list?.Items?.find(item => item.Id === id)?.Status;
      return [of(trusts.Distribution?.Id), of(other.Distribution?.Id)];
    };
    const live = () => controlPlane.keyGroup(group.id)?.Items;
    const update = async (IfMatch: string | undefined, ...Items: string[]) =>
      (await call.UpdateKeyGroup({Id: group.id, IfMatch, KeyGroupConfig: {Name: 'g', Items}})).ETag;
    expect([await status(), live()]).toEqual([['Deployed', 'Deployed'], [a]]);
    const second = await update(group.etag, a, b);
    expect((await call.GetKeyGroup({Id: group.id})).KeyGroup?.KeyGroupConfig?.Items).toEqual([a, b]);
    expect([await status(), live()]).toEqual([['InProgress', 'Deployed'], [a]]);
    clock.advance(30_000);
    // A change on top of one that is still on its way: the edge goes from the first to the last.
    await update(second, c);
    clock.advance(59_999);
    expect([await status(), live()]).toEqual([['InProgress', 'Deployed'], [a]]);
    const keyA = await call.GetPublicKey({Id: a});
    expect(await faultOf(call.DeletePublicKey({Id: a, IfMatch: keyA.ETag}))).toBe('PublicKeyInUse 409');
    clock.advance(1);
    expect([await status(), live()]).toEqual([['Deployed', 'Deployed'], [c]]);
    expect(controlPlane.keyGroup(group.id)).toBe(controlPlane.keyGroup(group.id));
    await call.DeletePublicKey({Id: a, IfMatch: keyA.ETag});
    expect(controlPlane.publicKey(a)).toBeUndefined();
  });

  it('a change on its way is kept over a restart', async () => {
    const {call, clock, store} = cloud;
    const [a, b] = [await makeKey('a'), await makeKey('b')];
    const group = await makeGroup('g', a);
    await call.UpdateKeyGroup({Id: group.id, IfMatch: group.etag, KeyGroupConfig: {Name: 'g', Items: [b]}});
    const next = await account({store, clock});
    expect(next.controlPlane.keyGroup(group.id)?.Items).toEqual([a]);
    clock.advance(60_000);
    expect(next.controlPlane.keyGroup(group.id)?.Items).toEqual([b]);
    await next.end();
  });
});

describe('distributions', () => {
  it('trust at most four groups a behavior, each once, all of them there', async () => {
    const {call} = cloud;
    const key = await makeKey('k');
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push((await makeGroup(`g${n}`, key)).id);
    const create = (reference: string, ...groups: string[]) =>
      faultOf(call.CreateDistribution(trusting(reference, groups)));
    expect(await create('1', ...ids)).toBe('TooManyKeyGroupsAssociatedToDistribution 400');
    expect(await create('2', 'no-such-group')).toBe('TrustedKeyGroupDoesNotExist 400');
    expect(await create('3', ids[0]!, ids[0]!)).toBe('InvalidArgument 400');
    const made = await call.CreateDistribution(trusting('4', ids.slice(0, 4)));
    expect(made.Distribution?.ActiveTrustedKeyGroups).toMatchObject({Enabled: true, Quantity: 4});
    const disabled = trusting('5', []);
    disabled.DistributionConfig.DefaultCacheBehavior!.TrustedKeyGroups = {
      Enabled: false,
      Quantity: 1,
      Items: [ids[0]!],
    };
    expect(await faultOf(call.CreateDistribution(disabled))).toBe('InvalidArgument 400');
  });

  it('are at most a hundred a group, and found by their group', async () => {
    const {call} = cloud;
    const key = await makeKey('k');
    const group = await makeGroup('g', key);
    const other = await makeGroup('other', key);
    for (let n = 0; n < 100; n++) await call.CreateDistribution(trusting(`d${n}`, [group.id]));
    // Another cache policy, which has a quota of its own.
    const last = trusting('d100', [group.id]);
    last.DistributionConfig.DefaultCacheBehavior!.CachePolicyId = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
    expect(await faultOf(call.CreateDistribution(last))).toBe('TooManyDistributionsAssociatedToKeyGroup 400');
    const list = async (KeyGroupId: string) =>
      (await call.ListDistributionsByKeyGroup({KeyGroupId, MaxItems: 30})).DistributionIdList;
    expect(await list(group.id)).toMatchObject({Quantity: 30, IsTruncated: true});
    expect(await list(other.id)).toMatchObject({Quantity: 0, IsTruncated: false});
    expect(await faultOf(list('no-such-group'))).toBe('NoSuchResource 404');
  });

  it('may name AWS accounts as signers, which have no key pairs here', async () => {
    const {call} = cloud;
    const made = await call.CreateDistribution(trusting('1', [], ['self', '111122223333']));
    expect(made.Distribution?.ActiveTrustedSigners).toEqual({
      Enabled: true,
      Quantity: 2,
      Items: [
        {AwsAccountNumber: 'self', KeyPairIds: {Quantity: 0}},
        {AwsAccountNumber: '111122223333', KeyPairIds: {Quantity: 0}},
      ],
    });
    expect(await faultOf(call.CreateDistribution(trusting('2', [], ['me'])))).toBe(
      'TrustedSignerDoesNotExist 400',
    );
  });
});
