/** frontctl invalidate and frontctl invalidation list|show|wait, as people and scripts run them. */
import {execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {workspace, type Deployed, type ErrorJson, type Workspace} from './workspace.js';

interface Invalidated {
  readonly distributionId: string;
  readonly paths: readonly string[];
  readonly batches: readonly {readonly id: string; readonly status: string; readonly paths: number}[];
  readonly costUSD: number;
  readonly status: string;
  readonly quota: {readonly usedThisMonth: number; readonly scope: string} | null;
  readonly check: {readonly fresh: boolean; readonly url: string; readonly afterMs: number} | null;
  readonly resumed: string | null;
  readonly waitCommand: string | null;
}

interface DryRun extends Pick<Invalidated, 'distributionId' | 'paths' | 'costUSD' | 'quota'> {
  readonly plan: {
    readonly strategy: string;
    readonly budget: number | null;
    readonly curve: readonly {readonly items: number; readonly needless?: number}[];
    readonly refetched: {readonly objects: number; readonly bytes: number} | null;
  };
}

const site = {
  'site/index.html': '<h1>Home</h1>',
  'site/about.html': '<h1>About</h1>',
  'site/docs/a.html': 'a',
  'site/docs/b.html': 'b',
  'site/docs/c.html': 'c',
  'site/img/1.txt': '1',
  'site/img/2.txt': '2',
} as const;
const bytes = Object.values(site).reduce((sum, body) => sum + body.length, 0);

let project: Workspace;
let deployed: Deployed;

const run = (...args: readonly string[]) => project.run([...args, '--local']);
const invalidate = (...args: readonly string[]): Promise<Invalidated> =>
  project.json(['invalidate', ...args, '--local', '-d', deployed.distributionId]);
const failure = async (...args: readonly string[]): Promise<ErrorJson['error']> => {
  const {stdout, code} = await run('invalidate', ...args, '--json');
  const {error} = JSON.parse(stdout) as ErrorJson;
  expect(code).toBe(error.exit);
  return error;
};
const cacheOf = async (path: string): Promise<string | null> => {
  const response = await fetch(new URL(path, deployed.url));
  await response.text();
  return response.headers.get('x-cache');
};
const warm = async (...paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    await cacheOf(path);
    expect(await cacheOf(path)).toBe('Hit from cloudfront');
  }
};

beforeAll(async () => {
  project = workspace();
  project.write(site);
  deployed = await project.json(['deploy', 'site', '--local']);
});

afterAll(() => project.dispose());

