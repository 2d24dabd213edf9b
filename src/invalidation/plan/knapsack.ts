import type {Choices} from './choices.js';

/** What the knapsack runs over: some of the choices in their order, and the units that each adds of its own. */
export interface Sequence {
  readonly size: number;
  /** The choice at each place. */
  readonly choice: Int32Array;
  readonly low: Int32Array;
  readonly waste: Int32Array;
  /** Items that stay if the choice is not taken and that no lower one covers; wildcards among them. */
  readonly items: Int32Array;
  readonly wildcards: Int32Array;
}

/**
 * The choices that `keep` names; the root stays in any case. With `freeWildcards` a choice that wastes nothing is no
 * question but one item of what is above it.
 */
export function sequenceOf(
  choices: Choices,
  keep: (choice: number) => boolean,
  freeWildcards: boolean,
): Sequence {
  const {size, parent, low, waste} = choices;
  const items = Int32Array.from(choices.exact, (exact, i) => exact + (choices.forced[i] as number));
  const wildcards = choices.forced.slice();
  /** Choices kept before each. */
  const keptBefore = new Int32Array(size + 1);
  const kept: number[] = [];
  for (let i = 0; i < size; i++) {
    keptBefore[i] = kept.length;
    const up = parent[i] as number;
    const isUnit = freeWildcards && waste[i] === 0;
    if (up === -1 || (!isUnit && keep(i))) {
      kept.push(i);
      continue;
    }
    items[up] = (items[up] as number) + (isUnit ? 1 : (items[i] as number));
    wildcards[up] = (wildcards[up] as number) + (isUnit ? 1 : (wildcards[i] as number));
  }
  const pick = (source: Int32Array): Int32Array => Int32Array.from(kept, i => source[i] as number);
  return {
    size: kept.length,
    choice: Int32Array.from(kept),
    low: Int32Array.from(kept, i => keptBefore[low[i] as number] as number),
    waste: pick(waste),
    items: pick(items),
    wildcards: pick(wildcards),
  };
}

/** What the best covers cost: `best(k, w)`, with exactly k items and w wildcards; Infinity where there is none. */
export interface Knapsack {
  /** Items considered: 1 to this many. */
  readonly most: number;
  readonly best: (items: number, wildcards: number) => number;
  /** The choices taken by that best cover, in any order. All else stays as it is. */
  readonly trace: (items: number, wildcards: number) => readonly number[];
}

/** In one number: needless objects, and among equals the fewest wildcards. */
export const wildcardsOf = (value: number): number => value % wasteUnit;
export const wasteOf = (value: number): number => Math.floor(value / wasteUnit);
/** More than there are wildcards in a cover; the waste, below 2^31, still fits into a double. */
const wasteUnit = 2 ** 22;

interface Entry {
  low: number;
  readonly table: Float64Array;
}

interface State {
  /** Row by row (a row for each number of wildcards, or one for all): the best value by number of items. */
  readonly table: Float64Array;
  /** The tables before the open choices, by `low`, and how many of them are in use. */
  readonly entries: Entry[];
  open: number;
  /** No cover of what has been seen uses more items. */
  reach: number;
}

/** Bits that tell whether a choice was taken, 64 MB at most at a time. */
const mostWords = 1 << 24;

/**
 * `wildcards` undefined: they are not limited, and `best(k, 0)` packs waste and wildcards (`wasteOf`, `wildcardsOf`).
 * Otherwise `best(k, w)` is the waste.
 *
 * Exact, because a cover either takes a choice, which costs what stood before all that it covers plus one item, or does not
 * take it, which costs what its parts cost: both are in the table when the choice is reached, for every number of items.
 * One step a choice, a number of items and a number of wildcards. The largest child of a choice stands first, so the
 * tables kept for later are at most log2(choices). Where the bits of all choices would take too much memory, states are
 * kept at the bounds of blocks instead, and `trace` runs the blocks that it passes through once more.
 */
export function solveKnapsack(
  sequence: Sequence,
  most: number,
  wildcards: number | undefined,
  words = mostWords,
): Knapsack {
  const rows = wildcards === undefined ? 1 : wildcards + 1;
  const width = most + 1;
  const wordsPerRow = (width + 31) >>> 5;
  const block = Math.max(1, Math.floor(words / (rows * wordsPerRow)));
  const blocks = Math.ceil(sequence.size / block);
  const bits = new Int32Array(Math.min(block, sequence.size) * rows * wordsPerRow);
  const lastFrom = new Int32Array(sequence.size);
  const shape: Shape = {sequence, rows, width, wordsPerRow, counted: wildcards !== undefined, bits, lastFrom};
  for (let at = 0; at < sequence.size; at++) lastFrom[sequence.low[at] as number] = at;
  const state = begin(rows * width);
  const bounds: State[] = [];
  for (let i = 0; i < blocks; i++) {
    if (blocks > 1) bounds.push(copy(state));
    run(shape, state, i * block, Math.min(sequence.size, (i + 1) * block));
  }
  /** The block whose bits are there. */
  let recorded = blocks - 1;
  const trace = (items: number, wild: number): number[] => {
    const taken: number[] = [];
    let k = items;
    let row = wild;
    for (let at = sequence.size - 1; at >= 0;) {
      const inBlock = Math.floor(at / block);
      if (inBlock !== recorded) {
        run(
          shape,
          copy(bounds[inBlock] as State),
          inBlock * block,
          Math.min(sequence.size, (inBlock + 1) * block),
        );
        recorded = inBlock;
      }
      const word = ((at - inBlock * block) * rows + row) * wordsPerRow + (k >>> 5);
      if ((((bits[word] as number) >>> (k & 31)) & 1) === 1) {
        taken.push(sequence.choice[at] as number);
        k -= 1;
        if (wildcards !== undefined) row -= 1;
        at = (sequence.low[at] as number) - 1;
      } else {
        k -= sequence.items[at] as number;
        if (wildcards !== undefined) row -= sequence.wildcards[at] as number;
        at -= 1;
      }
    }
    return taken;
  };
  return {most, best: (items, wild) => state.table[wild * width + items] as number, trace};
}

