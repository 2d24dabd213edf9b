/** S3 bucket settings: creation, public access block, ownership, and a bucket policy that is merged, never clobbered. */
export {maxPolicyBytes, mergePolicy, privateStatement, readStatement} from './policy.js';
export {
  blockPublicAccess,
  createBucket,
  enforceOwner,
  ensurePolicy,
  headBucket,
  isOwnerEnforced,
  isPublicAccessBlocked,
  readPolicy,
} from './settings.js';
