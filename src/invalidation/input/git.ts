import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {Failure} from '../../failure.js';
import {quote} from './quote.js';

const maxOutput = 512 * 1024 * 1024;

/**
 * Files that changed in a range of git (`HEAD~1..HEAD`, `v41...main`; one revision means: since then, uncommitted changes
 * too), from the root of the repository that `cwd` is in. A renamed file counts under both names.
 *
 * Failures (exit 2): GIT_MISSING, NOT_A_GIT_REPOSITORY, BAD_RANGE.
 */
export async function changedSources(range: string, cwd: string): Promise<readonly string[]> {
  if (range.startsWith('-') || range.trim() === '') {
    throw badRange(`${quote(range)} is not a range of git commits.`, 'Write it as HEAD~1..HEAD or v41..v42.');
  }
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      'git',
      ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', range, '--'],
      // Messages are recognised below, so they must be in English.
      {cwd, env: {...process.env, LC_ALL: 'C', LANGUAGE: ''}, maxBuffer: maxOutput, windowsHide: true},
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(gitFailure(error, stderr, range, cwd));
      },
    );
  });
  return output.split('\0').filter(name => name !== '');
}

const badRange = (message: string, hint: string, cause?: unknown): Failure =>
  new Failure('usage', 'BAD_RANGE', message, {hint, cause});

function gitFailure(
  error: NodeJS.ErrnoException | Error,
  stderr: string,
  range: string,
  cwd: string,
): Failure {
  if ('code' in error && error.code === 'ENOENT') {
    // Node says ENOENT for a missing folder as well.
    return existsSync(cwd)
      ? new Failure('usage', 'GIT_MISSING', 'git was not found on the PATH.', {
          hint: 'Install git, or name the paths yourself.',
          cause: error,
        })
      : notRepository(`There is no folder ${quote(cwd)}.`, error);
  }
  const said =
    stderr
      .split('\n', 1)[0]
      ?.replace(/^(?:fatal|error|warning): /, '')
      .trim() ?? '';
  if (/not a git repository/i.test(said))
    return notRepository(`${quote(cwd)} is not in a git repository.`, error);
  if (said.includes('dubious ownership')) return notRepository(`git says: ${said.slice(0, 200)}`, error);
  const isUnknown = /bad revision|unknown revision|ambiguous argument|no merge base/i.test(said);
  return badRange(
    `git cannot read the range ${quote(range)}: ${said === '' ? error.message.slice(0, 200) : said.slice(0, 200)}`,
    isUnknown
      ? 'Write it as HEAD~1..HEAD. A shallow clone lacks older commits: git fetch --unshallow.'
      : 'Write it as HEAD~1..HEAD or v41..v42.',
    error,
  );
}

const notRepository = (message: string, cause: unknown): Failure =>
  new Failure('usage', 'NOT_A_GIT_REPOSITORY', message, {
    hint: 'Run it inside the repository of the site, or name the paths yourself.',
    cause,
  });
