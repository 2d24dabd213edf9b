/** What access tokens of well-known services look like. Pure. */
import {crc32} from 'node:zlib';
import {pieces} from './randomness.js';

export interface TokenRule {
  /** How its tokens begin, four characters each. */
  readonly beginnings: readonly string[];
  /** Sticky: tried where the beginning stands. The group `noise` is the part that must look random. */
  readonly shape: RegExp;
  /** Completes "holds ...". */
  readonly what: string;
  /** In place of the look at `noise`. */
  readonly accepts?: (token: RegExpExecArray) => boolean;
}

/**
 * GitHub and npm end their tokens with a checksum, so that scanners need not guess
 * (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
 */
const hasChecksum = ({groups}: RegExpExecArray): boolean =>
  base62(crc32(groups?.['noise'] ?? '')) === groups?.['checksum'];

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base62(value: number): string {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) text = `${digits[rest % 62] ?? ''}${text}`;
  return text.padStart(6, '0');
}

/**
 * Tokens that let their holder in and that no page needs. Not among them: keys that are made to stand in pages (Google's
 * `AIza...`, Stripe's `pk_live_...`, Sentry's, Mapbox's `pk...`) and test keys.
 */
export const tokenRules: readonly TokenRule[] = [
  {
    beginnings: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    shape: /gh[pousr]_(?<noise>[A-Za-z0-9]{30})(?<checksum>[A-Za-z0-9]{6})(?![A-Za-z0-9])/y,
    what: 'a GitHub token',
    accepts: hasChecksum,
  },
  {
    // Installation tokens since 2026: ghs_APPID_JWT.
    beginnings: ['ghs_'],
    shape: /ghs_\d+_eyJ[\w-]{10,}\.[\w-]{20,}\.(?<noise>[\w-]{20,})/y,
    what: 'a GitHub token',
  },
  {
    beginnings: ['gith'],
    shape: /github_pat_[A-Za-z0-9]{22}_(?<noise>[A-Za-z0-9]{59})/y,
    what: 'a GitHub token',
  },
  {
    beginnings: ['glpa', 'glpt', 'gldt', 'glrt', 'glcb', 'gloa'],
    shape: /gl(?:pat|ptt|dt|rt|cbt|oas)-(?<noise>[\w-]{20,})/y,
    what: 'a GitLab token',
  },
  {
    beginnings: ['npm_'],
    shape: /npm_(?<noise>[A-Za-z0-9]{30})(?<checksum>[A-Za-z0-9]{6})(?![A-Za-z0-9])/y,
    what: 'an npm token',
    accepts: hasChecksum,
  },
  {
    beginnings: ['xoxa', 'xoxb', 'xoxe', 'xoxo', 'xoxp', 'xoxr', 'xoxs'],
    shape: /xox[abeoprs]-(?:\d+-)+(?<noise>[A-Za-z0-9]{20,})/y,
    what: 'a Slack token',
  },
  {beginnings: ['xapp'], shape: /xapp-\d-[A-Z0-9]+-\d+-(?<noise>[a-f0-9]{32,})/y, what: 'a Slack token'},
  {
    beginnings: ['com/'],
    shape: /(?<=hooks\.slack\.)com\/services\/T[A-Z0-9]{7,}\/B[A-Z0-9]{7,}\/(?<noise>[A-Za-z0-9]{20,})/y,
    what: 'the address of a Slack webhook',
  },
  {
    beginnings: ['sk_l', 'rk_l'],
    shape: /[sr]k_live_(?<noise>[A-Za-z0-9]{24,})/y,
    what: 'a secret key of Stripe',
  },
  {
    beginnings: ['sk-a'],
    shape: /sk-ant-(?:api|admin)\d\d-(?<noise>[\w-]{80,})/y,
    what: 'an Anthropic API key',
  },
  {
    beginnings: ['sk-p', 'sk-s', 'sk-a'],
    shape: /sk-(?:proj|svcacct|admin)-(?<noise>[\w-]{20,})T3BlbkFJ[\w-]{20,}/y,
    what: 'an OpenAI API key',
  },
];

/** Whether `text` looks drawn at random, which placeholders (`xxxx`, `YourTokenHere`, `AbCdEf123456`) do not. */
export function isNoise(text: string): boolean {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/].filter(kind => kind.test(text)).length;
  return kinds >= 2 && pieces(text).length * 5 >= text.length && new Set(text).size >= 10 && !counts(text);
}

/** Five characters in order: `abcde`, `12345`, `AbCdE`. */
function counts(text: string): boolean {
  const letters = text.toLowerCase();
  let inOrder = 1;
  for (let i = 1; i < letters.length; i++) {
    inOrder = letters.charCodeAt(i) === letters.charCodeAt(i - 1) + 1 ? inOrder + 1 : 1;
    if (inOrder === 5) return true;
  }
  return false;
}
