import {waitFor, type Poll} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {
  changeKeyComment,
  changeKeyGroup,
  deletePublicKey,
  hasGivenName as isOurs,
  isoSeconds,
  keysWith,
  keysWithout,
  listKeyGroups,
  writeNote,
  writeRotated,
  type KeyPairFiles,
  type RotationNote,
} from '../signing/index.js';
import {waitArrived, type Arrival} from './key-arrival.js';
import {groupWord, keyFlag, lastRotated, phaseOf, removableAt} from './rotation.js';
import type {RotateKeyInput, RotateKeyResult, RotationStatus} from './rotate-types.js';
import {checkSame, readState, startRotation, type Running, type State} from './start-rotation.js';

const minuteMs = 60_000;

/**
 * Replaces a key of a group without a moment in which a URL that was signed in good faith is refused: the new key joins
 * (Developer Guide, "Rotating key pairs"), the edge learns of it, signers switch, the last URL of the old key expires, the
 * old key leaves and is deleted. Every run takes the steps that can be taken now; all that it remembers is in the comment
 * of the new public key, so any machine can go on, and a run that is killed after any call is finished by the next.
 *
 * Failures: NO_SUCH_KEY_GROUP, NO_ROTATION, ROTATION_INCOMPLETE (exit 2), ROTATION_RUNNING, ROTATION_UNCLEAR,
 * NEW_KEY_GONE, PRECONDITION_FAILED (exit 4), WAIT_TIMEOUT (exit 5), KEY_GROUP_FULL, LAST_KEY, ALREADY_SWITCHED,
 * ROTATION_ABORTED (exit 6), and those of the key files.
 */
export async function* rotateKey(input: RotateKeyInput): Work<RotateKeyResult> {
  const {aws, action} = input;
  yield {type: 'step', id: 'rotation', title: `Look at key group ${input.group}`};
  const first = await readState(aws, input.group);
  const now = input.now ?? clockFrom(first.time);
  const told: Told = {input, command: `frontctl key rotate ${groupWord(first.group)}`, files: undefined};

  if (first.rotation === undefined) {
    if (action !== 'go on') throw noRotation(told, first);
    const started = yield* startRotation(input, first, now);
    if (started === 'over') return over(told, first);
    told.files = started;
  } else {
    told.files = await checkSame(input, {...first, rotation: first.rotation});
    await act(input, {...first, rotation: first.rotation}, now);
  }
  /** The version of the group that the edge knows. */
  let arrived: string | undefined;
  let newest: string | undefined;
  for (;;) {
    // Read anew before every step: another machine may have taken it.
    const state = await readState(aws, input.group);
    const {group, rotation} = state;
    if (rotation === undefined) return over(told, state, newest);
    const running: Running = {...state, rotation};
    const {note, newKey} = rotation;
    newest = newKey.id;
    refuseAborted(input, running);
    const arrival: Arrival = {
      ...input,
      group,
      now,
      resumeHint: `Go on with: ${told.command}${aws.commandFlags}`,
    };
    switch (phaseOf(group, rotation, now())) {
      case 'adding':
        yield {type: 'step', id: 'add', title: `Add ${newKey.id} to key group ${group.name}`};
        await changeKeyGroup(aws, group, keysWith(group, newKey.id));
        yield {type: 'done', id: 'add', detail: `${note.oldKey} stays`};
        break;
      case 'serving':
        if (arrived !== (group.etag ?? '')) {
          yield* waitArrived(arrival);
          arrived = group.etag ?? '';
          // Minutes later: another run may have said something else meanwhile.
          break;
        }
        if (action !== 'switched') return result(told, running, 'ready');
        await changeKeyComment(aws, newKey.id, writeNote({...note, switched: isoSeconds(ceilSecond(now()))}));
        break;
      case 'expiring':
        if (input.untilDone !== true) return result(told, running, 'waiting');
        yield* waitExpired(arrival, note);
        break;
      case 'removing':
        yield {type: 'step', id: 'remove', title: `Take ${note.oldKey} out of key group ${group.name}`};
        await changeKeyGroup(aws, group, keysWithout(group, note.oldKey));
        yield {type: 'done', id: 'remove', detail: `${newKey.id} stays`};
        break;
      case 'leaving':
        yield* waitArrived(arrival);
        yield* dropKey(input, note.oldKey);
        await changeKeyComment(
          aws,
          newKey.id,
          writeRotated({oldKey: note.oldKey, group: note.group, at: isoSeconds(now())}),
        );
        return result(told, running, 'done');
      case 'withdrawing':
        yield {type: 'step', id: 'remove', title: `Take ${newKey.id} out of key group ${group.name}`};
        await changeKeyGroup(aws, group, withoutNew(running));
        yield {type: 'done', id: 'remove', detail: `${note.oldKey} stays`};
        break;
      case 'withdrawn':
        yield* waitArrived(arrival);
        // Without its note it is a key like any other, and the group is free for another rotation.
        if (!isOurs(newKey) || !(yield* dropKey(input, newKey.id)))
          await changeKeyComment(aws, newKey.id, '');
        return result(told, running, 'aborted');
    }
  }
}

