import {cutBeforeEscape, type Leaves} from './leaves.js';

/**
 * The inner nodes of the compressed trie of the leaves, children before parents; node `i` stands for the prefix
 * `texts[first[i]].slice(0, depth[i])` and covers the leaves `first[i]` to `last[i]`. The last node is the root.
 *
 * Only these prefixes matter as wildcards: any other prefix covers the same leaves as the longest common prefix of what it
 * covers, which is longer and so purges no more; and a wildcard on a single exact leaf is never better than the leaf.
 * A common prefix that would end inside a percent-escape is cut before it.
 */
export interface Trie {
  readonly size: number;
  readonly depth: Uint16Array;
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** -1 for the root. */
  readonly parent: Int32Array;
}

/** One pass over neighbours in order with a stack of the open prefixes. Fewer than two leaves have no inner node. */
export function buildTrie({texts}: Leaves): Trie {
  const most = Math.max(0, texts.length - 1);
  const depth = new Uint16Array(most);
  const first = new Int32Array(most);
  const last = new Int32Array(most);
  const parent = new Int32Array(most).fill(-1);
  const openDepth: number[] = [];
  const openFirst: number[] = [];
  /** Closed nodes whose parent is still open. */
  const orphans: number[] = [];
  let size = 0;
  for (let i = 1; i <= texts.length; i++) {
    const shared = i < texts.length ? commonLength(texts[i - 1] as string, texts[i] as string) : -1;
    let from = i - 1;
    while (openDepth.length > 0 && (openDepth.at(-1) as number) > shared) {
      from = openFirst.pop() as number;
      depth[size] = openDepth.pop() as number;
      first[size] = from;
      last[size] = i - 1;
      while (orphans.length > 0 && (first[orphans.at(-1) as number] as number) >= from) {
        parent[orphans.pop() as number] = size;
      }
      orphans.push(size++);
    }
    if (shared >= 0 && openDepth.at(-1) !== shared) {
      openDepth.push(shared);
      openFirst.push(from);
    }
  }
  return {
    size,
    depth: depth.subarray(0, size),
    first: first.subarray(0, size),
    last: last.subarray(0, size),
    parent: parent.subarray(0, size),
  };
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return cutBeforeEscape(a, length);
}
