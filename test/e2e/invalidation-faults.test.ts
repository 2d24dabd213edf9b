/** Waits that cannot end well, accounts that refuse, Ctrl-C: how soon `invalidate` ends, with which exit, and what goes on from there. */
import type {ChildProcess} from 'node:child_process';
import {setTimeout as delay} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Run} from './cli.js';
import {proofCloud, type ProofCloud, type Stored} from './invalidation-proof/cloud.js';
import {awsCli, hasAwsCli, reader} from './invalidation-proof/reader.js';

interface Result {
  readonly batches: readonly {readonly id: string; readonly status: string}[];
  readonly status: string;
  readonly resumed: string | null;
  readonly error?: {readonly code: string; readonly exit: number};
}

const objects: readonly Stored[] = Array.from({length: 60}, (_, n) => ({
  path: `/a/${n}.html`,
  body: `old ${n}`,
}));
const paths = objects.map(({path}) => path);

/** The command that a text tells to go on with, without `frontctl`. */
function toldCommand({stdout, stderr}: Run): readonly string[] {
  const [, command = ''] =
    /frontctl (invalidation wait .*)$/m.exec(stderr) ??
    /frontctl (invalidation wait .*)$/m.exec(stdout) ??
    [];
  expect(command, `no command in:\n${stdout}${stderr}`).not.toBe('');
  return command.split(' ');
}

/** Lets the edge finish once the command has looked and seen that it has not. */
async function finishOnceSeen(cloud: ProofCloud, looks: number): Promise<void> {
  while ((await cloud.calls('GetInvalidation')) <= looks) await delay(20);
  await cloud.advance(600_000);
}

const missed = async (cloud: ProofCloud): Promise<readonly string[]> =>
  (await cloud.view(paths)).filter(({cache}) => cache === 'Miss').map(({target}) => target);

/** What all invalidations hold, as another client reads it. */
async function itemsSent(cloud: ProofCloud): Promise<readonly string[]> {
  const client = reader(cloud);
  const items: string[] = [];
  for (const {id} of await client.list()) items.push(...(await client.get(id)).items);
  return items.sort();
}

describe.each([
  {fault: 'AccessDenied', code: 'ACCESS_DENIED', exit: 3, says: /GetInvalidation/},
  {fault: 'NoSuchDistribution', code: 'NO_SUCH_DISTRIBUTION', exit: 2, says: /distribution/},
])('GetInvalidation answers $fault', ({fault, code, exit, says}) => {
  let cloud: ProofCloud;

  beforeAll(async () => {
    cloud = await proofCloud(['--fault', `GetInvalidation:${fault}:1`]);
  });
  afterAll(() => cloud.dispose());

  it('the wait ends with its first look; so does that of invalidation wait', async () => {
    const began = performance.now();
    const run = await cloud.run(['invalidate', '/a/1.html']);
    const ms = Math.round(performance.now() - began);
    expect(run.code).toBe(exit);
    expect(run.stderr).toMatch(says);
    expect(run.stdout).toMatch(/^In progress on E/);
    // Who may send but not look has something to hand on.
    if (exit === 3) expect(toldCommand(run)[2]).toBe((await cloud.invalidationIds())[0]);
    const looks = await cloud.calls('GetInvalidation');
    console.log(`${fault}: exit ${run.code} after ${ms} ms, GetInvalidation called ${looks} time(s)`);
    expect(looks).toBe(1);
    expect(await cloud.calls('CreateInvalidation')).toBe(1);

    const [id = ''] = await cloud.invalidationIds();
    const waiting = await cloud.run(['invalidation', 'wait', id]);
    expect(waiting.code).toBe(exit);
    expect(await cloud.calls('GetInvalidation')).toBe(2);

    const asJson = await cloud.run(['invalidate', '/a/2.html', '--json']);
    expect(JSON.parse(asJson.stdout) as Result).toMatchObject({
      status: 'InProgress',
      batches: [{id: (await cloud.invalidationIds())[0]}],
      error: {code, exit},
    });
    expect(asJson.code).toBe(exit);
  });
});

