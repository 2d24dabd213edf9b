import type {Aws, ObjectStore} from '../aws/index.js';
import type {Distribution} from '../distribution/index.js';
import {manifestAddress, manifestKey, ownFolder, readManifest, withPrefix} from './manifest/manifest.js';
import {createRowReader} from './manifest/rows.js';

export interface InventoryOptions {
  /** Default: the bucket of the distribution's S3 origins; of several the first with a manifest, else the first. */
  readonly bucket?: string | undefined;
  /** Without slashes at its ends. Default: the path of that origin. */
  readonly prefix?: string | undefined;
  /** Pages of 1,000 objects that a listing may take. Default 20. */
  readonly maxPages?: number | undefined;
  /** A manifest of fewer files than this is looked over with a listing, which knows what others put there. Default 0. */
  readonly listBelow?: number | undefined;
}

interface InventoryObject {
  /** Relative to the prefix. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** As the manifest has it; a listing does not tell. */
  readonly cacheControl?: string;
}

/** What is live in the bucket behind a distribution. */
export interface Inventory {
  readonly objects: readonly InventoryObject[];
  readonly bucket: string;
  readonly prefix: string;
  /**
   * `manifest`: what the last deploy left there, whatever was changed by hand since. `both`: that, and what is listed
   * beside it.
   */
  readonly source: 'manifest' | 'listing' | 'both';
  /** False: the listing stopped at its limit, there may be more. */
  readonly isComplete: boolean;
}

interface Place {
  readonly bucket: string;
  readonly prefix: string;
}

const pageSize = 1000;
const pagesOfOthers = 10;

/**
 * One GET where a deploy left its manifest, else a bounded listing. Undefined when there is no bucket or it may not be
 * read: what it is asked for (how much an invalidation refetches) is good to know, and no reason to fail.
 */
export async function readInventory(
  aws: Aws,
  distribution: Distribution,
  {bucket, prefix, maxPages = 20, listBelow = 0}: InventoryOptions = {},
): Promise<Inventory | undefined> {
  const origins = originPlaces(distribution).filter(place => bucket === undefined || place.bucket === bucket);
  const known = origins.length > 0 || bucket === undefined ? origins : [{bucket, prefix: ''}];
  const places = known.map(place => ({bucket: place.bucket, prefix: prefix ?? place.prefix}));
  for (const place of places) {
    const found = await orUndefined(fromManifest(aws, place));
    if (found === undefined) continue;
    if (found.objects.length >= listBelow) return found;
    // Where it cannot be listed, or others have put masses there, the manifest is what is known.
    const pages = Math.min(maxPages, Math.ceil(found.objects.length / pageSize) + pagesOfOthers);
    const listed = await orUndefined(fromListing(aws, place, pages));
    return listed?.isComplete === true ? lookedOver(found, listed) : found;
  }
  const [first] = places;
  return first && orUndefined(fromListing(aws, first, maxPages));
}

/**
 * What the manifest names (the edge may hold it even where somebody deleted it by hand) in the size that it has now, and what
 * others put beside it.
 */
function lookedOver(manifest: Inventory, listed: Inventory): Inventory {
  const objects = new Map<string, InventoryObject>(manifest.objects.map(object => [object.key, object]));
  for (const object of listed.objects) objects.set(object.key, {...objects.get(object.key), ...object});
  return {...listed, objects: [...objects.values()], source: 'both'};
}

/** The bucket and the path of every S3 origin, each once, in their order. */
function originPlaces({config}: Distribution): readonly Place[] {
  const places = new Map<string, Place>();
  for (const {DomainName = '', OriginPath = ''} of config.Origins?.Items ?? []) {
    const bucket = bucketOf(DomainName);
    const prefix = OriginPath.replace(/^\/|\/$/g, '');
    if (bucket !== undefined) places.set(`${bucket}/${prefix}`, {bucket, prefix});
  }
  return [...places.values()];
}

/** Of an S3 REST or website endpoint, of any region, with or without dual stack (S3 User Guide, "Virtual hosting"). */
function bucketOf(domain: string): string | undefined {
  return /^(.+)\.s3(?:-website)?(?:[.-][a-z0-9-]+){0,2}\.amazonaws\.com(?:\.cn)?$/.exec(domain)?.[1];
}

async function orUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch {
    return undefined;
  }
}

/** A million files are a document of 150 MB: it is read as it comes, and never in memory as a whole. */
async function fromManifest(aws: Aws, {bucket, prefix}: Place): Promise<Inventory | undefined> {
  const store = await aws.objects(bucket);
  const reader = createRowReader(manifestAddress(store, prefix));
  const found = await store.get(withPrefix(prefix, manifestKey), {onPiece: reader.push});
  if (typeof found !== 'object') return undefined;
  const objects = reader.end() ?? (await parsedRows(store, prefix));
  return objects && {objects, bucket, prefix, source: 'manifest', isComplete: true};
}

/** Laid out by another hand. */
async function parsedRows(
  store: ObjectStore,
  prefix: string,
): Promise<readonly InventoryObject[] | undefined> {
  const found = await readManifest(store, prefix);
  if (found === undefined) return undefined;
  return Array.from(found.manifest.files, ([key, {size, headers}]) => ({
    key,
    size,
    cacheControl: headers.cacheControl,
  }));
}

async function fromListing(aws: Aws, {bucket, prefix}: Place, maxPages: number): Promise<Inventory> {
  const store = await aws.objects(bucket);
  const atLeast = maxPages * pageSize;
  const listed = await store.list({prefix: prefix === '' ? undefined : `${prefix}/`, atLeast});
  const skip = withPrefix(prefix, '').length;
  const objects = listed
    .map(({key, size}) => ({key: key.slice(skip), size}))
    .filter(({key}) => key !== '' && !key.startsWith(ownFolder));
  return {objects, bucket, prefix, source: 'listing', isComplete: listed.length < atLeast};
}
