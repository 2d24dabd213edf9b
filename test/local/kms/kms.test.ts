import {KMS} from '@aws-sdk/client-kms';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createKms} from '../../../src/local/kms/index.js';
import {openStore} from '../../../src/local/store/index.js';
import {stillClock} from '../cloudfront/account.js';
import {refusal} from '../s3/cloud.js';
import {clientOf, serve} from '../wire/serve.js';

const day = 86_400_000;
const root = {AWS: 'arn:aws:iam::000000000000:root'};
const policyOf = (...statements: object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(statement => ({Effect: 'Allow', Action: 'kms:*', Resource: '*', ...statement})),
  });

/** KMS behind a real socket, and the SDK's client in one or two regions. */
const service = async () => {
  const store = await openStore({memory: true});
  const clock = stillClock();
  const served = await serve({kms: createKms({store, clock})});
  const client = (region = 'us-east-1') => new KMS({...clientOf(served), region});
  onTestFinished(async () => {
    await served[Symbol.asyncDispose]();
    await store.close();
  });
  const kms = client();
  return {clock, kms, client, make: async () => (await kms.createKey({})).KeyMetadata!};
};

describe('a key', () => {
  it('is found by id, ARN, alias and alias ARN, in its region alone', async () => {
    const {kms, client} = await service();
    const {KeyMetadata: key} = await kms.createKey({
      Description: 'site',
      Tags: [{TagKey: 'a', TagValue: 'b'}],
    });
    expect(key).toMatchObject({
      Arn: `arn:aws:kms:us-east-1:000000000000:key/${key!.KeyId!}`,
      KeyState: 'Enabled',
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      Description: 'site',
    });
    await kms.createAlias({AliasName: 'alias/site', TargetKeyId: key!.KeyId});
    for (const KeyId of [
      key!.KeyId,
      key!.Arn,
      'alias/site',
      'arn:aws:kms:us-east-1:000000000000:alias/site',
    ]) {
      expect((await kms.describeKey({KeyId})).KeyMetadata).toEqual(key);
    }
    const elsewhere = client('eu-west-1');
    for (const KeyId of [key!.KeyId, key!.Arn, 'alias/site'])
      expect(await refusal(elsewhere.describeKey({KeyId}))).toBe('NotFoundException 400');
    expect((await elsewhere.listKeys({})).Keys).toEqual([]);
    expect((await kms.listResourceTags({KeyId: key!.KeyId})).Tags).toEqual([{TagKey: 'a', TagValue: 'b'}]);
  });

  it('is listed in pages, with its aliases', async () => {
    const {kms, make} = await service();
    const ids = [await make(), await make(), await make()].map(key => key.KeyId!).sort();
    const first = await kms.listKeys({Limit: 2});
    expect(first.Truncated).toBe(true);
    const rest = await kms.listKeys({Limit: 2, Marker: first.NextMarker});
    expect(rest.Truncated).toBe(false);
    expect([...first.Keys!, ...rest.Keys!].map(key => key.KeyId)).toEqual(ids);
    await kms.createAlias({AliasName: 'alias/b', TargetKeyId: ids[0]});
    await kms.createAlias({AliasName: 'alias/a', TargetKeyId: ids[1]});
    const names = async (KeyId?: string) =>
      (await kms.listAliases({KeyId})).Aliases?.map(alias => alias.AliasName);
    expect(await names()).toEqual(['alias/a', 'alias/b']);
    expect(await names(ids[0])).toEqual(['alias/b']);
    await kms.updateAlias({AliasName: 'alias/b', TargetKeyId: ids[1]});
    expect(await names(ids[1])).toEqual(['alias/a', 'alias/b']);
    await kms.deleteAlias({AliasName: 'alias/a'});
    expect(await names()).toEqual(['alias/b']);
  });

  it('waits for its deletion, can be saved from it, and is gone afterwards', async () => {
    const {kms, make, clock} = await service();
    const {KeyId, Arn} = await make();
    await kms.createAlias({AliasName: 'alias/site', TargetKeyId: KeyId});
    expect(await refusal(kms.scheduleKeyDeletion({KeyId, PendingWindowInDays: 6}))).toBe(
      'ValidationException 400',
    );
    const scheduled = await kms.scheduleKeyDeletion({KeyId, PendingWindowInDays: 7});
    expect(scheduled).toMatchObject({
      KeyId: Arn,
      KeyState: 'PendingDeletion',
      DeletionDate: new Date(clock.now() + 7 * day),
    });
    const state = async () => (await kms.describeKey({KeyId})).KeyMetadata?.KeyState;
    expect(await state()).toBe('PendingDeletion');
    expect(await refusal(kms.enableKey({KeyId}))).toBe('KMSInvalidStateException 400');
    await kms.cancelKeyDeletion({KeyId});
    expect(await state()).toBe('Disabled');
    await kms.enableKey({KeyId});
    expect(await state()).toBe('Enabled');
    await kms.scheduleKeyDeletion({KeyId, PendingWindowInDays: 7});
    clock.advance(7 * day);
    expect(await refusal(kms.describeKey({KeyId}))).toBe('NotFoundException 400');
    expect((await kms.listKeys({})).Keys).toEqual([]);
    expect((await kms.listAliases({})).Aliases).toEqual([]);
  });

  it('of AWS is there without being made, and cannot be changed', async () => {
    const {kms} = await service();
    const {KeyMetadata: managed} = await kms.describeKey({KeyId: 'alias/aws/s3'});
    expect(managed?.KeyManager).toBe('AWS');
    const Policy = policyOf({Principal: root});
    expect(await refusal(kms.putKeyPolicy({KeyId: managed?.KeyId, Policy}))).toBe(
      'AccessDeniedException 400',
    );
  });
});

