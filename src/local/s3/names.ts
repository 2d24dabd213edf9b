import {invalidArgument, invalidBucketName, keyTooLong} from './errors.js';

const label = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ipAddress = /^\d{1,3}(\.\d{1,3}){3}$/;
const reservedPrefixes = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const reservedSuffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/**
 * Whether CreateBucket takes this name for a general purpose bucket.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export const isBucketName = (name: string): boolean =>
  label.test(name) &&
  !name.includes('..') &&
  !ipAddress.test(name) &&
  !reservedPrefixes.some(prefix => name.startsWith(prefix)) &&
  !reservedSuffixes.some(suffix => name.endsWith(suffix));

/** The name, or InvalidBucketName. */
export const requireBucketName = (name: string | undefined): string => {
  if (name === undefined || !isBucketName(name)) throw invalidBucketName(name ?? '');
  return name;
};

/** Buckets whose name starts so belong to another account: CreateBucket finds them taken, everything else is 403. */
export const isForeignBucket = (name: string): boolean => name.startsWith('foreign-');

/**
 * The key, or KeyTooLongError above 1,024 bytes of UTF-8. NUL is refused: no XML answer could carry it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
export const requireKey = (key: string | undefined): string => {
  if (key === undefined || key === '')
    throw invalidArgument('The object key must not be empty.', 'Key', key ?? '');
  if (key.length > 341) {
    const size = Buffer.byteLength(key);
    if (size > 1024) throw keyTooLong(size);
  }
  if (key.includes('\0')) throw invalidArgument('The object key must not contain NUL.', 'Key', key);
  return key;
};

/** What `encoding-type=url` does to keys, prefixes, delimiters and markers in listings: `/` and `*` stay, a space is `+`. */
export const urlEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replaceAll(/[!'()]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
