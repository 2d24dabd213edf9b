import {generateKeyPairSync, type KeyObject} from 'node:crypto';
import {chmodSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Config} from '../../../src/config/index.js';
import {Failure} from '../../../src/failure.js';
import {follow} from '../../../src/terminal/progress.js';
import type {Session} from '../../../src/terminal/session.js';

export const keyPairId = 'K2JCJMDEHXQW5F';
export const now = new Date('2026-11-21T12:00:00Z');

export const rsa = generateKeyPairSync('rsa', {modulusLength: 2048});
export const ec = generateKeyPairSync('ec', {namedCurve: 'prime256v1'});

export const privatePem = (key: KeyObject): string => key.export({type: 'pkcs8', format: 'pem'}) as string;
export const publicPem = (key: KeyObject): string => key.export({type: 'spki', format: 'pem'}) as string;

/** A new folder with these files, readable by their owner only. */
export function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'frontctl-sign-'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(dir, name), text);
    chmodSync(join(dir, name), 0o600);
  }
  return dir;
}

/** A session that knows a config and no cloud. */
export function session({
  config = {},
  root = tmpdir(),
  signal = new AbortController().signal,
}: {readonly config?: Config; readonly root?: string; readonly signal?: AbortSignal} = {}): Session {
  return {
    config: () => Promise.resolve({config, root, file: undefined, environment: undefined}),
    location: () => Promise.reject(new Error('no cloud here')),
    aws: () => Promise.reject(new Error('AWS was asked')),
    follow: work => follow(work, 'silent', process.stderr),
    signal,
    close: () => Promise.resolve(),
  };
}

export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<Failure> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('no Failure');
}
