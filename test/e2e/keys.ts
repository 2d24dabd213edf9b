/** A project with keys in it, and a memory of all that frontctl says there. */
import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {chmodSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import type {Run, RunOptions} from './cli.js';
import {keepSaid, type Said} from './key-material.js';
import {workspace, type Workspace} from './workspace.js';

export const passphrase = 'open-sesame';
export const rsa = generateKeyPairSync('rsa', {modulusLength: 2048});
export const ec = generateKeyPairSync('ec', {namedCurve: 'prime256v1'});

const pkcs8 = (key: KeyObject): string => key.export({type: 'pkcs8', format: 'pem'}) as string;
export const spki = (key: KeyObject): string => key.export({type: 'spki', format: 'pem'}) as string;

export const rsaPem = pkcs8(rsa.privateKey);
export const ecPem = pkcs8(ec.privateKey);
export const encryptedPem = rsa.privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase,
}) as string;

export interface KeyProject extends Workspace {
  /** Runs frontctl under DEBUG=frontctl, and remembers what it says. */
  readonly run: Workspace['run'];
  /** What a run prints that ends well and says nothing on stderr; without its last line break. */
  good(args: readonly string[], options?: RunOptions): Promise<string>;
  remember(said: Said): void;
  /** Fails when any of at least `runs` runs has shown a piece of a private key, a passphrase, or a signature on stderr. */
  expectNoSecrets(runs: number): void;
}

/** rsa.pem, ec.pem, encrypted.pem, rsa.pub and ec.pub. */
export function keyProject(): KeyProject {
  const project = workspace();
  const said: Said[] = [];
  project.write({
    'rsa.pem': rsaPem,
    'ec.pem': ecPem,
    'encrypted.pem': encryptedPem,
    'rsa.pub': spki(rsa.publicKey),
    'ec.pub': spki(ec.publicKey),
  });
  for (const name of ['rsa.pem', 'ec.pem', 'encrypted.pem']) chmodSync(join(project.dir, name), 0o600);
  const run = async (args: readonly string[], options: RunOptions = {}): Promise<Run> => {
    const done = await project.run(args, {...options, env: {DEBUG: 'frontctl', ...options.env}});
    said.push({args, stdout: done.stdout, stderr: done.stderr});
    return done;
  };
  return {
    ...project,
    run,
    good: async (args, options) => {
      const {code, stdout, stderr} = await run(args, options);
      expect({code, stderr}).toEqual({code: 0, stderr: ''});
      return stdout.replace(/\n$/, '');
    },
    remember: one => {
      said.push(one);
      keepSaid(one);
    },
    expectNoSecrets: runs => {
      expect(said.length).toBeGreaterThanOrEqual(runs);
      const lines = [rsaPem, ecPem, encryptedPem].flatMap(pem => pem.trim().split('\n').slice(1, -1));
      const pieces = lines
        .flatMap(line => [line.slice(0, 24), line.slice(-24)])
        .filter(piece => piece.length >= 16);
      expect(pieces.length).toBeGreaterThan(60);
      const secrets = [...pieces, passphrase, 'PRIVATE KEY-----'];
      const isLeak = ({stdout, stderr}: Said): boolean =>
        secrets.some(secret => stdout.includes(secret) || stderr.includes(secret)) ||
        /(?:Signature|Policy)[=\t][\w~-]{20}/.test(stderr);
      expect(said.filter(isLeak).map(({args}) => args.slice(0, 2))).toEqual([]);
    },
  };
}
