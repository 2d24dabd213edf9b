import {setMaxListeners} from 'node:events';
import {exitCodes} from '../failure.js';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back to Node's default. */
  readonly release: () => void;
}

/** The first Ctrl-C or SIGTERM aborts `signal`, so that work can end whole; a second one ends the process at once. */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  // Every call under way listens; Node would print a warning from the eleventh on.
  setMaxListeners(0, controller.signal);
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
