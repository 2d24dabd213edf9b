/** frontctl key generate|create|list|rotate|delete, as people and scripts run them. */
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Run, RunOptions} from './cli.js';
import {
  smallSite,
  workspace,
  type Deployed,
  type ErrorJson,
  type LocalStatus,
  type Workspace,
} from './workspace.js';

interface Created {
  readonly keyId: string;
  readonly type: string;
  readonly created: boolean;
  readonly group: {readonly name: string; readonly added: boolean} | null;
  readonly attached: {readonly changed: boolean} | null;
}

interface Rotated {
  readonly status: string;
  readonly newKey: string;
  readonly oldKey: string;
  readonly removableAt: string | null;
  readonly next: string | null;
}

interface Listed {
  readonly keys: readonly {
    readonly id: string;
    readonly type: string;
    readonly groups: readonly string[];
    readonly users: readonly {readonly distributionId: string; readonly pathPattern: string}[];
    readonly rotation: {readonly role: string} | null;
  }[];
}

let project: Workspace;
let deployed: Deployed;
let domainName: string;
let first: Created;
/** Everything that any command of this file has printed. */
let printed = '';

async function run(args: readonly string[], options?: RunOptions): Promise<Run> {
  const result = await project.run(args, options);
  printed += result.stdout + result.stderr;
  return result;
}

async function json<T>(...args: readonly string[]): Promise<T> {
  const {stdout, stderr, code} = await run([...args, '--json']);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? ''}:\n${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}

async function failure(...args: readonly string[]): Promise<ErrorJson['error']> {
  const {stdout, code} = await run([...args, '--json']);
  const {error} = JSON.parse(stdout) as ErrorJson;
  expect(code).toBe(error.exit);
  return error;
}

const file = (name: string): string => join(project.dir, name);

/** Status of the home page at the edge, signed with a key file. */
async function load(keyFile: string, keyId: string): Promise<number> {
  const url = `https://${domainName}/index.html`;
  const {stdout, stderr, code} = await run([
    'sign',
    'url',
    url,
    '--key',
    keyFile,
    '--key-pair-id',
    keyId,
    '--expires',
    '1h',
  ]);
  if (code !== 0) throw new Error(stderr);
  const {pathname, search} = new URL(stdout.trim());
  const response = await fetch(new URL(pathname + search, deployed.url));
  await response.text();
  return response.status;
}

beforeAll(async () => {
  project = workspace();
  project.write(smallSite);
  deployed = await project.json(['deploy', 'dist', '--local']);
  const status = await project.json<LocalStatus>(['local', 'status']);
  domainName = status.distributions[0]?.domainName ?? '';
});

afterAll(() => project.dispose());

