import type {
  CloudFront,
  CloudFrontOriginAccessIdentityConfig,
  OriginAccessControlConfig,
} from '@aws-sdk/client-cloudfront';
import type {Handlers, Store} from '../types.js';
import {demand} from './faults.js';
import {location, shortId} from './identifiers.js';
import {markedList} from './page.js';
import {createResources, type Resource, type ResourceDependencies, type Resources} from './resources.js';

/** The canonical user that an OAI is in bucket policies and ACLs. */
export interface IdentityState {
  readonly canonicalUserId: string;
}

const identityTable = 'cloudfront.OriginAccessIdentity';

/** The origin access identities in the store, for S3, which takes them as principals. */
export function accessIdentities(store: Store) {
  const table = store.table<Resource<CloudFrontOriginAccessIdentityConfig, IdentityState>>(identityTable);
  return {
    exists: (id: string): boolean => table.get(id) !== undefined,
    idOf(canonicalUserId: string): string | undefined {
      for (const [id, {state}] of table.range()) if (state.canonicalUserId === canonicalUserId) return id;
      return undefined;
    },
  };
}

export interface OriginAccess {
  readonly controls: Resources<OriginAccessControlConfig, null>;
  readonly identities: Resources<CloudFrontOriginAccessIdentityConfig, IdentityState>;
}

export function createOriginAccess(
  dependencies: ResourceDependencies,
  users: (kind: 'originAccessControls' | 'originAccessIdentities', id: string) => readonly string[],
): OriginAccess {
  const {random} = dependencies;
  return {
    controls: createResources(
      {
        table: 'cloudfront.OriginAccessControl',
        noun: 'origin access control',
        noSuch: 'NoSuchOriginAccessControl',
        alreadyExists: 'OriginAccessControlAlreadyExists',
        inUse: 'OriginAccessControlInUse',
        quota: {code: 'TooManyOriginAccessControls', max: 100},
        newId: () => shortId(random, 'E'),
        accept: acceptControl,
        state: () => null,
        name: config => config.Name,
        users: id => users('originAccessControls', id),
      },
      dependencies,
    ),
    identities: createResources<CloudFrontOriginAccessIdentityConfig, IdentityState>(
      {
        table: identityTable,
        noun: 'origin access identity',
        noSuch: 'NoSuchCloudFrontOriginAccessIdentity',
        alreadyExists: 'CloudFrontOriginAccessIdentityAlreadyExists',
        inUse: 'CloudFrontOriginAccessIdentityInUse',
        quota: {code: 'TooManyCloudFrontOriginAccessIdentities', max: 100},
        newId: () => shortId(random, 'E'),
        accept: acceptIdentity,
        state: before => before?.state ?? {canonicalUserId: Buffer.from(random(48)).toString('hex')},
        callerReference: config => config.CallerReference,
        users: id => users('originAccessIdentities', id),
      },
      dependencies,
    ),
  };
}

/** API reference, OriginAccessControlConfig. */
function acceptControl(given: OriginAccessControlConfig): OriginAccessControlConfig {
  const oneOf = (name: keyof OriginAccessControlConfig, allowed: readonly string[]) =>
    demand(
      allowed.includes(given[name] ?? ''),
      'InvalidArgument',
      `The parameter ${name} must be one of ${allowed.join(', ')}, not "${given[name] ?? ''}".`,
    );
  demand(
    /^.{1,64}$/s.test(given.Name ?? ''),
    'InvalidArgument',
    'The parameter Name must have 1 to 64 characters.',
  );
  demand(
    (given.Description ?? '').length <= 256,
    'InvalidArgument',
    'The parameter Description has at most 256 characters.',
  );
  oneOf('SigningProtocol', ['sigv4']);
  oneOf('SigningBehavior', ['always', 'never', 'no-override']);
  oneOf('OriginAccessControlOriginType', ['s3', 'mediastore', 'mediapackagev2', 'lambda']);
  return {Description: '', ...given};
}

function acceptIdentity(
  given: CloudFrontOriginAccessIdentityConfig,
  before: Resource<CloudFrontOriginAccessIdentityConfig, IdentityState> | undefined,
): CloudFrontOriginAccessIdentityConfig {
  demand(!!given.CallerReference, 'InvalidArgument', 'The parameter CallerReference is required.');
  demand(
    (given.Comment ?? '').length <= 128,
    'InvalidArgument',
    'The parameter Comment has at most 128 characters.',
  );
  demand(
    before === undefined || before.config.CallerReference === given.CallerReference,
    'IllegalUpdate',
    'The update contains modifications that are not allowed: CallerReference cannot change.',
  );
  return {...given, Comment: given.Comment ?? ''};
}

export function originAccessHandlers({controls, identities}: OriginAccess) {
  const control = (found: Resource<OriginAccessControlConfig, null>) => ({
    OriginAccessControl: {Id: found.id, OriginAccessControlConfig: found.config},
    ETag: found.etag,
  });
  const identity = (found: Resource<CloudFrontOriginAccessIdentityConfig, IdentityState>) => ({
    CloudFrontOriginAccessIdentity: {
      Id: found.id,
      S3CanonicalUserId: found.state.canonicalUserId,
      CloudFrontOriginAccessIdentityConfig: found.config,
    },
    ETag: found.etag,
  });
  return {
    async CreateOriginAccessControl(input) {
      const made = await controls.create(input.OriginAccessControlConfig);
      return {...control(made), Location: location(`origin-access-control/${made.id}`)};
    },
    GetOriginAccessControl: input => control(controls.get(input.Id)),
    GetOriginAccessControlConfig(input) {
      const found = controls.get(input.Id);
      return {OriginAccessControlConfig: found.config, ETag: found.etag};
    },
    UpdateOriginAccessControl: async input =>
      control(await controls.update(input.Id, input.IfMatch, input.OriginAccessControlConfig)),
    async DeleteOriginAccessControl(input) {
      await controls.delete(input.Id, input.IfMatch);
      return {};
    },
    ListOriginAccessControls: input => ({
      OriginAccessControlList: markedList(controls.list(input), found => ({
        Id: found.id,
        Name: found.config.Name,
        Description: found.config.Description ?? '',
        SigningProtocol: found.config.SigningProtocol,
        SigningBehavior: found.config.SigningBehavior,
        OriginAccessControlOriginType: found.config.OriginAccessControlOriginType,
      })),
    }),

    async CreateCloudFrontOriginAccessIdentity(input) {
      const made = await identities.create(input.CloudFrontOriginAccessIdentityConfig);
      return {...identity(made), Location: location(`origin-access-identity/cloudfront/${made.id}`)};
    },
    GetCloudFrontOriginAccessIdentity: input => identity(identities.get(input.Id)),
    GetCloudFrontOriginAccessIdentityConfig(input) {
      const found = identities.get(input.Id);
      return {CloudFrontOriginAccessIdentityConfig: found.config, ETag: found.etag};
    },
    UpdateCloudFrontOriginAccessIdentity: async input =>
      identity(await identities.update(input.Id, input.IfMatch, input.CloudFrontOriginAccessIdentityConfig)),
    async DeleteCloudFrontOriginAccessIdentity(input) {
      await identities.delete(input.Id, input.IfMatch);
      return {};
    },
    ListCloudFrontOriginAccessIdentities: input => ({
      CloudFrontOriginAccessIdentityList: markedList(identities.list(input), found => ({
        Id: found.id,
        S3CanonicalUserId: found.state.canonicalUserId,
        Comment: found.config.Comment,
      })),
    }),
  } satisfies Handlers<CloudFront>;
}
