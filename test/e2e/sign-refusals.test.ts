/** What `sign` refuses: the code, exit 2, and nothing repeated that opens anything. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {RunOptions} from './cli.js';
import {ecPem, encryptedPem, keyProject, passphrase, rsaPem, type KeyProject} from './keys.js';
import type {ErrorJson} from './workspace.js';

const id = 'K2JCJMDEHXQW5F';
const withRsa = ['--key', 'rsa.pem', '--key-pair-id', id];
const url = 'https://www.example.com/report.pdf';

let project: KeyProject;
beforeAll(() => {
  project = keyProject();
});
afterAll(() => project.dispose());

describe('what is refused', () => {
  const signUrl = (...more: string[]): string[] => ['sign', 'url', ...more];
  const ready = [...withRsa, '--expires', '1h'];
  const cases: readonly [string, readonly string[], string, RunOptions?][] = [
    ['no URL', signUrl(...ready), 'NO_URL'],
    ['no expiry', signUrl(url, ...withRsa), 'EXPIRES_MISSING'],
    ['no key', signUrl(url, '--key-pair-id', id, '--expires', '1h'), 'KEY_NOT_NAMED'],
    ['no id', signUrl(url, '--key', 'rsa.pem', '--expires', '1h'), 'KEY_PAIR_ID_NOT_NAMED'],
    ['an expiry in the past', signUrl(url, ...withRsa, '--expires', '2020-01-01'), 'EXPIRY_PAST'],
    ['milliseconds', signUrl(url, ...withRsa, '--expires', '1896084000000'), 'TIME_IN_MILLISECONDS'],
    ['a start after the end', signUrl(url, ...ready, '--starts', '2h'), 'START_AFTER_EXPIRY'],
    ['IPv6', signUrl(url, ...ready, '--ip', '2001:db8::/32'), 'IP_V6'],
    ['a backslash', signUrl('https://h.example/a\\b', ...ready), 'URL_BACKSLASH'],
    ['two question marks', signUrl('https://h.example/a?b?c', ...ready), 'URL_TWO_QUESTION_MARKS'],
    ['a reserved name', signUrl('https://h.example/a?Policy=1', ...ready), 'URL_RESERVED_PARAMETER'],
    ['another resource', signUrl(url, ...ready, '--resource', 'https://h.example/*'), 'RESOURCE_ELSEWHERE'],
    ['no policy file', signUrl(url, ...withRsa, '--policy', 'nowhere.json'), 'FILE_UNREADABLE'],
    [
      'a public key',
      signUrl(url, '--key', 'rsa.pub', '--key-pair-id', id, '--expires', '1h'),
      'KEY_NOT_PRIVATE',
    ],
    ['a key as a flag', signUrl(url, '--expires', '1h', '--key', rsaPem), 'KEY_IN_ARGUMENTS'],
    ['a key as a flag with =', signUrl(url, '--expires', '1h', `--key=${ecPem}`), 'KEY_IN_ARGUMENTS'],
    ['a key as an argument', signUrl(rsaPem), 'KEY_IN_ARGUMENTS'],
    ['a key for its id', signUrl(url, ...ready.slice(0, 2), '--key-pair-id', ecPem), 'KEY_IN_ARGUMENTS'],
    ['a key to verify', ['sign', 'verify', encryptedPem], 'KEY_IN_ARGUMENTS'],
    ['a key for a command', [ecPem], 'KEY_IN_ARGUMENTS', {env: {DEBUG: '*'}}],
    ['a key for a verb', ['sign', rsaPem], 'KEY_IN_ARGUMENTS', {env: {DEBUG: '*'}}],
    ['a key for cookies', ['sign', 'cookies', rsaPem.replaceAll('\n', ' ')], 'KEY_IN_ARGUMENTS'],
    ['a key in the config', signUrl(url, '--expires', '1h', '--config', 'keyed.json'), 'CONFIG_INVALID'],
    [
      'a key in a variable for its file',
      signUrl(url, '--expires', '1h', '--config', 'pointing.json'),
      'CONFIG_INVALID',
      {env: {KEY: rsaPem}},
    ],
    [
      'a wrong passphrase',
      signUrl(url, '--expires', '1h', '--key-pair-id', id, '--key', 'encrypted.pem'),
      'KEY_PASSPHRASE',
      {env: {FRONTCTL_KEY_PASSPHRASE: `not-${passphrase}`}},
    ],
    ['a passphrase as a flag', signUrl(url, ...ready, '--passphrase', passphrase), 'PASSPHRASE_IN_ARGUMENTS'],
    [
      'a damaged key',
      signUrl(url, '--expires', '1h', '--key-pair-id', id, '--key', '-'),
      'KEY_NOT_PEM',
      {input: rsaPem.replace(/\n(.{20})/, '\n')},
    ],
    ['stdin twice', signUrl(url, '--policy', '-', '--key', '-', '--key-pair-id', id), 'STDIN_TWICE'],
    ['one object of many lines', signUrl('--from-file', 'mixed.txt', ...ready), 'USAGE'],
    ['no resource', ['sign', 'cookies', ...ready], 'NO_RESOURCE'],
    ['a jar for any host', ['sign', 'cookies', '*', ...ready, '--format', 'netscape'], 'COOKIE_DOMAIN'],
    ['nothing to verify', ['sign', 'verify'], 'USAGE'],
    ['neither URL nor cookies', ['sign', 'verify', 'hello'], 'NOTHING_SIGNED'],
  ];

  beforeAll(() =>
    project.write({
      'keyed.json': JSON.stringify({signing: {key: rsaPem}}),
      'mixed.txt': url,
      'pointing.json': JSON.stringify({signing: {key: '${env.KEY}'}}),
    }),
  );

  it.each(cases)('%s', async (_name, args, code, options) => {
    const done = await project.run([...args, '--json'], options);
    const {error} = JSON.parse(done.stdout) as ErrorJson;
    expect({code: error.code, exit: done.code}).toEqual({code, exit: 2});
    expect(error.message).toMatch(/\.$/);
  });

  const signature = `Signature=${'AbCd0123'.repeat(20)}`;
  it.each([
    ['a backslash', `https://h.example/a\\b?${signature}&Key-Pair-Id=${id}`],
    ['another scheme', `ftp://h.example/a?Expires=1&${signature}&Key-Pair-Id=${id}`],
    ['a second question mark', `https://h.example/a?${signature}&Key-Pair-Id=${id}&b=c?d`],
    ['a fragment', `https://h.example/a?Policy=${'AbCd0123'.repeat(20)}&${signature}#x`],
  ])('a signed URL with %s is not repeated either', async (_name, signed) => {
    for (const done of [
      await project.run(['sign', 'url', signed, ...ready]),
      await project.run(['sign', 'url', '--from-file', '-', ...ready], {input: signed}),
    ]) {
      expect(done.code).toBe(2);
      expect(done.stdout + done.stderr).not.toContain('AbCd0123');
    }
  });

  it('several signed URLs at once are not repeated', async () => {
    const signed = await project.good(['sign', 'url', url, ...ready]);
    const done = await project.run(['sign', 'verify', signed, signed]);
    expect(done.code).toBe(2);
    expect(done.stderr).not.toContain('Signature=');
    const again = await project.run(['sign', 'url', signed, ...ready]);
    expect(again.code).toBe(2);
    expect(again.stderr).not.toContain('Signature=');
  });
});

it('no output of any run here holds key material, and no error a signature', () => {
  project.expectNoSecrets(33);
});