describe('an edge that takes 10 minutes', () => {
  let cloud: ProofCloud;

  beforeAll(async () => {
    cloud = await proofCloud(['--invalidation-delay', '10m']);
    await cloud.put(objects);
  });
  afterAll(() => cloud.dispose());

  it('--timeout 2s: exit 5, and the command that it tells waits, times out too, and ends the job', async () => {
    await cloud.warm(paths);
    const run = await cloud.run(['invalidate', '/a/1.html', '/a/2*', '--timeout', '2s']);
    expect(run.code).toBe(5);
    const command = toldCommand(run);
    const again = await cloud.project.run([...command, '--timeout', '300ms']);
    expect(again.code).toBe(5);
    expect(toldCommand(again)).toEqual(command);
    expect(await missed(cloud)).toEqual([]);
    await cloud.advance(600_000);
    const last = await cloud.project.run(command);
    expect(last).toMatchObject({code: 0, stdout: expect.stringMatching(/^Completed on E/) as string});
    expect(await missed(cloud)).toEqual(
      paths.filter(path => path === '/a/1.html' || path.startsWith('/a/2')),
    );
    expect(await cloud.calls('CreateInvalidation')).toBe(1);
    const [newest] = await reader(cloud).list();
    expect(newest?.status).toBe('Completed');
  });

  it.skipIf(process.platform === 'win32')(
    'Ctrl-C while waiting: exit 130, and the command that goes on',
    async () => {
      await cloud.warm(paths);
      const before = await cloud.calls('CreateInvalidation');
      const run = await cloud.run(['invalidate', '/a/3.html'], {
        started: child => {
          child.stderr?.on('data', (text: string) => {
            if (text.includes('accepted')) child.kill('SIGINT');
          });
        },
      });
      expect(run.code).toBe(130);
      const looks = await cloud.calls('GetInvalidation');
      const waiting = cloud.project.run(toldCommand(run));
      await finishOnceSeen(cloud, looks);
      expect(await waiting).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Completed on E/) as string,
      });
      expect(await missed(cloud)).toEqual(['/a/3.html']);
      expect(await cloud.calls('CreateInvalidation')).toBe(before + 1);
    },
  );

  it('--no-wait and wait --all', async () => {
    const run = await cloud.run(['invalidate', '/a/4.html', '--no-wait']);
    expect(run.code).toBe(0);
    expect(toldCommand(run)).toEqual([
      'invalidation',
      'wait',
      ...(await cloud.invalidationIds()).slice(0, 1),
      '--distribution',
      cloud.distributionId,
      '--local',
    ]);
    const looks = await cloud.calls('GetInvalidation');
    const waiting = cloud.run(['invalidation', 'wait', '--all', '--distribution', cloud.distributionId]);
    await finishOnceSeen(cloud, looks);
    const waited = await waiting;
    expect(waited).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Completed on E.*1 invalidation/) as string,
    });
  });
});

describe.each(['Throttling', 'TooManyInvalidationsInProgress'])(
  'half of all CreateInvalidation are refused: %s',
  fault => {
    let cloud: ProofCloud;

    beforeAll(async () => {
      cloud = await proofCloud([
        '--fault',
        `CreateInvalidation:${fault}:0.5`,
        '--invalidation-delay',
        '100ms',
      ]);
      await cloud.put(objects);
    });
    afterAll(() => cloud.dispose());

    it('finishes, nothing twice, nothing lost', async () => {
      await cloud.warm(paths);
      const wildcards = ['/a/1*', '/a/2*', '/a/3*'];
      const exact = ['/a/4.html', '/a/5.html', '/a/6.html'];
      const wanted = [...wildcards, ...exact];
      const run = await cloud.run(['invalidate', ...wanted]);
      expect(run.code, run.stderr).toBe(0);
      expect(await missed(cloud)).toEqual(
        paths.filter(
          path => exact.includes(path) || wildcards.some(each => path.startsWith(each.slice(0, -1))),
        ),
      );
      // Until the dice have refused one.
      let made = 3;
      while ((await cloud.calls('CreateInvalidation')) === made && made < 20) {
        const path = `/b/${made++}`;
        wanted.push(path);
        const {code, stderr} = await cloud.run(['invalidate', path]);
        expect(code, stderr).toBe(0);
      }
      const calls = await cloud.calls('CreateInvalidation');
      expect(calls).toBeGreaterThan(made);
      expect(await itemsSent(cloud)).toEqual(wanted.sort());
      console.log(`${fault}: ${calls} calls for ${made} invalidations, each path in one of them`);
    });
  },
);