describe('frontctl invalidate', () => {
  it('/index.html docs/a.html: drops what was typed and nothing else', async () => {
    await warm('/index.html', '/docs/a.html', '/docs/b.html');
    const done = await invalidate('/index.html', 'docs/a.html', '/index.html');
    expect(done).toMatchObject({
      distributionId: deployed.distributionId,
      paths: ['/index.html', '/docs/a.html'],
      costUSD: 0,
      status: 'Completed',
      quota: {scope: 'account'},
      check: null,
      resumed: null,
      waitCommand: null,
    });
    expect(done.batches).toMatchObject([{status: 'Completed', paths: 2}]);
    expect(await cacheOf('/index.html')).toBe('Miss from cloudfront');
    expect(await cacheOf('/docs/a.html')).toBe('Miss from cloudfront');
    expect(await cacheOf('/docs/b.html')).toBe('Hit from cloudfront');
  });

  it("'/docs/*' /docs/a.html: sends once what a typed wildcard covers, and says so in one line", async () => {
    await warm('/docs/a.html', '/docs/c.html');
    const {stdout, stderr, code} = await run('invalidate', '/docs/a.html', '/docs/*');
    expect(stdout).toMatch(
      /^Completed on E\w+: \/docs\/\*\n {2}1 path, \d+ of 1,000 free used this month: \$0\.00, [\d.]+ m?s\n {2}I\w+\n$/,
    );
    expect(stderr).toMatch(/accepted as 1 invalidation/);
    expect(code).toBe(0);
    expect(await cacheOf('/docs/c.html')).toBe('Miss from cloudfront');
  });

  it('URL: finds the distribution by the port, the domain name or the config, and checks the host', async () => {
    const url = new URL('/docs/b.html?x=1#top', deployed.url).href;
    expect((await project.json<Invalidated>(['invalidate', url, '--local'])).paths).toEqual([
      '/docs/b.html?x=1',
      // The cache key holds no query here.
      '/docs/b.html',
    ]);
    const {distributions} = await project.json<{distributions: {id: string; domainName: string}[]}>([
      'local',
      'status',
    ]);
    const domain = distributions.find(({id}) => id === deployed.distributionId)?.domainName ?? '';
    expect((await invalidate(`https://${domain}/about.html`)).paths).toEqual(['/about.html']);
    expect((await invalidate(`${domain}/about.html`)).paths).toEqual(['/about.html']);
    expect(
      await project.json(['invalidate', '/about.html', '--local', '--distribution', domain]),
    ).toMatchObject({distributionId: deployed.distributionId});
    expect(await failure('https://www.example.com/about.html', '-d', deployed.distributionId)).toMatchObject({
      code: 'HOST_NOT_SERVED',
      exit: 2,
    });
  });

  it('- and --from-file: one path a line, together with arguments', async () => {
    project.write({'stale.txt': '/docs/a.html\r\n\r\n/docs/b.html\n'});
    const all = await project.json<Invalidated>(
      ['invalidate', '-', '/about.html', '--from-file', 'stale.txt', '--local'],
      {input: '/img/1.txt\n/docs/b.html\n'},
    );
    expect([...all.paths].sort()).toEqual(['/about.html', '/docs/a.html', '/docs/b.html', '/img/1.txt']);
    const empty = await project.run(['invalidate', '-', '--local'], {input: '\n'});
    expect(empty.stderr).toMatch(/stdin held no path/);
    expect(empty.code).toBe(2);
    expect(await failure('--from-file', 'nowhere.txt')).toMatchObject({code: 'NO_SUCH_FILE', exit: 2});
  });

  it('nothing: says what can be given', async () => {
    const {stderr, code} = await run('invalidate');
    expect(stderr).toMatch(/nothing to invalidate.*\n.*--from-file.*--from-git.*--repeat/i);
    expect(code).toBe(2);
  });

  it('C:/Program Files/Git/about.html: a shell that rewrote the slash is noticed', async () => {
    const error = await failure('C:/Program Files/Git/about.html');
    expect(error).toMatchObject({code: 'SHELL_REWROTE_PATH', exit: 2});
  });

  it("'/*' without a terminal: sends nothing unless --yes says so", async () => {
    await warm('/about.html');
    const {stdout, stderr, code} = await run('invalidate', '/*');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/asks first.*\n.*--yes/);
    expect(code).toBe(2);
    expect(await failure('/*')).toMatchObject({code: 'CONFIRMATION_NEEDED', exit: 2});
    expect(await cacheOf('/about.html')).toBe('Hit from cloudfront');
    expect((await invalidate('/*', '--yes')).status).toBe('Completed');
    expect(await cacheOf('/about.html')).toBe('Miss from cloudfront');
  });

  it('--dry-run: paths, price and what is refetched, and sends nothing', async () => {
    await warm('/docs/a.html');
    const plan = await project.json<DryRun>(['invalidate', '/docs/*', '--dry-run', '--local']);
    expect(plan).toMatchObject({
      distributionId: deployed.distributionId,
      paths: ['/docs/*'],
      costUSD: 0,
      plan: {strategy: 'exact', budget: null, refetched: {objects: 3, bytes: 3}},
    });
    expect(plan.quota?.usedThisMonth).toBeGreaterThan(0);
    expect(await cacheOf('/docs/a.html')).toBe('Hit from cloudfront');
    const everything = await project.json<DryRun>(['invalidate', '/*', '--dry-run', '--local']);
    expect(everything.plan.refetched).toMatchObject({objects: Object.keys(site).length, bytes});
  });

  it('--budget 2 --dry-run: plans over the live objects and draws the curve', async () => {
    const typed = ['/docs/a.html', '/docs/b.html', '/img/1.txt'];
    const plan = await project.json<DryRun>([
      'invalidate',
      ...typed,
      '--budget',
      '2',
      '--dry-run',
      '--local',
    ]);
    expect(plan.paths.length).toBeLessThanOrEqual(2);
    expect(plan.plan).toMatchObject({strategy: 'balanced', budget: 2});
    expect(plan.plan.curve.map(({items}) => items)).toContain(plan.paths.length);
    const text = await run('invalidate', ...typed, '--strategy', 'exact', '--dry-run');
    expect(text.stdout).toMatch(/^Would send to E\w+: 3 paths/);
    expect(text.stdout).toMatch(/^Refetched: 3 objects \(3 B\)$/m);
    expect(text.stdout).toMatch(/^\* +3 +\$0\.00 +3$/m);
    expect(await failure(...typed, '--strategy', 'exact', '--budget', '2')).toMatchObject({
      code: 'BUDGET_TOO_SMALL',
      exit: 2,
    });
  });

  it('--from-git HEAD~1: what the changed sources became', async () => {
    const git = (...args: readonly string[]): void => {
      const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
      execFileSync('git', [...who, ...args], {cwd: project.dir, stdio: 'ignore'});
    };
    git('init');
    git('add', 'site');
    git('commit', '-m', 'one');
    project.write({'site/docs/b.html': 'bb', 'src/layout.ts': 'export {}'});
    git('add', 'site', 'src');
    git('commit', '-m', 'two');
    await warm('/docs/a.html', '/docs/b.html');
    const {stderr, stdout, code} = await run('invalidate', '--from-git', 'HEAD~1', '--json');
    expect(code, stdout).toBe(0);
    expect((JSON.parse(stdout) as Invalidated).paths).toEqual(['/docs/b.html']);
    expect(stderr).toMatch(/Warning: .*src\/layout\.ts/);
    expect(await cacheOf('/docs/b.html')).toBe('Miss from cloudfront');
    expect(await cacheOf('/docs/a.html')).toBe('Hit from cloudfront');
    const none = await run('invalidate', '--from-git', 'HEAD..HEAD');
    expect(none).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing to invalidate on E/) as string,
    });
    expect(await failure('--from-git', 'no-such-branch')).toMatchObject({code: 'BAD_RANGE', exit: 2});
    rmSync(join(project.dir, '.git'), {recursive: true, force: true});
    project.write(site);
  });

  it("'#pics': refused without a tag header, purges the tagged objects with one", async () => {
    expect(await failure('#pics')).toMatchObject({code: 'NO_CACHE_TAGS', exit: 2});
    const tagged = workspace();
    try {
      tagged.write(site);
      const config = {
        site: {dir: 'site', rules: [{match: 'img/**', cacheTags: ['pics']}]},
        distribution: {cacheTagConfig: {headerName: 'x-amz-meta-cache-tag'}},
      };
      tagged.write({'frontctl.config.json': JSON.stringify(config)});
      const {url} = await tagged.json<Deployed>(['deploy', '--local']);
      const cache = async (path: string): Promise<string | null> =>
        (await fetch(new URL(path, url))).headers.get('x-cache');
      for (const path of ['/img/1.txt', '/img/2.txt', '/about.html']) await cache(path);
      const done = await tagged.json<Invalidated>(['invalidate', '#pics', '--local']);
      expect(done).toMatchObject({paths: ['#pics'], status: 'Completed'});
      expect(await cache('/img/1.txt')).toBe('Miss from cloudfront');
      expect(await cache('/img/2.txt')).toBe('Miss from cloudfront');
      expect(await cache('/about.html')).toBe('Hit from cloudfront');
    } finally {
      await tagged.dispose();
    }
  });

  it('-d A -d B: several distributions at once, one of them wrong', async () => {
    project.write({'other/index.html': '<h1>Other</h1>'});
    const other = await project.json<Deployed>(['deploy', 'other', '--local']);
    const both = ['-d', deployed.distributionId, '-d', other.distributionId];
    const done = await project.json<{
      distributions: readonly Invalidated[];
      costUSD: number;
      status: string;
    }>(['invalidate', '/index.html', ...both, '--local']);
    expect(done).toMatchObject({costUSD: 0, status: 'Completed'});
    expect(done.distributions.map(({distributionId, status}) => [distributionId, status])).toEqual([
      [deployed.distributionId, 'Completed'],
      [other.distributionId, 'Completed'],
    ]);
    const byTag = await run('invalidate', '/index.html');
    expect(byTag.stderr).toMatch(/2 distributions/);
    expect(byTag.code).toBe(2);

    const wrong = await run('invalidate', '/index.html', ...both, '-d', 'E1NOSUCHDIST00', '--json');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      status: 'Failed',
      error: {code: 'NO_SUCH_DISTRIBUTION', exit: 2},
      distributions: [{status: 'Completed'}, {status: 'Completed'}, {status: 'Failed', batches: []}],
    });
  });

  it('--repeat ID: the same paths again, as a new invalidation', async () => {
    const first = await invalidate('/docs/a.html', '/img/*');
    const again = await invalidate('--repeat', first.batches[0]?.id ?? '');
    expect([...again.paths].sort()).toEqual(['/docs/a.html', '/img/*']);
    expect(again.batches[0]?.id).not.toBe(first.batches[0]?.id);
    expect(await failure('--repeat', 'INOSUCHTHING00', '-d', deployed.distributionId)).toMatchObject({
      exit: 2,
    });
  });

  it('--reference ID: the same name and paths are one invalidation', async () => {
    const first = await invalidate('/about.html', '--reference', 'release-41');
    const again = await invalidate('/about.html', '--reference', 'release-41');
    expect(again.batches.map(({id}) => id)).toEqual(first.batches.map(({id}) => id));
    expect(await failure('/about.html', '--reference', 'no spaces')).toMatchObject({code: 'USAGE', exit: 2});
  });

  it('--then-check URL: says how long the edge took', async () => {
    await warm('/about.html');
    const url = new URL('/about.html', deployed.url).href;
    const {check, status} = await invalidate('/about.html', '--then-check', url);
    expect(status).toBe('Completed');
    expect(check).toMatchObject({fresh: true, url});
    const text = await run('invalidate', '/about.html', '-d', deployed.distributionId, '--then-check', url);
    expect(text.stdout).toMatch(/^Fetched afresh, but unchanged, after .*about\.html/m);
  });

  it('--then-check of a host that does not exist is told before anything is sent', async () => {
    const url = 'https://no-such-host.invalid/about.html';
    const args = ['/about.html', '-d', deployed.distributionId, '--then-check', url];
    expect(await failure(...args)).toMatchObject({code: 'NO_SUCH_HOST', exit: 2});
  });

  it('a distribution that does not exist: --dry-run says so, and nothing of the run is left to go on with', async () => {
    const args = ['invalidate', '/about.html', '-d', 'E00000000000A'];
    for (const flags of [['--dry-run'], [], []]) {
      const {stdout, stderr, code} = await run(...args, ...flags);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/Error: Distribution E00000000000A does not exist/);
      expect(stderr).not.toContain('was cut off');
      expect(code).toBe(2);
    }
  });

  it('--then-check of another URL: tells the result, then that it is still old, exit 5', async () => {
    await warm('/docs/c.html');
    const url = new URL('/docs/c.html', deployed.url).href;
    const args = ['/about.html', '-d', deployed.distributionId, '--then-check', url, '--timeout', '1s'];
    const {stdout, stderr, code} = await run('invalidate', ...args);
    expect(stdout).toMatch(/^Completed on E/);
    expect(stderr).toMatch(/Error: .*docs\/c\.html was not seen to be fresh within 1 s/);
    expect(code).toBe(5);
    const machine = await run('invalidate', ...args, '--json');
    expect(JSON.parse(machine.stdout)).toMatchObject({
      status: 'Completed',
      check: {fresh: false},
      error: {code: 'STILL_OLD', exit: 5},
    });
    expect(machine.code).toBe(5);
  });
});

