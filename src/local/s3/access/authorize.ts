import type {Grant} from '@aws-sdk/client-s3';

import {accountId, type CallContext, type Caller} from '../../types.js';
import {aclAllows} from '../buckets/acl.js';
import type {BucketRecord} from '../records.js';
import type {RequestKeys} from './conditions.js';
import {evaluatePolicy, isPublicPolicy} from './evaluate.js';
import {parsePolicy, type Policy} from './policy.js';
import {accessIdentityArn} from './principals.js';

export interface AccessRequest {
  readonly caller: Caller;
  /** `s3:GetObject` */
  readonly action: string;
  readonly bucket: BucketRecord;
  /** Absent for actions on the bucket itself. */
  readonly key?: string | undefined;
  /** Grants of the object's own ACL, where one is read. */
  readonly grants?: readonly Grant[] | undefined;
  /** Condition keys of the request; built only when a statement asks. */
  readonly keys: () => RequestKeys;
}

interface Compiled {
  readonly policy: Policy;
  readonly public: boolean;
}

const compiled = new Map<string, Compiled>();

/** A stored policy, parsed once: it was valid when it was put. */
const compile = (bucket: BucketRecord): Compiled | undefined => {
  if (bucket.policy === undefined) return undefined;
  const id = `${bucket.name}\n${bucket.policy}`;
  let found = compiled.get(id);
  if (!found) {
    const policy = parsePolicy(bucket.policy, bucket.name);
    found = {policy, public: isPublicPolicy(policy)};
    if (compiled.size >= 1000) compiled.clear();
    compiled.set(id, found);
  }
  return found;
};

export const hasPublicPolicy = (bucket: BucketRecord): boolean => compile(bucket)?.public ?? false;

/** The bucket owner's root user can always read, replace and remove a policy that locks everyone out. */
const rescueActions = new Set(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']);

export const arnOf = ({name}: BucketRecord, key: string | undefined): string =>
  `arn:aws:s3:::${name}${key === undefined ? '' : `/${key}`}`;

const isOwner = (caller: Caller): boolean => caller.kind === 'identity' && caller.accountId === accountId;

/**
 * Whether S3 lets the caller do this. The owner's identities may do everything that no Deny forbids and that IAM allows
 * them (a bucket policy that names one of them is not enough here, unlike at AWS); everyone else
 * (anonymous, other accounts, services, origin access identities) only what the bucket policy or, where enabled, an ACL allows.
 * RestrictPublicBuckets closes a public policy to all but services and the owner's account.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
 */
export const authorize = ({caller, action, bucket, key, grants, keys}: AccessRequest): boolean => {
  const resource = arnOf(bucket, key);
  if (caller.kind === 'identity' && caller.policy?.allows(action, resource, keys) === false) return false;
  const rules = compile(bucket);
  if (rules) {
    const verdict = evaluatePolicy(rules.policy, caller, action, resource, keys);
    if (verdict === 'deny')
      return (
        caller.kind === 'identity' &&
        isOwner(caller) &&
        caller.arn.endsWith(':root') &&
        rescueActions.has(action)
      );
    if (isOwner(caller)) return true;
    const restricted =
      rules.public && bucket.publicAccessBlock?.RestrictPublicBuckets === true && caller.kind !== 'service';
    if (verdict === 'allow' && !restricted) return true;
  }
  return isOwner(caller) || aclAllows(bucket, grants, action, caller);
};

/** Condition keys that come as request headers of the same name. */
const headerKeys = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'x-amz-content-sha256',
  'if-match',
  'if-none-match',
];

const callerKeys = (caller: Caller): readonly (readonly [string, string])[] => {
  switch (caller.kind) {
    case 'anonymous':
      return [
        ['aws:principaltype', 'Anonymous'],
        ['aws:principalisawsservice', 'false'],
      ];
    case 'identity':
      return [
        ['aws:principaltype', caller.arn.endsWith(':root') ? 'Account' : 'User'],
        ['aws:principalarn', caller.arn],
        ['aws:principalaccount', caller.accountId],
        ['aws:userid', caller.accessKeyId],
        ['aws:username', caller.arn.split('/').at(-1) ?? ''],
        ['aws:principalisawsservice', 'false'],
        ['s3:signatureversion', 'AWS4-HMAC-SHA256'],
      ];
    case 'service':
      return [
        ['aws:principalisawsservice', 'true'],
        ['aws:principalservicename', caller.principal],
        ['aws:sourcearn', caller.sourceArn],
        ['aws:sourceaccount', caller.sourceAccount],
      ];
    case 'access-identity':
      return [
        ['aws:principaltype', 'User'],
        ['aws:principalarn', accessIdentityArn(caller.id)],
        ['aws:principalisawsservice', 'false'],
      ];
  }
};

/**
 * The condition keys of a request. The loopback endpoint stands for AWS's TLS endpoint: aws:SecureTransport is true,
 * so that the usual "deny plain HTTP" statement does not lock the embedded cloud's only listener out.
 */
export const requestKeys = (
  context: CallContext,
  now: number,
  more: Readonly<Record<string, string | number | undefined>> = {},
): RequestKeys => {
  const keys = new Map<string, readonly string[]>([
    ['aws:securetransport', ['true']],
    ['aws:sourceip', ['127.0.0.1']],
    ['aws:currenttime', [new Date(now).toISOString()]],
    ['aws:epochtime', [String(Math.floor(now / 1000))]],
    ['aws:resourceaccount', [accountId]],
    ['s3:resourceaccount', [accountId]],
    ['aws:viaawsservice', ['false']],
    ['s3:tlsversion', ['1.3']],
    ['s3:authtype', [context.headers.authorization === undefined ? 'REST-QUERY-STRING' : 'REST-HEADER']],
  ]);
  const {referer, 'user-agent': userAgent} = context.headers;
  if (referer !== undefined) keys.set('aws:referer', [referer]);
  if (userAgent !== undefined) keys.set('aws:useragent', [userAgent]);
  for (const name of headerKeys) {
    const value = context.headers[name];
    if (value !== undefined) keys.set(`s3:${name}`, [value]);
  }
  for (const [name, value] of callerKeys(context.caller)) keys.set(name, [value]);
  for (const [name, value] of Object.entries(more))
    if (value !== undefined) keys.set(name.toLowerCase(), [String(value)]);
  return keys;
};