/** What a run knows besides CloudFront's state. */
interface Told {
  readonly input: RotateKeyInput;
  readonly command: string;
  files: KeyPairFiles | undefined;
}

/** CloudFront's time when it answered, counted on by a clock that nobody sets. */
function clockFrom(time: number | undefined): () => number {
  if (time === undefined) return Date.now;
  const start = performance.now();
  return () => time + (performance.now() - start);
}

/** Rounded up: a URL that was signed within this second counts as signed before. */
const ceilSecond = (ms: number): number => Math.ceil(ms / 1000) * 1000;

/** Records what the user says or asks. `switched` is recorded once the new key has arrived, never before. */
async function act(input: RotateKeyInput, {group, rotation}: Running, now: () => number): Promise<void> {
  const {aws, action} = input;
  const {note, newKey} = rotation;
  const write = (changed: RotationNote) => changeKeyComment(aws, newKey.id, writeNote(changed));
  refuseAborted(input, {group, rotation});
  switch (action) {
    case 'go on':
    case 'switched':
      return;
    case 'not switched':
      if (note.switched === undefined) return;
      if (!group.keyIds.includes(note.oldKey)) {
        throw new Failure(
          'refused',
          'OLD_KEY_GONE',
          `${note.oldKey} has left the key group ${group.name} already: only ${newKey.id} lets viewers in.`,
          {hint: `Sign with ${newKey.id}.`},
        );
      }
      await write({...note, switched: undefined});
      return;
    case 'abort':
      if (note.aborted !== undefined) return;
      if (note.switched !== undefined) {
        throw new Failure(
          'refused',
          'ALREADY_SWITCHED',
          `Signers use ${newKey.id} since ${note.switched}: without it their URLs would be refused.`,
          {
            hint: `If they use ${note.oldKey} after all, say so first: frontctl key rotate ${groupWord(group)} --not-switched${aws.commandFlags}`,
          },
        );
      }
      if (group.keyIds.includes(newKey.id)) withoutNew({group, rotation});
      await write({...note, aborted: isoSeconds(now())});
  }
}

/** What was said of signers counts no more once the new key is on its way out. Failure ROTATION_ABORTED (exit 6). */
function refuseAborted(
  {aws, action}: RotateKeyInput,
  {group, rotation: {note, newKey}}: Pick<Running, 'group' | 'rotation'>,
): void {
  if (note.aborted === undefined || action === 'abort' || action === 'go on') return;
  throw new Failure('refused', 'ROTATION_ABORTED', `The rotation to ${newKey.id} is being taken back.`, {
    hint: `Finish that first: frontctl key rotate ${groupWord(group)}${aws.commandFlags}`,
  });
}

/** Failure LAST_KEY, OLD_KEY_GONE (exit 6): then the new key is what lets viewers in. */
function withoutNew({group, rotation}: Pick<Running, 'group' | 'rotation'>): readonly string[] {
  const left = keysWithout(group, rotation.newKey.id);
  if (left.includes(rotation.note.oldKey)) return left;
  throw new Failure(
    'refused',
    'OLD_KEY_GONE',
    `${rotation.note.oldKey} is no longer in the key group ${group.name}, so ${rotation.newKey.id} stays.`,
    {hint: 'Go on with the rotation: signers have no other key of it.'},
  );
}

