import {parseCacheControl} from './freshness.js';
import {field, type Fields, type MutableFields} from '../message.js';

const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-cache',
  'x-amz-cf-id',
  'x-amz-cf-pop',
  'age',
]);

const fromS3 = new Set(['x-amz-id-2', 'x-amz-request-id']);

const deviceHeaders = [
  'cloudfront-is-desktop-viewer',
  'cloudfront-is-mobile-viewer',
  'cloudfront-is-smarttv-viewer',
  'cloudfront-is-tablet-viewer',
];

export interface ViewerHeaderRules {
  readonly s3: boolean;
  /** Whether any cookie is forwarded: else Set-Cookie is stripped (facts §4). */
  readonly cookiesForwarded: boolean;
  /** Lowercase request header names that the origin gets; undefined = all. */
  readonly forwarded: ReadonlySet<string> | undefined;
  /** For a cacheable request `no-cache="Set-Cookie"` keeps cookies out of the stored copy. */
  readonly minTtl: number;
}

/** What remains of the origin's response headers (facts §10, "to the viewer"); lowercase names. */
export const headersToViewer = (headers: Fields, rules: ViewerHeaderRules): MutableFields => {
  const out: MutableFields = {};
  for (const [name, value] of Object.entries(headers)) {
    if (dropped.has(name) || (rules.s3 && fromS3.has(name))) continue;
    if (name === 'set-cookie' && !rules.cookiesForwarded) continue;
    if (name === 'vary') {
      const vary = varyToViewer(value, rules);
      if (vary !== undefined) out[name] = vary;
      continue;
    }
    out[name] = value;
  }
  return out;
};

/** Custom origins: Vary keeps what can differ through this edge; `Vary: *` goes when MinTTL is above 0. */
const varyToViewer = (value: string | readonly string[], rules: ViewerHeaderRules): string | undefined => {
  const names = (typeof value === 'string' ? value : value.join(',')).split(',').map(name => name.trim());
  if (names.includes('*')) return rules.minTtl > 0 ? undefined : '*';
  if (rules.s3) return names.join(', ');
  const kept = names.filter(raw => {
    const name = raw.toLowerCase();
    if (name === 'accept-encoding' || name === 'cookie' || rules.forwarded === undefined) return true;
    if (name === 'user-agent' && deviceHeaders.some(header => rules.forwarded?.has(header) === true))
      return true;
    return rules.forwarded.has(name);
  });
  return kept.length === 0 ? undefined : kept.join(', ');
};

/** Whether Set-Cookie may be replayed on hits: not under `Cache-Control: no-cache="Set-Cookie"`. */
export const replaysCookies = (headers: Fields): boolean => {
  const limited = parseCacheControl(field(headers, 'cache-control')).get('no-cache') ?? '';
  return !limited
    .toLowerCase()
    .split(',')
    .some(name => name.trim() === 'set-cookie');
};
