import {createPublicKey} from 'node:crypto';
import {readFileSync, statSync, writeFileSync, mkdtempSync, readdirSync, rmSync, utimesSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  createKeyPair,
  ensureKeyPair,
  findKeyPair,
  loadPrivateKey,
  publicFileOf,
  publicKeyOf,
  readPublicFile,
} from '../../src/signing/index.js';

let dir: string;
const file = (name: string): string => join(dir, name);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'frontctl-pair-'));
});

afterEach(() => rmSync(dir, {recursive: true, force: true}));

describe('key files', () => {
  it.each([
    ['media.pem', 'media.pub.pem'],
    ['media.key', 'media.pub.pem'],
    ['media', 'media.pub.pem'],
    ['a.b.PEM', 'a.b.pub.pem'],
  ])('%s: the public key is %s', (path, expected) => {
    expect(publicFileOf(path)).toBe(expected);
  });

  it.each(['rsa', 'ecdsa'] as const)(
    'a new pair of type %s, private half for its owner only',
    async keyType => {
      const made = await createKeyPair({path: file('a.pem'), keyType});
      const {privateKey} = await loadPrivateKey({from: 'file', path: file('a.pem')}, {env: {}});
      expect(publicKeyOf(privateKey)).toBe(made.publicPem);
      expect(readFileSync(made.publicKeyFile, 'utf8')).toBe(made.publicPem);
      expect(readdirSync(dir).sort()).toEqual(['a.pem', 'a.pub.pem']);
      if (process.platform !== 'win32') expect(statSync(file('a.pem')).mode & 0o777).toBe(0o600);
      expect(await findKeyPair(file('a.pem'), undefined)).toEqual(made);
    },
  );

  it('never writes over a file, of either half', async () => {
    for (const taken of ['a.pem', 'b.pub.pem']) {
      writeFileSync(file(taken), 'mine');
      const path = file(`${taken[0] ?? ''}.pem`);
      await expect(createKeyPair({path, keyType: 'ecdsa'})).rejects.toMatchObject({
        code: 'KEY_FILE_EXISTS',
        exit: 'conflict',
      });
      expect(readFileSync(file(taken), 'utf8')).toBe('mine');
    }
    expect(readdirSync(dir).sort()).toEqual(['a.pem', 'b.pub.pem']);
  });

  it('goes on with what a killed run has left', async () => {
    const first = await ensureKeyPair({path: file('a.pem'), keyType: 'ecdsa'});
    expect(first.isNew).toBe(true);
    for (const rest of [undefined, '', first.publicPem.slice(0, 20)]) {
      if (rest === undefined) rmSync(first.publicKeyFile);
      else writeFileSync(first.publicKeyFile, rest);
      expect(await ensureKeyPair({path: file('a.pem')})).toEqual({...first, isNew: false});
      expect(readFileSync(first.publicKeyFile, 'utf8')).toBe(first.publicPem);
    }
    // Half a private key never stands under its own name; what is left of it goes, but not what a run is writing.
    const [left, running] = ['b.pem.0123abcd.part', 'b.pem.4567cdef.part'];
    for (const name of [left, running, 'b.pem.part', 'ab.pem.0123abcd.part'])
      writeFileSync(file(name), '-----BEGIN');
    utimesSync(file(left), 0, 0);
    utimesSync(file('ab.pem.0123abcd.part'), 0, 0);
    expect((await ensureKeyPair({path: file('b.pem'), keyType: 'ecdsa'})).isNew).toBe(true);
    expect(readdirSync(dir).filter(name => name.endsWith('.part'))).toEqual([
      'ab.pem.0123abcd.part',
      running,
      'b.pem.part',
    ]);
  });

  it('of several runs at once one gets the file, and it holds the key of which it knows the public half', async () => {
    for (let round = 0; round < 40; round++) {
      const path = file(`${round}.pem`);
      const all = await Promise.allSettled(
        Array.from({length: 6}, () => createKeyPair({path, keyType: 'ecdsa'})),
      );
      const made = all.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
      expect(made).toHaveLength(1);
      for (const each of all) {
        if (each.status === 'rejected') expect(each.reason).toMatchObject({code: 'KEY_FILE_EXISTS'});
      }
      expect(await findKeyPair(path, undefined)).toEqual(made[0]);
      expect(readFileSync(publicFileOf(path), 'utf8')).toBe(made[0]?.publicPem);
    }
    expect(readdirSync(dir).filter(name => name.endsWith('.part'))).toEqual([]);
  });

  it('refuses another type, a foreign public key beside it, and what is no key', async () => {
    const made = await createKeyPair({path: file('a.pem'), keyType: 'ecdsa'});
    await expect(ensureKeyPair({path: file('a.pem'), keyType: 'rsa'})).rejects.toMatchObject({
      code: 'KEY_TYPE_DIFFERS',
    });
    writeFileSync(made.publicKeyFile, 'theirs');
    await expect(ensureKeyPair({path: file('a.pem')})).rejects.toMatchObject({code: 'KEY_FILE_EXISTS'});
    expect(readFileSync(made.publicKeyFile, 'utf8')).toBe('theirs');
    await expect(readPublicFile(file('a.pem'))).rejects.toMatchObject({code: 'KEY_IS_PRIVATE'});
    await expect(readPublicFile(made.publicKeyFile)).rejects.toMatchObject({code: 'KEY_NOT_PEM'});
    await expect(readPublicFile(file('absent.pem'))).rejects.toMatchObject({code: 'KEY_UNREADABLE'});
    await expect(createKeyPair({path: file('no/such/dir.pem'), keyType: 'ecdsa'})).rejects.toMatchObject({
      code: 'KEY_UNWRITABLE',
      message: expect.stringMatching(/cannot be written: its folder does not exist\.$/) as string,
      hint: 'Make the folder first, or name a file in one that exists.',
    });
  });

  it('with a passphrase, the private half is encrypted', async () => {
    const options = {path: file('a.pem'), keyType: 'ecdsa', passphrase: 'open sesame'} as const;
    const made = await createKeyPair(options);
    expect(readFileSync(file('a.pem'), 'utf8')).toContain('ENCRYPTED PRIVATE KEY');
    expect(await ensureKeyPair(options)).toEqual({...made, isNew: false});
    await expect(ensureKeyPair({path: file('a.pem')})).rejects.toMatchObject({code: 'KEY_PASSPHRASE'});
    expect(createPublicKey(made.publicPem).asymmetricKeyType).toBe('ec');
  });
});
