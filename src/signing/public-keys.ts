import {createHash, createPublicKey, type KeyObject} from 'node:crypto';
import type {PublicKeyConfig} from '@aws-sdk/client-cloudfront';
import {call, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {keyTypeOf} from './keys.js';
import type {KeyType} from './types.js';

/** A public key as CloudFront holds it. */
export interface PublicKeyEntry {
  /** `K2JCJMDEHXQW5F`: what a signer puts into Key-Pair-Id. */
  readonly id: string;
  readonly name: string;
  readonly comment: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly pem: string;
  /** Undefined for keys that cannot sign (field-level encryption has others). */
  readonly keyType: KeyType | undefined;
  /** The same for the same key however its PEM is laid out. */
  readonly fingerprint: string | undefined;
}

export interface PublicKeyList {
  readonly keys: readonly PublicKeyEntry[];
  /** CloudFront's own clock, epoch milliseconds, from the answer's Date: this machine's may be wrong. */
  readonly time: number | undefined;
}

const subject = (operation: string, resource: string) =>
  ({service: 'cloudfront', operation, resource}) as const;

async function open(aws: Aws) {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  return {sdk, client};
}

/** SHA-256 of the key itself (SPKI, DER), hex. */
export function fingerprintOf(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return createHash('sha256')
    .update(publicKey.export({type: 'spki', format: 'der'}))
    .digest('hex');
}

function describeKey(pem: string): Pick<PublicKeyEntry, 'keyType' | 'fingerprint'> {
  try {
    const key = createPublicKey(pem);
    return {keyType: keyTypeOf(key), fingerprint: fingerprintOf(key)};
  } catch {
    return {keyType: undefined, fingerprint: undefined};
  }
}

/** Every public key of the account. */
export async function listPublicKeys(aws: Aws): Promise<PublicKeyList> {
  const {sdk, client} = await open(aws);
  const keys: PublicKeyEntry[] = [];
  let time: number | undefined;
  let marker: string | undefined;
  do {
    const command = new sdk.ListPublicKeysCommand({Marker: marker, MaxItems: 100});
    command.middlewareStack.add(
      next => async args => {
        const answer = await next(args);
        const {headers} = answer.response as {readonly headers?: Readonly<Record<string, string>>};
        const date = Date.parse(headers?.['date'] ?? '');
        if (!Number.isNaN(date)) time = date;
        return answer;
      },
      {step: 'deserialize', priority: 'high', name: 'frontctlServerTime'},
    );
    const {PublicKeyList: page} = await call(subject('ListPublicKeys', 'all public keys'), () =>
      client.send(command),
    );
    for (const item of page?.Items ?? []) {
      const pem = item.EncodedKey ?? '';
      keys.push({
        id: item.Id ?? '',
        name: item.Name ?? '',
        comment: item.Comment ?? '',
        createdAt: (item.CreatedTime ?? new Date(0)).toISOString(),
        pem,
        ...describeKey(pem),
      });
    }
    marker = page?.NextMarker;
  } while (marker !== undefined && marker !== '');
  return {keys, time};
}

const givenName = (fingerprint: string): string => `frontctl-${fingerprint.slice(0, 12)}`;

/** Named by frontctl, because nobody else did: so frontctl uploaded it. */
export const hasGivenName = ({name, fingerprint}: PublicKeyEntry): boolean =>
  fingerprint !== undefined && name === givenName(fingerprint);

export interface NewPublicKey {
  /** SPKI. */
  readonly pem: string;
  /** Default: `frontctl-` and the first digits of the fingerprint. */
  readonly name?: string | undefined;
  readonly comment?: string | undefined;
}

/**
 * The public key at CloudFront, made when it is not there: the same key is never uploaded twice, whatever its name. The
 * CallerReference follows from the key, so a create whose answer was lost makes no second one either.
 * Failures: KEY_NAME_TAKEN (exit 4), QUOTA_EXCEEDED.
 */
export async function ensurePublicKey(
  aws: Aws,
  {pem, name, comment}: NewPublicKey,
): Promise<{readonly key: PublicKeyEntry; readonly created: boolean}> {
  const fingerprint = fingerprintOf(createPublicKey(pem));
  const sameKey = async () => (await listPublicKeys(aws)).keys.find(key => key.fingerprint === fingerprint);
  const known = await sameKey();
  if (known !== undefined) return {key: known, created: false};
  const {sdk, client} = await open(aws);
  const config: PublicKeyConfig = {
    CallerReference: `frontctl-${fingerprint.slice(0, 40)}`,
    Name: name ?? givenName(fingerprint),
    EncodedKey: pem,
    Comment: comment ?? '',
  };
  try {
    const {PublicKey: made} = await client.send(new sdk.CreatePublicKeyCommand({PublicKeyConfig: config}));
    const key = {
      id: made?.Id ?? '',
      name: config.Name ?? '',
      comment: config.Comment ?? '',
      createdAt: (made?.CreatedTime ?? new Date()).toISOString(),
      pem,
      ...describeKey(pem),
    };
    return {key, created: true};
  } catch (error) {
    const resource = `public key ${config.Name ?? ''}`;
    if (error instanceof Error && error.name === 'PublicKeyAlreadyExists') {
      // Made by another run between the look and the call, or another key has the name.
      const raced = await sameKey();
      if (raced !== undefined) return {key: raced, created: false};
      throw new Failure('conflict', 'KEY_NAME_TAKEN', `Another public key is named "${config.Name ?? ''}".`, {
        hint: 'Give this one another --name; `frontctl key list` shows those that are taken.',
        cause: error,
      });
    }
    throw toFailure(error, subject('CreatePublicKey', resource));
  }
}

/** The comment is the one part of a public key that can change. Failures: NO_SUCH_PUBLIC_KEY, PRECONDITION_FAILED. */
export async function changeKeyComment(aws: Aws, id: string, comment: string): Promise<void> {
  const {sdk, client} = await open(aws);
  const resource = `public key ${id}`;
  const {PublicKey: found, ETag} = await call(subject('GetPublicKey', resource), () =>
    client.send(new sdk.GetPublicKeyCommand({Id: id})),
  );
  const config = found?.PublicKeyConfig;
  if (config === undefined || config.Comment === comment) return;
  await call(subject('UpdatePublicKey', resource), () =>
    client.send(
      new sdk.UpdatePublicKeyCommand({Id: id, IfMatch: ETag, PublicKeyConfig: {...config, Comment: comment}}),
    ),
  );
}

/** False when it was gone already. Failure PUBLIC_KEY_IN_USE (exit 4) while anything refers to it. */
export async function deletePublicKey(aws: Aws, id: string): Promise<boolean> {
  const {sdk, client} = await open(aws);
  try {
    const {ETag} = await client.send(new sdk.GetPublicKeyCommand({Id: id}));
    await client.send(new sdk.DeletePublicKeyCommand({Id: id, IfMatch: ETag}));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchPublicKey') return false;
    throw toFailure(error, subject('DeletePublicKey', `public key ${id}`));
  }
}
