/**
 * What long work tells while it runs: the vocabulary that every async generator in the domain yields and that
 * `terminal/progress.ts` turns into listr2 tasks, plain lines, or nothing. Domain code never prints.
 */
export type ProgressEvent =
  /** A new step begins; the one before it (if any) ends. `files`/`bytes`: totals, where known; `noun`: what `files` counts, where not files. */
  | {
      readonly type: 'step';
      readonly id: string;
      readonly title: string;
      readonly files?: number;
      readonly bytes?: number;
      readonly noun?: string;
    }
  /** Absolute progress inside the running step (not a delta). */
  | {readonly type: 'progress'; readonly id: string; readonly files: number; readonly bytes: number}
  /** A poll of something remote. `limitMs` is when waiting stops. */
  | {
      readonly type: 'wait';
      readonly id: string;
      readonly status: string;
      readonly elapsedMs: number;
      readonly limitMs: number;
    }
  /** The step ended well; `detail` is one short clause ("12 files, 1.2 MiB"). */
  | {readonly type: 'done'; readonly id: string; readonly detail: string}
  /** Something the user should read even when all goes well. */
  | {readonly type: 'warning'; readonly message: string};

/** Long work: yields progress, returns its result, throws Failure. */
export type Work<T> = AsyncGenerator<ProgressEvent, T, void>;
