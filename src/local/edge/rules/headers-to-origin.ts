import {transferHeaders} from '../choices.js';
import {cloudFrontHeader} from './cloudfront-headers.js';
import {field, type ViewerRequest} from '../message.js';

/** Which viewer headers a behavior lets through; names in lowercase. */
export type HeaderForwarding =
  | {readonly kind: 'legacy'; readonly listed: ReadonlySet<string>; readonly optionsCached: boolean}
  | {readonly kind: 'listed'; readonly listed: ReadonlySet<string>}
  /** Every viewer header but the excepted ones; CloudFront-* headers only as `listed` (cache policy included). */
  | {readonly kind: 'all'; readonly except: ReadonlySet<string>; readonly listed: ReadonlySet<string>};

/** About the connection, never about the request: no setting forwards them. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
]);

/** Made by the edge itself further down, whatever the viewer sent. */
const automatic = new Set([
  'host',
  'user-agent',
  'cookie',
  'accept-encoding',
  'x-forwarded-for',
  'via',
  'x-amz-cf-id',
]);

const legacyRemoved = new Set([
  'accept',
  'accept-charset',
  'accept-language',
  'referer',
  'x-forwarded-proto',
  'x-http-method-override',
  'x-real-ip',
]);

const readOnlyMethods = new Set(['GET', 'HEAD']);

const passes = (name: string, method: string, rule: HeaderForwarding): boolean => {
  switch (rule.kind) {
    case 'listed':
      return rule.listed.has(name) || transferHeaders.has(name);
    case 'all':
      return !rule.except.has(name);
    case 'legacy':
      if (rule.listed.has(name)) return true;
      if (legacyRemoved.has(name)) return false;
      if (name === 'authorization')
        return !(readOnlyMethods.has(method) || (method === 'OPTIONS' && rule.optionsCached));
      return true;
  }
};

/** Whether the viewer's own value of an automatic header (Host, User-Agent) goes to the origin. */
export const forwardsOwn = (name: string, rule: HeaderForwarding): boolean =>
  rule.kind === 'all' ? !rule.except.has(name) : rule.listed.has(name);

export interface OriginHeaderInput {
  readonly viewer: ViewerRequest;
  readonly method: string;
  readonly rule: HeaderForwarding;
  /** Selected cookies, sorted; '' when none. */
  readonly cookies: string;
  /** 'viewer': an ordinary header. Otherwise what normalisation leaves (undefined: none). */
  readonly acceptEncoding: 'viewer' | {readonly value: string | undefined};
  readonly origin: {
    /** With the port where it is not the scheme's own. */
    readonly host: string;
    readonly customHeaders: readonly (readonly [name: string, value: string])[];
  };
  /** `<id>.cloudfront.net (CloudFront)`, the part of Via after the version. */
  readonly via: string;
}

/**
 * The request headers for the origin, lowercase names (facts §3 and §10;
 * docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html).
 */
export const headersToOrigin = (input: OriginHeaderInput): Record<string, string> => {
  const {viewer, rule, method} = input;
  const out: Record<string, string> = {};
  for (const name of Object.keys(viewer.headers)) {
    if (name.startsWith(':') || hopByHop.has(name) || automatic.has(name)) continue;
    if (name.startsWith('x-edge-') || name.startsWith('x-amz-cf-') || name.startsWith('cloudfront-'))
      continue;
    const value = field(viewer.headers, name);
    if (value !== undefined && passes(name, method, rule)) out[name] = value;
  }
  for (const name of rule.listed) {
    const value = name.startsWith('cloudfront-') ? cloudFrontHeader(name, viewer) : undefined;
    if (value !== undefined) out[name] = value;
  }
  const own = (name: string): string | undefined =>
    forwardsOwn(name, rule) ? field(viewer.headers, name) : undefined;
  out['host'] = forwardsOwn('host', rule) ? viewerHost(viewer) : input.origin.host;
  out['user-agent'] = own('user-agent') ?? 'Amazon CloudFront';
  const encoding = input.acceptEncoding === 'viewer' ? own('accept-encoding') : input.acceptEncoding.value;
  if (encoding !== undefined) out['accept-encoding'] = encoding;
  if (input.cookies !== '') out['cookie'] = input.cookies;
  const passed = field(viewer.headers, 'x-forwarded-for');
  out['x-forwarded-for'] = passed === undefined ? viewer.address : `${passed}, ${viewer.address}`;
  const via = field(viewer.headers, 'via');
  out['via'] = `${via === undefined ? '' : `${via}, `}${viewer.httpVersion} ${input.via}`;
  out['x-amz-cf-id'] = viewer.id;
  for (const [name, value] of input.origin.customHeaders) out[name] = value;
  return out;
};

const viewerHost = (viewer: ViewerRequest): string =>
  viewer.port === undefined ? viewer.host : `${viewer.host}:${viewer.port}`;
