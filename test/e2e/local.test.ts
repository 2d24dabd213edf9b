import {spawn} from 'node:child_process';
import {appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {isRunning} from '../../src/processes.js';
import {cleanEnvironment, repository} from './cli.js';
import {
  smallSite,
  workspace,
  type Deployed,
  type ErrorJson,
  type LocalStatus,
  type Workspace,
} from './workspace.js';

const mapped = (files: Readonly<Record<string, string>>, folder: string): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, body]) => [folder + name, body]));

describe('frontctl local', () => {
  let project: Workspace;

  beforeEach(() => {
    project = workspace();
  });

  afterEach(() => project.dispose());

  it('start --detach, status, logs, reset, stop', async () => {
    expect(await project.json<LocalStatus>(['local', 'status'])).toMatchObject({
      running: false,
      endpoint: null,
    });
    const started = await project.json<LocalStatus>(['local', 'start', '--detach']);
    expect(started.running).toBe(true);
    project.write(smallSite);
    const {url} = await project.json<Deployed>(['deploy', './dist', '--local']);
    expect((await fetch(url)).status).toBe(200);

    const status = await project.json<LocalStatus>(['local', 'status']);
    expect(status).toMatchObject({endpoint: started.endpoint, pid: started.pid});
    expect(status.distributions.map(distribution => distribution.url)).toEqual([url]);

    const logs = await project.run(['local', 'logs']);
    expect(logs.stdout).toMatch(/CreateDistribution/);
    expect(logs.stdout).not.toMatch(/Signature|Credential=/);

    expect((await project.json<LocalStatus>(['local', 'reset'])).distributions).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();

    await project.run(['local', 'stop']);
    expect(await project.json<LocalStatus>(['local', 'status'])).toMatchObject({running: false});
    expect(isRunning(started.pid)).toBe(false);
  });

  it('reset deletes nothing in a folder that is not its own', async () => {
    project.write({'src/meta/data.txt': 'mine', 'src/main.c': ''});
    const run = await project.run(['local', 'reset', '--data', 'src', '--json']);
    expect(JSON.parse(run.stdout) as ErrorJson).toMatchObject({error: {code: 'NOT_A_DATA_FOLDER', exit: 6}});
    project.write({'mixed/notes.txt': 'mine'});
    await project.json(['local', 'start', '--detach', '--data', 'mixed']);
    await project.run(['local', 'stop', '--data', 'mixed']);
    expect((await project.run(['local', 'reset', '--data', 'mixed'])).code).toBe(0);
    expect(readdirSync(join(project.dir, 'mixed'))).toEqual(['notes.txt']);
    expect(existsSync(join(project.dir, 'src/meta/data.txt'))).toBe(true);
  });

  it('a reader that leaves early is no error, and stops no deploy', async () => {
    project.write(smallSite);
    const deployed = await project.run(['deploy', './dist', '--local'], {
      started: child => child.stderr?.destroy(),
    });
    expect(deployed.code).toBe(0);
    expect(deployed.stdout).toMatch(/^Live: /);
    const {data} = await project.json<LocalStatus>(['local', 'status']);
    appendFileSync(join(data, 'cloud.log'), 'GET / 200\n'.repeat(50_000));
    const logs = await project.run(['local', 'logs'], {started: child => child.stdout?.destroy()});
    expect([logs.code, logs.stderr]).toEqual([0, '']);
  });

  it('follows its project when that is moved, and stays out of its git', async () => {
    project.write({...mapped(smallSite, 'before/'), 'before/frontctl.config.json': '{"name": "moved"}'});
    const at = (folder: string) => ({cwd: join(project.dir, folder)});
    const before = await project.json<Deployed>(['deploy', 'dist', '--local'], at('before'));
    const {pid} = await project.json<LocalStatus>(['local', 'status'], at('before'));
    expect(readFileSync(join(project.dir, 'before/.frontctl/.gitignore'), 'utf8')).toBe('*\n');

    renameSync(join(project.dir, 'before'), join(project.dir, 'after'));
    const after = await project.json<Deployed>(['deploy', 'dist', '--local'], at('after'));
    expect(after).toMatchObject({distributionId: before.distributionId, counts: {uploaded: 0}});
    expect((await fetch(after.url)).status).toBe(200);
    const status = await project.json<LocalStatus>(['local', 'status'], at('after'));
    expect(status.pid).not.toBe(pid);
    // It gave up the lock first, its ports last.
    await expect.poll(() => isRunning(pid), {timeout: 10_000}).toBe(false);
    await project.run(['local', 'stop'], at('after'));
  });

  it('keeps what it holds over a kill -9', async () => {
    project.write(smallSite);
    const {url} = await project.json<Deployed>(['deploy', './dist', '--local']);
    const {pid} = await project.json<LocalStatus>(['local', 'status']);
    process.kill(pid, 'SIGKILL');
    const again = await project.json<Deployed>(['deploy', './dist', '--local']);
    expect(again.counts).toMatchObject({uploaded: 0, unchanged: 4});
    expect(again.url).toBe(url);
  });

  it('refuses other settings while it runs', async () => {
    await project.json(['local', 'start']);
    const run = await project.run(['local', 'start', '--json', '--fault', 'PutObject:503:0.5']);
    expect(JSON.parse(run.stdout) as ErrorJson).toMatchObject({error: {code: 'CLOUD_RUNNING', exit: 4}});
  });

  it('says so when its data comes from another version', async () => {
    const {data} = await project.json<LocalStatus>(['local', 'start']);
    await project.run(['local', 'stop']);
    const versionFile = join(data, 'format.json');
    expect(existsSync(versionFile)).toBe(true);
    writeFileSync(versionFile, readFileSync(versionFile, 'utf8').replace(/\d+/, '0'));
    const run = await project.run(['local', 'start', '--json']);
    const {error} = JSON.parse(run.stdout) as ErrorJson;
    expect(error.hint).toContain('frontctl local reset');
    expect(run.code).toBe(error.exit);
    expect((await project.run(['local', 'reset'])).code).toBe(0);
    expect((await project.json<LocalStatus>(['local', 'start'])).running).toBe(true);
  });

  it('deploys under faults: one upload in five answered with 503', async () => {
    project.write(smallSite);
    for (let i = 0; i < 40; i++) project.write({[`dist/files/${i}.txt`]: `file ${i}`});
    await project.json(['local', 'start', '--fault', 'PutObject:503:0.2']);
    const {counts, url} = await project.json<Deployed>(['deploy', './dist', '--local']);
    expect(counts.uploaded).toBe(44);
    expect(await (await fetch(new URL('files/17.txt', url))).text()).toBe('file 17');
  });

  it('runs in the foreground until Ctrl-C', async () => {
    const child = spawn(process.execPath, [join(repository, 'bin/run.js'), 'local', 'start'], {
      cwd: project.dir,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise<void>(resolve => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('Ctrl-C')) resolve();
      });
    });
    const {pid} = await project.json<LocalStatus>(['local', 'status']);
    const closed = new Promise<number | null>(resolve => child.once('close', resolve));
    child.kill('SIGINT');
    expect(await closed).toBe(0);
    expect(isRunning(pid)).toBe(false);
  });
});