describe('an account that takes one wildcard a second', () => {
  let cloud: ProofCloud;

  beforeAll(async () => {
    cloud = await proofCloud(['--invalidation-quota', 'rate', '--invalidation-delay', '200ms']);
    await cloud.put(objects);
  });
  afterAll(() => cloud.dispose());

  it.skipIf(process.platform === 'win32')(
    'Ctrl-C while sending: exit 130, and the same command ends the job',
    async () => {
      await cloud.warm(paths);
      const command = ['invalidate', '/a/1*', '/a/2*', '/a/3*', '/a/4*', '/a/5.html'];
      let interrupting: Promise<void> = Promise.resolve();
      const run = await cloud.run(command, {
        started: child => {
          interrupting = interruptAfter(child, 2);
        },
      });
      await interrupting;
      expect(run.code).toBe(130);
      expect(run.stderr).toMatch(/^Error: .*[12] of 4 batches/m);
      expect(run.stderr).toMatch(/^Try: .*same command/m);
      expect((await cloud.invalidationIds()).length).toBe(2);

      const {code, stdout, stderr} = await cloud.run([...command, '--json']);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout) as Result).toMatchObject({
        status: 'Completed',
        resumed: expect.any(String) as string,
      });
      expect(await missed(cloud)).toEqual(paths.filter(path => /^\/a\/([1-4]|5\.html)/.test(path)));
      expect(await itemsSent(cloud)).toEqual(command.slice(1).sort());
    },
  );

  async function interruptAfter(child: ChildProcess, batches: number): Promise<void> {
    while (child.exitCode === null && (await cloud.invalidationIds()).length < batches) await delay(20);
    child.kill('SIGINT');
  }
});

describe.skipIf(!hasAwsCli)('what the AWS CLI made', () => {
  let cloud: ProofCloud;

  beforeAll(async () => {
    cloud = await proofCloud(['--invalidation-delay', '10m']);
    await cloud.put(objects);
  });
  afterAll(() => cloud.dispose());

  it('aws cloudfront create-invalidation: invalidation list, show, wait and --repeat know it', async () => {
    const wanted = ['/a/1*', '/a/caf%C3%A9.html', '/a/5.html?v=1'];
    const made = await awsCli(
      cloud,
      ...[
        'cloudfront',
        'create-invalidation',
        '--distribution-id',
        cloud.distributionId,
        '--paths',
        ...wanted,
      ],
    );
    expect(made.code, made.stderr).toBe(0);
    const {Invalidation} = JSON.parse(made.stdout) as {
      Invalidation: {Id: string; InvalidationBatch: {CallerReference: string}};
    };
    const {Id: id, InvalidationBatch: batch} = Invalidation;
    const json = async <T>(...args: readonly string[]): Promise<T> => {
      const {code, stdout, stderr} = await cloud.run([...args, '--json']);
      expect(code, stdout + stderr).toBe(0);
      return JSON.parse(stdout) as T;
    };
    const {invalidations} = await json<{invalidations: {id: string; status: string; paths: string[]}[]}>(
      'invalidation',
      'list',
    );
    expect(invalidations).toMatchObject([{id, status: 'InProgress', reference: batch.CallerReference}]);
    expect([...(invalidations[0]?.paths ?? [])].sort()).toEqual([...wanted].sort());
    const shown = await cloud.run(['invalidation', 'show', id]);
    for (const path of wanted) expect(shown.stdout).toContain(`    ${path}\n`);

    const looks = await cloud.calls('GetInvalidation');
    const waiting = json('invalidation', 'wait', id);
    await finishOnceSeen(cloud, looks);
    expect(await waiting).toMatchObject({
      status: 'Completed',
      batches: [{id, status: 'Completed', paths: 3}],
    });
    const listed = await cloud.run(['invalidation', 'list']);
    expect(listed.stdout).toMatch(new RegExp(`^${id} +Completed `, 'm'));

    const again = await json<Result>('invalidate', '--repeat', id, '--no-wait');
    const read = await reader(cloud).get(again.batches[0]?.id ?? '');
    expect([...read.items].sort()).toEqual([...wanted].sort());
    expect(read.id).not.toBe(id);
  });
});
