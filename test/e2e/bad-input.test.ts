/** Bad input: one clear sentence, the documented exit code, nothing half done. */
import {createServer} from 'node:net';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {smallSite, workspace, type ErrorJson, type Workspace} from './workspace.js';

const credentials = {AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test'};

describe('bad input', () => {
  let project: Workspace;
  let endpoint: string;

  beforeAll(async () => {
    project = workspace();
    project.write(smallSite);
    mkdirSync(join(project.dir, 'empty'));
    ({endpoint} = await project.json<{endpoint: string}>(['local', 'start']));
  });

  afterAll(() => project.dispose());

  interface Case {
    readonly name: string;
    readonly args: readonly string[];
    readonly exit: number;
    readonly code: string;
    readonly says: RegExp;
    readonly config?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly aws?: boolean;
  }

  const cases: readonly Case[] = [
    {
      name: 'no such directory',
      args: ['deploy', './nowhere', '--local'],
      exit: 2,
      code: 'NO_SUCH_DIRECTORY',
      says: /nowhere/,
    },
    {
      name: 'an empty build',
      args: ['deploy', './empty', '--local'],
      exit: 6,
      code: 'EMPTY_BUILD',
      says: /empty/,
    },
    {
      name: 'no directory at all',
      args: ['deploy', '--local'],
      exit: 2,
      code: 'NO_DIRECTORY',
      says: /build folder/i,
    },
    {
      name: 'a prefix that no key can begin with',
      args: ['deploy', './dist', '--local', '--prefix', '../a//b'],
      exit: 2,
      code: 'USAGE',
      says: /--prefix "..\/a\/\/b" is not a key prefix/,
    },
    {
      name: 'a release name that is no name',
      args: ['deploy', './dist', '--local', '--release', 'a b'],
      exit: 2,
      code: 'USAGE',
      says: /--release "a b"/,
    },
    {
      name: 'a bucket with a folder in it',
      args: ['deploy', './dist', '--bucket', 'site/docs'],
      exit: 2,
      code: 'USAGE',
      says: /--prefix/,
    },
    {
      name: 'a config with a wrong key',
      args: ['deploy', '--local'],
      config: 'site:\n  dirr: dist\n',
      exit: 2,
      code: 'CONFIG_INVALID',
      says: /frontctl\.config\.yaml:2:3.*site\.dirr.*dir/s,
    },
    {
      name: 'a config with a wrong type',
      args: ['deploy', '--local'],
      config: 'site:\n  dir: 5\n',
      exit: 2,
      code: 'CONFIG_INVALID',
      says: /frontctl\.config\.yaml:2:\d+.*site\.dir/s,
    },
    {
      name: 'an unknown environment',
      args: ['deploy', '--local', '--env', 'prodution'],
      config: 'site:\n  dir: dist\nenvironments:\n  production: {}\n',
      exit: 2,
      code: 'UNKNOWN_ENVIRONMENT',
      says: /production/,
    },
    {
      name: 'no credentials',
      args: ['deploy', './dist', '--bucket', 'b'],
      exit: 3,
      code: 'NO_CREDENTIALS',
      says: /credentials/i,
    },
    {
      name: 'a profile that does not exist',
      args: ['deploy', './dist', '--bucket', 'b', '--profile', 'nope'],
      exit: 3,
      code: 'PROFILE_NOT_FOUND',
      says: /nope/,
    },
    {
      name: 'no bucket',
      args: ['deploy', './dist'],
      env: credentials,
      exit: 2,
      code: 'NO_BUCKET',
      says: /bucket/i,
    },
    {
      name: 'a bucket that does not exist',
      args: ['deploy', './dist', '--bucket', 'no-such-bucket'],
      aws: true,
      exit: 2,
      code: 'NO_SUCH_BUCKET',
      says: /no-such-bucket/,
    },
    {
      name: 'a bucket owned by someone else',
      args: ['deploy', './dist', '--bucket', 'foreign-bucket'],
      aws: true,
      exit: 3,
      code: 'ACCESS_DENIED',
      says: /foreign-bucket/,
    },
    {
      name: 'a bucket owned by someone else, to be made with --local',
      args: ['deploy', './dist', '--local', '--bucket', 'foreign-bucket'],
      exit: 3,
      code: 'BUCKET_FORBIDDEN',
      says: /foreign-bucket/,
    },
    {
      name: 'a distribution that does not exist',
      args: ['deploy', './dist', '--local', '--distribution', 'E1NOSUCHDIST00'],
      exit: 2,
      code: 'NO_SUCH_DISTRIBUTION',
      says: /E1NOSUCHDIST00/,
    },
    {
      name: 'an endpoint where nobody listens',
      args: ['deploy', './dist', '--bucket', 'b', '--endpoint-url', 'http://127.0.0.1:9'],
      env: credentials,
      exit: 1,
      code: 'UNREACHABLE',
      says: /127\.0\.0\.1:9/,
    },
    {name: 'an unknown flag', args: ['deploy', '--wat'], exit: 2, code: 'USAGE', says: /--wat/},
    {
      name: 'a duration that is none',
      args: ['deploy', './dist', '--timeout', 'soon'],
      exit: 2,
      code: 'USAGE',
      says: /--timeout soon.*10m/,
    },
    {
      name: 'a mistyped command',
      args: ['delpoy', './dist'],
      exit: 2,
      code: 'UNKNOWN_COMMAND',
      says: /delpoy.*deploy/s,
    },
    {
      name: 'a mistyped subcommand',
      args: ['local', 'strat'],
      exit: 2,
      code: 'UNKNOWN_COMMAND',
      says: /local strat.*local start/s,
    },
    {
      name: 'a wildcard in the middle',
      args: ['invalidate', '/a/*/b', '--local'],
      exit: 2,
      code: 'INVALID_PATH',
      says: /\/a\/\*/,
    },
  ];

  it.each(cases)('$name: exit $exit, $code', async ({args, exit, code, says, config, env, aws}) => {
    const folder = join(project.dir, `case-${Math.random().toString(36).slice(2)}`);
    mkdirSync(folder);
    const inPlace = args.map(arg => (arg.startsWith('./') ? join(project.dir, arg) : arg));
    if (config !== undefined) writeFileSync(join(folder, 'frontctl.config.yaml'), config);
    const options = {
      cwd: folder,
      env: {...env, ...(aws ? {...credentials, AWS_ENDPOINT_URL: endpoint} : {})},
    };

    const text = await project.run(inPlace, options);
    expect(text.stdout).toBe('');
    expect(text.stderr).toMatch(/^Error: /m);
    expect(text.stderr).toMatch(says);
    expect(text.stderr).not.toMatch(/\n\s+at /);
    expect(text.code).toBe(exit);

    const machine = await project.run([...inPlace, '--json'], options);
    const {error} = JSON.parse(machine.stdout) as ErrorJson;
    expect(error).toMatchObject({code, exit});
    expect(machine.code).toBe(exit);
  });

  it('settings of the distribution are for `apply`: a deploy neither makes them nor warns of them', async () => {
    const {bucket} = await project.json<{bucket: string}>(['deploy', './dist', '--local']);
    project.write({'frontctl.config.yaml': 'distribution:\n  priceClass: PriceClass_100\n'});
    const args = ['deploy', './dist', '--dry-run', '--bucket', bucket, '--endpoint-url', endpoint];
    const run = await project.run(args, {env: credentials});
    rmSync(join(project.dir, 'frontctl.config.yaml'));
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).not.toContain('Warning');
    expect(run.stdout).toContain('unchanged');
  });

  it('a port that is taken', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address() as {port: number};
    const run = await project.run([
      'local',
      'start',
      '--json',
      '--port',
      String(port),
      '--data',
      join(project.dir, 'other'),
    ]);
    expect(JSON.parse(run.stdout)).toMatchObject({error: {code: 'PORT_TAKEN'}});
    expect(run.stdout).toContain(String(port));
    server.close();
  });
});
