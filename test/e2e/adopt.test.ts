/** `frontctl distribution adopt` by the built binary, of a distribution that the AWS CLI made. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {awsIds, corpus} from '../distribution/corpus/index.js';
import {cleanEnvironment} from './cli.js';
import {hasTool, runTool} from './tools.js';
import {workspace, type ErrorJson, type LocalStatus, type Workspace} from './workspace.js';

const enabled = hasTool('aws', ['--version'], 'adopting what the AWS CLI made');

interface Adopted {
  readonly distribution: {readonly id: string};
  readonly file: string | null;
  readonly config: {readonly name?: string; readonly distribution: {readonly id: string}};
  readonly secrets: readonly {readonly env: string; readonly origin: string; readonly header: string}[];
  readonly legacyBehaviors: number;
  readonly plan: {readonly changes: readonly {readonly resource: string; readonly action: string}[]};
}

const secret = 'kXz0-secret';
const keys = {AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1'};

describe.skipIf(!enabled)('frontctl distribution adopt', () => {
  let project: Workspace;
  let endpoint: string;
  const ids = new Map<string, string>();

  /** Creates a shape of the corpus with the AWS CLI. */
  const create = async (name: string): Promise<string> => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    const shape = corpus.find(each => each.name.startsWith(name));
    if (shape === undefined) throw new Error(`No shape is called ${name}`);
    const file = join(project.dir, 'create.json');
    writeFileSync(file, JSON.stringify({...shape.config(awsIds), CallerReference: name}));
    const run = await runTool(
      'aws',
      [
        '--endpoint-url',
        endpoint,
        '--output',
        'json',
        'cloudfront',
        'create-distribution',
        '--distribution-config',
        `file://${file}`,
      ],
      // pyenv and the like find the tool through the real home.
      {
        ...cleanEnvironment(),
        ...keys,
        HOME: process.env['HOME'],
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_CONFIG_FILE: join(project.dir, 'none'),
      },
    );
    if (run.code !== 0) throw new Error(run.stderr);
    const {Distribution} = JSON.parse(run.stdout) as {Distribution: {Id: string}};
    ids.set(name, Distribution.Id);
    return Distribution.Id;
  };

  const adopt = (...args: string[]) =>
    project.run(['distribution', 'adopt', ...args, '--endpoint-url', endpoint], {env: keys});
  const adoptJson = (...args: string[]) =>
    project.json<Adopted>(['distribution', 'adopt', ...args, '--endpoint-url', endpoint], {env: keys});
  const read = (file: string): string => readFileSync(join(project.dir, file), 'utf8');

  beforeAll(async () => {
    project = workspace();
    project.write({'lb/.keep': '', 'ts/.keep': ''});
    await project.run(['local', 'start', '--detach']);
    ({endpoint} = await project.json<LocalStatus>(['local', 'status']));
  });
  afterAll(() => project.dispose());

  it('adopt ID writes frontctl.config.yaml, without header values, and its plan is empty', async () => {
    const id = await create('CDK: LoadBalancerV2Origin');
    const run = await adopt(id);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(`Wrote frontctl.config.yaml for distribution ${id}`);
    expect(run.stdout).toContain('Plan: no changes');
    expect(run.stdout).toContain('ORIGIN_X_VERIFY  header X-Verify to origin LbOrigin1');
    expect(run.stdout).not.toContain(secret);
    const text = read('frontctl.config.yaml');
    expect(text).toContain('headerValue: ${env.ORIGIN_X_VERIFY}');
    expect(text).not.toContain(secret);
  });

  it('an existing config is refused with exit 4, and replaced with --force although it cannot be loaded', async () => {
    const id = await create('CDK: LoadBalancerV2Origin');
    project.write({'frontctl.config.yaml': 'name: ${env.NOT_SET}\n'});
    const refused = await adopt(id, '--json');
    expect(refused.code).toBe(4);
    expect((JSON.parse(refused.stdout) as ErrorJson).error.code).toBe('CONFIG_EXISTS');
    expect(read('frontctl.config.yaml')).toBe('name: ${env.NOT_SET}\n');
    expect((await adopt(id, '--force')).code).toBe(0);
    expect(read('frontctl.config.yaml')).toContain(`id: ${id}`);
  });

  it('a second config beside another format is refused even with --force', async () => {
    const id = await create('CDK: HttpOrigin');
    const run = await adopt(id, '--format', 'json', '--force');
    expect(run.code).toBe(4);
    expect(run.stderr).toContain('There is a config already: frontctl.config.yaml.');
    expect(existsSync(join(project.dir, 'frontctl.config.json'))).toBe(false);
  });

  it('--json tells everything but the values', async () => {
    const id = await create('CDK: LoadBalancerV2Origin');
    const result = await adoptJson(id, '--out', 'lb/frontctl.config.json');
    expect(result).toMatchObject({
      distribution: {id},
      file: join(project.dir, 'lb/frontctl.config.json'),
      secrets: [{env: 'ORIGIN_X_VERIFY', origin: 'LbOrigin1', header: 'X-Verify'}],
      legacyBehaviors: 0,
      plan: {changes: []},
    });
    expect(JSON.stringify(result)).not.toContain(secret);
    const {$schema, ...written} = JSON.parse(read('lb/frontctl.config.json')) as Record<string, unknown>;
    expect($schema).toBe('./node_modules/frontctl/config.schema.json');
    expect(written).toEqual(result.config);
  });

  it('--out - prints the config alone, and the rest on stderr', async () => {
    const id = await create('the AWS CLI');
    const run = await adopt(id, '--out', '-', '--format', 'ts');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(
      /^\/\/ Distribution .*\n(?:\/\/ .*\n)+import \{defineConfig\} from 'frontctl';\n/,
    );
    expect(run.stdout.trimEnd().endsWith('});')).toBe(true);
    expect(run.stderr).toContain('Plan: no changes');
    expect(run.stderr).toContain('1 behavior has legacy cache settings (ForwardedValues). With --policies');
  });

  it('--policies: the plan is the migration', async () => {
    const id = await create('the AWS CLI');
    const {plan, config, legacyBehaviors} = await adoptJson(
      id,
      '--policies',
      '--out',
      'ts/frontctl.config.ts',
    );
    expect(legacyBehaviors).toBe(0);
    expect(plan.changes.map(({action, resource}) => `${action} ${resource}`)).toEqual([
      `create cache policy ${config.name ?? ''}-default`,
      `update distribution ${id}`,
    ]);
  });

  it('--minimal names bucket and distribution, and nothing else', async () => {
    const id = await create('the AWS CLI');
    const {config, plan} = await adoptJson(id, '--minimal', '--out', 'minimal.yaml');
    expect(config).toEqual({bucket: {name: 'site'}, distribution: {id}});
    expect(plan.changes).toEqual([]);
  });

  it('by host name', async () => {
    const id = await create('the AWS CLI');
    const domain =
      (await adopt(id, '--out', 'by-id.yaml')).stdout.match(/\((d\S+\.cloudfront\.net)\)/)?.[1] ?? '';
    expect((await adoptJson(domain, '--out', 'by-host.yaml')).distribution.id).toBe(id);
  });

  it.each([
    [['E0000000000000', '--out', 'nobody.yaml'], 2, 'NO_SUCH_DISTRIBUTION'],
    [['www.nobody.example', '--out', 'nobody.yaml'], 2, 'NO_SUCH_DISTRIBUTION'],
    [['E1', '--out', 'config.toml'], 2, 'OUT_FORMAT'],
    [['E1', '--out', 'x.yaml', '--format', 'ts'], 2, 'OUT_FORMAT'],
    [['E1', '--minimal', '--policies'], 2, 'USAGE'],
  ])('%j ends with %i %s', async (args, code, name) => {
    const run = await adopt(...args, '--json');
    expect(run.code).toBe(code);
    expect((JSON.parse(run.stdout) as ErrorJson).error.code).toBe(name);
  });

  it('--local is refused: the id of a config counts for nothing there', async () => {
    const run = await project.run(['distribution', 'adopt', 'E1', '--local', '--json']);
    expect(run.code).toBe(2);
    expect((JSON.parse(run.stdout) as ErrorJson).error.code).toBe('ADOPT_LOCAL');
  });
});