describe('frontctl invalidation', () => {
  it('list, show: newest first, with age and all paths', async () => {
    const {batches} = await invalidate('/docs/a.html', '/docs/b.html', '/docs/c.html');
    const id = batches[0]?.id ?? '';
    const list = await run('invalidation', 'list', '--limit', '2', '-d', deployed.distributionId);
    const [head, newest] = list.stdout.split('\n');
    expect(head).toMatch(/^ID +STATUS +AGE +PATHS$/);
    expect(newest).toMatch(
      new RegExp(`^${id} +Completed +\\d+s +/docs/a\\.html /docs/b\\.html /docs/c\\.html$`),
    );
    expect(list.stdout.trimEnd().split('\n')).toHaveLength(3);
    const listed = await project.json<{invalidations: {id: string; paths: string[]; createdAt: string}[]}>([
      'invalidation',
      'list',
      '--local',
      '-d',
      deployed.distributionId,
    ]);
    expect(listed.invalidations[0]).toMatchObject({
      id,
      paths: ['/docs/a.html', '/docs/b.html', '/docs/c.html'],
    });
    const shown = await run('invalidation', 'show', id, '-d', deployed.distributionId);
    expect(shown.stdout).toMatch(new RegExp(`^${id}\n {2}Status +Completed\n`));
    expect(shown.stdout).toMatch(/\n {4}\/docs\/c\.html\n$/);
    const missing = await run('invalidation', 'show', 'INOSUCHTHING00', '-d', deployed.distributionId);
    expect(missing.code).toBe(2);
  });

  it('wait: nothing named, nothing in progress', async () => {
    expect(await run('invalidation', 'wait', '-d', deployed.distributionId)).toMatchObject({code: 2});
    const idle = await run('invalidation', 'wait', '--all', '-d', deployed.distributionId);
    expect(idle).toMatchObject({code: 0, stdout: `Nothing is in progress on ${deployed.distributionId}.\n`});
  });
});