interface Shape {
  /** By `low`: the last choice that begins there. */
  readonly lastFrom: Int32Array;
  readonly sequence: Sequence;
  readonly rows: number;
  readonly width: number;
  readonly wordsPerRow: number;
  readonly counted: boolean;
  readonly bits: Int32Array;
}

function begin(length: number): State {
  const table = new Float64Array(length).fill(Infinity);
  table[0] = 0;
  return {table, entries: [], open: 0, reach: 0};
}

function copy({table, entries, open, reach}: State): State {
  const copied = entries.slice(0, open).map(entry => ({low: entry.low, table: entry.table.slice()}));
  return {table: table.slice(), entries: copied, open, reach};
}

/** Places `from` to `to` (excluded); `state` goes from before to after them. Writes their bits. */
function run(shape: Shape, state: State, from: number, to: number): void {
  const {sequence, rows, width, wordsPerRow, counted, bits} = shape;
  const {table} = state;
  bits.fill(0);
  for (let at = from; at < to; at++) {
    const entry = entryOf(shape, state, at);
    const items = sequence.items[at] as number;
    const wild = sequence.wildcards[at] as number;
    const waste = sequence.waste[at] as number;
    const reach = Math.min(width - 1, state.reach + items);
    state.reach = reach;
    const firstBit = (at - from) * rows * wordsPerRow;
    if (!counted) {
      relax(
        {table, to: 0, skip: 0, items, skipCost: wild, entry, take: 0, takeCost: waste * wasteUnit + 1},
        reach,
        bits,
        firstBit,
      );
      continue;
    }
    for (let row = rows - 1; row >= 0; row--) {
      relax(
        {
          table,
          to: row * width,
          skip: row >= wild ? (row - wild) * width : -1,
          items,
          skipCost: 0,
          entry,
          take: row >= 1 ? (row - 1) * width : -1,
          takeCost: waste,
        },
        reach,
        bits,
        firstBit + row * wordsPerRow,
      );
    }
  }
}

/** The table as it was before `low`: kept when `low` itself is reached, until the last choice that begins there. */
function entryOf({sequence, lastFrom}: Shape, state: State, at: number): Float64Array {
  const {entries} = state;
  const low = sequence.low[at] as number;
  const isDone = (entry: Entry | undefined): boolean =>
    entry !== undefined && (lastFrom[entry.low] as number) < at;
  while (isDone(entries[state.open - 1])) state.open--;
  if (low === at) {
    const spare = entries[state.open];
    if (spare === undefined) {
      entries.push({low, table: state.table.slice()});
    } else {
      spare.low = low;
      spare.table.set(state.table);
    }
    state.open++;
  }
  return (entries[state.open - 1] as Entry).table;
}

interface Relaxed {
  readonly table: Float64Array;
  /** Where the row begins that is written. */
  readonly to: number;
  /** Not taken: the row that is read, the items and the cost that are added. -1: impossible. */
  readonly skip: number;
  readonly items: number;
  readonly skipCost: number;
  /** Taken: the table before all that the choice covers. */
  readonly entry: Float64Array;
  readonly take: number;
  readonly takeCost: number;
}

/** From many items to few, so that the row can be written over the one that is read. */
function relax(
  {table, to, skip, items, skipCost, entry, take, takeCost}: Relaxed,
  reach: number,
  bits: Int32Array,
  firstBit: number,
): void {
  let k = reach;
  if (skip >= 0 && take >= 0) {
    // Nearly all of the work: no case distinctions in here.
    const from = skip - items;
    for (const least = Math.max(items, 1); k >= least; k--) {
      const skipped = (table[from + k] as number) + skipCost;
      const taken = (entry[take + k - 1] as number) + takeCost;
      if (taken < skipped) {
        table[to + k] = taken;
        const word = firstBit + (k >>> 5);
        bits[word] = (bits[word] as number) | (1 << (k & 31));
      } else {
        table[to + k] = skipped;
      }
    }
  }
  for (; k >= 0; k--) {
    const skipped = skip >= 0 && k >= items ? (table[skip + k - items] as number) + skipCost : Infinity;
    const taken = take >= 0 && k >= 1 ? (entry[take + k - 1] as number) + takeCost : Infinity;
    table[to + k] = Math.min(taken, skipped);
    if (taken < skipped) {
      const word = firstBit + (k >>> 5);
      bits[word] = (bits[word] as number) | (1 << (k & 31));
    }
  }
}
