import type {AccessIdentity, ControlPlane, LiveDistribution} from '../edge/types.js';
import type {Distributions} from './distributions.js';
import {distributionArn} from './identifiers.js';
import type {Keys} from './keys.js';
import type {OriginAccess} from './origin-access.js';
import type {Policies} from './policies.js';
import type {Resources} from './resources.js';
import {items} from './shape.js';

/** What the edge reads: maps in memory, kept level with the store by commits and deadlines. */
export function createControlPlane(
  distributions: Distributions,
  policies: Policies,
  access: OriginAccess,
  keys: Keys,
  functionCode: ControlPlane['functionCode'],
): ControlPlane {
  const live = new Map<string, LiveDistribution>();
  const listeners = new Set<() => void>();
  let hosts: ReadonlyMap<string, LiveDistribution> = new Map();

  const changed = (): void => {
    hosts = new Map(
      [...live.values()].flatMap(found =>
        [found.domainName, ...items(found.config.Aliases)].map(name => [name.toLowerCase(), found] as const),
      ),
    );
    for (const listener of [...listeners]) listener();
  };

  const load = (id: string): boolean => {
    const serves = distributions.live(id);
    const before = live.get(id);
    const found = distributions.resources.find(id);
    if (serves === undefined || found === undefined) return live.delete(id);
    if (before?.version === serves.version) return false;
    live.set(id, {
      id,
      arn: distributionArn(id),
      domainName: found.state.domainName,
      config: serves.config,
      version: serves.version,
    });
    return true;
  };
  const refresh = (id: string): void => {
    if (load(id)) changed();
  };

  for (const {id} of distributions.resources.custom()) load(id);
  changed();
  distributions.resources.onCommit(refresh);
  distributions.onDeployed(refresh);

  const settled = <T>(read: () => T): T => {
    distributions.deadlines.settle();
    return read();
  };
  return {
    distribution: id => settled(() => live.get(id)),
    // A wildcard alias stands for any number of labels; a longer one wins over a shorter one.
    distributionByHost: host =>
      settled(() => {
        const exact = hosts.get(host);
        if (exact !== undefined) return exact;
        for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
          const found = hosts.get(`*${host.slice(dot)}`);
          if (found !== undefined) return found;
        }
        return undefined;
      }),
    distributions: () => settled(() => [...live.values()]),
    cachePolicy: configs(policies.cache),
    originRequestPolicy: configs(policies.originRequest),
    responseHeadersPolicy: configs(policies.responseHeaders),
    originAccessControl: configs(access.controls),
    originAccessIdentity: identities(access),
    keyGroup: keys.liveGroup,
    publicKey: configs(keys.publicKeys),
    functionCode,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function identities({identities: kind}: OriginAccess): (id: string) => AccessIdentity | undefined {
  const known = new Map<string, AccessIdentity>();
  const learn = (id: string, found: ReturnType<typeof kind.find>) => {
    if (found === undefined) known.delete(id);
    else if (!known.has(id)) known.set(id, {id, canonicalUserId: found.state.canonicalUserId});
  };
  for (const found of kind.custom()) learn(found.id, found);
  kind.onCommit(learn);
  return id => known.get(id);
}

/** Look-up of a kind's configs in memory. */
function configs<C extends object, S>(resources: Resources<C, S>): (id: string) => C | undefined {
  const known = new Map<string, C>();
  for (const found of [...resources.managed(), ...resources.custom()]) known.set(found.id, found.config);
  resources.onCommit((id, found) => {
    if (found === undefined) known.delete(id);
    else known.set(id, found.config);
  });
  return id => known.get(id);
}
