/** `sign url`, one and many: what is printed, with keys from everywhere. */
import {spawn} from 'node:child_process';
import {createPublicKey, verify} from 'node:crypto';
import {chmodSync, copyFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {cleanEnvironment, repository, type RunOptions} from './cli.js';
import {ec, keyProject, passphrase, rsa, rsaPem, type KeyProject} from './keys.js';

const id = 'K2JCJMDEHXQW5F';
const withRsa = ['--key', 'rsa.pem', '--key-pair-id', id];
const url = 'https://www.example.com/report.pdf';

let project: KeyProject;
beforeAll(() => {
  project = keyProject();
});
afterAll(() => project.dispose());

describe('frontctl sign url', () => {
  it.each([
    ['rsa', 'sha1'],
    ['rsa', 'sha256'],
    ['ec', 'sha1'],
    ['ec', 'sha256'],
  ] as const)('%s and %s: signed over the canned policy of what is printed', async (key, hash) => {
    const printed = await project.good([
      ...['sign', 'url', `${url}?a=b c`, '--expires', '2h', '--hash', hash],
      ...['--key', `${key}.pem`, '--key-pair-id', id],
    ]);
    const [, signed = '', expires = '', signature = '', rest] =
      /^(.*)&Expires=(\d+)&Signature=([\w~-]+)&Key-Pair-Id=K2JCJMDEHXQW5F(.*)$/.exec(printed) ?? [];
    expect(signed).toBe(`${url}?a=b%20c`);
    expect(rest).toBe(hash === 'sha1' ? '' : '&Hash-Algorithm=SHA256');
    const policy = `{"Statement":[{"Resource":"${signed}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
    const base64 = signature.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/');
    const publicKey = createPublicKey({rsa, ec}[key].publicKey.export({type: 'spki', format: 'pem'}));
    expect(verify(hash, Buffer.from(policy), publicKey, Buffer.from(base64, 'base64'))).toBe(true);
    expect(await project.good(['sign', 'verify', printed, '--public-key', `${key}.pub`])).toMatch(
      /^Valid until /,
    );
  });

  it('several URLs, a line each; all of them in one object with --json', async () => {
    const args = ['sign', 'url', `${url}?1`, `${url}?2`, ...withRsa, '--expires', '2030-01-31T10:00:00Z'];
    const lines = (await project.good(args)).split('\n');
    const {urls} = JSON.parse(await project.good([...args, '--json'])) as {
      urls: {url: string; expires: number; expiresAt: string; kind: string; policy: string}[];
    };
    // RSA is deterministic.
    expect(urls.map(each => each.url)).toEqual(lines);
    expect(urls[0]).toMatchObject({expires: 1896084000, expiresAt: '2030-01-31T10:00:00Z', kind: 'canned'});
    expect(JSON.parse(urls[0]?.policy ?? '')).toMatchObject({Statement: [{Resource: `${url}?1`}]});
  });

  it('a policy of its own, by flags and by file', async () => {
    const terms = {
      Statement: [
        {
          Resource: 'https://www.example.com/*',
          Condition: {
            DateLessThan: {'AWS:EpochTime': 1896084000},
            IpAddress: {'AWS:SourceIp': '192.0.2.0/24'},
          },
        },
      ],
    };
    project.write({'policy.json': JSON.stringify(terms, null, 2)});
    const byFile = await project.good(['sign', 'url', url, ...withRsa, '--policy', 'policy.json']);
    const byFlags = await project.good([
      ...['sign', 'url', url, ...withRsa, '--resource', 'https://www.example.com/*'],
      ...['--expires', '1896084000', '--ip', '192.0.2.0/24'],
    ]);
    expect(byFile).toBe(byFlags);
    const found = JSON.parse(
      await project.good([
        'sign',
        'verify',
        byFile,
        '--public-key',
        'rsa.pub',
        '--ip',
        '192.0.2.1',
        '--json',
      ]),
    ) as {policy: string};
    expect(JSON.parse(found.policy)).toEqual(terms);
  });

  it.each<[string, readonly string[], RunOptions]>([
    ['the environment', ['--key', 'env:SIGNING_KEY'], {env: {SIGNING_KEY: rsaPem.replaceAll('\n', '\\n')}}],
    ['stdin', ['--key', '-'], {input: rsaPem}],
    ['a file with a passphrase', ['--key', 'encrypted.pem'], {env: {FRONTCTL_KEY_PASSPHRASE: passphrase}}],
    [
      'a file with a passphrase of a name',
      ['--key', 'encrypted.pem', '--passphrase', 'env:PASS'],
      {env: {PASS: passphrase}},
    ],
  ])('a key from %s', async (_name, flags, options) => {
    const args = ['sign', 'url', url, '--expires', '1896084000', '--key-pair-id', id];
    expect(await project.good([...args, ...flags], options)).toBe(
      await project.good([...args, '--key', 'rsa.pem']),
    );
  });

  it.skipIf(process.platform === 'win32')(
    'a key file that others may read is signed with, and told',
    async () => {
      copyFileSync(join(project.dir, 'rsa.pem'), join(project.dir, 'open.pem'));
      chmodSync(join(project.dir, 'open.pem'), 0o644);
      const args = ['sign', 'url', url, '--expires', '1h', '--key', 'open.pem', '--key-pair-id', id];
      const {code, stdout, stderr} = await project.run(args);
      expect({code, stderr}).toEqual({
        code: 0,
        stderr:
          'Warning: The key file "open.pem" may be read or written by other users (mode 644): chmod 600 it.\n',
      });
      expect(stdout).toMatch(/^https:\S+\n$/);
      const {warnings} = JSON.parse(await project.good([...args, '--json'])) as {warnings: string[]};
      expect(warnings).toEqual([stderr.trim().replace('Warning: ', '')]);
    },
  );

  it('key, id and hash of the config, from a folder below', async () => {
    project.write({
      'site/frontctl.config.json': JSON.stringify({
        signing: {key: '../rsa.pem', keyPairId: id, hash: 'sha256'},
      }),
      'site/below/x': '',
    });
    const printed = await project.good(['sign', 'url', url, '--expires', '1h'], {
      cwd: join(project.dir, 'site/below'),
    });
    expect(printed).toMatch(/&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256$/);
  });
});

describe('frontctl sign url --from-file', () => {
  const lines = Array.from({length: 2000}, (_, n) => `https://www.example.com/v/${n}.ts`);

  it('signs what comes in on stdin, in its order', async () => {
    const {code, stdout, stderr} = await project.run(
      ['sign', 'url', '--from-file', '-', ...withRsa, '--expires', '1h'],
      {
        input: lines.join('\n'),
      },
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\S+Z Sign: 2,000 URLs, all verified, .*\n$/);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map(line => line.replace(/\?.*/, '')),
    ).toEqual(lines);
  });

  it('tells the first ten bad lines with their numbers, and how many they are', async () => {
    const mixed = lines.flatMap((line, n) =>
      n % 100 === 0 ? [line, 'https://www.example.com/a\\b'] : [line],
    );
    project.write({'mixed.txt': mixed.join('\r\n')});
    const {code, stdout, stderr} = await project.run([
      ...[
        'sign',
        'url',
        '--from-file',
        'mixed.txt',
        '--key',
        'ec.pem',
        '--key-pair-id',
        id,
        '--expires',
        '1h',
      ],
      '--quiet',
    ]);
    expect(code).toBe(2);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2000);
    expect([...stderr.matchAll(/^Warning: Line (\d+): /gm)].map(([, n]) => Number(n))).toEqual(
      Array.from({length: 10}, (_, n) => n * 101 + 2),
    );
    expect(stderr).toContain(
      '20 lines could not be signed; the first 10 are told above. 2,000 URLs were signed.',
    );
  });

  it('JSON lines in and out', async () => {
    const input = [
      JSON.stringify({url, expires: 1896084000}),
      JSON.stringify({url, expires: 'soon'}),
      JSON.stringify({url: 'https://www.example.com/v/*', expires: '1h', ip: '192.0.2.7'}),
    ].join('\n');
    const {code, stdout} = await project.run(
      ['sign', 'url', '--from-file', '-', '--format', 'json', ...withRsa],
      {
        input,
      },
    );
    expect(code).toBe(2);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as {line: number});
    expect(answers).toMatchObject([
      {line: 1, kind: 'canned', expires: 1896084000},
      {line: 2, error: {code: 'TIME_UNREADABLE'}},
      {line: 3, kind: 'custom'},
    ]);
  });

  it('ends quietly when its reader has left', async () => {
    project.write({'many.txt': Array.from({length: 20}, () => lines.join('\n')).join('\n')});
    const args = ['sign', 'url', '--from-file', 'many.txt', '--key', 'ec.pem', '--key-pair-id', id];
    const child = spawn(
      process.execPath,
      [join(repository, 'bin/run.js'), ...args, '--expires', '1h', '--quiet'],
      {cwd: project.dir, env: {...cleanEnvironment(), DEBUG: 'frontctl'}, stdio: ['ignore', 'pipe', 'pipe']},
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise(resolve => child.once('close', resolve));
    project.remember({args, stdout: '', stderr});
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
  });

  it('says at Ctrl-C how much is written', async () => {
    const {code, stdout, stderr} = await project.run(
      ['sign', 'url', '--from-file', 'many.txt', ...withRsa, '--expires', '1h', '--quiet'],
      {started: child => child.stdout?.once('data', () => child.kill('SIGINT'))},
    );
    expect(code).toBe(130);
    const written = (stdout.match(/\n/g) ?? []).length;
    expect(stderr).toContain(`Interrupted after ${written.toLocaleString('en-US')} URLs.`);
    expect(stdout).toMatch(/&Key-Pair-Id=K2JCJMDEHXQW5F\n$/);
  });
});

it('no output of any run here holds key material, and no error a signature', () => {
  project.expectNoSecrets(25);
});
