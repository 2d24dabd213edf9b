import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {secretContent, secretName} from '../../src/site/secrets.js';
import {isNoise} from '../../src/site/secret-tokens.js';
import {hasTool} from '../e2e/tools.js';
import {
  alphanumeric,
  noise,
  checked,
  keys,
  publicKey,
  der,
  dashes,
  begin,
  lines,
  opensshKey,
  legacyEncrypted,
  pgpKey,
  accessKeyId,
  secretKey,
  jwt,
} from './secret-fixtures.js';

const content = (text: string | Buffer, key = 'assets/app.js'): string | undefined =>
  secretContent(key, typeof text === 'string' ? Buffer.from(text) : text);

const digits = (length: number): string => noise(length, '0123456789');

describe('what a file holds', () => {
  it.each<[what: string, name: string, text: string]>([
    ['a private key', 'PKCS #1', keys.rsa],
    ['a private key', 'PKCS #8', keys.rsaPkcs8],
    ['a private key', 'SEC 1', keys.ec],
    ['a private key', 'one line of it', keys.ed25519],
    ['a private key', 'encrypted', keys.encrypted],
    ['a private key', 'encrypted as OpenSSL used to', legacyEncrypted],
    ['a private key', 'OpenSSH', opensshKey],
    ['a private key', 'PGP', pgpKey],
    ['a private key', 'with Windows line ends', keys.rsa.replaceAll('\n', '\r\n')],
    ['a private key', 'behind its certificate', `${begin('CERTIFICATE')}\n${lines(noise(900))}\n${keys.ec}`],
    [
      'a private key',
      'in a service account',
      JSON.stringify({type: 'service_account', private_key: keys.rsaPkcs8}),
    ],
    ['a private key', 'in code', `const k=${JSON.stringify(keys.ec)};`],
    ['a private key', 'in JSON inside code', `JSON.parse(${JSON.stringify(JSON.stringify({k: keys.rsa}))})`],
    [
      'a private key',
      'line by line in code',
      keys.rsa
        .split('\n')
        .map(line => `"${line}\\n"`)
        .join(' +\n    '),
    ],
    ['a private key', 'indented', keys.ec.replace(/^/gm, '      ')],
    ['a private key', 'in a template', `k=\`${keys.ec}\``],
    [
      'an AWS access key',
      'in a config of code',
      `{accessKeyId:"${accessKeyId}",secretAccessKey:"${secretKey}"}`,
    ],
    ['an AWS access key', 'a pair of lines', `id ${accessKeyId}\n\nkey ${secretKey}\n`],
    ['an AWS access key', 'the secret first', `"${secretKey}","${accessKeyId.replace('AKIA', 'ASIA')}"`],
    ['an AWS secret access key', 'in credentials', `[default]\naws_secret_access_key = ${secretKey}\n`],
    ['an AWS secret access key', 'in the environment', `AWS_SECRET_ACCESS_KEY=${secretKey}`],
    ['an AWS secret access key', 'in JSON', JSON.stringify({SecretAccessKey: secretKey})],
    [
      'an AWS secret access key',
      'in JSON inside JSON',
      JSON.stringify(JSON.stringify({secretAccessKey: secretKey})),
    ],
    ['an AWS secret access key', 'a default in code', `process.env.AWS_SECRET_KEY||'${secretKey}'`],
    ['an AWS secret access key', 'in XML', `<SecretAccessKey>${secretKey}</SecretAccessKey>`],
    ['a GitHub token', 'personal', `token: "${checked('ghp_')}"`],
    ['a GitHub token', 'OAuth', checked('gho_')],
    ['a GitHub token', 'of an app for a user', checked('ghu_')],
    ['a GitHub token', 'of an installation', checked('ghs_')],
    ['a GitHub token', 'refresh', checked('ghr_')],
    ['a GitHub token', 'in the address of a remote', `url = https://${checked('ghp_')}@github.com/a/b.git`],
    ['a GitHub token', 'of an installation since 2026', `ghs_${digits(6)}_${jwt}`],
    ['a GitHub token', 'fine-grained', `github_pat_${noise(22)}_${noise(59)}`],
    ['a GitLab token', 'personal', `glpat-${noise(20)}`],
    ['a GitLab token', 'routable', `glpat-${noise(27, `${alphanumeric}-_`)}.01.${noise(9)}`],
    ['a GitLab token', 'of a runner', `glrt-${noise(20)}`],
    ['an npm token', 'of a registry line', `//registry.npmjs.org/:_authToken=${checked('npm_')}`],
    // From https://github.com/secretlint/secretlint/issues/200, made up there with a right checksum.
    ['an npm token', 'of another hand', ['npm', 'qkJaB6MffYVzZXWqmcoF49yrUxP3wf0LsakP'].join('_')],
    ['a Slack token', 'of a bot', `xoxb-${digits(12)}-${digits(13)}-${noise(24)}`],
    [
      'a Slack token',
      'of a user',
      `xoxp-${digits(10)}-${digits(11)}-${digits(2)}-${noise(32, '0123456789abcdef')}`,
    ],
    [
      'a Slack token',
      'of an app',
      `xapp-1-A0${noise(9, 'ABCDEFGH12345')}-${digits(10)}-${noise(64, '0123456789abcdef')}`,
    ],
    [
      'the address of a Slack webhook',
      '',
      `https://hooks.slack.com/services/T${noise(8, 'ABC123XYZ')}/B${noise(8, 'ABC123XYZ')}/${noise(24)}`,
    ],
    ['a secret key of Stripe', 'secret', `sk_live_${noise(24)}`],
    ['a secret key of Stripe', 'restricted', `rk_live_51${noise(97)}`],
    ['an Anthropic API key', '', `sk-ant-api03-${noise(93, `${alphanumeric}-_`)}AA`],
    ['an OpenAI API key', '', `sk-proj-${noise(74)}T3BlbkFJ${noise(74)}`],
  ])('%s: %s', (what, _name, text) => {
    expect(content(text)).toBe(`holds ${what}`);
    const padding = 'function f(a){return a+1}'.repeat(60);
    expect(content(`${padding}\n${text}\n${padding}`)).toBe(`holds ${what}`);
  });

  it('keys in DER under the names of keys', () => {
    for (const key of ['server.key', 'a/server.der', 'SERVER.PEM', 'app.pk8']) {
      expect(content(der.privateKey, key)).toBe('holds a private key');
      expect(content(der.publicKey, key)).toBeUndefined();
    }
    expect(content(der.privateKey, 'data.bin')).toBeUndefined();
  });

  it('registry passwords under the names of Docker', () => {
    const config = (auth: string): string => JSON.stringify({auths: {'ghcr.io': {auth}}}, undefined, 2);
    const auth = Buffer.from('me:p4ssword').toString('base64');
    expect(content(config(auth), 'docker/config.json')).toBe('holds the password of a registry');
    expect(content(config(auth), 'docs/example.json')).toBeUndefined();
    expect(content(config('bm8gY29sb24'), 'config.json')).toBeUndefined();
    expect(content(JSON.stringify({auth: 'https://sso.example/x'}), 'config.json')).toBeUndefined();
  });

  it('tells nothing of the secret', () => {
    for (const text of [keys.rsa, secretKey, checked('ghp_')]) {
      const told = content(`aws_secret_access_key=${text}`) ?? '';
      expect(told.length).toBeLessThan(40);
      expect(told).not.toContain(text.slice(-12).trim());
    }
  });
});

