import {createHash} from 'node:crypto';
import type {LiveObject} from '../../src/deploy/manifest/live.js';
import {entryOf} from '../../src/deploy/manifest/live.js';
import type {Manifest, ManifestEntry} from '../../src/deploy/index.js';
import type {FileKind, SiteFile} from '../../src/site/index.js';

export const digest = (algorithm: string, content: string): string =>
  createHash(algorithm).update(content).digest('hex');

export const kindOf = (key: string): FileKind => {
  if (key.endsWith('.html')) return 'html';
  return key.includes('-') ? 'fingerprinted' : 'asset';
};

export function siteFile(key: string, content: string, cacheControl = 'max-age=60'): SiteFile {
  return {
    key,
    path: `/build/${key}`,
    size: Buffer.byteLength(content),
    sha256: digest('sha256', content),
    kind: kindOf(key),
    headers: {contentType: 'text/plain', cacheControl},
    rule: 'test',
  };
}

/** The object that `siteFile(key, content, cacheControl)` becomes, as the manifest knows it. */
export function liveObject(content: string, cacheControl = 'max-age=60'): LiveObject {
  return {
    etag: `"${digest('md5', content)}"`,
    size: Buffer.byteLength(content),
    known: {sha256: digest('sha256', content), headers: {contentType: 'text/plain', cacheControl}},
    managed: true,
  };
}

export function recordedFrom(live: ReadonlyMap<string, LiveObject>): Map<string, ManifestEntry> {
  const entries = [...live].flatMap(([key, object]) => {
    const entry = object.managed ? entryOf(object) : undefined;
    return entry ? [[key, entry] as const] : [];
  });
  return new Map(entries);
}

/** A manifest of one release with these files. */
export const manifestOf = (files: Manifest['files']): Manifest => ({
  distributions: [],
  releases: [{id: 'r', isNamed: false, createdAt: '2026-11-21T00:00:00.000Z', files: files.size, bytes: 1}],
  files,
  pendingInvalidations: [],
  hidden: false,
});
