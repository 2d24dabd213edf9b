/**
 * Every command that sees a private key, well and badly used, under DEBUG=*: none tells of it. What they and all other
 * suites say is searched when all are over (test/global-setup.ts); that this search finds what there is, is shown here.
 */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {holdsKey, privateLines, searchKept, searchState} from './key-material.js';
import {ecPem, encryptedPem, keyProject, passphrase, rsaPem, type KeyProject} from './keys.js';

const keys = {rsa: rsaPem, ecdsa: ecPem, encrypted: encryptedPem};
const lines = Object.values(keys).flatMap(privateLines);

describe('the search', () => {
  it('knows every line of every kind of key', () => {
    expect(privateLines(rsaPem).length).toBeGreaterThan(20);
    expect(privateLines(ecPem)).toHaveLength(3);
    expect(privateLines(`x\r\n${rsaPem.replaceAll('\n', '\r\n')}`)).toEqual(privateLines(rsaPem));
  });

  it('finds each of them, and a key that it does not know', () => {
    for (const line of lines) expect(holdsKey(`error: ${line}.`, lines)).toBe(true);
    for (const pem of Object.values(keys)) {
      expect(holdsKey(JSON.stringify({pem}), [])).toBe(true);
      expect(holdsKey(pem, [])).toBe(true);
    }
    expect(holdsKey('The text must begin with -----BEGIN and name a PRIVATE KEY', lines)).toBe(false);
  });

  it('names the run that told, and fails for state that holds a key', () => {
    const folder = mkdtempSync(join(tmpdir(), 'frontctl-search-'));
    try {
      const said = (args: string[], stdout: string, stderr = ''): string =>
        `${JSON.stringify({args, stdout, stderr})}\n`;
      const [line = ''] = lines;
      writeFileSync(join(folder, 'state.1'), `${JSON.stringify({secrets: lines, files: 3})}\n`);
      writeFileSync(join(folder, 'said.1'), said(['key', 'list'], 'fine') + said(['sign', 'url'], '', line));
      expect(searchKept(folder)).toMatchObject({runs: 2, stateFiles: 3, found: ['sign url']});
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
    const leaking = keyProject();
    try {
      leaking.write({'.frontctl/data/log': `GET / ${lines[1] ?? ''}\n`});
      expect(() => searchState(leaking.dir)).toThrow('A private key is in log.');
    } finally {
      rmSync(leaking.dir, {recursive: true, force: true});
    }
  });
});

describe('frontctl under DEBUG=*', () => {
  let project: KeyProject;
  const env = {DEBUG: '*', SIGNING_KEY: rsaPem, WORDS: passphrase, WRONG: 'wrong', NOT_PEM: 'MIIEvQIBADANBg'};

  beforeAll(async () => {
    project = keyProject();
    project.write({'dist/index.html': '<!doctype html><title>x</title>', 'half.pem': rsaPem.slice(0, 900)});
    await project.json(['deploy', 'dist', '--local']);
  });
  afterAll(() => project.dispose());

  const id = ['--key-pair-id', 'K2JCJMDEHXQW5F', '--expires', '2h'];
  const url = 'https://h.example/a';
  const cases: readonly (readonly [exit: number, args: readonly string[], stdin?: string])[] = [
    [0, ['sign', 'url', url, '--key', 'rsa.pem', ...id]],
    [0, ['sign', 'url', url, '--key', 'env:SIGNING_KEY', ...id, '--json']],
    [0, ['sign', 'url', url, '--key', '-', ...id], ecPem],
    [0, ['sign', 'url', '--from-file', '-', '--key', 'ec.pem', ...id], `${url}\n`],
    [0, ['sign', 'cookies', `${url}*`, '--key', 'encrypted.pem', '--passphrase', 'env:WORDS', ...id]],
    [2, ['sign', 'url', '--from-file', 'rsa.pem', '--key', 'rsa.pem', ...id]],
    [2, ['sign', 'url', '--from-file', 'rsa.pem', '--key', 'rsa.pem', ...id, '--format', 'json']],
    [2, ['sign', 'url', url, '--key', 'half.pem', ...id, '--json']],
    [2, ['sign', 'url', url, '--key', 'env:NOT_PEM', ...id]],
    [2, ['sign', 'url', url, '--key', 'encrypted.pem', '--passphrase', 'env:WRONG', ...id]],
    [2, ['sign', 'url', url, '--key', rsaPem, ...id, '--json']],
    [2, ['sign', 'url', url, '--key', privateLines(rsaPem).join(''), ...id]],
    [2, ['sign', 'url', url, '--policy', 'rsa.pem', '--key', 'rsa.pem', '--key-pair-id', 'K2JCJMDEHXQW5F']],
    [2, ['sign', 'verify', '-', '--public-key', 'rsa.pub'], rsaPem],
    [2, ['key', 'create', '--public-key', 'rsa.pem', '--group', 'media', '--local', '--json']],
    [0, ['key', 'generate', '--out', 'made.pem']],
    [4, ['key', 'generate', '--out', 'made.pem', '--json']],
    [0, ['key', 'create', '--generate', 'made.pem', '--group', 'media', '--local']],
    [0, ['key', 'rotate', 'media', '--out', 'next.pem', '--longest-expiry', '1h', '--local', '--json']],
    [4, ['key', 'rotate', 'media', '--out', 'made.pem', '--local', '--json']],
    [0, ['key', 'rotate', 'media', '--switched', '--local']],
    [0, ['key', 'list', '--local', '--json']],
    [0, ['local', 'logs']],
  ];

  const named = cases.map(
    ([code, args, input = ''], n) => [n, args.slice(0, 2).join(' '), {code, args, input}] as const,
  );

  it.each(named)('%i. %s', async (_n, _name, {code, args, input}) => {
    const options = {env, input};
    const done = await project.run(args, options);
    expect({code: done.code, said: done.code === code ? '' : done.stdout + done.stderr}).toEqual({
      code,
      said: '',
    });
    // Those of made.pem and next.pem too.
    const made = ['made.pem', 'next.pem'].flatMap(name => {
      try {
        return privateLines(readFileSync(join(project.dir, name), 'utf8'));
      } catch {
        return [];
      }
    });
    const secrets = [...lines, ...made, passphrase];
    expect([holdsKey(done.stdout, secrets), holdsKey(done.stderr, secrets)]).toEqual([false, false]);
  });
});
