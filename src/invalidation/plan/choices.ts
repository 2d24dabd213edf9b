import type {Leaves} from './leaves.js';
import type {Trie} from './trie.js';

/**
 * The wildcards worth choosing from, each one after all that stand under it, those under it one after the other: `low[i]`
 * to `i` are what `i` covers. Of the children of a node the largest comes first, so that at most log2(size) different `low`
 * are open at any time, however deep the trie is.
 *
 * What is under a wildcard that wastes nothing is left out: that wildcard is as good and covers more.
 */
export interface Choices {
  readonly size: number;
  /** First and last leaf, length of the prefix. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly depth: Uint16Array;
  readonly waste: Int32Array;
  /** -1 for the last one, the root. */
  readonly parent: Int32Array;
  readonly low: Int32Array;
  /** Leaves under this choice and under no lower one: those that can stay exact, and prefixes that are wildcards in any case. */
  readonly exact: Int32Array;
  readonly forced: Int32Array;
  /** `forcedBefore[i]`: forced leaves before leaf i. */
  readonly forcedBefore: Int32Array;
}

export function arrangeChoices(leaves: Leaves, trie: Trie, waste: Int32Array): Choices {
  const order = heavyFirst(trie, waste);
  const size = order.length;
  /** From node of the trie to choice. */
  const place = new Int32Array(trie.size);
  for (let i = 0; i < size; i++) place[order[i] as number] = i;
  const pick = (source: Int32Array): Int32Array => Int32Array.from(order, node => source[node] as number);
  const first = pick(trie.first);
  const last = pick(trie.last);
  const parent = Int32Array.from(order, node =>
    trie.parent[node] === -1 ? -1 : (place[trie.parent[node] as number] as number),
  );
  const low = Int32Array.from(order, (_, i) => i);
  const forcedBefore = countForced(leaves);
  const exact = new Int32Array(size);
  const forced = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const from = first[i] as number;
    const to = (last[i] as number) + 1;
    const forcedUnder = (forcedBefore[to] as number) - (forcedBefore[from] as number);
    exact[i] = (exact[i] as number) + to - from - forcedUnder;
    forced[i] = (forced[i] as number) + forcedUnder;
    const up = parent[i] as number;
    if (up === -1) continue;
    low[up] = Math.min(low[up] as number, low[i] as number);
    exact[up] = (exact[up] as number) - (to - from - forcedUnder);
    forced[up] = (forced[up] as number) - forcedUnder;
  }
  return {
    size,
    first,
    last,
    depth: Uint16Array.from(order, node => trie.depth[node] as number),
    waste: pick(waste),
    parent,
    low,
    exact,
    forced,
    forcedBefore,
  };
}

/** Nodes in that order, without recursion: the reverse of "a node, its small children, its largest child". */
function heavyFirst({size, parent}: Trie, waste: Int32Array): Int32Array {
  /** 0: left out. Nodes under each node, itself included. */
  const weight = new Int32Array(size);
  for (let node = size - 1; node >= 0; node--) {
    const up = parent[node] as number;
    weight[node] = up === -1 || (weight[up] === 1 && waste[up] !== 0) ? 1 : 0;
  }
  const child = new Int32Array(size).fill(-1);
  const sibling = new Int32Array(size).fill(-1);
  let kept = 0;
  for (let node = 0; node < size; node++) {
    if (weight[node] === 0) continue;
    kept++;
    const up = parent[node] as number;
    if (up === -1) continue;
    weight[up] = (weight[up] as number) + (weight[node] as number);
    const head = child[up] as number;
    // The largest child stays at the head of the list.
    if (head === -1 || (weight[node] as number) > (weight[head] as number)) {
      sibling[node] = head;
      child[up] = node;
    } else {
      sibling[node] = sibling[head] as number;
      sibling[head] = node;
    }
  }
  const order = new Int32Array(kept);
  const open = kept === 0 ? [] : [size - 1];
  for (let at = kept - 1; at >= 0; at--) {
    const node = open.pop() as number;
    order[at] = node;
    // The head is pushed first, so it is popped last and stands before the others.
    for (let next = child[node] as number; next !== -1; next = sibling[next] as number) open.push(next);
  }
  return order;
}

function countForced({forced}: Leaves): Int32Array {
  const before = new Int32Array(forced.length + 1);
  for (let i = 0; i < forced.length; i++) before[i + 1] = (before[i] as number) + (forced[i] as number);
  return before;
}
