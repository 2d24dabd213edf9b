import {call, type Aws} from '../../aws/index.js';
import {listedName, managedId} from './managed.js';
import type {Named, NamedConfigs, NamedKind} from './types.js';

/** How the API spells each kind: `CreateCachePolicy`, `ListCachePolicies`, `CachePolicyConfig`, `CachePolicyList`. */
const spellings = {
  'cache policy': {one: 'CachePolicy', many: 'CachePolicies'},
  'origin request policy': {one: 'OriginRequestPolicy', many: 'OriginRequestPolicies'},
  'response headers policy': {one: 'ResponseHeadersPolicy', many: 'ResponseHeadersPolicies'},
  'origin access control': {one: 'OriginAccessControl', many: 'OriginAccessControls'},
} as const satisfies Record<NamedKind, {one: string; many: string}>;

export const plural: Readonly<Record<NamedKind, string>> = {
  'cache policy': 'cache policies',
  'origin request policy': 'origin request policies',
  'response headers policy': 'response headers policies',
  'origin access control': 'origin access controls',
};

type Fields = Readonly<Record<string, unknown>>;

/** The four kinds differ in nothing but their names: one call serves them all. */
async function send(aws: Aws, operation: string, resource: string, input: Fields): Promise<Fields> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const commands = sdk as unknown as Readonly<
    Record<string, new (input: Fields) => InstanceType<typeof sdk.ListCachePoliciesCommand>>
  >;
  const Command = commands[`${operation}Command`];
  if (Command === undefined) throw new Error(`The SDK has no ${operation}`);
  return call({service: 'cloudfront', operation, resource}, async () => ({
    ...(await client.send(new Command(input))),
  }));
}

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of a kind, the account's own or AWS's. Origin access controls are always the account's own. */
export async function listNamed(
  aws: Aws,
  kind: NamedKind,
  type: 'custom' | 'managed' = 'custom',
): Promise<readonly Named[]> {
  const {one, many} = spellings[kind];
  const isControl = kind === 'origin access control';
  const found: Named[] = [];
  let marker: unknown;
  do {
    const input = {
      MaxItems: 100,
      ...(isControl ? {} : {Type: type}),
      ...(marker === undefined ? {} : {Marker: marker}),
    };
    const answer = await send(aws, `List${many}`, `all ${plural[kind]}`, input);
    const page = fields(answer[`${one}List`]);
    for (const item of Array.isArray(page['Items']) ? page['Items'].map(fields) : []) {
      // Controls are listed flat, policies inside `{Type, CachePolicy}`.
      const each = isControl ? item : fields(item[one]);
      const config = (isControl ? controlConfig(item) : each[`${one}Config`]) as NamedConfigs[NamedKind];
      found.push({kind, id: text(each['Id']), name: text(fields(config)['Name']), config});
    }
    marker = page['IsTruncated'] === false ? undefined : page['NextMarker'];
  } while (typeof marker === 'string' && marker !== '');
  return found;
}

function controlConfig(item: Fields): Fields {
  const {Name, Description, SigningProtocol, SigningBehavior, OriginAccessControlOriginType} = item;
  return {Name, Description, SigningProtocol, SigningBehavior, OriginAccessControlOriginType};
}

/** The id of AWS's own policy of that name, with or without `Managed-`. */
export async function findManaged(aws: Aws, kind: NamedKind, name: string): Promise<string | undefined> {
  const known = managedId(kind, name);
  if (known !== undefined || kind === 'origin access control') return known;
  // A policy that AWS has added since.
  return (await listNamed(aws, kind, 'managed')).find(each => each.name === listedName(name))?.id;
}

/** Its config and the ETag for If-Match. Failure NOT_FOUND. */
export async function readNamed(
  aws: Aws,
  kind: NamedKind,
  id: string,
): Promise<{readonly etag: string; readonly config: NamedConfigs[NamedKind]}> {
  const {one} = spellings[kind];
  const answer = await send(aws, `Get${one}`, `${kind} ${id}`, {Id: id});
  return {etag: text(answer['ETag']), config: fields(answer[one])[`${one}Config`] as NamedConfigs[NamedKind]};
}

/** Answers the id. */
export async function createNamed(
  aws: Aws,
  kind: NamedKind,
  config: NamedConfigs[NamedKind],
): Promise<string> {
  const {one} = spellings[kind];
  const answer = await send(aws, `Create${one}`, `${kind} ${config.Name ?? ''}`, {[`${one}Config`]: config});
  return text(fields(answer[one])['Id']);
}

export async function updateNamed(
  aws: Aws,
  kind: NamedKind,
  id: string,
  config: NamedConfigs[NamedKind],
): Promise<void> {
  const {one} = spellings[kind];
  const {etag} = await readNamed(aws, kind, id);
  await send(aws, `Update${one}`, `${kind} ${config.Name ?? ''}`, {
    Id: id,
    IfMatch: etag,
    [`${one}Config`]: config,
  });
}

/** Refused while a distribution uses it, which a change counts for until it is Deployed. */
export async function deleteNamed(aws: Aws, kind: NamedKind, id: string): Promise<void> {
  const {one} = spellings[kind];
  const {etag} = await readNamed(aws, kind, id);
  await send(aws, `Delete${one}`, `${kind} ${id}`, {Id: id, IfMatch: etag});
}

/** Ids of key groups by name. */
export async function keyGroupIds(aws: Aws): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  let marker: unknown;
  do {
    const input = marker === undefined ? {} : {Marker: marker};
    const page = fields((await send(aws, 'ListKeyGroups', 'all key groups', input))['KeyGroupList']);
    for (const item of Array.isArray(page['Items']) ? page['Items'].map(fields) : []) {
      const group = fields(item['KeyGroup']);
      ids.set(text(fields(group['KeyGroupConfig'])['Name']), text(group['Id']));
    }
    marker = page['NextMarker'];
  } while (typeof marker === 'string' && marker !== '');
  return ids;
}
