import {requestKeys} from '../s3/access/authorize.js';
import {evaluatePolicy, type Verdict} from '../s3/access/evaluate.js';
import type {Policy} from '../s3/access/policy.js';
import {accountId, type CallContext} from '../types.js';
import {keyArn, type StoredKey} from './keys.js';
import {parseKeyPolicy} from './policy.js';

const parsed = new Map<string, Policy>();

/** A stored policy, parsed once: it was valid when it was put. */
const parseOnce = (text: string): Policy => {
  const known = parsed.get(text) ?? parseKeyPolicy(text);
  if (parsed.size >= 1000) parsed.clear();
  parsed.set(text, known);
  return known;
};

/** What a key policy says to a call. `more`: condition keys besides the usual ones (`kms:ViaService`). */
export function policyVerdict(
  context: CallContext,
  now: number,
  action: string,
  key: StoredKey,
  more: Readonly<Record<string, string>> = {},
): Verdict {
  const {caller} = context;
  const account = caller.kind === 'identity' ? {'kms:CallerAccount': caller.accountId} : {};
  return evaluatePolicy(parseOnce(key.policy), caller, action, keyArn(key), () =>
    requestKeys(context, now, {...account, ...more}),
  );
}

/**
 * Whether KMS lets the caller do this: the account's identities what no statement denies and IAM allows them, everyone
 * else what one allows.
 */
export function allowsKey(
  context: CallContext,
  now: number,
  action: string,
  {key, aliases}: {readonly key: StoredKey; readonly aliases: () => readonly string[]},
  more: Readonly<Record<string, string>> = {},
): boolean {
  const verdict = policyVerdict(context, now, action, key, more);
  const {caller} = context;
  const keys = () => new Map([...requestKeys(context, now, more), ['kms:resourcealiases', aliases()]]);
  if (caller.kind === 'identity' && caller.policy?.allows(action, keyArn(key), keys) === false) return false;
  return (
    verdict === 'allow' ||
    (verdict === 'neutral' && caller.kind === 'identity' && caller.accountId === accountId)
  );
}
