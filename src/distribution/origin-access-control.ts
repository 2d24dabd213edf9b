import {call, toFailure, type Aws} from '../aws/index.js';

export interface OriginAccessControl {
  readonly id: string;
  readonly name: string;
}

/** The origin access control of that name; names are unique in an account. */
export async function findOriginAccessControl(
  aws: Aws,
  name: string,
): Promise<OriginAccessControl | undefined> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  let marker: string | undefined;
  do {
    const {OriginAccessControlList: page} = await call(
      {service: 'cloudfront', operation: 'ListOriginAccessControls', resource: 'all origin access controls'},
      () => client.send(new sdk.ListOriginAccessControlsCommand({Marker: marker, MaxItems: 100})),
    );
    const found = page?.Items?.find(control => control.Name === name);
    if (found?.Id !== undefined) return {id: found.Id, name};
    marker = page?.IsTruncated ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return undefined;
}

/** Finds it by name or makes it: S3, always signing, SigV4. `created` tells which. */
export async function ensureOriginAccessControl(
  aws: Aws,
  name: string,
): Promise<OriginAccessControl & {readonly created: boolean}> {
  const found = await findOriginAccessControl(aws, name);
  if (found) return {...found, created: false};
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const command = new sdk.CreateOriginAccessControlCommand({
    OriginAccessControlConfig: {
      Name: name,
      Description: 'Made by frontctl',
      OriginAccessControlOriginType: 's3',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    },
  });
  try {
    const {OriginAccessControl: made} = await client.send(command);
    return {id: made?.Id ?? '', name, created: true};
  } catch (error) {
    // Made by another run between the look and the call.
    if (error instanceof Error && error.name === 'OriginAccessControlAlreadyExists') {
      const raced = await findOriginAccessControl(aws, name);
      if (raced) return {...raced, created: false};
    }
    throw toFailure(error, {
      service: 'cloudfront',
      operation: 'CreateOriginAccessControl',
      resource: `origin access control ${name}`,
    });
  }
}
