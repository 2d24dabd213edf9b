import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {isAncestor, readCommit} from '../../src/terminal/commit.js';

let root: string;
let full: string;
let shallow: string;
/** `one` <- `two` <- `main`; `one` <- `side`. */
const commits: Record<string, string> = {};

const identity = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
};
const env = {PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', ...identity};
const git = (dir: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd: dir,
    env: {...env, GIT_COMMITTER_DATE: '2026-11-29T15:45:07+02:00'},
    encoding: 'utf8',
  }).trim();
const commit = (name: string): void => {
  git(full, 'commit', '-q', '--allow-empty', '-m', name);
  commits[name] = git(full, 'rev-parse', 'HEAD');
};
const of = (name: string): string => commits[name] ?? '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'frontctl-commit-'));
  full = join(root, 'full');
  mkdirSync(join(full, 'dist'), {recursive: true});
  git(full, 'init', '-q', '-b', 'main');
  commit('one');
  git(full, 'branch', 'side');
  commit('two');
  commit('main');
  git(full, 'checkout', '-q', 'side');
  commit('side');
  git(full, 'checkout', '-q', 'main');
  shallow = join(root, 'shallow');
  git(root, 'clone', '-q', '--depth', '2', '--no-single-branch', `file://${full}`, shallow);
});
afterAll(() => {
  rmSync(root, {recursive: true, force: true});
});

describe('readCommit', () => {
  it('is what is checked out, from any folder of the checkout, whatever CI says', async () => {
    expect(await readCommit(join(full, 'dist'), {...env, GITHUB_SHA: 'f'.repeat(40)})).toEqual({
      commit: of('main'),
      committedAt: '2026-11-29T15:45:07+02:00',
    });
  });

  const sha = '4f2a9c1b'.repeat(5);
  it.each([
    [{GITHUB_SHA: sha}, {commit: sha}],
    [
      {CI_COMMIT_SHA: sha, CI_COMMIT_TIMESTAMP: '2026-11-29T13:45:07+00:00'},
      {commit: sha, committedAt: '2026-11-29T13:45:07+00:00'},
    ],
    [{BITBUCKET_COMMIT: sha}, {commit: sha}],
    [{CIRCLE_SHA1: sha, CI_COMMIT_TIMESTAMP: '2026-11-29T13:45:07+00:00'}, {commit: sha}],
    [{BUILDKITE_COMMIT: 'HEAD', GIT_COMMIT: sha}, {commit: sha}],
    [{GITHUB_SHA: ''}, undefined],
    [{}, undefined],
  ])('is what CI says outside of one: %j', async (variables, expected) => {
    expect(await readCommit(root, {...env, ...variables})).toEqual(expected);
  });

  it.each([
    ['no folder', () => join(root, 'missing'), {}],
    ['a folder name that no system takes', () => 'a\0b', {}],
    ['no git', () => full, {PATH: '/nonexistent'}],
  ])('fails in no way with %s', async (_what, dir, more) => {
    expect(await readCommit(dir(), {...env, ...more})).toBeUndefined();
    expect(await readCommit(dir(), {...env, ...more, GITHUB_SHA: sha})).toEqual({commit: sha});
  });
});

describe('isAncestor', () => {
  it.each([
    ['one', 'main', true],
    ['main', 'main', true],
    ['main', 'two', false],
    ['side', 'main', false],
  ])('%s of %s: %s', async (older, newer, expected) => {
    expect(await isAncestor(full, of(older), of(newer))).toBe(expected);
    expect(await isAncestor(full, of(older).slice(0, 12), of(newer).slice(0, 12))).toBe(expected);
  });

  it.each([
    ['two', 'main', true],
    ['main', 'two', false],
    ['side', 'main', undefined],
    ['one', 'main', undefined],
  ])('in a clone without the whole history, %s of %s: %s', async (older, newer, expected) => {
    expect(await isAncestor(shallow, of(older), of(newer))).toBe(expected);
  });

  it('is unknown for what is no commit here, and takes nothing for an option', async () => {
    expect(await isAncestor(full, 'f'.repeat(40), of('main'))).toBeUndefined();
    expect(await isAncestor(full, '--help', of('main'))).toBeUndefined();
    expect(await isAncestor(full, of('one'), 'main')).toBeUndefined();
    expect(await isAncestor(root, of('one'), of('main'))).toBeUndefined();
  });
});
