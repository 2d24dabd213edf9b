import {execFile} from 'node:child_process';

export interface Commit {
  /** Full hexadecimal id. */
  readonly commit: string;
  /** The committer's date, ISO 8601; where the id alone is known, absent. */
  readonly committedAt?: string;
}

/** git answers from its own files; longer than this is a network file system that does not. */
const timeoutMs = 5000;
const commitId = /^[\da-f]{7,64}$/i;

/**
 * Where CI services put the commit that they build.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 * https://docs.gitlab.com/ci/variables/predefined_variables/
 * https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
 * https://circleci.com/docs/reference/variables/
 * https://learn.microsoft.com/azure/devops/pipelines/build/variables
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
 */
const commitVariables = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BITBUCKET_COMMIT',
  'CIRCLE_SHA1',
  'BUILDKITE_COMMIT',
  'BUILD_SOURCEVERSION',
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'TRAVIS_COMMIT',
  'DRONE_COMMIT_SHA',
  'SEMAPHORE_GIT_SHA',
  'GIT_COMMIT',
] as const;

/** The commit that is checked out around `dir`; outside of a checkout the one that CI says it builds. Never fails. */
export async function readCommit(dir: string, env: NodeJS.ProcessEnv): Promise<Commit | undefined> {
  const {output} = await git(dir, env, ['log', '-1', '--no-show-signature', '--format=%H %cI']);
  const [, commit, committedAt] = /^([\da-f]{40,64}) (\S+)$/m.exec(output) ?? [];
  if (commit !== undefined && committedAt !== undefined) return {commit, committedAt};
  const name = commitVariables.find(variable => commitId.test(env[variable] ?? ''));
  const known = name === undefined ? undefined : env[name];
  if (known === undefined) return undefined;
  const at = name === 'CI_COMMIT_SHA' ? env['CI_COMMIT_TIMESTAMP'] : undefined;
  return {commit: known, ...(at !== undefined && at !== '' && {committedAt: at})};
}

/**
 * Whether the commit `older` is `newer` or one of its ancestors; undefined where the checkout around `dir` cannot tell: it
 * lacks one of the two, or its history is cut off (a shallow clone) before they meet.
 */
export async function isAncestor(dir: string, older: string, newer: string): Promise<boolean | undefined> {
  // One comes from the bucket: nothing that git could take for an option or a name.
  if (!commitId.test(older) || !commitId.test(newer)) return undefined;
  const comesBefore = (a: string, b: string): Promise<Ended> =>
    git(dir, process.env, ['merge-base', '--is-ancestor', a, b]);
  const {code} = await comesBefore(older, newer);
  if (code === 0) return true;
  if (code !== 1) return undefined;
  const {output} = await git(dir, process.env, ['rev-parse', '--is-shallow-repository']);
  if (output.trim() === 'false') return false;
  return (await comesBefore(newer, older)).code === 0 ? false : undefined;
}

interface Ended {
  /** Undefined: git did not run, or not to its end. */
  readonly code: number | undefined;
  readonly output: string;
}

/** Without a shell, without questions, and without fetching what a partial clone lacks. */
function git(dir: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ended> {
  return new Promise(resolve => {
    const options = {
      cwd: dir,
      env: {
        ...env,
        LC_ALL: 'C',
        GIT_TERMINAL_PROMPT: '0',
        GIT_OPTIONAL_LOCKS: '0',
        GIT_NO_LAZY_FETCH: '1',
      },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    } as const;
    try {
      execFile('git', [...args], options, (error, output) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        resolve({code, output: code === 0 ? output : ''});
      });
    } catch {
      // A folder name with a null byte, among others.
      resolve({code: undefined, output: ''});
    }
  });
}
