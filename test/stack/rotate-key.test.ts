import {createPublicKey} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {
  CreatePublicKeyCommand,
  UpdatePublicKeyCommand,
  GetPublicKeyCommand,
} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {createKeyPair, generateKeyPair, readNote} from '../../src/signing/index.js';
import {deleteKey, rotateKey, type RotateKeyInput, type RotateKeyResult} from '../../src/stack/index.js';
import {finish} from '../deploy/world.js';
import {hour, openPrivateSite, second, type PrivateSite} from './private-site.js';

let site: PrivateSite;
let out: string;

beforeEach(async () => {
  site = await openPrivateSite();
  out = join(site.keyDir, 'second.pem');
});

afterEach(() => site.close());

const run = (more: Partial<RotateKeyInput> = {}) =>
  finish(rotateKey({aws: site.aws, group: 'media', action: 'go on', settleMs: 0, ...site.waiting, ...more}));
const rotate = async (more: Partial<RotateKeyInput> = {}): Promise<RotateKeyResult> =>
  (await run(more)).result;
const begin = (more: Partial<RotateKeyInput> = {}) =>
  rotate({key: {from: 'pair', path: out}, longestExpiryMs: hour, ...more});

/** AWS that dies at call number `limit` that changes anything: before it is sent, or when its answer is lost. */
function dyingAt(limit: number, when: 'before' | 'after'): Aws {
  let count = 0;
  return {
    ...site.aws,
    cloudfront: async () =>
      new Proxy(await site.aws.cloudfront(), {
        get(target, name, receiver) {
          const value = Reflect.get(target, name, receiver) as unknown;
          if (name !== 'send') return value;
          return async (command: {readonly constructor: {readonly name: string}}, ...rest: unknown[]) => {
            const isWrite = /^(Create|Update|Delete)/.test(command.constructor.name);
            if (isWrite) count++;
            if (count > limit) throw new Error('killed');
            const send = value as (...args: unknown[]) => Promise<unknown>;
            const answer = await send.call(target, command, ...rest);
            if (isWrite && count === limit && when === 'after') throw new Error('killed');
            return answer;
          };
        },
      }),
  };
}

const newKeys = async () => (await site.publicKeys()).filter(({id}) => id !== site.first.id);

