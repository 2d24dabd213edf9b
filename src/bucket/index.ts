/** S3 buckets: settings as a config says them, and a bucket policy that is merged, never clobbered. */
export {
  maxPolicyBytes,
  mergePolicy,
  privateStatement,
  readStatement,
  removeStatements,
  withdrawDistribution,
  type PolicyStatement,
  type PolicySubject,
} from './policy.js';
export {
  blockPublicAccess,
  createBucket,
  editPolicy,
  enforceOwner,
  ensurePolicy,
  headBucket,
  isOwnerEnforced,
  isPublicAccessBlocked,
  readPolicy,
  readWebsite,
  writePolicy,
} from './settings.js';
export {
  readBucket,
  readEncryption,
  type BucketSettings,
  type EncryptionSettings,
  type LiveBucket,
} from './state.js';
export {bucketDiff, desiredBucket} from './desired.js';
export {applyBucket} from './apply.js';
export {deleteBucket} from './delete.js';
export {identitiesIn, identityIdsIn, replacementFor, withoutIdentities} from './access-identity.js';
export {letsDistributionRead, publicStatements, shutsServiceOut} from './policy-facts.js';
export {
  customerKey,
  keyStatement,
  letKeyBeUsed,
  mergeKeyPolicy,
  readKeyPolicy,
  refuseManagedKey,
  usesManagedKey,
  type KeyPolicy,
} from './kms.js';
