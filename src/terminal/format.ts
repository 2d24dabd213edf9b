import {stripVTControlCharacters} from 'node:util';

const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes in IEC units: `0 B`, `1.5 KiB`, `12 MiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), sizeUnits.length - 1);
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 10 ? 0 : 1;
  return `${value.toFixed(digits)} ${sizeUnits[power] ?? 'B'}`;
}

/** Milliseconds as `340 ms`, `4.2 s`, `1m 05s`, `2h 10m`, from two days on `7d 00h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `${Math.floor(hours / 24)}d ${String(hours % 24).padStart(2, '0')}h`;
  return `${hours}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
}

/** `1 file`, `2 files`, `3 copies` (give the plural where an s does not do). */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? noun : plural}`;
}

const graphemes = new Intl.Segmenter();

const width = (cell: string): number => Array.from(graphemes.segment(stripVTControlCharacters(cell))).length;

/** Rows as aligned columns, two spaces apart; cells may carry colour. The last column is not padded. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, width(cell))));
  return rows
    .map(row =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - width(cell))))
        .join('  ')
        .trimEnd(),
    )
    .map(line => indent + line)
    .join('\n');
}

const durationUnits = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;

/** `90s`, `10m`, `2h`, `7d` as milliseconds; undefined when it is not written so. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const unit = match?.[2] as keyof typeof durationUnits | undefined;
  return unit === undefined ? undefined : Number(match?.[1]) * durationUnits[unit];
}
