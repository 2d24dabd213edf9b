import type * as S3 from '@aws-sdk/client-s3';
import {call, toFailure} from '../../aws/index.js';
import type {Work} from '../../events.js';
import {isJournaled, siteAddress, withPrefix, type Manifest} from '../manifest/manifest.js';
import type {PreparedDeploy, PreparedPlace} from '../types.js';

type Marker = Pick<S3.ListMultipartUploadsRequest, 'KeyMarker' | 'UploadIdMarker'>;

interface Upload {
  readonly key: string;
  readonly id: string;
}

/**
 * Aborts the uploads in parts that a killed deploy left behind: no listing shows them, and S3 bills their parts until
 * somebody does. To be called under the lock, before any upload of this deploy: whoever began one of these is dead, or
 * stood still so long that it lost the lock. Only keys of the manifest, which has all that the killed one was to write,
 * and of this build; what others upload stays. Looks only where a deploy did not end as it should. What fails here is a
 * warning: the deploy does not depend on it.
 */
export async function* abortLeftovers(prepared: PreparedDeploy): Work<void> {
  const {input, places, isLocked} = prepared;
  for (const place of places) {
    if (!isLocked && !isUnfinished(place.recorded?.manifest)) continue;
    try {
      const uploads = await leftIn(prepared, place);
      if (uploads.length === 0) continue;
      yield {type: 'step', id: 'leftovers', title: 'Drop the parts of a deploy that was killed'};
      for (const upload of uploads) await abort(prepared, place, upload);
      const files = `${uploads.length} unfinished ${uploads.length === 1 ? 'upload' : 'uploads'}`;
      yield {type: 'done', id: 'leftovers', detail: files};
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const address = siteAddress(place.store.bucket, input.prefix);
      yield {
        type: 'warning',
        message: `Parts of large files that a killed deploy left behind in ${address} could not be dropped: ${why}`,
      };
    }
  }
}

/** The journal of a deploy stands in it, which is out once all is done. */
const isUnfinished = (manifest: Manifest | undefined): boolean =>
  manifest !== undefined &&
  (manifest.pendingInvalidations.length > 0 || [...manifest.files.values()].some(isJournaled));

async function leftIn(
  {input, site}: PreparedDeploy,
  {store, recorded}: PreparedPlace,
): Promise<readonly Upload[]> {
  const {bucket} = store;
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-s3'), input.aws.s3()]);
  const names = [...site.files.map(({key}) => key), ...(recorded?.manifest.files.keys() ?? [])];
  const ours = new Set(names.map(key => withPrefix(input.prefix, key)));
  const scope = {Bucket: bucket, ...(input.prefix !== '' && {Prefix: `${input.prefix}/`})};
  const found: Upload[] = [];
  let marker: Marker | undefined = {};
  while (marker !== undefined) {
    const from: Marker = marker;
    const page: S3.ListMultipartUploadsOutput = await call(
      {service: 's3', operation: 'ListMultipartUploads', resource: `bucket ${bucket}`},
      () => client.send(new sdk.ListMultipartUploadsCommand({...scope, ...from})),
    );
    for (const {Key: key = '', UploadId: id = ''} of page.Uploads ?? []) {
      if (ours.has(key)) found.push({key, id});
    }
    const {IsTruncated, NextKeyMarker, NextUploadIdMarker} = page;
    marker =
      IsTruncated === true ? {KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker} : undefined;
  }
  return found;
}

async function abort({input}: PreparedDeploy, {store}: PreparedPlace, {key, id}: Upload): Promise<void> {
  const {bucket} = store;
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-s3'), input.aws.s3()]);
  try {
    await client.send(new sdk.AbortMultipartUploadCommand({Bucket: bucket, Key: key, UploadId: id}));
  } catch (error) {
    // It came to its end after all: its deploy only stood still.
    if (error instanceof Error && error.name === 'NoSuchUpload') return;
    const resource = `s3://${bucket}/${key}`;
    throw toFailure(error, {service: 's3', operation: 'AbortMultipartUpload', resource});
  }
}

/** Aborts the other uploads of the same key that began in the `withinMs` before this one did. Rejects with the SDK's errors. */
export async function abortTwins(
  client: S3.S3Client,
  {Bucket, Key, UploadId}: Pick<S3.AbortMultipartUploadRequest, 'Bucket' | 'Key' | 'UploadId'>,
  withinMs: number,
): Promise<void> {
  const {AbortMultipartUploadCommand, ListMultipartUploadsCommand} = await import('@aws-sdk/client-s3');
  const {Uploads: all = []} = await client.send(new ListMultipartUploadsCommand({Bucket, Prefix: Key}));
  const began = all.find(upload => upload.UploadId === UploadId)?.Initiated?.getTime() ?? NaN;
  for (const {Key: key, UploadId: id, Initiated} of all) {
    // S3 tells it to the second.
    const ageMs = began - (Initiated?.getTime() ?? NaN);
    if (key !== Key || id === UploadId || !(ageMs >= 0 && ageMs <= withinMs + 1000)) continue;
    await client.send(new AbortMultipartUploadCommand({Bucket, Key, UploadId: id}));
  }
}
