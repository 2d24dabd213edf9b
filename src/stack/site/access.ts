import {
  keyStatement,
  mergeKeyPolicy,
  mergePolicy,
  privateStatement,
  readStatement,
  refuseManagedKey,
  type PolicyStatement,
} from '../../bucket/index.js';
import {diff} from '../../diff/index.js';
import type {Change} from '../change.js';
import {keyOf, type LiveSite} from './live.js';
import {encryptionOf, managesBucket, wantedBuckets, type SiteSettings} from './settings.js';
import type {Phase, Step} from './steps.js';

/** In the place of the ARN of a distribution that is still to be made. */
const newArn = '{ARN of the new distribution}';

/** frontctl's own statements: the distribution reads the site's objects, nobody reads `.frontctl/` through CloudFront. */
export function ownStatements(bucket: string, prefix: string, arn: string): readonly PolicyStatement[] {
  const subject = {bucket, prefix, partition: arn.startsWith('arn:') ? arn.split(':')[1] : 'aws'};
  return [readStatement(subject, arn), privateStatement(subject)];
}

/** By their Sid, so that they compare; those of others are not looked at. */
function bySid(policy: string | undefined, sids: readonly string[]): Readonly<Record<string, unknown>> {
  if (policy === undefined) return {};
  const {Statement: given} = JSON.parse(policy) as {readonly Statement?: unknown};
  const statements: readonly unknown[] = Array.isArray(given) ? given : [given];
  return Object.fromEntries(
    statements.flatMap(each => {
      const {Sid, ...rest} = each as {readonly Sid?: string};
      return Sid !== undefined && sids.includes(Sid) ? [[Sid, rest]] : [];
    }),
  );
}

/** Key policies, where SSE-KMS encrypts the buckets, and bucket policies that let the distribution in. Failures: POLICY_TOO_LARGE (exit 6), POLICY_UNREADABLE. */
export function planAccess(settings: SiteSettings, live: LiveSite): readonly Step[] {
  if (!managesBucket(settings)) return [];
  const prefix = settings.config.bucket?.prefix ?? '';
  const arn = live.distribution?.arn ?? newArn;
  return wantedBuckets(settings).flatMap(({name}): readonly Step[] => {
    const found = live.buckets.get(name);
    if (found?.unknown.includes('policy') === true) return [];
    const own = ownStatements(name, prefix, arn);
    const sids = own.map(({Sid}) => Sid);
    const merged = mergePolicy(found?.policy, own, name);
    const resource = `policy of bucket ${name}`;
    const change: Change =
      merged === undefined
        ? {resource, action: 'none', reason: 'as it should be', diff: []}
        : {
            resource,
            action: found?.policy === undefined ? 'create' : 'update',
            reason: 'lets CloudFront alone read the site; statements of others stay',
            diff: diff(bySid(found?.policy, sids), bySid(merged, sids)),
          };
    // Opened before the distribution is sent there, where its ARN is known already.
    const phase = live.distribution === undefined ? 'access' : 'allow';
    const keyId = keyOf(settings, found);
    refuseManagedKey(encryptionOf(settings) ?? found?.settings.encryption, name);
    return [
      {type: 'policy', phase, bucket: name, prefix, change},
      ...(keyId === undefined
        ? []
        : [keyStep(live, {bucket: name, region: found?.region, keyId, arn, phase})]),
    ];
  });
}

function keyStep(
  {keyPolicies}: LiveSite,
  {
    bucket,
    region,
    keyId,
    arn,
    phase,
  }: {bucket: string; region: string | undefined; keyId: string; arn: string; phase: Phase},
): Step {
  const {policy} = keyPolicies.get(bucket) ?? {};
  const merged = mergeKeyPolicy(policy, arn, keyId);
  const {Sid} = keyStatement(arn);
  const resource = `policy of KMS key ${keyId}`;
  const change: Change =
    merged === undefined
      ? {resource, action: 'none', reason: 'as it should be', diff: []}
      : {
          resource,
          action: 'update',
          reason: 'lets CloudFront decrypt; statements of others stay',
          diff: diff(bySid(policy, [Sid]), bySid(merged, [Sid])),
        };
  return {type: 'key policy', phase, keyId, region, change};
}
