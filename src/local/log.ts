import {appendFileSync, renameSync, statSync} from 'node:fs';

/** Lines are gathered for this long, so that thousands of requests a second cost a few writes. */
const gatherMs = 100;

export interface LogFile {
  write(line: string): void;
  /** Writes what is still gathered, at once. */
  flush(): void;
}

/** A log of at most twice `limit` bytes: FILE and, once that is full, FILE.1. A log that cannot be written is no reason to fail. */
export function openLog(file: string, limit: number): LogFile {
  let lines: string[] = [];
  let size = sizeOf(file);
  let timer: NodeJS.Timeout | undefined;

  const take = (): string => {
    const text = lines.join('');
    lines = [];
    timer = undefined;
    const bytes = Buffer.byteLength(text);
    if (size > 0 && size + bytes > limit) {
      rotate(file);
      size = 0;
    }
    size += bytes;
    return text;
  };

  // Synchronous, a few times a second: an append under way would be lost when the process ends.
  const flush = (): void => {
    clearTimeout(timer);
    if (lines.length === 0) return;
    try {
      appendFileSync(file, take());
    } catch {
      // See above.
    }
  };

  return {
    write(line) {
      lines.push(`${printable(line)}\n`);
      timer ??= setTimeout(flush, gatherMs).unref();
    },
    flush,
  };
}

/** Paths and error texts come from clients: no control character of theirs shall reach a terminal that shows the log. */
const printable = (line: string): string =>
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  line.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, c => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

function rotate(file: string): void {
  try {
    renameSync(file, `${file}.1`);
  } catch {
    // Goes on in the full file.
  }
}
