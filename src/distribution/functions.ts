import type {FunctionRuntime, FunctionStage} from '@aws-sdk/client-cloudfront';
import {call, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';

/** One stage of a CloudFront Function. */
export interface EdgeFunction {
  readonly name: string;
  readonly arn: string;
  /** Of this stage, for If-Match. */
  readonly etag: string | undefined;
  readonly runtime: string;
  readonly comment: string;
  /** ARNs. */
  readonly keyValueStores: readonly string[];
}

export interface WantedFunction {
  /** 1 to 64 of A-Z a-z 0-9 _ and -. */
  readonly name: string;
  readonly code: string;
  readonly runtime: FunctionRuntime;
  readonly comment: string;
  /** ARNs; those that the function has stay when left out. */
  readonly keyValueStores?: readonly string[] | undefined;
}

/** CloudFront's limit on the code of one function (Developer Guide, "Quotas on CloudFront Functions"). Bytes. */
export const maxFunctionBytes = 10 * 1024;

async function open(aws: Aws) {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  return {sdk, client};
}

const subject = (operation: string, name: string) =>
  ({service: 'cloudfront', operation, resource: `function ${name}`}) as const;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'NoSuchFunctionExists';

/** Undefined where there is none, or where its code was never published (`LIVE`). */
export async function findFunction(
  aws: Aws,
  name: string,
  stage: FunctionStage = 'DEVELOPMENT',
): Promise<EdgeFunction | undefined> {
  const {sdk, client} = await open(aws);
  try {
    const {FunctionSummary: found, ETag} = await client.send(
      new sdk.DescribeFunctionCommand({Name: name, Stage: stage}),
    );
    const config = found?.FunctionConfig;
    return {
      name,
      arn: found?.FunctionMetadata?.FunctionARN ?? '',
      etag: ETag,
      runtime: config?.Runtime ?? '',
      comment: config?.Comment ?? '',
      keyValueStores:
        config?.KeyValueStoreAssociations?.Items?.map(each => each.KeyValueStoreARN ?? '') ?? [],
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw toFailure(error, subject('DescribeFunction', name));
  }
}

/** Undefined as for `findFunction`. */
export async function readFunctionCode(
  aws: Aws,
  name: string,
  stage: FunctionStage = 'LIVE',
): Promise<string | undefined> {
  const {sdk, client} = await open(aws);
  try {
    const {FunctionCode: code} = await client.send(new sdk.GetFunctionCommand({Name: name, Stage: stage}));
    return Buffer.from(code ?? new Uint8Array()).toString('utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw toFailure(error, subject('GetFunction', name));
  }
}

/**
 * Makes the function, or gives it this code, and publishes it: the behaviors that run it run the new code from when the
 * edge has it. Nothing is written where its LIVE stage is just so.
 * Failures: FUNCTION_TOO_LARGE (exit 6), PRECONDITION_FAILED (exit 4), QUOTA_EXCEEDED.
 */
export async function putFunction(
  aws: Aws,
  wanted: WantedFunction,
): Promise<{readonly arn: string; readonly created: boolean; readonly changed: boolean}> {
  const {name, code, runtime, comment} = wanted;
  const bytes = Buffer.byteLength(code);
  if (bytes > maxFunctionBytes) {
    throw new Failure(
      'refused',
      'FUNCTION_TOO_LARGE',
      `The code of function ${name} has ${bytes.toLocaleString('en-US')} bytes; CloudFront takes ${maxFunctionBytes.toLocaleString('en-US')}.`,
      {hint: 'Shorten it: comments and long texts count as well.'},
    );
  }
  const found = await findFunction(aws, name);
  if (found !== undefined && (await isLive(aws, found, wanted))) {
    return {arn: found.arn, created: false, changed: false};
  }
  const {sdk, client} = await open(aws);
  const stores = wanted.keyValueStores ?? found?.keyValueStores ?? [];
  const input = {
    Name: name,
    FunctionCode: Buffer.from(code),
    FunctionConfig: {
      Comment: comment,
      Runtime: runtime,
      ...(stores.length === 0
        ? {}
        : {
            KeyValueStoreAssociations: {
              Quantity: stores.length,
              Items: stores.map(KeyValueStoreARN => ({KeyValueStoreARN})),
            },
          }),
    },
  };
  const {ETag: etag, FunctionSummary: written} =
    found === undefined
      ? await call(subject('CreateFunction', name), () => client.send(new sdk.CreateFunctionCommand(input)))
      : await call(subject('UpdateFunction', name), () =>
          client.send(new sdk.UpdateFunctionCommand({...input, IfMatch: found.etag})),
        );
  const {FunctionSummary: published} = await call(subject('PublishFunction', name), () =>
    client.send(new sdk.PublishFunctionCommand({Name: name, IfMatch: etag})),
  );
  const metadata = published?.FunctionMetadata ?? written?.FunctionMetadata;
  return {arn: metadata?.FunctionARN ?? found?.arn ?? '', created: found === undefined, changed: true};
}

/** Both stages say what is wanted. */
async function isLive(aws: Aws, draft: EdgeFunction, wanted: WantedFunction): Promise<boolean> {
  const live = await findFunction(aws, wanted.name, 'LIVE');
  if (live === undefined) return false;
  const agrees = [draft, live].every(
    ({runtime, comment, keyValueStores}) =>
      runtime === wanted.runtime &&
      comment === wanted.comment &&
      (wanted.keyValueStores === undefined ||
        [...wanted.keyValueStores].sort().join() === [...keyValueStores].sort().join()),
  );
  if (!agrees) return false;
  const codes = await Promise.all([
    readFunctionCode(aws, wanted.name, 'DEVELOPMENT'),
    readFunctionCode(aws, wanted.name, 'LIVE'),
  ]);
  return codes.every(code => code === wanted.code);
}

/** Answers false where there was none. Failure CONFLICT (exit 4) while a behavior runs it. */
export async function deleteFunction(aws: Aws, name: string): Promise<boolean> {
  const found = await findFunction(aws, name);
  if (found === undefined) return false;
  const {sdk, client} = await open(aws);
  await call(subject('DeleteFunction', name), () =>
    client.send(new sdk.DeleteFunctionCommand({Name: name, IfMatch: found.etag})),
  );
  return true;
}

/** The account's own functions as their drafts are, every page. */
export async function listFunctions(aws: Aws): Promise<readonly EdgeFunction[]> {
  const {sdk, client} = await open(aws);
  const found: EdgeFunction[] = [];
  let marker: string | undefined;
  do {
    const {FunctionList: page} = await call(
      {service: 'cloudfront', operation: 'ListFunctions', resource: 'all functions'},
      () => client.send(new sdk.ListFunctionsCommand({Marker: marker, MaxItems: 100, Stage: 'DEVELOPMENT'})),
    );
    for (const {Name = '', FunctionMetadata, FunctionConfig} of page?.Items ?? []) {
      found.push({
        name: Name,
        arn: FunctionMetadata?.FunctionARN ?? '',
        etag: undefined,
        runtime: FunctionConfig?.Runtime ?? '',
        comment: FunctionConfig?.Comment ?? '',
        keyValueStores:
          FunctionConfig?.KeyValueStoreAssociations?.Items?.map(each => each.KeyValueStoreARN ?? '') ?? [],
      });
    }
    marker = page?.NextMarker === '' ? undefined : page?.NextMarker;
  } while (marker !== undefined);
  return found;
}
