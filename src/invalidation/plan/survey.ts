import {arrangeChoices, type Choices} from './choices.js';
import {readLeaves, sortedUnique, type Leaves} from './leaves.js';
import {buildTrie} from './trie.js';
import {countMerged, countWastes} from './waste.js';

/** All that a plan is chosen from, whatever the strategy. */
export interface Survey {
  readonly leaves: Leaves;
  readonly choices: Choices;
  /** Live objects that go with any plan; undefined: nobody knows what is live, and wastes count merged targets. */
  readonly covered: number | undefined;
}

export function survey(targets: readonly string[], live: readonly string[] | undefined): Survey {
  const leaves = readLeaves(targets);
  const trie = buildTrie(leaves);
  const {waste, covered} =
    live === undefined ? countMerged(trie) : countWastes(leaves, trie, sortedUnique(live));
  return {
    leaves,
    choices: arrangeChoices(leaves, trie, waste),
    covered: live === undefined ? undefined : covered,
  };
}

/** What a cover costs; the waste counts merged targets where nobody knows what is live. */
export interface WastePoint {
  readonly items: number;
  readonly wildcards: number;
  readonly waste: number;
}

/** The cost of the cover that takes these choices and leaves all else as it is. */
export function wastePointOf({choices}: Pick<Survey, 'choices'>, taken: readonly number[]): WastePoint {
  const {first, last, waste, forcedBefore} = choices;
  const leaves = forcedBefore.length - 1;
  const point = {items: leaves, wildcards: forcedBefore[leaves] as number, waste: 0};
  for (const i of taken) {
    const from = first[i] as number;
    const to = (last[i] as number) + 1;
    point.items -= to - from - 1;
    point.wildcards -= (forcedBefore[to] as number) - (forcedBefore[from] as number) - 1;
    point.waste += waste[i] as number;
  }
  return point;
}

/** The items of that cover, sorted. */
export function pathsOf(
  {leaves: {texts, forced}, choices}: Survey,
  taken: readonly number[],
): readonly string[] {
  const inOrder = taken.toSorted((a, b) => (choices.first[a] as number) - (choices.first[b] as number));
  const paths: string[] = [];
  let leaf = 0;
  const leavesUntil = (end: number): void => {
    for (; leaf < end; leaf++) paths.push((texts[leaf] as string) + (forced[leaf] === 1 ? '*' : ''));
  };
  for (const i of inOrder) {
    leavesUntil(choices.first[i] as number);
    paths.push((texts[leaf] as string).slice(0, choices.depth[i]) + '*');
    leaf = (choices.last[i] as number) + 1;
  }
  leavesUntil(texts.length);
  // In order with their `*` too: nothing else begins with the prefix of a wildcard.
  return paths;
}
