import {randomBytes} from 'node:crypto';
import type {CloudFront} from '@aws-sdk/client-cloudfront';
import {certificateNames} from '../acm/certificates.js';
import type {ControlPlane} from '../edge/types.js';
import type {Clock, Handlers, Store} from '../types.js';
import {distributionBehind} from '../route53/resolve.js';
import {createControlPlane} from './control-plane.js';
import {createDistributions, distributionHandlers} from './distributions.js';
import {domainHandlers} from './domains.js';
import {distributionsUsing, type References} from './distribution/references.js';
import {distributionArn, type RandomBytes} from './identifiers.js';
import {createFunctions} from './functions.js';
import type {InvalidationQuota, InvalidationRate} from './invalidation-quotas.js';
import {createInvalidations} from './invalidations.js';
import {createKeys, keyHandlers} from './keys.js';
import {createOriginAccess, originAccessHandlers} from './origin-access.js';
import {createOtherAccount} from './other-account.js';
import {createPolicies, policyHandlers} from './policies.js';
import {createTags, tagHandlers} from './tags.js';

export interface CloudFrontOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Cloud time from a create or update to Deployed, in milliseconds. */
  readonly deployDelayMs: number;
  /** Cloud time from CreateInvalidation to Completed, in milliseconds. */
  readonly invalidationDelayMs: number;
  /** Called once when an invalidation takes effect, just before it is Completed. Items are paths and `#tag`s. */
  readonly purge: (distributionId: string, paths: readonly string[]) => number;
  /** The former quota, refused with TooManyInvalidationsInProgress; none by default. */
  readonly invalidationQuota?: InvalidationQuota | undefined;
  /** What the account may invalidate per second, refused likewise; any rate by default. */
  readonly invalidationRate?: InvalidationRate | undefined;
  readonly random?: RandomBytes;
}

export {formerQuota, todaysRate} from './invalidation-quotas.js';

export interface EmulatedCloudFront {
  readonly handlers: Handlers<CloudFront>;
  readonly controlPlane: ControlPlane;
  /** Stops the timers: to be called before the store is closed. What is in progress goes on when it is opened again. */
  close(): void;
}

/** The control plane of CloudFront over the shared store. Errors are those of the CloudFront API reference. */
export function createCloudFront(options: CloudFrontOptions): EmulatedCloudFront {
  const {store, clock, random = randomBytes} = options;
  const dependencies = {store, clock, random};
  const using = (kind: keyof References, id: string) => distributionsUsing(store, clock.now(), kind, id);

  const policies = createPolicies(dependencies, using);
  const access = createOriginAccess(dependencies, using);
  const keys = createKeys({...dependencies, deployDelayMs: options.deployDelayMs}, id =>
    using('keyGroups', id),
  );
  const tags = createTags(store);
  const functions = createFunctions({
    ...dependencies,
    deployDelayMs: options.deployDelayMs,
    tags,
    users: arn => using('functions', arn),
    redeploy(ids) {
      const durable = ids.map(id => distributions.resources.renew(id));
      return () => durable.forEach(done => done());
    },
  });
  const otherAccount = createOtherAccount(store);
  const namesOnCertificate = (arn: string) => certificateNames(store, clock.now(), arn);

  const distributions = createDistributions({
    ...dependencies,
    deployDelayMs: options.deployDelayMs,
    changingKeyGroups: keys.changingGroups,
    account: {
      cachePolicyExists: id => policies.cache.find(id) !== undefined,
      originRequestPolicyExists: id => policies.originRequest.find(id) !== undefined,
      responseHeadersPolicyExists: id => policies.responseHeaders.find(id) !== undefined,
      keyGroupExists: id => keys.groups.find(id) !== undefined,
      functionIsPublished: functions.isPublished,
      originAccessIdentityExists: id => access.identities.find(id) !== undefined,
      originAccessControl: id => access.controls.find(id)?.config,
      certificateNames: namesOnCertificate,
      heldElsewhere: alias => otherAccount.holder(alias)?.id,
      distributionBehind: name => distributionBehind(store, name),
    },
  });
  const controlPlane = createControlPlane(distributions, policies, access, keys, functions.liveCode);
  const invalidations = createInvalidations({
    ...dependencies,
    distributions,
    invalidationDelayMs: options.invalidationDelayMs,
    invalidationQuota: options.invalidationQuota,
    invalidationRate: options.invalidationRate,
    purge: options.purge,
  });

  return {
    handlers: {
      ...distributionHandlers({
        distributions,
        policies,
        keys,
        tags,
        using,
        invalidating: invalidations.inProgress,
        onDelete(id) {
          tags.put(distributionArn(id), new Map());
          invalidations.forget(id);
        },
      }),
      ...domainHandlers({store, distributions, otherAccount, certificateNames: namesOnCertificate}),
      ...tagHandlers(store, tags, arn => {
        const id = arn.slice(arn.lastIndexOf('/') + 1);
        const names = arn === distributionArn(id) && distributions.resources.find(id) !== undefined;
        return names || functions.exists(arn);
      }),
      ...originAccessHandlers(access),
      ...policyHandlers(policies),
      ...keyHandlers(keys),
      ...functions.handlers,
      ...invalidations.handlers,
    },
    controlPlane,
    close() {
      distributions.deadlines.close();
      invalidations.close();
    },
  };
}
