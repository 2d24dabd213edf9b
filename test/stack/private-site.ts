import {createHash} from 'node:crypto';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {GetKeyGroupCommand, ListPublicKeysCommand, UpdateKeyGroupCommand} from '@aws-sdk/client-cloudfront';
import type {Aws} from '../../src/aws/index.js';
import {createClock} from '../../src/local/clock.js';
import type {CloudOptions} from '../../src/local/cloud.js';
import {
  checkUrlRequest,
  createSigner,
  loadPrivateKey,
  signUrl,
  type Signer,
} from '../../src/signing/index.js';
import {createKey, ensureSite, type RotateKeyInput} from '../../src/stack/index.js';
import {finish, openWorld, siteInput, type World} from '../deploy/world.js';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
/** Cloud time until a change of a distribution or a key group is at the edge. */
export const deployMs = 60_000;

export interface PrivateSite {
  readonly world: World;
  readonly aws: Aws;
  readonly distributionId: string;
  readonly domainName: string;
  readonly keyDir: string;
  /** File of the first key, and its id. */
  readonly first: {readonly file: string; readonly id: string};
  readonly groupId: string;
  now(): number;
  /** Passes cloud time. */
  advance(ms: number): Promise<void>;
  /** For waits of the code under test: cloud time instead of real time. */
  readonly waiting: Pick<RotateKeyInput, 'now' | 'sleep' | 'timeoutMs' | 'pace'>;
  signer(file: string, keyPairId: string): Promise<Signer>;
  /** Path and query of `/film.txt`, signed for `lifeMs` from now. */
  sign(signer: Signer, lifeMs: number): string;
  /** Status of a path and query at the edge. */
  load(path: string): Promise<number>;
  keysOfGroup(): Promise<readonly string[]>;
  /** As anyone with the AWS CLI would change it. */
  setGroup(ids: readonly string[]): Promise<void>;
  /** Ids and comments of all public keys. */
  publicKeys(): Promise<readonly {readonly id: string; readonly comment: string}[]>;
  close(): Promise<void>;
}

/** A site whose default behavior trusts the group `media` with one key; everything takes `deployMs` of cloud time. */
export async function openPrivateSite(options: Partial<CloudOptions> = {}): Promise<PrivateSite> {
  // Cloud time passes by `advance` alone: no URL expires between a look at the clock and its load.
  const start = Date.now();
  const clock = createClock({now: () => start});
  const world = await openWorld({clock, deployDelayMs: deployMs, invalidationDelayMs: 0, ...options});
  const {aws, cloud} = world;
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    // Timers that fell due run before anything is asked.
    await cloud.status();
  };
  const waiting = {
    now: () => clock.now(),
    sleep: (ms: number) => advance(ms),
    timeoutMs: hour,
    pace: {firstMs: 5 * second, factor: 1.5, maxMs: 20 * second},
  };
  const site = (
    await finish(
      ensureSite({
        ...siteInput(aws),
        sleep: () => advance(deployMs),
        now: () => clock.now(),
        timeoutMs: hour,
      }),
    )
  ).result;
  const store = await aws.objects(site.bucket);
  const body = Buffer.from('film');
  await store.put({
    key: 'film.txt',
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
    headers: {'content-type': 'text/plain', 'cache-control': 'max-age=60'},
  });
  const keyDir = await mkdtemp(join(tmpdir(), 'frontctl-keys-'));
  const file = join(keyDir, 'first.pem');
  const {result: made} = await finish(
    createKey({
      ...waiting,
      aws,
      key: {from: 'pair', path: file, keyType: 'ecdsa'},
      group: 'media',
      attach: {distributionId: site.distributionId, pathPattern: '*'},
      wait: true,
    }),
  );
  const client = await aws.cloudfront();
  const groupId = made.group?.id ?? '';
  const readGroup = () => client.send(new GetKeyGroupCommand({Id: groupId}));
  return {
    world,
    aws,
    distributionId: site.distributionId,
    domainName: site.domainName,
    keyDir,
    first: {file, id: made.keyId},
    groupId,
    now: () => clock.now(),
    advance,
    waiting,
    async signer(path, keyPairId) {
      const {privateKey} = await loadPrivateKey({from: 'file', path}, {env: {}});
      return createSigner({privateKey, keyPairId});
    },
    sign(signer, lifeMs) {
      const expires = Math.floor((clock.now() + lifeMs) / second);
      const request = checkUrlRequest(
        {url: `https://${site.domainName}/film.txt`, expires},
        new Date(clock.now()),
      );
      const {pathname, search} = new URL(signUrl(request, signer).url);
      return pathname + search;
    },
    async load(path) {
      const port = cloud.edge.portOf(site.distributionId) ?? 0;
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      await response.text();
      return response.status;
    },
    keysOfGroup: async () => (await readGroup()).KeyGroup?.KeyGroupConfig?.Items ?? [],
    async setGroup(ids) {
      const {KeyGroup: found, ETag} = await readGroup();
      const config = {Name: 'media', ...found?.KeyGroupConfig, Items: [...ids]};
      await client.send(new UpdateKeyGroupCommand({Id: groupId, IfMatch: ETag, KeyGroupConfig: config}));
    },
    async publicKeys() {
      const {PublicKeyList: list} = await client.send(new ListPublicKeysCommand({}));
      return (list?.Items ?? []).map(({Id, Comment}) => ({id: Id ?? '', comment: Comment ?? ''}));
    },
    async close() {
      await world.close();
      await rm(keyDir, {recursive: true, force: true});
    },
  };
}
