import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openSigner, type KeyFlags} from '../../../src/terminal/sign/signer.js';
import {ec, failureOf, folder, keyPairId, privatePem, rsa, session} from './keys.js';

const none: KeyFlags = {key: undefined, keyPairId: undefined, passphrase: undefined, hash: undefined};
const encrypted = rsa.privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'geheim',
}) as string;
const root = folder({'rsa.pem': privatePem(rsa.privateKey), 'enc.pem': encrypted});

describe('openSigner', () => {
  it('takes all from the config, its file beside the config', async () => {
    const config = {signing: {key: 'rsa.pem', keyPairId, hash: 'sha256'}} as const;
    const {signer, warnings} = await openSigner(session({config, root}), none, {});
    expect(signer).toMatchObject({keyPairId, hash: 'sha256', keyType: 'rsa'});
    expect(warnings).toEqual([]);
  });

  it('flags win over the config', async () => {
    const config = {signing: {key: 'rsa.pem', keyPairId: 'K0000000', hash: 'sha256'}} as const;
    const flags = {...none, key: 'env:EC', keyPairId, hash: 'sha1'} as const;
    const {signer} = await openSigner(session({config, root}), flags, {EC: privatePem(ec.privateKey)});
    expect(signer).toMatchObject({keyPairId, hash: 'sha1', keyType: 'ecdsa'});
  });

  it('takes a key on one line from the environment, as CI systems keep it', async () => {
    const config = {signing: {key: 'env:SIGNING_KEY', keyPairId}};
    const env = {SIGNING_KEY: privatePem(rsa.privateKey).replaceAll('\n', '\\n')};
    expect((await openSigner(session({config}), none, env)).signer).toMatchObject({
      keyType: 'rsa',
      hash: 'sha1',
    });
  });

  it.each([
    ['of its own', 'env:PASS', {PASS: 'geheim', FRONTCTL_KEY_PASSPHRASE: 'another'}],
    ['the usual one', undefined, {FRONTCTL_KEY_PASSPHRASE: 'geheim'}],
  ])('decrypts with a variable: %s', async (_name, passphrase, env) => {
    const flags = {...none, key: join(root, 'enc.pem'), keyPairId, passphrase};
    expect((await openSigner(session(), flags, env)).signer.keyType).toBe('rsa');
  });

  it.each<[string, Partial<KeyFlags>, NodeJS.ProcessEnv, string, RegExp]>([
    ['no key', {keyPairId}, {}, 'KEY_NOT_NAMED', /--key FILE, --key env:NAME .* --key - .* signing\.key/],
    ['no id', {key: join(root, 'rsa.pem')}, {}, 'KEY_PAIR_ID_NOT_NAMED', /frontctl key list/],
    ['no such file', {key: join(root, 'no.pem'), keyPairId}, {}, 'KEY_UNREADABLE', /no\.pem/],
    ['an unset variable', {key: 'env:NOT_THERE', keyPairId}, {}, 'KEY_MISSING', /NOT_THERE/],
    ['no name of a variable', {key: 'env:$KEY', keyPairId}, {}, 'ENVIRONMENT_NAME', /without a \$/],
    ['a wrong id', {key: join(root, 'rsa.pem'), keyPairId: 'web'}, {}, 'KEY_PAIR_ID', /K2JCJMDEHXQW5F/],
    [
      'no passphrase',
      {key: join(root, 'enc.pem'), keyPairId},
      {},
      'KEY_PASSPHRASE',
      /FRONTCTL_KEY_PASSPHRASE/,
    ],
    [
      'an unset passphrase',
      {key: join(root, 'enc.pem'), keyPairId, passphrase: 'env:NOT_THERE'},
      {FRONTCTL_KEY_PASSPHRASE: 'geheim'},
      'PASSPHRASE_MISSING',
      /NOT_THERE/,
    ],
    [
      'a wrong passphrase',
      {key: join(root, 'enc.pem'), keyPairId},
      {FRONTCTL_KEY_PASSPHRASE: 'falsch'},
      'KEY_PASSPHRASE',
      /wrong/,
    ],
    [
      'a passphrase as it is',
      {key: join(root, 'enc.pem'), keyPairId, passphrase: 'geheim'},
      {},
      'PASSPHRASE_IN_ARGUMENTS',
      /--passphrase env:NAME/,
    ],
  ])('%s', async (_name, flags, env, code, says) => {
    const failure = await failureOf(openSigner(session(), {...none, ...flags}, env));
    const told = `${failure.message} ${failure.hint}`;
    expect(failure).toMatchObject({code, exitCode: 2});
    expect(told).toMatch(says);
    expect(told).not.toMatch(/geheim|falsch|\$KEY/);
  });
});