describe('an edge that takes its time (local start --invalidation-delay 10m)', () => {
  let slow: Workspace;
  let distributionId: string;

  beforeAll(async () => {
    slow = workspace();
    slow.write(site);
    await slow.json(['local', 'start', '--invalidation-delay', '10m']);
    ({distributionId} = await slow.json<Deployed>(['deploy', 'site', '--local']));
  });

  afterAll(() => slow.dispose());

  it('--no-wait: the ids, and the command that waits from another machine', async () => {
    const {stdout, code} = await slow.run(['invalidate', '/about.html', '--no-wait', '--local']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^In progress on ${distributionId}: /about\\.html\n {2}1 path.*\n {2}(I\\w+)\nWait for it with: frontctl invalidation wait \\1 --distribution ${distributionId} --local\n$`,
      ),
    );
  });

  it('--timeout 300ms: exit 5, the result and the command that goes on', async () => {
    const args = ['invalidate', '/about.html', '--timeout', '300ms', '--local'];
    const text = await slow.run(args);
    expect(text.code).toBe(5);
    expect(text.stdout).toMatch(/^In progress on E\w+: \/about\.html\n {2}1 path/);
    expect(text.stderr).toMatch(
      /Error: .*still InProgress.*\nTry: .*:\n {2}frontctl invalidation wait I\w+ --distribution E/,
    );
    const machine = await slow.run([...args, '--json']);
    expect(machine.code).toBe(5);
    expect(JSON.parse(machine.stdout)).toMatchObject({
      status: 'InProgress',
      batches: [{status: 'InProgress'}],
      error: {code: 'WAIT_TIMEOUT', exit: 5},
    });
  });

  it.skipIf(process.platform === 'win32')('Ctrl-C while waiting: exit 130, and what goes on', async () => {
    const {code, stdout, stderr} = await slow.run(['invalidate', '/about.html', '--local'], {
      started: child => {
        child.stderr?.on('data', (text: string) => {
          if (text.includes('accepted')) child.kill('SIGINT');
        });
      },
    });
    expect(stdout).toMatch(/^In progress on E/);
    expect(stderr).toMatch(/Try: .*:\n {2}frontctl invalidation wait I\w+/);
    expect(code).toBe(130);
  });

  it('invalidation wait --all --timeout 300ms: exit 5', async () => {
    const {code, stderr} = await slow.run(['invalidation', 'wait', '--all', '--timeout', '300ms', '--local']);
    expect(code).toBe(5);
    expect(stderr).toMatch(/still InProgress/);
  });
});