describe('rotateKey', () => {
  it('goes from start to end, and says at every run what is next', async () => {
    const began = await begin();
    expect(began).toMatchObject({
      group: {id: site.groupId, name: 'media'},
      status: 'ready',
      oldKey: site.first.id,
      switchedAt: null,
      removableAt: null,
      longestExpirySeconds: 3600,
      privateKeyFile: out,
      publicKeyFile: join(site.keyDir, 'second.pub.pem'),
      next: 'frontctl key rotate media --switched --local',
    });
    expect(await site.load(site.sign(await site.signer(out, began.newKey), hour))).toBe(200);
    expect(await begin()).toEqual(began);
    expect(await rotate()).toEqual({...began, privateKeyFile: null, publicKeyFile: null});

    const waiting = await rotate({action: 'switched'});
    const switchedAt = waiting.switchedAt ?? '';
    expect(waiting).toMatchObject({status: 'waiting', next: 'frontctl key rotate media --local'});
    expect(Date.parse(waiting.removableAt ?? '') - Date.parse(switchedAt)).toBe(hour);
    await site.advance(10 * second);
    expect(await rotate({action: 'switched'})).toEqual(waiting);
    await site.advance(hour - 12 * second);
    expect(await rotate()).toMatchObject({status: 'waiting'});
    expect(await site.keysOfGroup()).toEqual([site.first.id, began.newKey]);
    await site.advance(3 * second);
    expect(await rotate()).toMatchObject({status: 'done', newKey: began.newKey, next: null});
    expect(await site.publicKeys()).toEqual([
      {id: began.newKey, comment: expect.stringContaining(`frontctl rotated=${site.first.id}`) as string},
    ]);
    // The command that began it, and a plain one, once more: nothing begins anew.
    expect(await begin()).toMatchObject({status: 'done', newKey: began.newKey});
    expect(await rotate()).toMatchObject({status: 'done', newKey: began.newKey, oldKey: site.first.id});
    await expect(rotate({action: 'switched'})).rejects.toMatchObject({code: 'NO_ROTATION', exit: 'usage'});
  });

  it('--until-done stays until the old key has left', async () => {
    const began = await begin();
    expect(await rotate({action: 'switched', untilDone: true})).toMatchObject({status: 'done'});
    expect(await site.keysOfGroup()).toEqual([began.newKey]);
  });

  it('waits for the distributions and then for the change to settle', async () => {
    const start = site.now();
    const {events} = await run({key: {from: 'pair', path: out}, longestExpiryMs: hour, settleMs: hour / 2});
    expect(site.now() - start).toBeGreaterThanOrEqual(hour / 2);
    const statuses = events.flatMap(event => (event.type === 'wait' ? [event.status] : []));
    expect(statuses[0]).toBe(`${site.distributionId} InProgress`);
    expect(statuses.at(-1)).toMatch(/^Deployed, \d+ s to settle$/);
  });

  it('that is not deployed in time says how to go on, and the next run does', async () => {
    await expect(begin({timeoutMs: 5 * second})).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      exit: 'unfinished',
      hint: 'Go on with: frontctl key rotate media --local',
    });
    await expect(rotate({action: 'switched', timeoutMs: 0})).rejects.toMatchObject({code: 'WAIT_TIMEOUT'});
    expect((await newKeys()).map(({comment}) => readNote(comment)?.switched)).toEqual([undefined]);
    expect(await rotate()).toMatchObject({status: 'ready'});
  });

  it('interrupted while it waits says how to go on', async () => {
    const interrupt = new AbortController();
    const sleep = (): Promise<void> => {
      interrupt.abort();
      return Promise.reject(new Error('aborted'));
    };
    await expect(begin({signal: interrupt.signal, sleep})).rejects.toMatchObject({
      code: 'INTERRUPTED',
      exit: 'interrupted',
      hint: 'Go on with: frontctl key rotate media --local',
    });
    expect(await rotate()).toMatchObject({status: 'ready'});
  });

  for (const when of ['before', 'after'] as const) {
    it(`killed ${when} any call, a rerun ends in the same state`, async () => {
      for (let limit = when === 'before' ? 0 : 1; ; limit++) {
        const file = join(site.keyDir, `${when}-${limit}.pem`);
        const old = (await site.keysOfGroup())[0] ?? '';
        const aws = dyingAt(limit, when);
        const dead = (work: Promise<unknown>) =>
          work.then(
            () => false,
            () => true,
          );
        const started = {key: {from: 'pair', path: file}, longestExpiryMs: hour} as const;
        const all = async (cloud: Aws) => {
          await rotate({...started, aws: cloud});
          await rotate({action: 'switched', aws: cloud});
          await site.advance(hour + second);
          await rotate({aws: cloud});
        };
        const died = await dead(all(aws));
        const keysThen = await site.keysOfGroup();
        expect(keysThen.length, `killed ${when} ${limit}`).toBeGreaterThan(0);
        const begun = await rotate(started);
        if (begun.status !== 'done') {
          expect(await rotate({action: 'switched'})).toMatchObject({newKey: begun.newKey});
          await site.advance(hour + second);
          expect(await rotate()).toMatchObject({status: 'done', newKey: begun.newKey, oldKey: old});
        }
        expect(await site.keysOfGroup(), `killed ${when} ${limit}`).toEqual([begun.newKey]);
        expect(
          (await site.publicKeys()).map(({id}) => id),
          `killed ${when} ${limit}`,
        ).toEqual([begun.newKey]);
        if (!died) break;
        expect(limit).toBeLessThan(12);
      }
    });
  }

  it('another machine, without the key file, goes on with a key that was uploaded and not added', async () => {
    await expect(begin({aws: dyingAt(1, 'before')})).rejects.toThrow('killed');
    expect(await newKeys()).toHaveLength(1);
    expect(await site.keysOfGroup()).toEqual([site.first.id]);
    const result = await rotate();
    expect(result).toMatchObject({status: 'ready', privateKeyFile: null});
    expect(await site.keysOfGroup()).toEqual([site.first.id, result.newKey]);
  });

  it('takes a public key whose pair was made elsewhere', async () => {
    const pair = await createKeyPair({path: out, keyType: 'ecdsa'});
    const key = {from: 'public', path: pair.publicKeyFile} as const;
    const began = await begin({key});
    expect(await site.load(site.sign(await site.signer(out, began.newKey), hour))).toBe(200);
    expect(await begin({key})).toEqual(began);
  });

  it('makes a pair like the one that leaves unless told otherwise', async () => {
    await begin({key: {from: 'pair', path: out}});
    expect(createPublicKey(readFileSync(out)).asymmetricKeyType).toBe('ec');
  });

  describe('refuses', () => {
    it('to go on with other parameters than it was begun with', async () => {
      const {newKey} = await begin();
      const refused = {code: 'ROTATION_RUNNING', exit: 'conflict'};
      await expect(begin({longestExpiryMs: 2 * hour})).rejects.toMatchObject(refused);
      await expect(begin({old: newKey})).rejects.toMatchObject(refused);
      const third = join(site.keyDir, 'third.pem');
      await expect(begin({key: {from: 'pair', path: third}})).rejects.toMatchObject(refused);
      expect(existsSync(third)).toBe(false);
      expect(await newKeys()).toHaveLength(1);
    });

    it('to begin without what it needs', async () => {
      const hint = expect.stringContaining('--longest-expiry') as string;
      await expect(rotate()).rejects.toMatchObject({code: 'ROTATION_INCOMPLETE', hint});
      await expect(rotate({key: {from: 'pair', path: out}})).rejects.toMatchObject({
        code: 'ROTATION_INCOMPLETE',
        hint: `Add --longest-expiry 7d: frontctl key rotate media --out ${out} --longest-expiry 7d --local`,
      });
      const key = {from: 'public', path: "my key's.pub"} as const;
      await expect(rotate({key, action: 'switched'})).rejects.toMatchObject({
        code: 'NO_ROTATION',
        hint: String.raw`Start one: frontctl key rotate media --public-key 'my key'\''s.pub' --longest-expiry 7d --local`,
      });
      await expect(begin({group: 'films'})).rejects.toMatchObject({code: 'NO_SUCH_KEY_GROUP'});
      await expect(rotate({action: 'abort'})).rejects.toMatchObject({code: 'NO_ROTATION'});
      expect(existsSync(out)).toBe(false);
    });

    it('the key that the group has already', async () => {
      await expect(begin({key: {from: 'pair', path: site.first.file}})).rejects.toMatchObject({
        code: 'SAME_KEY',
      });
    });

    it('a full group before anything is written, and a group of several keys without --old', async () => {
      const ids = [site.first.id];
      for (const name of ['b', 'c', 'd', 'e']) ids.push(await upload(name));
      await site.setGroup(ids.slice(0, 4));
      await expect(begin()).rejects.toMatchObject({
        code: 'OLD_KEY_UNCLEAR',
        message: expect.stringContaining(ids.slice(0, 4).join(', ')) as string,
      });
      await expect(begin({old: ids[4]})).rejects.toMatchObject({code: 'NOT_IN_GROUP'});
      await site.setGroup(ids);
      await expect(begin({old: ids[2]})).rejects.toMatchObject({code: 'KEY_GROUP_FULL', exit: 'refused'});
      expect(existsSync(out)).toBe(false);
      await site.setGroup(ids.slice(0, 4));
      const {newKey} = await begin({old: ids[2]});
      await rotate({action: 'switched', untilDone: true});
      expect(await site.keysOfGroup()).toEqual([ids[0], ids[1], ids[3], newKey]);
    });

    it('two at the same moment', async () => {
      const other = join(site.keyDir, 'other.pem');
      await begin();
      // As the other run saw it before this one had uploaded its key.
      const {comment} = (await newKeys())[0] ?? {comment: ''};
      const {publicPem} = await createKeyPair({path: other, keyType: 'ecdsa'});
      const rival = await upload('rival', publicPem, comment);
      await expect(rotate()).rejects.toMatchObject({
        code: 'ROTATION_UNCLEAR',
        hint: `Drop the one that is not in the group yet: frontctl key delete ${rival}`,
      });
      expect(await deleteKey(site.aws, rival)).toMatchObject({kind: 'key'});
      expect(await rotate()).toMatchObject({status: 'ready'});
    });

    it('to go on when somebody took the new key out after the switch', async () => {
      const {newKey} = await begin();
      await rotate({action: 'switched'});
      await site.setGroup([site.first.id]);
      await site.advance(2 * hour);
      await expect(rotate()).rejects.toMatchObject({code: 'NEW_KEY_GONE', exit: 'conflict'});
      expect(await site.keysOfGroup()).toEqual([site.first.id]);
      await site.setGroup([site.first.id, newKey]);
      expect(await rotate()).toMatchObject({status: 'done'});
    });
  });

  describe('--abort', () => {
    it('takes the new key out again; the next rotation is free to begin', async () => {
      const began = await begin();
      expect(await rotate({action: 'abort'})).toMatchObject({status: 'aborted', next: null});
      expect(await site.keysOfGroup()).toEqual([site.first.id]);
      expect(await newKeys()).toEqual([]);
      expect(existsSync(out)).toBe(true);
      const again = await begin();
      expect(again.newKey).not.toBe(began.newKey);
    });

    it('is finished by the next run wherever it stopped', async () => {
      for (let limit = 0; ; limit++) {
        await begin();
        const died = await rotate({action: 'abort', aws: dyingAt(limit, 'before')}).then(
          () => false,
          () => true,
        );
        if (died) await rotate(limit === 0 ? {action: 'abort'} : {});
        expect(await site.keysOfGroup()).toEqual([site.first.id]);
        expect(await newKeys()).toEqual([]);
        if (!died) break;
        expect(limit).toBeLessThan(6);
      }
    });

    it('is refused once signers have switched, unless they have not', async () => {
      await begin();
      await rotate({action: 'switched'});
      await expect(rotate({action: 'abort'})).rejects.toMatchObject({
        code: 'ALREADY_SWITCHED',
        exit: 'refused',
      });
      expect(await rotate({action: 'not switched'})).toMatchObject({status: 'ready', switchedAt: null});
      await site.advance(2 * hour);
      expect(await rotate()).toMatchObject({status: 'ready'});
      expect(await rotate({action: 'abort'})).toMatchObject({status: 'aborted'});
    });

    it('while another run waits to record the switch: that run sees it, and records nothing over it', async () => {
      const {newKey} = await begin();
      let isAborted = false;
      const sleep = async (ms: number): Promise<void> => {
        if (!isAborted) {
          isAborted = true;
          await rotate({action: 'abort'});
        }
        await site.advance(ms);
      };
      const switching = rotate({action: 'switched', settleMs: hour, timeoutMs: 3 * hour, sleep});
      await expect(switching).rejects.toMatchObject({code: 'NO_ROTATION'});
      expect(isAborted).toBe(true);
      expect(await site.keysOfGroup()).toEqual([site.first.id]);
      expect((await newKeys()).map(({id}) => id)).not.toContain(newKey);
    });

    it('half done when another run wants to record the switch: the abort is finished', async () => {
      await begin();
      let isAborted = false;
      const sleep = async (ms: number): Promise<void> => {
        if (!isAborted) {
          isAborted = true;
          // Dies with the note written, or with the new key out of the group.
          await expect(rotate({action: 'abort', aws: dyingAt(1, 'after')})).rejects.toThrow('killed');
        }
        await site.advance(ms);
      };
      const switching = rotate({action: 'switched', settleMs: hour, timeoutMs: 3 * hour, sleep});
      await expect(switching).rejects.toMatchObject({code: 'ROTATION_ABORTED'});
      expect(await rotate()).toMatchObject({status: 'aborted'});
      expect(await site.keysOfGroup()).toEqual([site.first.id]);
    });

    it('never takes the last key out', async () => {
      const {newKey} = await begin();
      await site.setGroup([newKey]);
      await expect(rotate({action: 'abort'})).rejects.toMatchObject({code: 'LAST_KEY', exit: 'refused'});
      expect(await site.keysOfGroup()).toEqual([newKey]);
    });

    it('leaves a key that frontctl did not upload, without its notes', async () => {
      const pair = await createKeyPair({path: out, keyType: 'ecdsa'});
      const id = await upload('theirs', pair.publicPem, 'For films');
      const {events} = await run({key: {from: 'pair', path: out}, longestExpiryMs: hour});
      expect(events).toContainEqual(
        expect.objectContaining({type: 'warning', message: expect.stringContaining('"For films"') as string}),
      );
      await rotate({action: 'abort'});
      expect(await newKeys()).toEqual([{id, comment: ''}]);
    });
  });

  it('keeps an old key that another group holds', async () => {
    const {createKeyGroup} = await import('../../src/signing/index.js');
    await createKeyGroup(site.aws, 'films', [site.first.id]);
    await begin();
    const {result} = await run({action: 'switched', untilDone: true});
    expect(result.status).toBe('done');
    expect((await site.publicKeys()).map(({id}) => id)).toContain(site.first.id);
  });

  it('tells nothing of a private key: not in results, events or what CloudFront was told', async () => {
    const told: unknown[] = [];
    const {result, events} = await run({key: {from: 'pair', path: out}, longestExpiryMs: hour});
    told.push(result, events, await site.publicKeys());
    const failure = await begin({longestExpiryMs: 2 * hour}).catch((error: unknown) => String(error));
    told.push(failure);
    const body = readFileSync(out, 'utf8')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('-----'));
    expect(body.length).toBeGreaterThan(1);
    const text = JSON.stringify(told);
    expect(text).not.toContain('PRIVATE KEY');
    for (const line of body) expect(text).not.toContain(line);
  });
});

/** As the console would. */
async function upload(name: string, pem?: string, comment = ''): Promise<string> {
  const client = await site.aws.cloudfront();
  const EncodedKey = pem ?? (await generateKeyPair('ecdsa')).publicPem;
  const config = {CallerReference: name, Name: name, EncodedKey, Comment: ''};
  const {PublicKey: made} = await client.send(new CreatePublicKeyCommand({PublicKeyConfig: config}));
  const {ETag} = await client.send(new GetPublicKeyCommand({Id: made?.Id}));
  const changed = {...config, Comment: comment};
  await client.send(new UpdatePublicKeyCommand({Id: made?.Id, IfMatch: ETag, PublicKeyConfig: changed}));
  return made?.Id ?? '';
}
