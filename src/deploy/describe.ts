import {describePrice, price, quotaOf, type Usage} from '../invalidation/index.js';
import type {Site} from '../site/index.js';
import {countsOf, planDeploy, reasonText} from './plan/plan.js';
import type {DeployPlan, PlanDescription, PreparedDeploy} from './types.js';

type Invalidation = PlanDescription['plan']['invalidation'];

/** The dry run: what `applyDeploy` would do, in its order, and what it costs after `usage` of this month. */
export function describePlan(prepared: PreparedDeploy, usage?: Usage): PlanDescription {
  const [{plan}, ...replicas] = prepared.places;
  const described = describe(
    plan,
    prepared.invalidations.length > 0 ? describeInvalidation(prepared, usage) : null,
  );
  const counts = replicas.map(place => ({bucket: place.store.bucket, counts: countsOf(place.plan)}));
  const refused = prepared.refusals.map(({code, message}) => ({code, message}));
  return {
    plan: {
      ...described.plan,
      ...(counts.length > 0 && {replicas: counts}),
      ...(refused.length > 0 && {refused}),
    },
  };
}

/** The dry run of a site that has no bucket yet: everything is new. */
export function describeFirstDeploy(site: Site): PlanDescription {
  return describe(planDeploy({files: site.files, live: new Map(), recorded: undefined, prune: true}), null);
}

function describeInvalidation(
  {invalidations, resent}: PreparedDeploy,
  usage: Usage | undefined,
): Invalidation {
  // A path in two groups is sent and paid for twice.
  const sent = [
    ...resent.flatMap(group => group.paths),
    ...invalidations.flatMap(({paths, deletedPaths}) => [...paths, ...deletedPaths]),
  ];
  if (sent.length === 0) return null;
  const cost = price(sent.length, usage);
  return {
    paths: [...new Set(sent)].sort(),
    costUSD: cost.usd,
    quota: quotaOf(usage),
    price: describePrice(sent.length, cost, usage),
    covers: invalidations
      .flatMap(({covers}) => covers)
      .map(({what, items, wildcards, needless, refetched, curve, gap}) => ({
        what,
        items,
        wildcards,
        needless,
        refetched,
        curve,
        gap,
      })),
  };
}

function describe(plan: DeployPlan, invalidation: Invalidation): PlanDescription {
  return {
    plan: {
      steps: plan.steps.map(step => {
        const common = {action: step.action, key: step.key, reason: reasonText(step.reason)};
        if (step.action === 'delete') return common;
        return {
          ...common,
          ...(step.action === 'upload' && {bytes: step.file.size}),
          headers: step.file.headers,
        };
      }),
      invalidation,
      counts: countsOf(plan),
    },
  };
}
