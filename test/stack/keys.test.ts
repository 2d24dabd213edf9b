import {chmodSync, existsSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {UpdateDistributionCommand, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {readDistribution} from '../../src/distribution/index.js';
import {createKeyGroup, findKeyGroup, generateKeyPair} from '../../src/signing/index.js';
import {createKey, deleteKey, listKeys, rotateKey} from '../../src/stack/index.js';
import {finish} from '../deploy/world.js';
import {deployMs, hour, openPrivateSite, type PrivateSite} from './private-site.js';

let site: PrivateSite;

beforeEach(async () => {
  site = await openPrivateSite();
});

afterEach(() => site.close());

const file = (name: string): string => join(site.keyDir, name);
const create = (more: Partial<Parameters<typeof createKey>[0]> = {}) =>
  finish(
    createKey({
      ...site.waiting,
      aws: site.aws,
      key: {from: 'pair', path: file('new.pem'), keyType: 'rsa'},
      wait: true,
      ...more,
    }),
  );
const configOf = async (): Promise<DistributionConfig> =>
  (await readDistribution(site.aws, site.distributionId)).config;

/** A second behavior, `/private/*`, that is open to all, and fields that frontctl itself never sets. */
async function addBehavior(): Promise<DistributionConfig> {
  const {config, etag} = await readDistribution(site.aws, site.distributionId);
  const client = await site.aws.cloudfront();
  const {Distribution: made} = await client.send(
    new UpdateDistributionCommand({
      Id: site.distributionId,
      IfMatch: etag,
      DistributionConfig: {
        ...config,
        Comment: 'Hand-made',
        CacheBehaviors: {
          Quantity: 2,
          Items: ['/open/*', '/private/*'].map(PathPattern => ({
            ...config.DefaultCacheBehavior,
            PathPattern,
            TargetOriginId: config.DefaultCacheBehavior?.TargetOriginId,
            ViewerProtocolPolicy: 'https-only' as const,
            TrustedKeyGroups: {Enabled: false, Quantity: 0},
          })),
        },
      },
    }),
  );
  await site.advance(deployMs);
  return made?.DistributionConfig ?? config;
}

describe('createKey', () => {
  it('writes a private key that only its owner can read, uploads the public one, once', async () => {
    const {result} = await create();
    expect(result).toMatchObject({
      type: 'rsa',
      created: true,
      group: null,
      attached: null,
      privateKeyFile: file('new.pem'),
      publicKeyFile: file('new.pub.pem'),
    });
    if (process.platform !== 'win32') expect(statSync(file('new.pem')).mode & 0o777).toBe(0o600);
    expect(existsSync(file('new.pem.part'))).toBe(false);
    const {result: again, events} = await create();
    expect(events.filter(({type}) => type === 'warning')).toEqual([]);
    expect(again).toEqual({...result, created: false});
    const {result: other} = await create({key: {from: 'public', path: file('new.pub.pem')}, name: 'other'});
    expect(other).toMatchObject({keyId: result.keyId, created: false, name: result.name});
    expect(await site.publicKeys()).toHaveLength(2);
  });

  it.skipIf(process.platform === 'win32')('warns of a private key that others may read', async () => {
    await create();
    chmodSync(file('new.pem'), 0o644);
    const {events} = await create();
    expect(events).toContainEqual(
      expect.objectContaining({type: 'warning', message: expect.stringContaining('chmod 600') as string}),
    );
  });

  it('makes a group, adds to it, and changes nothing the second time', async () => {
    const {result} = await create({group: 'films'});
    expect(result.group).toMatchObject({name: 'films', created: true, added: true});
    const second = {key: {from: 'pair', path: file('2.pem')}, group: result.group?.id} as const;
    const {result: joined} = await create(second);
    expect(joined.group).toMatchObject({name: 'films', created: false, added: true});
    expect((await findKeyGroup(site.aws, 'films'))?.keyIds).toEqual([result.keyId, joined.keyId]);
    site.world.calls.length = 0;
    expect((await create(second)).result.group).toMatchObject({added: false});
    expect(site.world.calls.filter(call => /^cloudfront (Create|Update)/.test(call))).toEqual([]);
  });

  it('waits until the edge knows a key that joined a group in use', async () => {
    const {result} = await create({group: 'media'});
    const signed = site.sign(await site.signer(file('new.pem'), result.keyId), hour);
    expect(await site.load(signed)).toBe(200);
  });

  it('waits for it on the next run, too, where the first has only added it', async () => {
    const group = 'media';
    await expect(create({group, timeoutMs: 1})).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      hint: expect.stringContaining('run the same command again') as string,
    });
    const {result} = await create({group});
    expect(result.group).toMatchObject({added: false});
    const signed = site.sign(await site.signer(file('new.pem'), result.keyId), hour);
    expect(await site.load(signed)).toBe(200);
  });

  it('refuses a sixth key before it writes anything', async () => {
    const ids = [site.first.id];
    for (const name of ['b', 'c', 'd', 'e']) {
      const {result} = await create({key: {from: 'pair', path: file(name)}, group: 'media', wait: false});
      ids.push(result.keyId);
    }
    await expect(create({group: 'media'})).rejects.toMatchObject({
      code: 'KEY_GROUP_FULL',
      exit: 'refused',
      message: `The key group media holds 5 keys (${ids.join(', ')}), the most that CloudFront allows.`,
    });
    expect(existsSync(file('new.pem'))).toBe(false);
    // One that is in it already is no sixth.
    expect((await create({key: {from: 'pair', path: file('e')}, group: 'media'})).result.group?.added).toBe(
      false,
    );
  });

  it('leaves no file where CloudFront cannot be asked', async () => {
    const cloudfront = () => Promise.reject(new Error('no credentials'));
    await expect(create({aws: {...site.aws, cloudfront}})).rejects.toThrow('no credentials');
    expect(existsSync(file('new.pem'))).toBe(false);
  });

  it('names what is taken, missing or mistyped', async () => {
    await create({name: 'taken'});
    const other = {from: 'pair', path: file('2.pem')} as const;
    await expect(create({key: other, name: 'taken'})).rejects.toMatchObject({
      code: 'KEY_NAME_TAKEN',
      exit: 'conflict',
    });
    await expect(create({group: '00000000-0000-4000-8000-000000000000'})).rejects.toMatchObject({
      code: 'NO_SUCH_KEY_GROUP',
    });
    await expect(create({key: {from: 'public', path: file('new.pem')}})).rejects.toMatchObject({
      code: 'KEY_IS_PRIVATE',
    });
    const attach = {distributionId: site.distributionId, pathPattern: '/nowhere/*'};
    await expect(
      create({key: {from: 'pair', path: file('3.pem')}, group: 'films', attach}),
    ).rejects.toMatchObject({
      code: 'NO_SUCH_BEHAVIOR',
      hint: expect.stringContaining('leave --path-pattern out') as string,
    });
    expect(existsSync(file('3.pem'))).toBe(false);
    expect(await findKeyGroup(site.aws, 'films')).toBeUndefined();
    await expect(create({key: {...other, keyType: 'ecdsa'}})).rejects.toMatchObject({
      code: 'KEY_TYPE_DIFFERS',
    });
  });

  it('attaches the group to one behavior and leaves everything else as it was', async () => {
    const before = await addBehavior();
    expect(await site.load('/private/a')).toBe(403);
    const attach = {distributionId: site.distributionId, pathPattern: 'private/*'};
    const {result} = await create({group: 'films', attach});
    expect(result.attached).toEqual({...attach, changed: true, behavior: 'changed', staysOpen: []});
    const groupId = result.group?.id ?? '';
    const after = await configOf();
    expect(after).toEqual({
      ...before,
      CacheBehaviors: {
        Quantity: 2,
        Items: before.CacheBehaviors?.Items?.map(each =>
          each.PathPattern === '/private/*'
            ? {...each, TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: [groupId]}}
            : each,
        ),
      },
    });
    site.world.calls.length = 0;
    expect((await create({group: 'films', attach})).result.attached?.changed).toBe(false);
    expect(site.world.calls.filter(call => /^cloudfront (Create|Update)/.test(call))).toEqual([]);
    // The default behavior trusts `media` and now `films` too.
    await create({group: 'films', attach: {...attach, pathPattern: '*'}});
    expect((await configOf()).DefaultCacheBehavior?.TrustedKeyGroups).toEqual({
      Enabled: true,
      Quantity: 2,
      Items: [site.groupId, groupId],
    });
  });
});

