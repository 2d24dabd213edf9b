/** How CloudFront gets at private origins: buckets, their policies, origin access controls and the way there from identities. */
export {attachControl, type AttachResult} from './attach.js';
export {bucketPolicy, createPrivateBucket, type BucketPolicy, type CreatedBucket} from './bucket.js';
export {checkBucket, judge, type BucketCheck, type Judged} from './check.js';
export {listOriginAccess, type AccessList, type OriginUser} from './list.js';
export {migrateToControl, type MigrateInput, type MigrateResult} from './migrate.js';
export {type MigrationStep} from './plan.js';
