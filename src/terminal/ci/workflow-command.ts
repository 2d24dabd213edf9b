/** Whether GitHub Actions runs this, and its workflow commands: lines of a step's output, on either stream. */
import {stripVTControlCharacters} from 'node:util';

/** Runs in GitHub Actions or in what speaks its language (Gitea, Forgejo, act). */
export const isGitHub = (env: NodeJS.ProcessEnv = process.env): boolean => env['GITHUB_ACTIONS'] === 'true';

/** The run's environment names a file for the one or the other. */
export const hasJobFiles = (env: NodeJS.ProcessEnv): boolean =>
  [env['GITHUB_STEP_SUMMARY'], env['GITHUB_OUTPUT']].some(file => file !== undefined && file !== '');

/** The runner ends a command at a line break, and takes % for the beginning of an escape. */
const asData = (text: string): string =>
  stripVTControlCharacters(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** Properties end at a comma, their list at a colon. */
const asProperty = (text: string): string => asData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** `::error title=NO_BUCKET::No bucket is named.`: has to stand at the beginning of a line of its own. */
export function annotation(level: 'error' | 'warning', message: string, title?: string): string {
  const properties = title === undefined ? '' : ` title=${asProperty(title)}`;
  return `::${level}${properties}::${asData(message)}`;
}