describe('what is no secret', () => {
  const docs = {
    id: ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join(''),
    secret: ['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYEXAMPLEKEY'].join('/'),
  };
  it.each<[name: string, text: string]>([
    ['a certificate', `${begin('CERTIFICATE')}\n${lines(noise(1200))}\n${dashes}END CERTIFICATE${dashes}`],
    ['a public key', publicKey],
    [
      'a library that reads and writes keys',
      `var h="${begin('RSA PRIVATE KEY')}",t="${dashes}END RSA PRIVATE KEY${dashes}";if(e.indexOf("${begin('PRIVATE KEY')}")!=-1){e=e.replace("${begin('PRIVATE KEY')}","");return pemToBase64UsingTheSharedRoutineOfThisLibrary42(e,${noise(70)})}`,
    ],
    ['a header and a placeholder', `${begin('PRIVATE KEY')}\n${'x'.repeat(64)}\n${'x'.repeat(64)}\n`],
    ['a header and an ellipsis', `${begin('PRIVATE KEY')}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC...\n`],
    ['an expression for PEM', `/${begin('([A-Z ]+) PRIVATE KEY')}\\n([\\s\\S]+?)\\n/`],
    ['keys of the AWS documentation', `aws_access_key_id=${docs.id}\naws_secret_access_key=${docs.secret}`],
    [
      'an access key id in a signed URL',
      `?X-Amz-Credential=${accessKeyId}%2F20261129%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261129T000000Z&X-Amz-Signature=${noise(64, '0123456789abcdef')}`,
    ],
    ['an access key id beside a commit', `${accessKeyId} ${noise(40, '0123456789abcdef')}`],
    ['a commit by a label', `secretAccessKey: "${noise(40, '0123456789abcdef')}"`],
    [
      'an empty label',
      'secretAccessKey:process.env.AWS_SECRET_ACCESS_KEY,sessionToken:process.env.AWS_SESSION_TOKEN',
    ],
    ['a base64 digest', `integrity="sha512-${randomBytes(64).toString('base64')}"`],
    ['a GitHub token whose checksum is wrong', `ghp_${noise(36)}`],
    ['placeholders', 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx npm_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
    ['a GitLab placeholder', 'glpat-YourPersonalAccessTokenHere glpat-xxxxxxxxxxxxxxxxxxxx'],
    ['a Slack placeholder', `xoxb-${digits(12)}-${digits(13)}-AbCdEfGhIjKlMnOpQrStUvWx`],
    ['a Stripe placeholder', 'sk_live_your_secret_key_goes_here sk_live_abcdefghijklmnopqrstuvwx'],
    ['a Stripe key for pages', `pk_live_${noise(40)} sk_test_${noise(24)}`],
    ['a Google key for pages', `AIza${noise(35)}`],
    [
      'variables of npm',
      'npm_config_registry npm_package_dependencies_something_or_other npm_lifecycle_event',
    ],
    [
      'names that begin alike',
      'github_pat_documentation_page_for_readers services/Tutorials/Basics/introduction-to-services',
    ],
  ])('%s', (_name, text) => {
    expect(content(text)).toBeUndefined();
  });

  const modules = join(import.meta.dirname, '../../node_modules');
  it.each([
    'swagger-ui-dist',
    'reveal.js/dist',
    'monaco-editor/min/vs/assets',
    '@aws-sdk/nested-clients/dist-types/submodules/sts',
    'undici/docs/docs',
    '@peculiar/x509/build',
    'asn1js/build',
  ])('real files: %s', folder => {
    const files = readdirSync(join(modules, folder), {recursive: true, withFileTypes: true}).filter(entry =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      expect([path, secretContent(file.name, readFileSync(path)), secretName(file.name)]).toEqual([
        path,
        undefined,
        undefined,
      ]);
    }
  });

  it('random text, base64, hexadecimal and code', () => {
    const word = fc.constantFrom(
      'function',
      'return',
      'a',
      'KEY',
      'PRIVATE',
      begin('PRIVATE KEY'),
      '"',
      '\\n',
      ';',
      'AKIA',
      'ghp_',
      'secretAccessKey',
      '=',
      'npm_',
      '{',
      '\n',
      '/',
      'xoxb-1-',
      'sk_live_',
      noise(20),
      '0123456789',
      'glpat-',
    );
    const seed = fc.tuple(fc.integer(), fc.nat(3000));
    const randomData = seed.map(([from, length]) =>
      Buffer.from(noise(length, String.fromCharCode(...Array(256).keys()), from), 'latin1'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({unit: 'binary', maxLength: 300}).map(text => Buffer.from(text)),
          randomData,
          randomData.map(bytes => Buffer.from(bytes.toString('base64'))),
          randomData.map(bytes => Buffer.from(bytes.toString('hex'))),
          fc.array(word, {maxLength: 100}).map(words => Buffer.from(words.join(' '))),
        ),
        fc.constantFrom('a.js', 'a.key', 'config.json'),
        (bytes, key) => secretContent(key, bytes) === undefined,
      ),
    );
  });
});

it('tokens drawn at random are taken for that', () => {
  for (const [length, from] of [
    [20, alphanumeric],
    [24, alphanumeric],
    [40, `${alphanumeric}+/`],
    [32, '0123456789abcdef'],
  ] as const) {
    const missed = Array.from({length: 2000}, (_, i) => noise(length, from, i * 7919 + 1)).filter(
      text => !isNoise(text),
    );
    expect(missed.length).toBeLessThan(20);
  }
});

const hasSsh = hasTool('ssh', ['-V'], 'keys of ssh-keygen');
it.runIf(hasSsh)('keys of ssh-keygen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'frontctl-ssh-'));
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'mine')]);
    expect(content(readFileSync(join(folder, 'mine')))).toBe('holds a private key');
    expect(content(readFileSync(join(folder, 'mine.pub')))).toBeUndefined();
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});
