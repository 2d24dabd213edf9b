import {createHash} from 'node:crypto';
import {basename, dirname, resolve} from 'node:path';

/** Folders that builds write into: they say nothing about the site, their parent does. */
const outputFolders = new Set([
  'dist',
  'build',
  'out',
  'output',
  'public',
  'www',
  'site',
  '_site',
  'html',
  'static',
  'browser',
  'client',
]);

/**
 * Name of a site without config: the folder's, or its parent's when it is named like a build output, and six hex digits
 * of the absolute path, so that two checkouts stay two sites. Lowercase letters, digits, hyphens; at most 30 characters.
 */
export function siteName(dir: string): string {
  const path = resolve(dir);
  let folder = path;
  while (outputFolders.has(basename(folder).toLowerCase()) && dirname(folder) !== folder)
    folder = dirname(folder);
  const word = basename(folder)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 23)
    .replace(/^-+|-+$/g, '');
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 6);
  return `${word === '' ? 'site' : word}-${hash}`;
}

/**
 * Bucket for a site that names none: `frontctl-<name>-<8 hex of the name>`, at most 63 characters (S3 User Guide,
 * "General purpose bucket naming rules"). The same for the same name, so that it is found again.
 */
export function bucketName(name: string): string {
  const word = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 45)
    .replace(/^-+|-+$/g, '');
  return `frontctl-${word}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** At most 64 characters (CloudFront API, "OriginAccessControlConfig"). */
export function originAccessControlName(name: string): string {
  return `frontctl-${name}`.slice(0, 64);
}
