import {isIP, isIPv4} from 'node:net';
import {Failure} from '../../failure.js';

/** Bits of an address and, as `0` and `1`, those that a block fixes. */
export type IpPrefix = readonly [bits: 32 | 128, prefix: string];

/** `203.0.113.0/24`, `2001:db8::/32` or one address. Failure IP_RANGE (exit 2). */
export function prefixOf(block: string): IpPrefix {
  const [address = '', length, ...rest] = block.split('/');
  // Dotted IPv4 at the end of an IPv6 address, and zones, are no spellings that CloudFront uses.
  const isPlain = isIP(address) !== 0 && !(address.includes(':') && /[.%]/.test(address));
  const bits = isIPv4(address) ? 32 : 128;
  const fixed = length === undefined ? bits : Number(length);
  if (!isPlain || rest.length > 0 || !/^\d{1,3}$/.test(length ?? '0') || fixed > bits) {
    throw new Failure('usage', 'IP_RANGE', `"${block}" is not an IP address or a CIDR block.`, {
      hint: 'Write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.',
    });
  }
  return [bits, (bits === 32 ? bits4(address) : bits6(address)).slice(0, fixed)];
}

const binary = (part: string, radix: number, width: number): string =>
  Number.parseInt(part, radix).toString(2).padStart(width, '0');

const bits4 = (address: string): string =>
  address
    .split('.')
    .map(part => binary(part, 10, 8))
    .join('');

function bits6(address: string): string {
  const [left = '', right] = address.split('::');
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const [first, last] = [groups(left), groups(right ?? '')];
  const zeros = right === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({length: zeros}, () => '0'), ...last]
    .map(part => binary(part, 16, 16))
    .join('');
}
