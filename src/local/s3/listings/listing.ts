/** Rows of one bucket: object keys (without the bucket) in UTF-8 byte order. */
export type KeyRange<V> = (options: {
  readonly prefix: string;
  readonly after?: string;
  readonly from?: string;
}) => Iterable<readonly [key: string, value: V]>;

export interface ListOptions {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Entries up to and including this one were on earlier pages: a key or a common prefix. */
  readonly after: string | undefined;
  readonly maxKeys: number;
}

export type Entry<V> =
  | {readonly kind: 'key'; readonly key: string; readonly value: V}
  | {readonly kind: 'prefix'; readonly prefix: string};

export interface Page<V> {
  /** Keys and common prefixes in one order; each counts toward `maxKeys`. */
  readonly entries: readonly Entry<V>[];
  readonly truncated: boolean;
  /** The last entry: what the next page comes after. */
  readonly last: string | undefined;
}

/** Byte order of UTF-8, which is that of code points and not of JavaScript's `<` beyond U+FFFF. */
export const compareUtf8 = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x === y) continue;
    // Surrogates stand for code points above every other UTF-16 unit.
    const surrogateX = x >= 0xd800 && x <= 0xdfff;
    const surrogateY = y >= 0xd800 && y <= 0xdfff;
    if (surrogateX !== surrogateY) return surrogateX ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
};

/** The least string after everything that starts with `prefix`; undefined when there is none. */
export const afterPrefix = (prefix: string): string | undefined => {
  const points = Array.from(prefix);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const code = last.codePointAt(0) ?? 0;
    if (code === 0x10ffff) continue;
    return points.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return undefined;
};

/** One page of a listing. Common prefixes are jumped over, so that a page costs its entries and not the keys behind them. */
export const listPage = <V>(range: KeyRange<V>, options: ListOptions): Page<V> => {
  const {prefix, delimiter, after, maxKeys} = options;
  if (maxKeys === 0) return {entries: [], truncated: false, last: undefined};
  const commonPrefix = (key: string): string | undefined => {
    if (delimiter === undefined || delimiter === '') return undefined;
    const at = key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
  };
  const entries: Entry<V>[] = [];
  let last: string | undefined;
  // A marker inside a common prefix has that prefix behind it.
  const passed = after?.startsWith(prefix) === true ? commonPrefix(after) : undefined;
  let from = passed === undefined ? undefined : afterPrefix(passed);
  if (passed !== undefined && from === undefined) return {entries, truncated: false, last};
  for (;;) {
    let jump: string | undefined;
    const rows = range({prefix, ...(from === undefined ? after !== undefined && {after} : {from})});
    for (const [key, value] of rows) {
      if (entries.length === maxKeys) return {entries, truncated: true, last};
      const common = commonPrefix(key);
      if (common === undefined) {
        entries.push({kind: 'key', key, value});
        last = key;
        continue;
      }
      entries.push({kind: 'prefix', prefix: common});
      last = common;
      jump = common;
      break;
    }
    if (jump === undefined) return {entries, truncated: false, last};
    from = afterPrefix(jump);
    if (from === undefined) return {entries, truncated: false, last};
  }
};
