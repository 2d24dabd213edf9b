import {isIPv4, isIPv6} from 'node:net';
import {quoted, refusal} from './refusal.js';

const hint = 'Write one IPv4 address such as 192.0.2.17, or a range such as 192.0.2.0/24.';

/**
 * `a.b.c.d/n` for an address or a range; CloudFront wants `/32` on a single address and knows no IPv6.
 * @throws Failure IP_V6, IP_NOT_CIDR, IP_HOST_BITS, IP_EVERYBODY.
 */
export function readIpRange(value: string): string {
  const [address = '', bits = '32', ...rest] = value.split('/');
  if (isIPv6(address) || (address.includes(':') && !address.includes('.'))) {
    throw refusal(
      'IP_V6',
      `The IP range ${quoted(value, 60)} is IPv6, which CloudFront's policies do not support.`,
      'Name an IPv4 range, and disable IPv6 on the distribution; or leave the range out.',
    );
  }
  if (!isIPv4(address) || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(bits) || Number(bits) > 32)
    throw refusal('IP_NOT_CIDR', `The IP range ${quoted(value, 60)} is not IPv4 CIDR.`, hint);
  if (bits === '0') {
    throw refusal(
      'IP_EVERYBODY',
      `The IP range ${quoted(value, 60)} is everybody.`,
      'Leave the range out: without one any address may come.',
    );
  }
  const network = masked(address, Number(bits));
  if (network !== toNumber(address)) {
    throw refusal(
      'IP_HOST_BITS',
      `The IP range ${quoted(value, 60)} names an address inside the range, not the range.`,
      `Write ${toText(network)}/${bits} for the range, or ${address} for that one address.`,
    );
  }
  return `${address}/${bits}`;
}

/** Whether a viewer's address is in an `a.b.c.d[/n]`; undefined where that is no IPv4 range. */
export function inRange(viewer: string, range: string): boolean | undefined {
  const [address = '', bits = '32', ...rest] = range.split('/');
  if (!isIPv4(address) || rest.length > 0 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
  const viewer4 = viewer.replace(/^::ffff:/i, '');
  if (!isIPv4(viewer4)) return false;
  return masked(viewer4, Number(bits)) === masked(address, Number(bits));
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map(shift => (value >>> shift) & 255).join('.');
}

function masked(address: string, bits: number): number {
  const size = 2 ** (32 - bits);
  return Math.floor(toNumber(address) / size) * size;
}
