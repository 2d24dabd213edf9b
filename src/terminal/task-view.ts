import {
  Listr,
  ListrLogger,
  ProcessOutput,
  type ListrTaskWrapper,
  type DefaultRenderer,
  type SimpleRenderer,
} from 'listr2';
import {progressText, waitText, warningLine, type ProgressView, type Totals} from './progress-text.js';

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

interface RunningStep {
  readonly task: Task;
  readonly title: string;
  readonly totals: Totals;
  readonly startedAt: number;
  readonly finish: (error?: Error) => void;
  /** Resolves when listr2 has drawn the last state of the step. */
  readonly drawn: Promise<unknown>;
}

/** Steps as listr2 tasks, one list a step: steps become known only as the work goes on. */
export function taskView(out: NodeJS.WriteStream, now: () => number = Date.now): ProgressView {
  // listr2 draws on its "stdout"; stdout is for results here, so both of its streams are ours.
  const logger = new ListrLogger({
    useIcons: true,
    processOutput: new ProcessOutput(out, out, {leaveEmptyLine: false}),
  });
  let running: RunningStep | undefined;

  const begin = (title: string, totals: Totals): Promise<void> =>
    new Promise(started => {
      const list = new Listr(
        [
          {
            title,
            task: (_context, wrapper) =>
              new Promise<void>((resolve, reject) => {
                const finish = (error?: Error): void => (error === undefined ? resolve() : reject(error));
                // `drawn` below is assigned by the time the microtask runs.
                queueMicrotask(() => {
                  running = {task: wrapper, title, totals, startedAt: now(), finish, drawn};
                  started();
                });
              }),
          },
        ],
        // Ctrl-C belongs to the command: the work has to end whole.
        {
          registerSignalListeners: false,
          forceTTY: true,
          rendererOptions: {formatOutput: 'truncate', collapseErrors: false, showErrorMessage: false, logger},
        },
      );
      const drawn = list.run().catch(() => undefined);
    });

  const end = async (finalTitle?: string, error?: Error): Promise<void> => {
    const step = running;
    running = undefined;
    if (step === undefined) return;
    if (finalTitle !== undefined) step.task.title = finalTitle;
    step.task.output = '';
    step.finish(error);
    await step.drawn;
  };

  return {
    show: async event => {
      switch (event.type) {
        case 'step':
          await end();
          await begin(event.title, {files: event.files, bytes: event.bytes, noun: event.noun});
          break;
        case 'progress':
          if (running !== undefined) {
            running.task.output = progressText(event, running.totals, now() - running.startedAt);
          }
          break;
        case 'wait':
          if (running !== undefined) running.task.output = waitText(event);
          break;
        case 'done':
          await end(running === undefined ? undefined : `${running.title}: ${event.detail}`);
          break;
        case 'warning':
          await end();
          out.write(`${warningLine(event.message)}\n`);
          break;
      }
    },
    end: async error => {
      const failed =
        error === undefined || error instanceof Error ? error : new Error('failed', {cause: error});
      await end(undefined, failed);
    },
  };
}
