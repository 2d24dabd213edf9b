export type RangeAnswer =
  /** No Range, a unit other than bytes, several ranges or a malformed one: the whole object, 200. */
  | {readonly kind: 'whole'}
  /** `[start, end)`: 206. */
  | {readonly kind: 'part'; readonly start: number; readonly end: number}
  /** 416. */
  | {readonly kind: 'unsatisfiable'};

const pattern = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i;

/**
 * What a Range header selects from `size` bytes (RFC 9110, 14). S3 serves one range only; it answers the whole
 * object for anything it does not read as one range.
 */
export const selectRange = (header: string | undefined, size: number): RangeAnswer => {
  const match = header === undefined ? null : pattern.exec(header.trim());
  if (!match) return {kind: 'whole'};
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Number(suffix);
    if (length === 0 || size === 0) return {kind: 'unsatisfiable'};
    return {kind: 'part', start: Math.max(0, size - length), end: size};
  }
  const start = Number(first);
  if (last !== undefined && last !== '' && Number(last) < start) return {kind: 'whole'};
  if (start >= size) return {kind: 'unsatisfiable'};
  return {
    kind: 'part',
    start,
    end: last === undefined || last === '' ? size : Math.min(size, Number(last) + 1),
  };
};

/** `bytes start-end/size` of a part `[start, end)`. */
export const contentRange = (start: number, end: number, size: number): string =>
  `bytes ${String(start)}-${String(end - 1)}/${String(size)}`;

/** A copy source range: `bytes=first-last`, both present and inside the object; undefined when it is not. */
export const copySourceRange = (
  header: string,
  size: number,
): {readonly start: number; readonly end: number} | undefined => {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  if (!match) return undefined;
  const start = Number(match[1]);
  const end = Number(match[2]) + 1;
  return start < end && end <= size ? {start, end} : undefined;
};