describe('a key policy', () => {
  it('is the default one until it is replaced, and comes back as it was written', async () => {
    const {kms, make} = await service();
    const {KeyId} = await make();
    const before = await kms.getKeyPolicy({KeyId});
    expect(before.PolicyName).toBe('default');
    expect(JSON.parse(before.Policy!)).toMatchObject({
      Id: 'key-default-1',
      Statement: [{Principal: root, Action: 'kms:*'}],
    });
    const Policy = policyOf({Principal: root}).replaceAll(',', ' ,\n');
    await kms.putKeyPolicy({KeyId, Policy});
    expect((await kms.getKeyPolicy({KeyId})).Policy).toBe(Policy);
  });

  it.each([
    ['no JSON', '{', 'MalformedPolicyDocumentException 400'],
    ['no principal', policyOf({}), 'MalformedPolicyDocumentException 400'],
    [
      'an action of S3',
      policyOf({Principal: root, Action: 's3:GetObject'}),
      'MalformedPolicyDocumentException 400',
    ],
    [
      'an unknown condition',
      policyOf({Principal: root, Condition: {Same: {'aws:x': '1'}}}),
      'MalformedPolicyDocumentException 400',
    ],
    ['more than 32 KB', policyOf({Principal: root, Sid: 'x'.repeat(33_000)}), 'LimitExceededException 400'],
    [
      'nobody who may change it again',
      policyOf({Principal: {Service: 'cloudfront.amazonaws.com'}, Action: 'kms:Decrypt'}),
      'MalformedPolicyDocumentException 400',
    ],
  ])('with %s is refused', async (_what, Policy, expected) => {
    const {kms, make} = await service();
    const {KeyId} = await make();
    expect(await refusal(kms.putKeyPolicy({KeyId, Policy}))).toBe(expected);
    expect(await refusal(kms.createKey({Policy}))).toBe(expected);
  });

  it('is not found by an alias', async () => {
    const {kms, make} = await service();
    const {KeyId} = await make();
    await kms.createAlias({AliasName: 'alias/site', TargetKeyId: KeyId});
    expect(await refusal(kms.getKeyPolicy({KeyId: 'alias/site'}))).toBe('NotFoundException 400');
  });

  it('that denies an operation denies it to everyone', async () => {
    const {kms, make} = await service();
    const {KeyId} = await make();
    await kms.putKeyPolicy({
      KeyId,
      Policy: policyOf({Principal: root}, {Effect: 'Deny', Principal: '*', Action: 'kms:DescribeKey'}),
    });
    expect(await refusal(kms.describeKey({KeyId}))).toBe('AccessDeniedException 400');
    await kms.getKeyPolicy({KeyId});
  });
});

it.each([
  ['alias/aws/mine', 'InvalidAliasNameException 400'],
  ['site', 'InvalidAliasNameException 400'],
  ['alias/taken', 'AlreadyExistsException 400'],
])('refuses the alias %s', async (AliasName, expected) => {
  const {kms, make} = await service();
  const {KeyId} = await make();
  await kms.createAlias({AliasName: 'alias/taken', TargetKeyId: KeyId});
  expect(await refusal(kms.createAlias({AliasName, TargetKeyId: KeyId}))).toBe(expected);
});

it('answers an operation that it does not have in its own protocol', async () => {
  const {kms, make} = await service();
  const {KeyId} = await make();
  expect(await refusal(kms.encrypt({KeyId, Plaintext: new Uint8Array([1])}))).toBe('NotImplemented 501');
});
