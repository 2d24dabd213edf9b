import {createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject} from 'node:crypto';
import {chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {inspect} from 'node:util';
import fc from 'fast-check';
import {afterAll, describe, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import {
  checkCookieRequest,
  checkUrlRequest,
  createSigner,
  generateKeyPair,
  loadPrivateKey,
  publicKeyOf,
  readPublicKey,
  readWrittenPolicy,
  signBulk,
  toSetCookie,
  writePrivateKey,
  type KeySource,
} from '../../src/signing/index.js';
import {now, signerOf} from './fixtures.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'frontctl-keys-'));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

const rsa = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey;
const ec = generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey;
const encoded = (text: string): string => Buffer.from(text).toString('base64');
const spki = (key: KeyObject): string => createPublicKey(key).export({type: 'spki', format: 'pem'}) as string;
const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1', passphrase?: string): string =>
  key.export({
    type: type,
    format: 'pem',
    ...(passphrase === undefined ? {} : {cipher: 'aes-128-cbc', passphrase}),
  }) as string;

const fromEnvironment: KeySource = {from: 'environment', name: 'KEY'};
const load = (text: string, passphrase?: string) =>
  loadPrivateKey(fromEnvironment, {env: {KEY: text}, passphrase});

async function failureOf(act: () => unknown): Promise<Failure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('keys that are taken', () => {
  it.each([
    ['PKCS#1', pem(rsa, 'pkcs1'), undefined, 'rsa'],
    ['PKCS#8, RSA', pem(rsa, 'pkcs8'), undefined, 'rsa'],
    ['PKCS#8, P-256', pem(ec, 'pkcs8'), undefined, 'ecdsa'],
    ['SEC1', pem(ec, 'sec1'), undefined, 'ecdsa'],
    ['encrypted PKCS#8', pem(rsa, 'pkcs8', 'open sesame'), 'open sesame', 'rsa'],
    ['encrypted PKCS#1', pem(rsa, 'pkcs1', 'open sesame'), 'open sesame', 'rsa'],
    ['encrypted SEC1', pem(ec, 'sec1', 'open sesame'), 'open sesame', 'ecdsa'],
    ['on one line with \\n', pem(rsa, 'pkcs8').replaceAll('\n', '\\n'), undefined, 'rsa'],
    ['in Base64', encoded(pem(rsa, 'pkcs8')), undefined, 'rsa'],
    ['in Base64, on lines', `\n${encoded(pem(ec, 'sec1')).replace(/.{76}/g, '$&\n')}\n`, undefined, 'ecdsa'],
    ['encrypted, in Base64', encoded(pem(ec, 'pkcs8', 'open sesame')), 'open sesame', 'ecdsa'],
    ['with CRLF', pem(rsa, 'pkcs8').replaceAll('\n', '\r\n'), undefined, 'rsa'],
    ['with text around it', `Subject: me\n${pem(ec, 'sec1')}\nbye`, undefined, 'ecdsa'],
    ['with a passphrase that it does not need', pem(ec, 'sec1'), 'open sesame', 'ecdsa'],
  ])('%s', async (_, text, passphrase, keyType) => {
    const loaded = await load(text, passphrase);
    expect(loaded.keyType).toBe(keyType);
    expect(loaded.privateKey.equals(keyType === 'rsa' ? rsa : ec)).toBe(true);
  });

  it('from a file, with a warning where others may read it', async () => {
    const file = path.join(scratch, 'open.pem');
    writeFileSync(file, pem(rsa, 'pkcs1'));
    chmodSync(file, 0o600);
    const source: KeySource = {from: 'file', path: file};
    expect((await loadPrivateKey(source, {env: {}})).warnings).toEqual([]);
    if (process.platform === 'win32') return;
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(file, mode);
      const {warnings} = await loadPrivateKey(source, {env: {}});
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(`mode ${mode.toString(8)}`);
    }
  });

  it('from standard input in any pieces', async () => {
    const input = (async function* () {
      for (const byte of Buffer.from(pem(rsa, 'pkcs8'))) yield await Promise.resolve(Buffer.of(byte));
    })();
    expect((await loadPrivateKey({from: 'stdin', input}, {env: {}})).keyType).toBe('rsa');
  });
});

describe('keys that are refused', () => {
  const other = (act: () => KeyObject): string => act().export({type: 'pkcs8', format: 'pem'}) as string;
  it.each([
    [
      'RSA of 1,024 bits',
      other(() => generateKeyPairSync('rsa', {modulusLength: 1024}).privateKey),
      'KEY_TYPE',
    ],
    [
      'RSA of 3,072 bits',
      other(() => generateKeyPairSync('rsa', {modulusLength: 3072}).privateKey),
      'KEY_TYPE',
    ],
    ['P-384', other(() => generateKeyPairSync('ec', {namedCurve: 'P-384'}).privateKey), 'KEY_TYPE'],
    ['secp256k1', other(() => generateKeyPairSync('ec', {namedCurve: 'secp256k1'}).privateKey), 'KEY_TYPE'],
    ['Ed25519', other(() => generateKeyPairSync('ed25519').privateKey), 'KEY_TYPE'],
    ['RSA-PSS', other(() => generateKeyPairSync('rsa-pss', {modulusLength: 2048}).privateKey), 'KEY_TYPE'],
    ['a public key', spki(rsa), 'KEY_NOT_PRIVATE'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'KEY_NOT_PRIVATE'],
    [
      'OpenSSH',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----',
      'KEY_NOT_PEM',
    ],
    ['half a PEM in Base64', encoded(pem(rsa, 'pkcs8')).slice(0, 800), 'KEY_NOT_PEM'],
    ['a public key in Base64', encoded(spki(rsa)), 'KEY_NOT_PRIVATE'],
    ['half a PEM', pem(rsa, 'pkcs8').slice(0, 800), 'KEY_NOT_PEM'],
    ['DER', rsa.export({type: 'pkcs8', format: 'der'}).toString('latin1'), 'KEY_NOT_PEM'],
    ['text', 'hello', 'KEY_NOT_PEM'],
    ['nothing', '', 'KEY_MISSING'],
    ['encrypted without passphrase', pem(rsa, 'pkcs8', 'open sesame'), 'KEY_PASSPHRASE'],
  ])('%s', async (_, text, code) => {
    const failure = await failureOf(() => load(text));
    expect([failure.code, failure.exitCode]).toEqual([code, 2]);
    if (code === 'KEY_TYPE')
      expect(failure.message).toMatch(/RSA keys of 2,048 bits and ECDSA keys on P-256/);
  });

  it('a wrong passphrase', async () => {
    for (const text of [pem(rsa, 'pkcs8', 'open sesame'), pem(ec, 'sec1', 'open sesame')])
      expect((await failureOf(() => load(text, 'wrong'))).code).toBe('KEY_PASSPHRASE');
  });

  it('a file that is not there, a folder, and one that is too long', async () => {
    const file = (name: string) => loadPrivateKey({from: 'file', path: path.join(scratch, name)}, {env: {}});
    writeFileSync(path.join(scratch, 'long'), 'x'.repeat(70_000));
    expect((await failureOf(() => file('absent'))).message).toMatch(/there is no such file or folder/);
    expect((await failureOf(() => file('.'))).code).toBe('KEY_UNREADABLE');
    expect((await failureOf(() => file('long'))).code).toBe('KEY_NOT_PEM');
  });

  it('endless standard input', async () => {
    const input = (async function* () {
      for (;;) yield await Promise.resolve(Buffer.alloc(10_000));
    })();
    expect((await failureOf(() => loadPrivateKey({from: 'stdin', input}, {env: {}}))).code).toBe(
      'KEY_NOT_PEM',
    );
  });
});

describe('new keys', () => {
  it.each(['rsa', 'ecdsa'] as const)(
    '%s: written for its owner alone, never over another file',
    async keyType => {
      const {privateKey, publicPem} = await generateKeyPair(keyType);
      const file = path.join(scratch, `${keyType}.pem`);
      await writePrivateKey(file, privateKey);
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
      const before = readFileSync(file);
      const failure = await failureOf(() => writePrivateKey(file, rsa));
      expect([failure.code, failure.exitCode]).toEqual(['KEY_FILE_EXISTS', 4]);
      expect(readFileSync(file)).toEqual(before);
      const loaded = await loadPrivateKey({from: 'file', path: file}, {env: {}});
      expect(loaded).toMatchObject({keyType, warnings: []});
      expect(publicKeyOf(loaded.privateKey)).toBe(publicPem);
      expect(readPublicKey(publicPem).equals(createPublicKey(privateKey))).toBe(true);
      expect(publicPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    },
  );

  it('with a passphrase: encrypted', async () => {
    const {privateKey} = await generateKeyPair('ecdsa');
    const file = path.join(scratch, 'encrypted.pem');
    await writePrivateKey(file, privateKey, {passphrase: 'open sesame'});
    expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(
      (await loadPrivateKey({from: 'file', path: file}, {env: {}, passphrase: 'open sesame'})).keyType,
    ).toBe('ecdsa');
  });

  it('a folder that is not there is said', async () => {
    const failure = await failureOf(() => writePrivateKey(path.join(scratch, 'no', 'key.pem'), rsa));
    expect(failure.message).toMatch(/its folder does not exist/);
  });

  it('a path is named, also a long one and one below a file', async () => {
    const long = path.join(scratch, 'ProjectsOfTheYear2026AndOfTheYearBeforeThat');
    const below = path.join(scratch, 'rsa.pem', 'key.pem');
    for (const file of [long, below]) {
      const failure = await failureOf(() => loadPrivateKey({from: 'file', path: file}, {env: {}}));
      expect(failure.message).toContain(JSON.stringify(file));
    }
  });

  it('public keys of other kinds are refused', () => {
    const p384 = publicKeyOf(generateKeyPairSync('ec', {namedCurve: 'P-384'}).publicKey);
    expect(() => readPublicKey(p384)).toThrow(expect.objectContaining({code: 'KEY_TYPE'}));
    expect(() => readPublicKey('hello')).toThrow(expect.objectContaining({code: 'KEY_NOT_PEM'}));
  });
});

/** Every window of 12 characters of the key's own text, which no message may hold. */
function fragments(text: string): Set<string> {
  const body = text.replace(/-----[^-]+-----|[\r\n]/g, '');
  return new Set(Array.from({length: body.length - 11}, (_, at) => body.slice(at, at + 12)));
}

function leak(text: string, secrets: ReadonlySet<string>): string | undefined {
  const flat = text.replace(/\\n|[\r\n]/g, '');
  for (let at = 0; at + 12 <= flat.length; at++) {
    if (secrets.has(flat.slice(at, at + 12))) return flat.slice(at, at + 12);
  }
  return undefined;
}

describe('key material', () => {
  const pems = [pem(rsa, 'pkcs1'), pem(rsa, 'pkcs8'), pem(ec, 'sec1'), pem(ec, 'pkcs8')];
  const texts = [...pems, ...pems.map(encoded)];
  const secrets = new Set(texts.flatMap(text => [...fragments(text)]));
  const passphrase = 'open-sesame-0123456789';

  it('the search finds what it looks for', () => {
    expect(leak(`bad: ${texts[0] ?? ''}`, secrets)).toBeDefined();
    expect(leak('The URL is empty.', secrets)).toBeUndefined();
  });

  it('is in no error, whatever place a key is put in', async () => {
    // A key as it is, damaged, cut, on one line, or one line of it.
    const key = fc
      .record({
        text: fc.constantFrom(...texts),
        from: fc.nat(400),
        length: fc.integer({min: 64, max: 2000}),
        flat: fc.boolean(),
        broken: fc.boolean(),
      })
      .map(({text, from, length, flat, broken}) => {
        // The end of what is in Base64 is no key's.
        const cut = broken && pems.includes(text) ? text.slice(from, from + length) : text;
        return flat ? cut.replaceAll('\n', '') : cut;
      })
      .filter(text => text !== '');
    const signers: readonly [ReturnType<typeof signerOf>] = [signerOf('ecdsa')];
    const places: readonly ((text: string) => unknown)[] = [
      text => load(text),
      text => load(text, passphrase),
      text => load(`-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`),
      text => load(pem(rsa, 'pkcs8', passphrase).slice(0, -200), `${passphrase}${text}`),
      text => loadPrivateKey({from: 'file', path: text}, {env: {}}),
      text => loadPrivateKey({from: 'environment', name: text}, {env: {}}),
      text => readPublicKey(text),
      text => writePrivateKey(path.join(scratch, 'absent', text), rsa),
      text => createSigner({privateKey: rsa, keyPairId: text}),
      text => checkUrlRequest({url: text, expires: '2h'}, now),
      text => checkUrlRequest({url: 'https://h.example/', resource: text, expires: '2h'}, now),
      text => checkUrlRequest({url: 'https://h.example/', expires: text}, now),
      text => checkUrlRequest({url: 'https://h.example/', expires: '2h', starts: text}, now),
      text => checkUrlRequest({url: 'https://h.example/', expires: '2h', ip: text}, now),
      text => checkCookieRequest({resource: text, expires: '2h'}, now),
      text => readWrittenPolicy(text),
      text => toSetCookie({}, {domain: text}),
      text => toSetCookie({}, {path: text}),
      async text => {
        const found: string[] = [];
        const lines = [`${text}\n`, `{"url": ${JSON.stringify(text)}}\n`, `{${JSON.stringify(text)}: 1}\n`];
        lines.push(`{"url": "https://h.example/", "keyPairId": ${JSON.stringify(text)}}\n`);
        for await (const {bad, text: written} of signBulk(input(lines), {
          signers,
          defaults: {expires: '2h'},
          now,
          output: 'json',
        }))
          found.push(inspect(bad, {depth: 9}), Buffer.from(written).toString());
        throw new Failure('usage', 'COLLECTED', found.join('\n'));
      },
    ];
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(key, fc.constantFrom(...places), async (text, place) => {
        let said = '';
        try {
          await place(text);
        } catch (error) {
          refused++;
          const {message, hint, cause, stack} = error as Failure;
          said = [message, hint ?? '', inspect(cause), stack ?? '', inspect(error, {depth: 9})].join('\n');
        }
        expect(leak(said, secrets)).toBeUndefined();
        expect(said).not.toContain(passphrase);
      }),
      {numRuns: 1000},
    );
    expect(refused).toBeGreaterThan(700);
  });

  it('is in no inspection of a signer or a loaded key', async () => {
    const loaded = await load(texts[0] ?? '');
    const signer = createSigner({privateKey: loaded.privateKey, keyPairId: 'K2JCJMDEHXQW5F'});
    for (const value of [loaded, signer])
      expect(
        leak(inspect(value, {depth: 9, showHidden: true}) + JSON.stringify(value), secrets),
      ).toBeUndefined();
    expect(createPrivateKey(texts[0] ?? '').equals(loaded.privateKey)).toBe(true);
  });
});

async function* input(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line);
}
