import {createPublicKey} from 'node:crypto';
import type {Aws} from '../aws/index.js';
import {
  attachKeyGroup,
  findBehavior,
  placeBehavior,
  readDistribution,
  waitDeployed,
  type AttachOutcome,
} from '../distribution/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {
  changeKeyGroup,
  createKeyGroup,
  ensurePublicKey,
  findKeyGroup,
  keysWith,
  keyTypeOf,
  listPublicKeys,
  type KeyGroup,
  type KeyPairFiles,
  type KeyType,
} from '../signing/index.js';
import {waitArrived, type Waiting} from './key-arrival.js';
import type {KeyOrigin} from './rotate-types.js';
import {existingFingerprint, materialOf} from './start-rotation.js';

/** A behavior of a distribution, by its path pattern; `*` is the default. */
export interface AttachTarget {
  readonly distributionId: string;
  readonly pathPattern: string;
  /** Makes one where no behavior has the pattern. */
  readonly addBehavior?: boolean | undefined;
}

export interface Attached extends Pick<AttachTarget, 'distributionId' | 'pathPattern'> {
  readonly changed: boolean;
  readonly behavior: AttachOutcome;
  /** Patterns that are tried before one that was added, and let everybody in: their paths stay open. */
  readonly staysOpen: readonly string[];
}

export interface CreateKeyInput extends Omit<Waiting, 'now'> {
  readonly aws: Aws;
  readonly key: KeyOrigin;
  /** Default: made of the key itself. */
  readonly name?: string | undefined;
  readonly comment?: string | undefined;
  /** Name or id; a name that no group has is a new one's. */
  readonly group?: string | undefined;
  readonly attach?: AttachTarget | undefined;
  /** Until the edge knows. */
  readonly wait: boolean;
  readonly now?: (() => number) | undefined;
}

export interface CreateKeyResult {
  /** What signers put into Key-Pair-Id. */
  readonly keyId: string;
  readonly name: string;
  readonly type: KeyType;
  /** False: CloudFront had this key already. */
  readonly created: boolean;
  readonly group: {
    readonly id: string;
    readonly name: string;
    readonly created: boolean;
    /** The key was not in it before. */
    readonly added: boolean;
  } | null;
  readonly attached: Attached | null;
  readonly privateKeyFile: string | null;
  readonly publicKeyFile: string | null;
}

/**
 * Uploads a public key, puts it into a key group and lets a behavior trust the group: whatever is there already stays as
 * it is, so a rerun goes on wherever an earlier run stopped.
 *
 * Failures: those of the key files, KEY_GROUP_FULL (exit 6), KEY_NAME_TAKEN, PRECONDITION_FAILED (exit 4),
 * NO_SUCH_DISTRIBUTION, NO_SUCH_BEHAVIOR, PATH_PATTERN (exit 2), QUOTA_EXCEEDED (exit 6), WAIT_TIMEOUT (exit 5).
 */
export async function* createKey(input: CreateKeyInput): Work<CreateKeyResult> {
  const {aws, attach, wait} = input;
  yield {type: 'step', id: 'key', title: 'Make the public key'};
  // All that can be refused is looked at before anything is made.
  const before = input.group === undefined ? undefined : await findKeyGroup(aws, input.group);
  if (input.group !== undefined && before === undefined && isGroupId(input.group))
    throw noSuchGroup(input.group);
  if (attach !== undefined) {
    const {config} = await readDistribution(aws, attach.distributionId);
    if (attach.addBehavior !== true || placeBehavior(config, attach.pathPattern) === undefined)
      findBehavior(config, attach.pathPattern);
  }
  const {keyType, files, pem} = await typedMaterial(input, before);
  for (const message of files?.warnings ?? []) yield {type: 'warning', message};
  const {key, created} = await ensurePublicKey(aws, {pem, name: input.name, comment: input.comment});
  if (input.name !== undefined && input.name !== key.name) {
    yield {
      type: 'warning',
      message: `CloudFront has this key already, as ${key.id} with the name ${key.name}; names cannot be changed.`,
    };
  }
  yield {type: 'done', id: 'key', detail: `${key.id}${created ? '' : ' is there already'}`};

  const joined = input.group === undefined ? undefined : yield* joinGroup(aws, input.group, key.id);
  const attached =
    joined === undefined || attach === undefined ? null : yield* attachTo(aws, attach, joined.group);
  if (wait && joined !== undefined) {
    const {timeoutMs, settleMs, pace, sleep, signal} = input;
    const now = input.now ?? Date.now;
    const resumeHint = 'It goes on without frontctl; run the same command again to wait for it.';
    if (attach !== undefined) {
      yield {
        type: 'step',
        id: 'distribution',
        title: `Wait until distribution ${attach.distributionId} is deployed`,
      };
      const delay = pace ?? (aws.isEndpointOverridden ? localDeployPace : awsDeployPace);
      yield* waitDeployed({aws, id: attach.distributionId, timeoutMs, delay, sleep, now, signal});
      yield {type: 'done', id: 'distribution', detail: 'deployed'};
    }
    // Also a key that was in it already: an earlier run may have added it, and not waited to the end.
    if (!joined.created) {
      yield* waitArrived({
        aws,
        group: joined.group,
        timeoutMs,
        settleMs,
        pace,
        now,
        sleep,
        signal,
        resumeHint,
      });
    }
  }
  return {
    keyId: key.id,
    name: key.name,
    type: keyType,
    created,
    group:
      joined === undefined
        ? null
        : {id: joined.group.id, name: joined.group.name, created: joined.created, added: joined.added},
    attached,
    privateKeyFile: files?.privateKeyFile ?? null,
    publicKeyFile: files?.publicKeyFile ?? null,
  };
}

