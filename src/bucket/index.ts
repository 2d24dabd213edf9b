/** S3 bucket settings: creation, public access block, ownership, and a bucket policy that is merged, never clobbered. */
export {
  maxPolicyBytes,
  mergePolicy,
  privateStatement,
  readStatement,
  type PolicyStatement,
  type PolicySubject,
} from './policy.js';
export {
  blockPublicAccess,
  createBucket,
  enforceOwner,
  ensurePolicy,
  headBucket,
  isOwnerEnforced,
  isPublicAccessBlocked,
  readPolicy,
  type BucketState,
} from './settings.js';