/** Deletes a key that has left its group, unless something else uses it. False: it is still there. */
async function* dropKey({aws}: RotateKeyInput, id: string): Work<boolean> {
  yield {type: 'step', id: 'delete', title: `Delete public key ${id}`};
  const others = (await listKeyGroups(aws)).filter(({keyIds}) => keyIds.includes(id)).map(({name}) => name);
  if (others.length > 0) {
    yield {type: 'done', id: 'delete', detail: `kept: ${others.join(', ')} holds it too`};
    return false;
  }
  try {
    await deletePublicKey(aws, id);
    yield {type: 'done', id: 'delete', detail: 'deleted'};
    return true;
  } catch (error) {
    // No group holds it: a field-level encryption profile does, or the edge has not let go yet.
    if (!(error instanceof Failure) || error.code !== 'PUBLIC_KEY_IN_USE') throw error;
    yield {
      type: 'warning',
      message: `CloudFront still counts public key ${id} as used; delete it later with \`frontctl key delete ${id}${aws.commandFlags}\`.`,
    };
    yield {type: 'done', id: 'delete', detail: 'kept'};
    return false;
  }
}

/** Until no URL of the old key is valid any more: days, perhaps. */
async function* waitExpired(arrival: Arrival, note: RotationNote): Work<void> {
  const {now, sleep, signal, pace, resumeHint} = arrival;
  const dueAt = removableAt(note) ?? 0;
  const poll = (): Promise<Poll<undefined>> => {
    const left = dueAt - now();
    return Promise.resolve(
      left <= 0
        ? {done: true, value: undefined}
        : {done: false, status: `URLs of ${note.oldKey} expire until ${isoSeconds(dueAt)}`},
    );
  };
  yield {type: 'step', id: 'expiry', title: `Wait until the last URL of ${note.oldKey} has expired`};
  yield* waitFor({
    poll,
    id: 'expiry',
    subject: `The expiry of what ${note.oldKey} signed`,
    resumeHint,
    timeoutMs: dueAt - now() + minuteMs,
    delay: pace ?? {firstMs: 1000, factor: 1.5, maxMs: minuteMs},
    sleep,
    now,
    signal,
  });
  yield {type: 'done', id: 'expiry', detail: 'expired'};
}

function result(told: Told, {group, rotation}: Running, status: RotationStatus): RotateKeyResult {
  const {note, newKey} = rotation;
  const {input, command, files} = told;
  const dueAt = removableAt(note);
  const step = {ready: ' --switched', waiting: '', done: undefined, aborted: undefined}[status];
  return {
    group: {id: group.id, name: group.name},
    status,
    newKey: newKey.id,
    oldKey: note.oldKey,
    since: note.since,
    switchedAt: note.switched ?? null,
    removableAt: status === 'waiting' && dueAt !== undefined ? isoSeconds(dueAt) : null,
    longestExpirySeconds: note.longestSeconds,
    privateKeyFile: files?.privateKeyFile ?? null,
    publicKeyFile: files?.publicKeyFile ?? null,
    next: step === undefined ? null : `${command}${step}${input.aws.commandFlags}`,
  };
}

/** No rotation runs: the last one of the group is what there is to tell, but not in place of one that was taken back. */
function over(told: Told, state: State, newest?: string): RotateKeyResult {
  const last = lastRotated(state.group, state.keys);
  if (last === undefined || (newest !== undefined && newest !== last.newKey.id))
    throw noRotation(told, state);
  return {
    group: {id: state.group.id, name: state.group.name},
    status: 'done',
    newKey: last.newKey.id,
    oldKey: last.oldKey,
    since: null,
    switchedAt: null,
    removableAt: null,
    longestExpirySeconds: null,
    privateKeyFile: told.files?.privateKeyFile ?? null,
    publicKeyFile: told.files?.publicKeyFile ?? null,
    next: null,
  };
}

const noRotation = ({input, command}: Told, {group}: State): Failure =>
  new Failure('usage', 'NO_ROTATION', `No rotation of the key group ${group.name} is under way.`, {
    hint: `Start one: ${command} ${keyFlag(input.key)} --longest-expiry 7d${input.aws.commandFlags}`,
  });
