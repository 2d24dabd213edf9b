import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, afterEach, beforeAll, describe, expect, it, vi} from 'vitest';
import {changedSources} from '../../../src/invalidation/input/index.js';

const run = promisify(execFile);
let repository: string;
let elsewhere: string;

async function git(...args: readonly string[]): Promise<void> {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
  await run('git', [...identity, ...args], {cwd: repository});
}

async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(repository, name), content);
  await git('add', '-A');
  await git('commit', '-q', '-m', 'change');
}

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'frontctl-git-'));
  elsewhere = await mkdtemp(join(tmpdir(), 'frontctl-no-git-'));
  await mkdir(join(repository, 'src'));
  await git('init', '-q');
  await commit({
    'index.html': 'one',
    'src/old.md': 'a page that will be moved, long enough to be seen as such',
    'gone.md': 'x',
  });
  await git('mv', 'src/old.md', 'src/new.md');
  await git('rm', '-q', 'gone.md');
  await commit({'index.html': 'two', 'src/café x.md': 'é'});
});
afterAll(async () => {
  await rm(repository, {recursive: true, force: true});
  await rm(elsewhere, {recursive: true, force: true});
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('changedSources', () => {
  it.each(['HEAD~1..HEAD', 'HEAD~1...HEAD', 'HEAD~1'])(
    '%s: changed, added, deleted, both names of a moved one',
    async range => {
      const names = ['gone.md', 'index.html', 'src/café x.md', 'src/new.md', 'src/old.md'];
      expect([...(await changedSources(range, repository))].sort()).toEqual(names);
    },
  );

  it('names files from the root of the repository, wherever it runs', async () => {
    expect(await changedSources('HEAD~1..HEAD', join(repository, 'src'))).toContain('index.html');
  });

  it('is empty for a range without a change', async () => {
    expect(await changedSources('HEAD..HEAD', repository)).toEqual([]);
  });

  it.each([
    ['HEAD~9..HEAD', /cannot read the range "HEAD~9..HEAD": bad revision/],
    ['nothing-like-this', /cannot read the range/],
    ['HEAD~1 HEAD', /cannot read the range/],
    // A file, not a revision.
    ['index.html', /cannot read the range/],
    ['--output=/tmp/x', /is not a range of git commits/],
    ['-p', /is not a range/],
    ['', /is not a range/],
    ['$(touch x)', /cannot read the range/],
  ])('refuses the range "%s"', async (range, message) => {
    await expect(changedSources(range, repository)).rejects.toMatchObject({
      exit: 'usage',
      code: 'BAD_RANGE',
      message: expect.stringMatching(message) as string,
    });
  });

  it('tells where there is no repository', async () => {
    vi.stubEnv('GIT_CEILING_DIRECTORIES', tmpdir());
    for (const folder of [elsewhere, join(elsewhere, 'missing')]) {
      await expect(changedSources('HEAD~1..HEAD', folder)).rejects.toMatchObject({
        exit: 'usage',
        code: 'NOT_A_GIT_REPOSITORY',
      });
    }
  });

  it('tells when there is no git', async () => {
    vi.stubEnv('PATH', elsewhere);
    await expect(changedSources('HEAD~1..HEAD', repository)).rejects.toMatchObject({
      exit: 'usage',
      code: 'GIT_MISSING',
    });
  });
});
