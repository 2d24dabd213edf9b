/** How CloudFront gets at private origins: buckets, their policies, origin access controls and the way there from identities. */
export {attachControl, type AttachInput, type AttachResult} from './attach.js';
export {
  bucketPolicy,
  checkBucket,
  createPrivateBucket,
  type BucketCheck,
  type BucketPolicy,
  type CreatedBucket,
  type Finding,
} from './bucket.js';
export {
  listOriginAccess,
  type AccessList,
  type ListedControl,
  type ListedIdentity,
  type OriginUser,
} from './list.js';
export {migrateToControl, type MigrateInput, type MigrateResult} from './migrate.js';
export {planMigration, type MigrationPlan, type MigrationStep} from './plan.js';
export {readMigration, type MigrationState} from './state.js';
