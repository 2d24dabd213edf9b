import {
  customerKey,
  identitiesIn,
  mergePolicy,
  replacementFor,
  shutsServiceOut,
  usesManagedKey,
  type PolicyStatement,
  type PolicySubject,
} from '../../bucket/index.js';
import type {OriginAccessIdentity} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import type {BucketOrigin, MigratingBucket, MigrationState} from './state.js';

/** What a migration does, in this order. */
export type MigrationStep =
  /** The key policy is to let the distribution use the key of the bucket. */
  | {readonly action: 'allow-key'; readonly bucket: string; readonly keyId: string}
  /** The bucket policy is to allow the distribution what it allows the identities. */
  | {readonly action: 'allow'; readonly bucket: string; readonly statements: readonly PolicyStatement[]}
  | {readonly action: 'create-control'; readonly name: string}
  | {readonly action: 'attach'; readonly control: string; readonly origins: readonly string[]}
  /** Until every edge has the change: of this distribution, and of others that read the same buckets. */
  | {readonly action: 'wait'; readonly distributions: readonly string[]}
  /** The bucket policy is to name these identities no more. */
  | {readonly action: 'drop'; readonly bucket: string; readonly identities: readonly string[]}
  /** The identity stays in the bucket policy: these distributions read the bucket with it. */
  | {
      readonly action: 'keep';
      readonly bucket: string;
      readonly identity: string;
      readonly usedBy: readonly string[];
    }
  | {readonly action: 'delete-identity'; readonly identity: string};

export interface MigrationPlan {
  readonly steps: readonly MigrationStep[];
  /** One sentence each. */
  readonly warnings: readonly string[];
  /** What nobody uses once all is done, whether or not it is deleted. */
  readonly idle: readonly string[];
}

export interface MigrationWish {
  /** Name of the control, or the id of one; made where there is none of that name. */
  readonly control: string;
  readonly deleteIdentities: boolean;
  /** Identities that this run has met already, by id. */
  readonly met?: readonly string[] | undefined;
}

/** In the comment of an identity that is to be deleted: what a run that was killed in between is known again by. */
export const replacedMark = (distributionId: string): string => `(frontctl: replaced on ${distributionId})`;

/** Origins of the distribution that still read with an identity. */
export const toMigrate = ({distribution, origins}: MigrationState): readonly BucketOrigin[] =>
  origins.filter(
    ({distributionId, identity}) => distributionId === distribution.id && identity !== undefined,
  );

/** Distributions that read with the identity, of one bucket or at all. Those that `without` names do not count. */
function usersOf(
  state: MigrationState,
  identity: string,
  without: string,
  bucket?: string,
): readonly string[] {
  const using = state.origins.filter(
    origin =>
      origin.identity === identity &&
      origin.distributionId !== without &&
      (bucket === undefined || origin.bucket === bucket),
  );
  return [...new Set(using.map(({distributionId}) => distributionId))].sort();
}

/**
 * What is left to do, which follows from what is live alone: a run that stopped anywhere is gone on with. Empty when the
 * distribution reads without identities and no policy names one that is idle. Failures: POLICY_SHUTS_OUT, POLICY_TOO_LARGE (exit 6),
 * NO_SUCH_OAI (exit 2).
 */
export function planMigration(state: MigrationState, wish: MigrationWish): MigrationPlan {
  const {buckets} = state;
  const origins = toMigrate(state);
  const steps: MigrationStep[] = [];
  const warnings: string[] = [];
  for (const bucket of buckets) {
    const reading = origins.filter(origin => origin.bucket === bucket.name);
    if (reading.length === 0) continue;
    const key = customerKey(bucket.encryption);
    if (key !== undefined) steps.push({action: 'allow-key', bucket: bucket.name, keyId: key});
    if (usesManagedKey(bucket.encryption)) {
      warnings.push(
        `Bucket ${bucket.name} encrypts new objects with the AWS managed key aws/s3: CloudFront can read none of those, before and after. Encrypt with a customer managed key or with SSE-S3.`,
      );
    }
    const allowed = allow(state, bucket, reading);
    warnings.push(...allowed.warnings);
    if (mergePolicy(bucket.policy, allowed.statements, bucket.name) !== undefined)
      steps.push({action: 'allow', bucket: bucket.name, statements: allowed.statements});
  }
  if (origins.length > 0) {
    const control = state.controls.find(({id, name}) => id === wish.control || name === wish.control);
    if (control === undefined) steps.push({action: 'create-control', name: wish.control});
    steps.push({
      action: 'attach',
      control: control?.name ?? wish.control,
      origins: origins.map(({originId}) => originId),
    });
  }
  const ends = endings(state, wish);
  if (origins.length > 0 || ends.drops) {
    const waiting = waitedFor(state, origins.length > 0);
    if (waiting.length > 0) steps.push({action: 'wait', distributions: waiting});
  }
  return {steps: [...steps, ...ends.steps], warnings, idle: ends.idle};
}

