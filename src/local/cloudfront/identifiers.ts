import {createHash} from 'node:crypto';
import {accountId} from '../types.js';

/** Source of randomness: `size` unpredictable bytes (`crypto.randomBytes`), or a fixed sequence in tests. */
export type RandomBytes = (size: number) => Uint8Array;

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function letters(random: RandomBytes, size: number): string {
  return Array.from(random(size), byte => upper.charAt(byte % upper.length)).join('');
}

/** `E2QWRUHAPOMQZL`: distributions, OACs, OAIs and every ETag. Invalidations begin with `I`, public keys with `K`. */
export function shortId(random: RandomBytes, prefix: 'E' | 'I' | 'K'): string {
  return prefix + letters(random, 13);
}

/** `d111111abcdef8.cloudfront.net` */
export function distributionDomain(random: RandomBytes): string {
  return `d${letters(random, 13).toLowerCase()}.cloudfront.net`;
}

/** A version 4 UUID (RFC 9562): policies and key groups. */
export function uuid(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const distributionArn = (id: string): string => `arn:aws:cloudfront::${accountId}:distribution/${id}`;

export const functionArn = (name: string): string => `arn:aws:cloudfront::${accountId}:function/${name}`;

/** `Location` header of a create answer. */
export const location = (path: string): string => `https://cloudfront.amazonaws.com/2020-05-31/${path}`;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
