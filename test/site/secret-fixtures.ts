/** Secrets as they look, each made when a test runs or put together from parts: none stands in these files. */
import {createCipheriv, generateKeyPairSync, randomBytes} from 'node:crypto';
import {crc32} from 'node:zlib';

export const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** The same characters at every run, as random as they come. */
export function noise(length: number, from = alphanumeric, seed = 7): string {
  let state = seed;
  return Array.from({length}, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from[(state >>> 16) % from.length];
  }).join('');
}

/** The six characters that GitHub and npm end a token with. */
function checksum(text: string): string {
  const order = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let [rest, made] = [crc32(text), ''];
  while (made.length < 6) {
    made = `${order[rest % 62]!}${made}`;
    rest = Math.floor(rest / 62);
  }
  return made;
}
export const checked = (prefix: string, random = noise(30)): string =>
  `${prefix}${random}${checksum(random)}`;

const pemOf = (make: () => {privateKey: unknown}): string => make().privateKey as string;
const spki = {type: 'spki', format: 'pem'} as const;
const pkcs8 = {type: 'pkcs8', format: 'pem'} as const;
export const keys = {
  rsa: pemOf(() =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: spki,
      privateKeyEncoding: {type: 'pkcs1', format: 'pem'},
    }),
  ),
  rsaPkcs8: pemOf(() =>
    generateKeyPairSync('rsa', {modulusLength: 1024, publicKeyEncoding: spki, privateKeyEncoding: pkcs8}),
  ),
  ec: pemOf(() =>
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: spki,
      privateKeyEncoding: {type: 'sec1', format: 'pem'},
    }),
  ),
  ed25519: pemOf(() => generateKeyPairSync('ed25519', {publicKeyEncoding: spki, privateKeyEncoding: pkcs8})),
  encrypted: pemOf(() =>
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: spki,
      privateKeyEncoding: {...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x'},
    }),
  ),
};
export const publicKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: spki,
  privateKeyEncoding: pkcs8,
}).publicKey;
export const der = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: {type: 'spki', format: 'der'},
  privateKeyEncoding: {type: 'sec1', format: 'der'},
});

export const dashes = '-'.repeat(5);
export const begin = (kind: string): string => `${dashes}BEGIN ${kind}${dashes}`;
export const lines = (base64: string, width = 64): string =>
  base64.replace(new RegExp(`.{${width}}`, 'g'), '$&\n');
export const opensshKey = `${begin('OPENSSH PRIVATE KEY')}\n${lines(
  Buffer.concat([
    Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01\0\0\x003'),
    randomBytes(200),
  ]).toString('base64'),
  70,
)}`;
export const legacyEncrypted = `${begin('RSA PRIVATE KEY')}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${noise(32, '0123456789ABCDEF')}\n\n${lines(
  createCipheriv('aes-128-cbc', randomBytes(16), randomBytes(16)).update(randomBytes(600)).toString('base64'),
)}`;
export const pgpKey = `${begin('PGP PRIVATE KEY BLOCK')}\nVersion: GnuPG v2\n\n${lines(`lQ${randomBytes(600).toString('base64')}`)}`;

export const accessKeyId = `AKIA${noise(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
export const secretKey = noise(40, `${alphanumeric}/+`, 11);
export const jwt = [`eyJ${noise(30)}`, noise(200), noise(80)].join('.');