const awsDeployPace = {firstMs: 5000, factor: 1.5, maxMs: 20_000};
const localDeployPace = {firstMs: 50, factor: 1.5, maxMs: 1000};

/** The key's material; a full group is refused before a file is written. Failure KEY_GROUP_FULL. */
async function typedMaterial(
  {aws, key}: CreateKeyInput,
  group: KeyGroup | undefined,
): Promise<{readonly keyType: KeyType; readonly files: KeyPairFiles | undefined; readonly pem: string}> {
  if (group !== undefined) {
    const fingerprint = await existingFingerprint(key);
    const known = fingerprint === undefined ? undefined : await keyByFingerprint(aws, fingerprint);
    keysWith(group, known?.id ?? 'the new key');
  } else {
    // Whoever may not even list keys is told so before there is a key file.
    await listPublicKeys(aws);
  }
  const {files, pem} = await materialOf(key);
  return {keyType: files?.keyType ?? keyTypeOf(createPublicKey(pem)), files, pem};
}

const keyByFingerprint = async (aws: Aws, fingerprint: string) =>
  (await listPublicKeys(aws)).keys.find(each => each.fingerprint === fingerprint);

interface Joined {
  readonly group: KeyGroup;
  readonly created: boolean;
  readonly added: boolean;
}

async function* joinGroup(aws: Aws, named: string, keyId: string): Work<Joined> {
  yield {type: 'step', id: 'group', title: `Add it to key group ${named}`};
  const found = await findKeyGroup(aws, named);
  const done = (detail: string) => ({type: 'done', id: 'group', detail}) as const;
  if (found === undefined) {
    const group = await createKeyGroup(aws, named, [keyId]);
    yield done(`made ${group.id}`);
    return {group, created: true, added: true};
  }
  if (found.keyIds.includes(keyId)) {
    yield done('is in it already');
    return {group: found, created: false, added: false};
  }
  const group = await changeKeyGroup(aws, found, keysWith(found, keyId));
  yield done(`${group.keyIds.length} keys`);
  return {group, created: false, added: true};
}

const isGroupId = (named: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(named);

const noSuchGroup = (id: string): Failure =>
  new Failure('usage', 'NO_SUCH_KEY_GROUP', `There is no key group with the id ${id}.`, {
    hint: '`frontctl key list` shows the groups; a new one takes a --group name.',
  });

async function* attachTo(
  aws: Aws,
  {distributionId, pathPattern, addBehavior: add = false}: AttachTarget,
  group: KeyGroup,
): Work<Attached> {
  yield {
    type: 'step',
    id: 'attach',
    title: `Let ${pathPattern} of ${distributionId} trust key group ${group.name}`,
  };
  const distribution = await readDistribution(aws, distributionId);
  const place = add ? placeBehavior(distribution.config, pathPattern) : undefined;
  const behavior = await attachKeyGroup(aws, distribution, {pathPattern, groupId: group.id, add});
  const changed = behavior !== 'unchanged';
  yield {type: 'done', id: 'attach', detail: changed ? 'viewers need a signature now' : 'does already'};
  return {distributionId, pathPattern, changed, behavior, staysOpen: place?.staysOpen ?? []};
}
