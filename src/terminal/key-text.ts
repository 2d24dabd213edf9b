import {keyText} from '../config/formats.js';
import {Failure} from '../failure.js';

/**
 * Refuses a command line that holds the text of a key, before anything can repeat it: arguments are seen by every user
 * of the machine and stay in the history of the shell.
 * @throws Failure KEY_IN_ARGUMENTS.
 */
export function refuseKeyText(argv: readonly string[]): void {
  const holdsKey = argv.some(arg => keyText.test(arg) || keyText.test(arg.replace(/^--?[a-z-]+=/, '')));
  if (!holdsKey) return;
  throw new Failure('usage', 'KEY_IN_ARGUMENTS', 'The command line holds the text of a key.', {
    hint: 'Other users can see it there, and the shell remembers it: make a new key if it was a private one. Name the file that holds it, an environment variable as env:NAME, or - for standard input.',
  });
}