describe('frontctl key', () => {
  it('generate: a private file, a public one beside it, nothing overwritten', async () => {
    const {stdout, code} = await run(['key', 'generate', '--type', 'ecdsa', '--out', 'first.pem']);
    expect(code).toBe(0);
    expect(stdout).toBe('Private key  first.pem (ecdsa, readable by you only)\nPublic key   first.pub.pem\n');
    if (process.platform !== 'win32') expect(statSync(file('first.pem')).mode & 0o777).toBe(0o600);
    const before = readFileSync(file('first.pem'), 'utf8');
    expect(await failure('key', 'generate', '--out', 'first.pem')).toMatchObject({
      code: 'KEY_FILE_EXISTS',
      exit: 4,
    });
    expect(readFileSync(file('first.pem'), 'utf8')).toBe(before);
    expect(await json('key', 'generate', '--out', 'plain.pem')).toEqual({
      type: 'rsa',
      privateKeyFile: 'plain.pem',
      publicKeyFile: 'plain.pub.pem',
      encrypted: false,
    });
  });

  it('generate --passphrase env:NAME: encrypted, and the passphrase is nowhere', async () => {
    const env = {SECRET_WORDS: 'correct horse'};
    const {code} = await run(['key', 'generate', '--out', 'closed.pem', '--passphrase', 'env:SECRET_WORDS'], {
      env,
    });
    expect(code).toBe(0);
    expect(readFileSync(file('closed.pem'), 'utf8')).toContain('ENCRYPTED');
    expect(await failure('key', 'generate', '--out', 'x.pem', '--passphrase', 'correct horse')).toMatchObject(
      {
        code: 'PASSPHRASE_IN_ARGUMENTS',
        exit: 2,
      },
    );
    expect(existsSync(file('x.pem'))).toBe(false);
    expect(printed).not.toContain('correct horse');
  });

  it('create --attach: asks before it closes a behavior, then only signed requests get in', async () => {
    const attach = ['key', 'create', '--public-key', 'first.pub.pem', '--group', 'media', '--local'];
    const closing = [...attach, '--attach', deployed.distributionId];
    expect(await failure(...closing)).toMatchObject({
      code: 'CONFIRMATION_NEEDED',
      exit: 2,
      message: `Closing the default behavior of ${deployed.distributionId} to unsigned requests asks first, and nobody is here to answer.`,
    });
    expect((await fetch(deployed.url)).status).toBe(200);
    first = await json(...closing, '--yes');
    expect(first).toMatchObject({
      type: 'ecdsa',
      created: true,
      group: {name: 'media', added: true},
      attached: {changed: true},
    });
    expect((await fetch(deployed.url)).status).toBe(403);
    expect(await load('first.pem', first.keyId)).toBe(200);
    // Closed already: nothing is asked, nothing changes.
    expect(await json(...closing)).toMatchObject({
      keyId: first.keyId,
      created: false,
      group: {added: false},
      attached: {changed: false},
    });
  });

  it('create: what is wrong with the flags is told before anything is made', async () => {
    const create = (...args: readonly string[]) => failure('key', 'create', '--local', ...args);
    expect(await create('--group', 'x')).toMatchObject({code: 'USAGE', exit: 2});
    expect(await create('--generate', 'y.pem', '--attach', 'E1')).toMatchObject({code: 'USAGE', exit: 2});
    expect(await create('--public-key', 'first.pem')).toMatchObject({code: 'KEY_IS_PRIVATE', exit: 2});
    expect(await create('--generate', 'y.pem', '--comment', 'x'.repeat(129))).toMatchObject({code: 'USAGE'});
    expect(existsSync(file('y.pem'))).toBe(false);
  });

  it('list: type, age, groups and who trusts them', async () => {
    const {stdout} = await run(['key', 'list', '--local']);
    expect(stdout).toMatch(/^ID +TYPE +AGE +NAME +GROUPS\n/);
    expect(stdout).toContain(`${first.keyId}  ecdsa`);
    expect(stdout).toContain(`\nGROUP  TRUSTED BY\nmedia  ${domainName} *\n`);
    const {keys} = await json<Listed>('key', 'list', '--local');
    const users = [{distributionId: deployed.distributionId, pathPattern: '*'}];
    expect(keys).toMatchObject([{id: first.keyId, type: 'ecdsa', groups: ['media'], users, rotation: null}]);
  });

  it('delete: refuses what lets viewers in', async () => {
    expect(await failure('key', 'delete', first.keyId, '--local')).toMatchObject({
      code: 'KEY_IN_GROUP',
      exit: 6,
    });
    expect(await failure('key', 'delete', 'media', '--local')).toMatchObject({
      code: 'KEY_GROUP_TRUSTED',
      exit: 6,
    });
    expect(await failure('key', 'delete', 'KNOWN', '--local')).toMatchObject({
      code: 'NO_SUCH_PUBLIC_KEY',
      exit: 2,
    });
    expect(await load('first.pem', first.keyId)).toBe(200);
  });

  describe('rotate', () => {
    const rotate = ['key', 'rotate', 'media', '--local'] as const;
    const start = [...rotate, '--out', 'second.pem', '--longest-expiry', '2s'] as const;

    it('needs to know how long URLs live', async () => {
      expect(await failure(...rotate)).toMatchObject({code: 'ROTATION_INCOMPLETE', exit: 2});
      expect(await failure(...rotate, '--out', 'second.pem')).toMatchObject({code: 'ROTATION_INCOMPLETE'});
      expect(await failure(...rotate, '--out', 'second.pem', '--longest-expiry', '0s')).toMatchObject({
        code: 'USAGE',
      });
      expect(existsSync(file('second.pem'))).toBe(false);
    });

    it('killed while it waits, the next run goes on with the same key', async () => {
      const killed = await run([...start, '--settle', '10m'], {
        started: child => {
          child.stderr?.on('data', (chunk: Buffer) => {
            // Plain lines come when a step is over; this is the last before the wait.
            if (/Add K/.test(chunk.toString())) child.kill('SIGKILL');
          });
        },
      });
      expect([killed.code, killed.signal]).toEqual([null, 'SIGKILL']);
      const {keys} = await json<Listed>('key', 'list', '--local');
      expect(keys).toHaveLength(2);
      const ready = await json<Rotated>(...start);
      expect(ready).toMatchObject({
        status: 'ready',
        oldKey: first.keyId,
        next: 'frontctl key rotate media --switched --local',
      });
      expect(keys.map(({id}) => id)).toContain(ready.newKey);
      expect((await json<Listed>('key', 'list', '--local')).keys.map(({rotation}) => rotation?.role)).toEqual(
        ['old', 'new'],
      );
      expect(await load('first.pem', first.keyId)).toBe(200);
      expect(await load('second.pem', ready.newKey)).toBe(200);
    });

    it('asks before --abort, and refuses other parameters', async () => {
      expect(await failure(...rotate, '--abort')).toMatchObject({code: 'CONFIRMATION_NEEDED', exit: 2});
      expect(await failure(...rotate, '--longest-expiry', '3s')).toMatchObject({
        code: 'ROTATION_RUNNING',
        exit: 4,
      });
    });

    it('--switched, then --until-done: the old key leaves when its last URL has expired', async () => {
      const {stdout, code} = await run([...rotate, '--switched']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Waiting: K\w+ stays in media until its last URL has expired\n +At +\d{4}-/);
      const done = await json<Rotated>(...rotate, '--until-done');
      expect(done).toMatchObject({status: 'done', oldKey: first.keyId, next: null});
      expect(await load('first.pem', first.keyId)).toBe(403);
      expect(await load('second.pem', done.newKey)).toBe(200);
      const {keys} = await json<Listed>('key', 'list', '--local');
      expect(keys).toMatchObject([{id: done.newKey, groups: ['media'], rotation: null}]);
      // Every night.
      expect(await json<Rotated>(...rotate)).toMatchObject({status: 'done', newKey: done.newKey});
    });
  });

  it('no key material is in any output, nor in the state and the log of the cloud', async () => {
    printed += (await run(['local', 'logs'])).stdout;
    const files = readdirSync(join(project.dir, '.frontctl'), {recursive: true, withFileTypes: true})
      .filter(entry => entry.isFile())
      .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(files.length).toBeGreaterThan(0);
    const secrets = ['first.pem', 'second.pem', 'plain.pem', 'closed.pem'].flatMap(name =>
      readFileSync(file(name), 'utf8')
        .split('\n')
        .filter(line => line.length >= 16 && !line.startsWith('-----')),
    );
    expect(secrets.length).toBeGreaterThan(20);
    expect(printed).not.toContain('PRIVATE KEY-----');
    for (const text of [printed, ...files]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });
});
