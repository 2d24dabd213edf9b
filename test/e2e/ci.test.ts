/** GitHub Actions, as far as it is files: the action's script run by bash as the runner does, and what a run leaves. */
import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {cleanEnvironment, repository} from './cli.js';
import {page, workspace, type ErrorJson, type Workspace} from './workspace.js';

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, {readonly description: string; readonly default?: string}>>;
  readonly outputs: Readonly<Record<string, {readonly value: string}>>;
  readonly runs: {readonly using: string; readonly steps: readonly Step[]};
}

const yaml = (file: string): unknown => parse(readFileSync(join(repository, file), 'utf8'));
const action = yaml('action.yml') as Action;
const deployStep = action.runs.steps.find(({id}) => id === 'deploy')!;

/** Names that would be run, split or lost by a script that does not quote. */
const dir = `my 'site' "$(touch pwned)" \`touch pwned\`; build`;
const commit = "it's $(touch pwned) & more";

describe('action.yml', () => {
  let project: Workspace;

  /** What the runner puts in place of `${{ inputs.x }}`; inputs come as text, those left out as their default or nothing. */
  const environment = (inputs: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(deployStep.env ?? {}).map(([name, value]) => [
        name,
        value.replace(
          /^\$\{\{ inputs\.([\w-]+) \}\}$/,
          (_, input: string) => inputs[input] ?? action.inputs[input]!.default ?? '',
        ),
      ]),
    );

  const run = (inputs: Readonly<Record<string, string>>) => {
    const script = join(project.dir, 'script.sh');
    writeFileSync(script, deployStep.run ?? '');
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: project.dir,
      encoding: 'utf8',
      env: {
        ...cleanEnvironment(),
        ...environment(inputs),
        PATH: `${join(project.dir, 'tools')}${delimiter}${process.env['PATH'] ?? ''}`,
        RUNNER_TEMP: join(project.dir, 'runner temp'),
        GITHUB_ACTIONS: 'true',
        GITHUB_STEP_SUMMARY: join(project.dir, 'summary.md'),
        GITHUB_OUTPUT: join(project.dir, 'outputs'),
      },
    });
  };
  const read = (name: string): string => readFileSync(join(project.dir, name), 'utf8');

  beforeAll(() => {
    project = workspace();
    project.write({
      [`${dir}/index.html`]: page('Home'),
      [`${dir}/a|b.html`]: page('Odd'),
      // Instead of the registry's package the one that is tested.
      'tools/npm': '#!/bin/sh\nprintf "%s\\n" "$@" > npm-arguments\n',
    });
    chmodSync(join(project.dir, 'tools', 'npm'), 0o755);
    const bin = join(project.dir, 'runner temp', 'frontctl', 'node_modules', '.bin');
    mkdirSync(bin, {recursive: true});
    symlinkSync(join(repository, 'bin', 'run.js'), join(bin, 'frontctl'));
  });

  afterAll(() => project.dispose());

  it('deploys a folder with any name, and leaves summary and outputs', () => {
    const {status, stdout, stderr} = run({
      dir,
      args: `--local\n  --release r1 --commit "${commit}"`,
      version: '1.2.3',
    });
    expect(status, stdout + stderr).toBe(0);
    expect(existsSync(join(project.dir, 'pwned'))).toBe(false);
    expect(read('npm-arguments').trimEnd().split('\n')).toEqual([
      'install',
      '--prefix',
      join(project.dir, 'runner temp', 'frontctl'),
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--',
      'frontctl@1.2.3',
    ]);

    const summary = read('summary.md');
    const url = /^Live: <(http:\S+)>$/m.exec(summary)?.[1];
    expect(summary).toMatch(/^### Deployed\n/);
    expect(summary).toContain('| Release | `r1` |');
    expect(summary).toContain(`| Commit | \`${commit}\` |`);
    expect(summary).toContain('| Uploaded | 2 files, ');
    expect(stdout).toContain(`Live: ${url ?? 'unknown'}`);
    expect(stderr).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ Upload HTML: 2 files$/m);

    const outputs = [...read('outputs').matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)];
    expect(Object.fromEntries(outputs.map(([, name, , value]) => [name, value]))).toEqual({
      url,
      release: 'r1',
      uploaded: '2',
      deleted: '0',
      'invalidation-ids': '',
    });
  });

  it('shows the plan of a dry run with escaped keys', () => {
    const {status, stderr} = run({dir, args: '--local --prefix=more', 'dry-run': 'true'});
    expect(status, stderr).toBe(0);
    const plan = read('summary.md').split('### Dry run of a deploy\n')[1];
    expect(plan).toMatch(/^\| upload \| <code>a&#124;b\.html<\/code> \| \d+ B \| new \|$/m);
  });

  it('annotates a failure, and tells it in the summary; stdout stays JSON', () => {
    const {status, stdout, stderr} = run({dir: 'nowhere', args: '--local --json'});
    expect(status).toBe(2);
    const {error} = JSON.parse(stdout) as ErrorJson;
    expect(error).toMatchObject({exit: 2, message: expect.stringContaining('nowhere') as string});
    expect(stderr).toContain(`::error title=${error.code}::${error.message}%0ATry: `);
    expect(read('summary.md').split('### Deploy failed\n')[1]).toContain(`\`${error.code}\`, exit code 2`);
  });

  it.each([
    [{'dry-run': 'yes'}, '::error title=USAGE::dry-run is true or false.'],
    [{args: `--commit "a`}, '::error title=USAGE::args has a quote without its partner.'],
  ])('refuses %j before anything is installed or deployed', (inputs, says) => {
    writeFileSync(join(project.dir, 'npm-arguments'), '');
    const {status, stdout} = run(inputs);
    expect(status).toBe(2);
    expect(stdout).toContain(says);
    expect(read('npm-arguments')).toBe('');
  });

  it('hands every input on, and puts none into a script', () => {
    const used = [...JSON.stringify(action.runs).matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(Object.keys(action.inputs).filter(name => !used.includes(name))).toEqual([]);
    expect(used.filter(name => !(name! in action.inputs))).toEqual([]);
    for (const step of action.runs.steps) expect(step.run ?? '').not.toContain('${{');
    // The config may read BUCKET or DIR of the workflow.
    for (const name of Object.keys(deployStep.env ?? {})) expect(name).toMatch(/^(FRONTCTL_ACTION_|MSYS_)/);
    for (const [name, {value}] of Object.entries(action.outputs)) {
      expect(value).toBe(`\${{ steps.deploy.outputs.${name} }}`);
    }
  });
});

