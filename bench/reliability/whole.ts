/** Whether what is live is exactly a build. */
import {ListMultipartUploadsCommand} from '@aws-sdk/client-s3';
import {mapConcurrent} from '../../src/aws/index.js';
import {readManifest} from '../../src/deploy/index.js';
import {readSite} from '../../src/site/index.js';
import {keyOf, namedBy, type Build} from './builds.js';
import type {Stage} from './stage.js';

const lockKey = '.frontctl/lock.json';

export interface Wanted {
  readonly build: Build;
  /** Where it lies. */
  readonly folder: string;
  /** The one that was live before, whole. */
  readonly previous: Build | undefined;
  /** Everything that was deployed or half deployed before and whose files may be kept, oldest first. */
  readonly earlier: readonly Build[];
}

/**
 * What is wrong, in words; empty where nothing is. The bucket holds the build's keys with its bytes and headers, and beside
 * them at most fingerprinted files of earlier builds, those of the previous one all. The edge serves the same bytes, and
 * nothing of what left. The manifest knows of nothing that is still to be done, nobody holds the lock, and no upload in
 * parts is left.
 */
export async function flaws(
  stage: Stage,
  {build, folder, previous, earlier}: Wanted,
): Promise<readonly string[]> {
  const found: string[] = [];
  const store = await stage.aws.objects(stage.bucket);
  const [listing, recorded, site] = await Promise.all([
    store.list(),
    readManifest(store, ''),
    readSite({dir: folder, site: {}}),
  ]);
  const keys = new Set(listing.map(({key}) => key).filter(key => !key.startsWith('.frontctl/')));
  const headers = new Map(site.files.map(file => [file.key, file.headers]));

  for (const key of build.files.keys()) if (!keys.has(key)) found.push(`${key} is missing`);
  for (const key of previous?.hashed ?? []) {
    if (!keys.has(key)) found.push(`${key} of the build before is missing`);
  }
  const expected = (key: string): Buffer | undefined =>
    build.files.get(key) ?? earlier.findLast(({hashed}) => hashed.has(key))?.files.get(key);

  const check = async (key: string): Promise<void> => {
    const body = expected(key);
    if (body === undefined) {
      const left = recorded?.manifest.files.get(key)?.left ?? 'live';
      const kept = recorded?.manifest.releases.map(({id}) => id).join(', ') ?? '';
      found.push(`${key} is there and should not (${left}, of ${kept})`);
      return;
    }
    const object = await store.get(key);
    if (typeof object !== 'object' || !body.equals(object.body)) {
      found.push(`${key} has other bytes`);
      return;
    }
    const wanted = headers.get(key);
    if (wanted === undefined) return;
    if (object.headers['content-type'] !== wanted.contentType) found.push(`${key} has another Content-Type`);
    if (object.headers['cache-control'] !== wanted.cacheControl)
      found.push(`${key} has another Cache-Control`);
    const {status, body: served} = await stage.view(pathOf(key));
    if (status !== 200 || !body.equals(served)) found.push(`the edge serves an old ${key} (${status})`);
  };
  await each(keys, check);
  const gone = new Set(
    earlier.slice(-3).flatMap(({files}) => [...files.keys()].filter(key => !keys.has(key))),
  );
  await each(gone, async key => {
    const {status} = await stage.view(pathOf(key));
    if (status === 200) found.push(`the edge still serves ${key}, which is gone`);
  });

  const pending = recorded?.manifest.pendingInvalidations.length ?? 0;
  if (recorded === undefined) found.push('there is no manifest');
  if (pending > 0) found.push(`${pending} invalidations are still pending`);
  if (listing.some(({key}) => key === lockKey)) found.push('the lock is held');
  const client = await stage.aws.s3();
  const {Uploads: uploads = []} = await client.send(new ListMultipartUploadsCommand({Bucket: stage.bucket}));
  if (uploads.length > 0) found.push(`${uploads.length} uploads in parts are left`);
  return found;
}

/**
 * Files that a page names and that are not there, in words: must be empty at any moment of any deploy. Of all pages that a
 * visitor may come to: those of the build that was live, and what they link to. Nobody knows of a page that nothing links yet.
 */
export async function torn(stage: Stage, live: Build): Promise<readonly string[]> {
  const store = await stage.aws.objects(stage.bucket);
  const keys = new Set((await store.list()).map(({key}) => key));
  const found: string[] = [];
  const seen = new Set<string>();
  const look = async (pages: readonly string[]): Promise<void> => {
    const linked: string[] = [];
    await each(pages, async page => {
      const object = await store.get(page);
      if (typeof object !== 'object') return;
      const {eager, lazy, links} = namedBy(Buffer.from(object.body).toString());
      const missing = [...eager, ...lazy, ...links].filter(path => !keys.has(keyOf(path)));
      found.push(...missing.map(path => `${page} names ${path}, which is not there`));
      linked.push(...links.map(keyOf));
    });
    const next = new Set(linked.filter(page => keys.has(page) && !seen.has(page)));
    for (const page of next) seen.add(page);
    if (next.size > 0) await look([...next]);
  };
  const pages = [...live.files.keys()].filter(key => key.endsWith('.html') && keys.has(key));
  for (const page of pages) seen.add(page);
  await look(pages);
  return found;
}

/** Fills the edge with everything that is live. */
export async function warm(stage: Stage, build: Build): Promise<void> {
  await each(build.files.keys(), async key => {
    await stage.view(pathOf(key));
  });
}

const pathOf = (key: string): string => (key === 'index.html' ? '/' : `/${key}`);

async function each(keys: Iterable<string>, work: (key: string) => Promise<void>): Promise<void> {
  const working = mapConcurrent(keys, 16, work);
  while ((await working.next()).done !== true);
}
