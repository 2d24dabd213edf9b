/** The CloudFront Function that answers for a site in maintenance, and what it remembers. */
import {STATUS_CODES} from 'node:http';
import {Failure} from '../../failure.js';
import {maxFunctionBytes} from '../functions.js';
import type {PutAside} from './associations.js';
import {prefixOf} from './ip-prefix.js';

/** What stands in the first line of the code, so that any machine can take it back. */
export interface MaintenanceNote {
  readonly version: 1;
  readonly distributionId: string;
  /** ISO 8601. */
  readonly since: string;
  /** Path patterns; empty: all paths. */
  readonly paths: readonly string[];
  readonly status: number;
  /** Seconds. */
  readonly retryAfter: number;
  /** CIDR blocks or addresses whose requests go on. */
  readonly allowIps: readonly string[];
  readonly putAside: readonly PutAside[];
}

/** The name follows from the distribution, so that it is found again. */
export const maintenanceName = (distributionId: string): string => `frontctl-maintenance-${distributionId}`;

const head = '// frontctl maintenance ';

/** Line separators end a comment or a string of ECMAScript 5. */
const json = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, mark => `\\u${mark.charCodeAt(0).toString(16)}`);

/** Whole paths: `*` is any run of characters, `?` one. */
const asRegExp = (pattern: string): string => {
  const body = pattern
    .replace(/^(?![/*])/, '/')
    .replace(/[\\^$.+()[\]{}|/]/g, String.raw`\$&`)
    .replaceAll('?', '.')
    .replaceAll('*', '.*');
  return `/^${body}$/`;
};

/** Failures IP_RANGE (exit 2), MAINTENANCE_TOO_LARGE (exit 6). */
export function maintenanceCode(note: MaintenanceNote, page: string): string {
  const lines = [
    head + json(note),
    `var page = ${json(page)};`,
    `var paths = [${note.paths.map(asRegExp).join(', ')}];`,
    `var allowed = ${json(note.allowIps.map(prefixOf))};`,
    ...(note.allowIps.length === 0 ? [] : [bitsCode]),
    'function handler(event) {',
    '  var request = event.request;',
    '  if (paths.length > 0 && !paths.some(function (path) { return path.test(request.uri); })) return request;',
    ...(note.allowIps.length === 0
      ? []
      : [
          '  var viewer = bits(event.viewer.ip);',
          '  if (allowed.some(function (each) { return viewer.length === each[0] && viewer.indexOf(each[1]) === 0; })) return request;',
        ]),
    '  return {',
    `    statusCode: ${note.status},`,
    `    statusDescription: ${json(STATUS_CODES[note.status] ?? 'Unavailable')},`,
    '    headers: {',
    "      'content-type': {value: 'text/html; charset=utf-8'},",
    "      'cache-control': {value: 'no-store'},",
    ...(note.retryAfter > 0 ? [`      'retry-after': {value: '${note.retryAfter}'},`] : []),
    '    },',
    "    body: {encoding: 'text', data: page}",
    '  };',
    '}',
    '',
  ];
  const code = lines.join('\n');
  const bytes = Buffer.byteLength(code);
  if (bytes > maxFunctionBytes) {
    const over = bytes - maxFunctionBytes;
    const size = (n: number): string => n.toLocaleString('en-US');
    throw new Failure(
      'refused',
      'MAINTENANCE_TOO_LARGE',
      `The page (${size(Buffer.byteLength(page))} bytes) and what is to be put back later make a function of ${size(bytes)} bytes; CloudFront takes ${size(maxFunctionBytes)}.`,
      {hint: `Make the page ${size(over)} bytes shorter; its images and styles may come from another host.`},
    );
  }
  return code;
}

/** `prefixOf` of one address, in the JavaScript that CloudFront runs. */
const bitsCode = `function bits(ip) {
  function binary(part, radix, width) { return ('0000000000000000' + parseInt(part, radix).toString(2)).slice(-width); }
  if (ip.indexOf(':') < 0) return ip.split('.').map(function (part) { return binary(part, 10, 8); }).join('');
  var halves = ip.split('::');
  var left = halves[0] === '' ? [] : halves[0].split(':');
  var right = halves.length < 2 || halves[1] === '' ? [] : halves[1].split(':');
  while (halves.length === 2 && left.length + right.length < 8) left.push('0');
  return left.concat(right).map(function (part) { return binary(part, 16, 16); }).join('');
}`;

/** What a function remembers; undefined where it is not ours. */
export function readNote(code: string): MaintenanceNote | undefined {
  if (!code.startsWith(head)) return undefined;
  try {
    const note: unknown = JSON.parse(code.slice(head.length, code.indexOf('\n')));
    return isNote(note) ? note : undefined;
  } catch {
    return undefined;
  }
}

function isNote(value: unknown): value is MaintenanceNote {
  if (typeof value !== 'object' || value === null) return false;
  const {version, putAside, paths, since, allowIps} = value as Partial<
    Record<keyof MaintenanceNote, unknown>
  >;
  return (
    version === 1 &&
    typeof since === 'string' &&
    [putAside, paths, allowIps].every(list => Array.isArray(list))
  );
}

/** For sites that bring none. */
export const plainPage =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<title>Back soon</title><style>body{font:1.1em/1.5 system-ui,sans-serif;display:grid;place-items:center;' +
  'min-height:90vh;margin:0;text-align:center}</style><main><h1>We will be back soon</h1>' +
  '<p>This site is being worked on. Please try again in a few minutes.</p></main></html>\n';
