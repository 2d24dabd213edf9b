/** Columns padded to their widest cell; the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = rows;
  return [line(head), widths.map(width => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}

/** `0.31x (<= 0.8x: met)`; a bar where one side is missing. */
export function ratio(
  ours: number | undefined,
  theirs: number | undefined,
  target: number | undefined,
): string {
  if (ours === undefined || theirs === undefined) return '-';
  const found = ours / theirs;
  const judged = target === undefined ? '' : ` (<= ${target}x: ${found <= target ? 'met' : 'MISSED'})`;
  return `${found.toFixed(2)}x${judged}`;
}

export const seconds = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(2));
export const whole = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(0));