/** Others that read the same buckets may have let go of an identity a moment ago. */
function waitedFor(
  {distribution, buckets, origins, deploying}: MigrationState,
  changes: boolean,
): readonly string[] {
  const near = origins
    .filter(({bucket}) => buckets.some(({name}) => name === bucket))
    .map(({distributionId}) => distributionId);
  const others = deploying.filter(id => id !== distribution.id && near.includes(id));
  return changes || distribution.status !== 'Deployed' ? [distribution.id, ...others] : others;
}

interface Allowed {
  readonly statements: readonly PolicyStatement[];
  readonly warnings: readonly string[];
}

function allow(state: MigrationState, bucket: MigratingBucket, reading: readonly BucketOrigin[]): Allowed {
  const {arn} = state.distribution;
  const {name, policy} = bucket;
  const blocking = shutsServiceOut(policy, name);
  if (blocking.length > 0) {
    throw new Failure(
      'refused',
      'POLICY_SHUTS_OUT',
      `The policy of bucket ${name} forbids all but named principals (statement ${blocking.join(', ')}): with an origin access control the distribution would be shut out.`,
      {
        hint: 'Add {"Service": "cloudfront.amazonaws.com"} to the NotPrincipal of that statement, then run again.',
      },
    );
  }
  const statements = new Map<string, PolicyStatement>();
  const warnings: string[] = [];
  for (const origin of reading) {
    const identity = identityNamed(state, origin);
    const subject: PolicySubject = {bucket: name, prefix: origin.prefix, partition: arn.split(':')[1]};
    const {statements: own, isWider} = replacementFor(policy, identity, subject, arn);
    for (const each of own) statements.set(each.Sid, each);
    if (isWider) {
      const where = origin.prefix === '' ? 'all objects' : `all objects under ${origin.prefix}/`;
      warnings.push(
        `No statement of the policy of bucket ${name} lets ${identity.id} read: objects were opened to it one by one (ACLs), or to everybody. From now on origin ${origin.originId} reads ${where}.`,
      );
    }
  }
  return {statements: [...statements.values()], warnings};
}

/** Failure NO_SUCH_OAI (exit 2). */
function identityNamed(
  {identities, distribution}: MigrationState,
  origin: BucketOrigin,
): OriginAccessIdentity {
  const found = identities.find(({id}) => id === origin.identity);
  if (found !== undefined) return found;
  throw new Failure(
    'usage',
    'NO_SUCH_OAI',
    `Origin ${origin.originId} of distribution ${distribution.id} reads with ${origin.identity ?? ''}, which is no origin access identity of this account.`,
    {hint: 'Run with the account that owns it (--profile).'},
  );
}

interface Endings {
  readonly steps: readonly MigrationStep[];
  readonly drops: boolean;
  readonly idle: readonly string[];
}

/** What follows once this distribution reads without identities. */
function endings(state: MigrationState, {deleteIdentities, met = []}: MigrationWish): Endings {
  const {distribution, identities, buckets} = state;
  const steps: MigrationStep[] = [];
  const own = new Set<string | undefined>([...met, ...toMigrate(state).map(({identity}) => identity)]);
  for (const {name, policy} of buckets) {
    const dropped: string[] = [];
    for (const {id} of identitiesIn(policy, identities, name)) {
      const usedBy = usersOf(state, id, distribution.id, name);
      if (usedBy.length === 0) dropped.push(id);
      else if (own.has(id)) steps.push({action: 'keep', bucket: name, identity: id, usedBy});
    }
    for (const id of dropped) own.add(id);
    if (dropped.length > 0) steps.push({action: 'drop', bucket: name, identities: dropped});
  }
  const marked = identities.filter(({comment}) => comment.includes(replacedMark(distribution.id)));
  for (const {id} of marked) own.add(id);
  const idle = identities
    .map(({id}) => id)
    .filter(id => own.has(id) && usersOf(state, id, distribution.id).length === 0);
  const deleted = deleteIdentities ? idle : [];
  return {
    steps: [...steps, ...deleted.map((identity): MigrationStep => ({action: 'delete-identity', identity}))],
    drops: steps.some(({action}) => action === 'drop') || deleted.length > 0,
    idle,
  };
}
