import {policyId} from '../formats.js';
import {managedPolicies, managedPolicyId, type PolicyKind} from '../managed-policies.js';
import type {Path} from '../path.js';
import {suggest} from '../suggest.js';
import type {Config} from '../types.js';
import type {Finding} from './finding.js';

const policies = [
  {member: 'cachePolicyId', kind: 'cachePolicies', what: 'cache policy'},
  {member: 'originRequestPolicyId', kind: 'originRequestPolicies', what: 'origin request policy'},
  {member: 'responseHeadersPolicyId', kind: 'responseHeadersPolicies', what: 'response headers policy'},
] as const satisfies readonly {readonly member: string; readonly kind: PolicyKind; readonly what: string}[];

/** Ids of origin access controls: E2QWRUHEXAMPLE. */
const accessControlId = /^E[A-Z0-9]{9,}$/;

/** Policies and origin access controls that are named exist: in the config, or among AWS's own. */
export function checkNames(config: Config): readonly Finding[] {
  return [...checkPolicies(config), ...checkAccessControls(config)];
}

function checkPolicies(config: Config): readonly Finding[] {
  const {distribution: {defaultCacheBehavior, cacheBehaviors = []} = {}} = config;
  const behaviors = [
    {behavior: defaultCacheBehavior, at: ['distribution', 'defaultCacheBehavior'] as Path},
    ...cacheBehaviors.map((behavior, i) => ({behavior, at: ['distribution', 'cacheBehaviors', i] as Path})),
  ];
  return behaviors.flatMap(({behavior, at}) =>
    policies.flatMap(({member, kind, what}): readonly Finding[] => {
      const given = behavior?.[member];
      if (given === undefined || policyId.test(given)) return [];
      const own = ownNames(config.name, config[kind]);
      if (own.includes(given) || managedPolicyId(kind, given) !== undefined) return [];
      return [
        {path: [...at, member], clause: unknown(given, what, kind, own, Object.keys(managedPolicies[kind]))},
      ];
    }),
  );
}

/** As the config says it, and as it is at AWS. */
function ownNames(
  site: string | undefined,
  defined: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const names = Object.keys(defined);
  return site === undefined ? names : [...names, ...names.map(name => `${site}-${name}`)];
}

function checkAccessControls(config: Config): readonly Finding[] {
  const {distribution: {origins = []} = {}, originAccessControls, name} = config;
  const own = ownNames(name, originAccessControls);
  return origins.flatMap(({originAccessControlId: given = ''}, i): readonly Finding[] => {
    const isKnown =
      given === '' ||
      accessControlId.test(given) ||
      own.includes(given) ||
      (name !== undefined && given === `frontctl-${name}`);
    if (isKnown) return [];
    return [
      {
        path: ['distribution', 'origins', i, 'originAccessControlId'],
        clause: unknown(given, 'origin access control', 'originAccessControls', own, []),
      },
    ];
  });
}

function unknown(
  given: string,
  what: string,
  section: string,
  own: readonly string[],
  managed: readonly string[],
): string {
  const meant = suggest(given.replace(/^Managed-/, ''), [...own, ...managed]);
  const aws = managed.length === 0 ? '' : `, the name of one of AWS's own: ${managed.join(', ')}`;
  const mine = own.length === 0 ? `a name under ${section}` : `a name under ${section}: ${own.join(', ')}`;
  const allowed = meant === undefined ? `allowed are an id, ${mine}${aws}` : `did you mean ${meant}?`;
  return `is ${JSON.stringify(given)}, but there is no ${what} of that name (${allowed})`;
}
