const shown = 3;

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function listing(items: readonly string[]): string {
  const rest = items.length - shown;
  const parts = rest > 0 ? [...items.slice(0, shown), `${rest.toLocaleString('en-US')} more`] : items;
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}
