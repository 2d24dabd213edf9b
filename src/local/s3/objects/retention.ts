import {accessDenied, invalidRequest} from '../errors.js';
import type {BucketRecord, ObjectRecord, Version} from '../records.js';

const dayMs = 86_400_000;

/** What the default retention of the bucket makes of a new version. */
export const retentionFor = ({objectLock}: BucketRecord, now: number): Pick<ObjectRecord, 'retention'> => {
  const rule = objectLock?.retention;
  return rule === undefined ? {} : {retention: {mode: rule.mode, until: now + rule.days * dayMs}};
};

/** InvalidRequest for a body without a digest where it becomes a version under retention. S3 API, "PutObject", Content-MD5. */
export const requireDigest = (
  {objectLock}: BucketRecord,
  headers: Readonly<Record<string, string>>,
  what: 'Object' | 'Part',
): void => {
  if (objectLock?.retention === undefined) return;
  const isDigested = Object.keys(headers).some(
    name => name === 'content-md5' || /^x-amz-checksum-(?!type|mode|algorithm)/.test(name),
  );
  if (isDigested || /x-amz-checksum-/.test(headers['x-amz-trailer'] ?? '')) return;
  throw invalidRequest(
    `Content-MD5 OR x-amz-checksum- HTTP header is required for Put ${what} requests with Object Lock parameters`,
  );
};

/** AccessDenied for a version that is to be deleted for good while it is under retention. Delete markers never are. */
export const requireUnlocked = (version: Version | undefined, now: number, mayBypass: boolean): void => {
  if (version?.kind !== 'object' || version.retention === undefined || now >= version.retention.until) return;
  if (version.retention.mode === 'GOVERNANCE' && mayBypass) return;
  throw accessDenied({}, 'Access Denied because object protected by object lock.');
};

export const retentionMembers = ({retention}: ObjectRecord) =>
  retention && {ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: new Date(retention.until)};
