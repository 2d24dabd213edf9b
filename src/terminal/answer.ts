import type {Interface} from 'node:readline';

/**
 * One answer, then the interface is closed; undefined after Ctrl-C, Ctrl-D, the end of the input or SIGTERM, where
 * readline's own promise would stay open for ever. `begin` asks; nothing is asked once `signal` is aborted.
 */
export function answerOf(
  lines: Interface,
  signal: AbortSignal,
  begin: (given: (answer: string) => void) => void,
): Promise<string | undefined> {
  return new Promise(resolve => {
    let answer: string | undefined;
    const stop = (): void => lines.close();
    lines.once('SIGINT', stop);
    signal.addEventListener('abort', stop, {once: true});
    lines.once('close', () => {
      signal.removeEventListener('abort', stop);
      resolve(answer);
    });
    if (signal.aborted) {
      stop();
      return;
    }
    begin(given => {
      answer = given;
      stop();
    });
  });
}