describe('listKeys', () => {
  it('tells type, groups, who trusts them, and the parts of a rotation', async () => {
    await addBehavior();
    const attach = {distributionId: site.distributionId, pathPattern: '/private/*'};
    await create({group: 'media', attach});
    const idle = (await create({key: {from: 'pair', path: file('idle.pem')}, name: 'idle', comment: 'Spare'}))
      .result;
    await createKeyGroup(site.aws, 'unused', [idle.keyId]);
    await finish(
      rotateKey({
        ...site.waiting,
        aws: site.aws,
        group: 'media',
        action: 'go on',
        settleMs: 0,
        old: site.first.id,
        key: {from: 'pair', path: file('next.pem')},
        longestExpiryMs: hour,
      }),
    );
    const {keys, groups, unknown} = await listKeys(site.aws);
    const users = [
      {distributionId: site.distributionId, host: site.domainName, pathPattern: '/private/*'},
      {distributionId: site.distributionId, host: site.domainName, pathPattern: '*'},
    ];
    const of = (id: string) => keys.find(key => key.id === id);
    expect(of(site.first.id)).toMatchObject({
      type: 'ecdsa',
      groups: ['media'],
      users,
      rotation: {role: 'old', group: 'media'},
    });
    expect(of(idle.keyId)).toMatchObject({
      type: 'rsa',
      name: 'idle',
      comment: 'Spare',
      groups: ['unused'],
      users: [],
    });
    expect(keys.filter(({rotation}) => rotation?.role === 'new')).toMatchObject([{groups: ['media'], users}]);
    expect(keys).toHaveLength(4);
    expect(groups?.find(({name}) => name === 'unused')).toMatchObject({keys: [idle.keyId], users: []});
    expect(unknown).toEqual([]);
  });

  it('shows what it may not read as unknown', async () => {
    for (const [operation, expected] of [
      ['ListDistributions', {users: null, groups: ['media']}],
      ['ListKeyGroups', {users: null, groups: null}],
    ] as const) {
      const client = await site.aws.cloudfront();
      const denied = new Proxy(client, {
        get(target, name, receiver) {
          const value = Reflect.get(target, name, receiver) as unknown;
          if (name !== 'send') return value;
          return (command: {readonly constructor: {readonly name: string}}, ...rest: unknown[]) =>
            command.constructor.name === `${operation}Command`
              ? Promise.reject(
                  Object.assign(new Error('no'), {name: 'AccessDenied', $metadata: {httpStatusCode: 403}}),
                )
              : (value as (...args: unknown[]) => Promise<unknown>).call(target, command, ...rest);
        },
      });
      const result = await listKeys({...site.aws, cloudfront: () => Promise.resolve(denied)});
      expect(result.keys).toMatchObject([{id: site.first.id, ...expected}]);
      expect(result.unknown).toEqual([expect.stringContaining(`cloudfront:${operation}`)]);
    }
  });
});

