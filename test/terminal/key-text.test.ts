import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {refuseKeyText} from '../../src/terminal/key-text.js';
import {ec, failureOf, rsa} from './sign/keys.js';

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1', passphrase?: string): string =>
  key.export({
    type: type,
    format: 'pem',
    ...(passphrase === undefined ? {} : {cipher: 'aes-256-cbc', passphrase}),
  }) as string;

const texts: readonly [string, string][] = [
  ['RSA PKCS#8', pem(rsa.privateKey, 'pkcs8')],
  ['RSA PKCS#1', pem(rsa.privateKey, 'pkcs1')],
  ['P-256 PKCS#8', pem(ec.privateKey, 'pkcs8')],
  ['P-256 SEC1', pem(ec.privateKey, 'sec1')],
  ['encrypted', pem(rsa.privateKey, 'pkcs8', 'geheim')],
  ['P-256, encrypted', pem(ec.privateKey, 'pkcs8', 'geheim')],
  ['RSA of 4,096 bits', pem(generateKeyPairSync('rsa', {modulusLength: 4096}).privateKey, 'pkcs8')],
];
const bodyOf = (text: string): string => text.split('\n').slice(1, -2).join('\n');

describe('refuseKeyText', () => {
  it.each(texts)('%s, however it is laid out and wherever it stands', async (_name, text) => {
    const body = bodyOf(text);
    for (const value of [
      text,
      text.trim(),
      text.replaceAll('\n', '\\n'),
      text.replaceAll('\n', ' '),
      text.replaceAll('\n', '\r\n'),
      Buffer.from(text).toString('base64'),
      body,
      body.replaceAll('\n', ''),
      `\n${body}`,
    ]) {
      for (const argv of [
        [value],
        ['--key', value],
        [`--key=${value}`],
        ['url', '--ip', value],
        [`-k=${value}`],
      ]) {
        const failure = await failureOf(() => refuseKeyText(argv));
        expect(failure).toMatchObject({code: 'KEY_IN_ARGUMENTS', exitCode: 2});
        const told = `${failure.message} ${failure.hint}`;
        for (const line of body.split('\n')) expect(told).not.toContain(line.slice(0, 16));
      }
    }
  });

  it.each([
    [['https://h.example/a', '--key', 'keys/web.pem', '--key-pair-id', 'K2JCJMDEHXQW5F', '--expires', '2h']],
    [['--key', '-']],
    [['--key', 'env:SIGNING_KEY']],
    [['--key', '/home/somebody/Projects/ALongNameOfAProjectThatGoesOnAndOn/keys/TheKeyOfTheWebSite.pem']],
    [['--key', '/Users/MY/MediaLibraryOfTheWholeCompany/SecretFolder/AnotherFolderBelowIt/privatekey']],
    [[`https://h.example/a?Signature=${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(10)}`]],
    [
      [
        `CloudFront-Signature=${'Zj9x50JC9mIPKynU7E15e2zl4H44JF'.repeat(10)}; CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F`,
      ],
    ],
  ])('lets %j pass', argv => {
    expect(() => refuseKeyText(argv)).not.toThrow();
  });
});
