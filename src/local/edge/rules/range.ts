/** Bytes `[start, end)`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** One `first-last`, `first-` or `-suffix` as written. */
interface Spec {
  readonly first: number | undefined;
  readonly last: number | undefined;
}

const parse = (header: string): readonly Spec[] | undefined => {
  const unit = /^\s*bytes\s*=(.*)$/i.exec(header)?.[1];
  if (unit === undefined) return undefined;
  const specs: Spec[] = [];
  for (const part of unit.split(',')) {
    const match = /^(\d{0,15})\s*-\s*(\d{0,15})$/.exec(part.trim());
    if (match === null) return undefined;
    const first = match[1] === '' ? undefined : Number(match[1]);
    const last = match[2] === '' ? undefined : Number(match[2]);
    if (
      (first === undefined && last === undefined) ||
      (first !== undefined && last !== undefined && last < first)
    )
      return undefined;
    specs.push({first, last});
  }
  return specs;
};

/** Whether a Range header is one well-formed range, which may go to the origin as it is. */
export const isSingleRange = (header: string): boolean => parse(header)?.length === 1;

export type RangeAnswer =
  /** No usable range: the whole object with 200. */
  | {readonly kind: 'whole'}
  | {readonly kind: 'unsatisfiable'}
  | {readonly kind: 'ranges'; readonly ranges: readonly [ByteRange, ...ByteRange[]]};

/**
 * What a Range header asks of a body of `size` bytes (facts §8, RFC 9110 §14): invalid, unsorted or overlapping ranges
 * get the whole object; ranges beyond the end are dropped; when none is left the answer is 416.
 */
export const resolveRange = (header: string, size: number): RangeAnswer => {
  const specs = parse(header);
  if (specs === undefined) return {kind: 'whole'};
  const ranges: ByteRange[] = [];
  for (const {first, last} of specs) {
    const range =
      first === undefined
        ? {start: Math.max(0, size - (last ?? 0)), end: size}
        : {start: first, end: Math.min(size, (last ?? size - 1) + 1)};
    if (range.start < range.end) ranges.push(range);
  }
  const [head, ...tail] = ranges;
  if (head === undefined) return {kind: 'unsatisfiable'};
  const sorted = tail.every((range, i) => range.start >= (ranges[i]?.end ?? 0));
  return sorted ? {kind: 'ranges', ranges: [head, ...tail]} : {kind: 'whole'};
};
