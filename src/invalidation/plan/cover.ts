import {drawCurve, solveForCurve} from './curve.js';
import {choose} from './strategies.js';
import {pathsOf, survey, wastePointOf, type Survey, type WastePoint} from './survey.js';
import {usualEffort, type Effort} from './two-limits.js';
import type {Cover, CoverInput, CurvePoint, Limits, Strategy} from './types.js';

/** The best set of invalidation items for these targets. Failure BUDGET_TOO_SMALL, WILDCARDS_TOO_FEW, INVALID_LIMIT. */
export function planCover(input: CoverInput): Cover {
  return chooseCover(survey(input.targets, input.live), input.strategy, input);
}

/** `effort` bounds the time that two limits may take. */
export function chooseCover(
  surveyed: Survey,
  strategy: Strategy,
  limits: Limits,
  effort: Effort = usualEffort,
): Cover {
  const {choices, covered} = surveyed;
  const {taken, gap, knapsack} = choose(surveyed, strategy, limits, effort);
  const chosen = wastePointOf(surveyed, taken);
  const curve =
    choices.size === 0
      ? [chosen]
      : drawCurve(choices, knapsack ?? solveForCurve(choices), chosen, limits.maxWildcards);
  const toPoint = ({items, wildcards, waste}: WastePoint): CurvePoint => ({
    items,
    wildcards,
    needless: covered === undefined ? undefined : waste,
  });
  return {
    ...toPoint(chosen),
    paths: pathsOf(surveyed, taken),
    refetched: covered === undefined ? undefined : covered + chosen.waste,
    curve: curve.map(toPoint),
    gap,
  };
}