describe('deleteKey', () => {
  it('asks for an id where a key and a group have the name', async () => {
    const {result} = await create({name: 'films'});
    const group = await createKeyGroup(site.aws, 'films', [site.first.id]);
    await expect(deleteKey(site.aws, 'films')).rejects.toMatchObject({
      code: 'NAME_AMBIGUOUS',
      exit: 'usage',
      message: `Both the public key ${result.keyId} and the key group ${group.id} are named "films".`,
    });
    expect(await deleteKey(site.aws, group.id)).toMatchObject({kind: 'group'});
    expect(await deleteKey(site.aws, 'films')).toMatchObject({kind: 'key', deleted: result.keyId});
  });

  it('refuses a key that lets viewers in, and says what to do', async () => {
    await expect(deleteKey(site.aws, site.first.id)).rejects.toMatchObject({
      code: 'KEY_IN_GROUP',
      exit: 'refused',
      message: `Public key ${site.first.id} lets viewers in: it is in the key group media, which ${site.distributionId} trusts.`,
      hint: expect.stringContaining('frontctl key rotate media --out FILE') as string,
    });
    await expect(deleteKey(site.aws, 'media')).rejects.toMatchObject({
      code: 'KEY_GROUP_TRUSTED',
      exit: 'refused',
    });
    expect(await site.keysOfGroup()).toEqual([site.first.id]);
  });

  it('refuses both keys of a rotation', async () => {
    const input = {...site.waiting, aws: site.aws, group: 'media', settleMs: 0} as const;
    const key = {from: 'pair', path: file('next.pem')} as const;
    const {result} = await finish(rotateKey({...input, action: 'go on', key, longestExpiryMs: hour}));
    for (const id of [result.newKey, result.oldKey]) {
      await expect(deleteKey(site.aws, id)).rejects.toMatchObject({code: 'KEY_IN_GROUP'});
    }
    await site.setGroup([result.oldKey]);
    await expect(deleteKey(site.aws, result.newKey)).rejects.toMatchObject({
      code: 'ROTATION_RUNNING',
      hint: 'Take the rotation back instead: frontctl key rotate media --abort --local',
    });
  });

  it('deletes an unused group, then its key, by name or id', async () => {
    const {result} = await create({group: 'films', name: 'film-key'});
    await expect(deleteKey(site.aws, result.keyId)).rejects.toMatchObject({
      hint: 'No behavior trusts the group: delete that first (frontctl key delete films --local).',
    });
    expect(await deleteKey(site.aws, 'films')).toEqual({
      deleted: result.group?.id,
      kind: 'group',
      name: 'films',
    });
    expect(await deleteKey(site.aws, 'film-key')).toEqual({
      deleted: result.keyId,
      kind: 'key',
      name: 'film-key',
    });
    await expect(deleteKey(site.aws, result.keyId)).rejects.toMatchObject({
      code: 'NO_SUCH_PUBLIC_KEY',
      exit: 'usage',
    });
  });

  it('tells apart what CloudFront itself refuses', async () => {
    const {deletePublicKey, deleteKeyGroup, ensurePublicKey, readKeyGroup} =
      await import('../../src/signing/index.js');
    await expect(deletePublicKey(site.aws, site.first.id)).rejects.toMatchObject({
      code: 'PUBLIC_KEY_IN_USE',
      exit: 'conflict',
    });
    await expect(deleteKeyGroup(site.aws, await readKeyGroup(site.aws, 'media'))).rejects.toMatchObject({
      code: 'KEY_GROUP_IN_USE',
    });
    await expect(createKeyGroup(site.aws, 'media', [site.first.id])).rejects.toMatchObject({
      code: 'KEY_GROUP_EXISTS',
    });
    for (let left = 9; left > 0; left--) {
      await ensurePublicKey(site.aws, {pem: (await generateKeyPair('ecdsa')).publicPem});
    }
    await expect(create()).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      exit: 'refused',
      hint: expect.stringContaining('frontctl key delete') as string,
    });
  });
});
