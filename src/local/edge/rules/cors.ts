import type {ResponseHeadersPolicyCorsConfig} from '@aws-sdk/client-cloudfront';
import {globMatches} from '../../wildcard.js';
import {field, type MutableFields, type ViewerRequest} from '../message.js';

const corsHeaders = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
];

const allMethods = 'GET, DELETE, HEAD, OPTIONS, PATCH, POST, PUT';

interface OriginPattern {
  readonly scheme: string | undefined;
  readonly host: string;
  /** undefined: the request's Origin must name no port. */
  readonly port: string | undefined;
}

const parsePattern = (pattern: string): OriginPattern => {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*?)(?::([\d*]+))?$/i.exec(pattern);
  const port = match?.[3];
  return {
    scheme: match?.[1]?.toLowerCase(),
    host: (match?.[2] ?? '').toLowerCase(),
    port,
  };
};

/**
 * Compiles AccessControlAllowOrigins (facts §15): no scheme = any scheme; no port = none given; `*.` leftmost = one or
 * more labels; `*` inside the port; a lone `*` = every origin.
 */
export const compileAllowedOrigins = (items: readonly string[]): ((origin: string) => boolean) => {
  if (items.includes('*')) return () => true;
  const patterns = items.map(parsePattern);
  return origin => {
    const match = /^([a-z][a-z0-9+.-]*):\/\/(.*?)(?::(\d+))?$/i.exec(origin);
    if (match === null) return false;
    const scheme = match[1]?.toLowerCase();
    const host = (match[2] ?? '').toLowerCase();
    const port = match[3];
    return patterns.some(
      pattern =>
        (pattern.scheme === undefined || pattern.scheme === scheme) &&
        (pattern.port === undefined
          ? port === undefined
          : port !== undefined && globMatches(pattern.port, port)) &&
        (pattern.host.startsWith('*.')
          ? host.length > pattern.host.length - 1 && host.endsWith(pattern.host.slice(1))
          : pattern.host === host),
    );
  };
};

const list = (items: readonly string[] | undefined): string | undefined =>
  items === undefined || items.length === 0 ? undefined : items.join(', ');

/**
 * Compiles a policy's CORS part to a change of response headers. Only CORS requests (with Origin) get CORS headers;
 * methods, headers and age only preflights. Without override any CORS header of the origin keeps all of the policy's out.
 */
export const compileCors = (
  config: ResponseHeadersPolicyCorsConfig,
): ((headers: MutableFields, viewer: ViewerRequest) => void) => {
  const origins = config.AccessControlAllowOrigins?.Items ?? [];
  const allowed = compileAllowedOrigins(origins);
  const credentials = config.AccessControlAllowCredentials === true;
  const anyOrigin = origins.includes('*') && !credentials;
  const methods = config.AccessControlAllowMethods?.Items ?? [];
  const preflightOnly = {
    'access-control-allow-methods': methods.includes('ALL') ? allMethods : list(methods),
    'access-control-allow-headers': list(config.AccessControlAllowHeaders?.Items),
    'access-control-max-age':
      config.AccessControlMaxAgeSec === undefined ? undefined : String(config.AccessControlMaxAgeSec),
  };
  const exposed = list(config.AccessControlExposeHeaders?.Items);
  return (headers, viewer) => {
    const origin = field(viewer.headers, 'origin');
    if (origin === undefined) return;
    if (config.OriginOverride !== true && corsHeaders.some(name => name in headers)) return;
    if (!allowed(origin)) return;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain record of header fields
    for (const name of corsHeaders) delete headers[name];
    headers['access-control-allow-origin'] = anyOrigin ? '*' : origin;
    if (!anyOrigin) addVary(headers, 'Origin');
    if (credentials) headers['access-control-allow-credentials'] = 'true';
    if (viewer.method === 'OPTIONS' && viewer.headers['access-control-request-method'] !== undefined) {
      for (const [name, value] of Object.entries(preflightOnly))
        if (value !== undefined) headers[name] = value;
    } else if (exposed !== undefined) headers['access-control-expose-headers'] = exposed;
  };
};

const addVary = (headers: MutableFields, name: string): void => {
  const vary = field(headers, 'vary');
  const listed =
    vary?.split(',').some(part => [name.toLowerCase(), '*'].includes(part.trim().toLowerCase())) === true;
  if (!listed) headers['vary'] = vary === undefined || vary === '' ? name : `${vary}, ${name}`;
};