describe('examples/ci', () => {
  it('GitHub Actions: OIDC, one deploy at a time, inputs that the action has', () => {
    const workflow = yaml('examples/ci/github-actions.yml') as {
      permissions: unknown;
      jobs: Record<
        string,
        {permissions: unknown; concurrency: {'cancel-in-progress': boolean}; steps: Step[]}
      >;
    };
    expect(workflow.permissions).toEqual({contents: 'read'});
    expect(Object.keys(workflow.jobs)).toEqual(['plan', 'deploy']);
    for (const {permissions, steps} of Object.values(workflow.jobs)) {
      expect(permissions).toEqual({contents: 'read', 'id-token': 'write'});
      for (const {uses} of steps) expect(uses ?? '@v1').toMatch(/@v\d/);
      const own = steps.find(({uses}) => uses?.includes('/frontctl@') === true)!;
      expect(Object.keys(own.with ?? {}).filter(name => !(name in action.inputs))).toEqual([]);
      for (const {run: script} of steps) expect(script ?? '').not.toContain('${{');
    }
    expect(workflow.jobs['deploy']?.concurrency['cancel-in-progress']).toBe(false);
  });

  it('GitLab: OIDC, one deploy at a time, the flags that frontctl has', () => {
    const pipeline = yaml('examples/ci/gitlab-ci.yml') as Record<string, Record<string, unknown>>;
    expect(pipeline['.aws']).toMatchObject({id_tokens: {AWS_ID_TOKEN: {aud: 'https://gitlab.com'}}});
    expect(pipeline['deploy']).toMatchObject({resource_group: 'production', interruptible: false});
    const {commands} = JSON.parse(readFileSync(join(repository, 'oclif.manifest.json'), 'utf8')) as {
      commands: {deploy: {flags: Record<string, unknown>}};
    };
    const flags = Object.keys(commands.deploy.flags);
    const scripts = ['plan', 'deploy'].flatMap(job => pipeline[job]?.['script'] as string[]);
    expect(scripts).toHaveLength(2);
    for (const script of scripts) {
      for (const [, flag = ''] of script.matchAll(/--([\w-]+)/g)) expect(flags).toContain(flag);
    }
  });
});
