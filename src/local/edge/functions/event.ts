import {STATUS_CODES} from 'node:http';
import {cloudFrontHeader} from '../rules/cloudfront-headers.js';
import type {Exchange} from '../exchange.js';
import type {Fields, Reply} from '../message.js';
import {isHidden} from './header-rules.js';

/**
 * The event object of a CloudFront function, version 1.0, and back. Developer guide, "CloudFront Functions event
 * structure".
 */

/** A header, cookie or query parameter. */
export interface EventField {
  readonly value: string;
  /** All values, the first included; only where the name came more than once. */
  readonly multiValue?: readonly EventValue[];
  /** Of a response's cookie: what follows `name=value; `. */
  readonly attributes?: string;
}

type EventValue = Pick<EventField, 'value' | 'attributes'>;

export type EventFields = Readonly<Record<string, EventField>>;

export interface EventRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: EventFields;
  readonly headers: EventFields;
  readonly cookies: EventFields;
}

export interface EventResponse {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: EventFields;
  readonly cookies: EventFields;
}

export interface FunctionEvent {
  readonly version: '1.0';
  readonly context: {
    readonly distributionDomainName: string;
    readonly distributionId: string;
    readonly eventType: 'viewer-request' | 'viewer-response';
    readonly requestId: string;
  };
  readonly viewer: {readonly ip: string};
  readonly request: EventRequest;
  readonly response?: EventResponse;
}

export function functionEvent(
  {viewer, distribution}: Exchange,
  request: EventRequest,
  response?: EventResponse,
): FunctionEvent {
  return {
    version: '1.0',
    context: {
      distributionDomainName: distribution.domainName,
      distributionId: distribution.id,
      eventType: response === undefined ? 'viewer-request' : 'viewer-response',
      requestId: viewer.id,
    },
    viewer: {ip: viewer.address},
    request,
    ...(response && {response}),
  };
}

export function requestOf({viewer, behavior}: Exchange): EventRequest {
  const headers: (readonly [string, EventValue])[] = [];
  const cookies: (readonly [string, EventValue])[] = [];
  for (const [name, lines] of Object.entries(requestLines(viewer))) {
    for (const line of lines) {
      if (name === 'cookie') cookies.push(...requestCookies(line));
      else if (!isHidden(name)) headers.push([name, {value: line}]);
    }
  }
  for (const name of [...behavior.headers.listed, ...behavior.keyed.headers]) {
    if (!name.startsWith('cloudfront-') || headers.some(([known]) => known === name)) continue;
    const value = cloudFrontHeader(name, viewer);
    if (value !== undefined) headers.push([name, {value}]);
  }
  return {
    method: viewer.method,
    uri: fromWire(viewer.path),
    querystring: collapse(queryParameters(fromWire(viewer.query))),
    headers: collapse(headers),
    cookies: collapse(cookies),
  };
}

/** Header values by lowercase name, one a line of the request; an earlier function's changes are in `headers` only. */
function requestLines({
  headers,
  rawHeaders,
  host,
  port,
}: Exchange['viewer']): Readonly<Record<string, readonly string[]>> {
  const lines = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (name.startsWith(':')) continue;
    lines.set(name, [...(lines.get(name) ?? []), fromWire(rawHeaders[i + 1] ?? '')]);
  }
  const out: [string, readonly string[]][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    const whole = typeof value === 'string' ? value : value.join(', ');
    const raw = lines.get(name) ?? [];
    const same = raw.join(name === 'cookie' ? '; ' : ', ') === fromWire(whole);
    out.push([name, same ? raw : [fromWire(whole)]]);
  }
  // HTTP/2 names the host in :authority.
  if (headers['host'] === undefined) out.push(['host', [port === undefined ? host : `${host}:${port}`]]);
  return Object.fromEntries(out);
}

export function responseOf({status, headers, reason}: Reply): EventResponse {
  const {'set-cookie': cookies = [], ...plain} = headers;
  const lines = Object.entries(plain).flatMap(([name, value]) =>
    isHidden(name)
      ? []
      : (typeof value === 'string' ? [value] : value).map(one => [name, {value: fromWire(one)}] as const),
  );
  return {
    statusCode: status,
    statusDescription: reason ?? STATUS_CODES[status] ?? '',
    headers: collapse(lines),
    cookies: collapse((typeof cookies === 'string' ? [cookies] : cookies).map(responseCookie)),
  };
}

/** The parameters of a query in order, not decoded. */
export function queryParameters(query: string): (readonly [string, EventValue])[] {
  return query
    .split('&')
    .filter(part => part !== '')
    .map(part => splitAt(part, '='));
}

const requestCookies = (line: string): (readonly [string, EventValue])[] =>
  line
    .split(';')
    .map(part => part.trim())
    .filter(part => part !== '')
    .map(part => splitAt(part, '='));

function responseCookie(line: string): readonly [string, EventValue] {
  const text = fromWire(line);
  const end = text.indexOf(';');
  const [name, {value}] = splitAt(end === -1 ? text : text.slice(0, end), '=');
  return [name.trim(), end === -1 ? {value} : {value, attributes: text.slice(end + 1).trim()}];
}

function splitAt(text: string, mark: string): readonly [string, EventValue] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, {value: ''}] : [text.slice(0, at), {value: text.slice(at + 1)}];
}

/** One field a name; `multiValue` where the name comes more than once. */
export function collapse(pairs: readonly (readonly [string, EventValue])[]): EventFields {
  const byName = new Map<string, EventValue[]>();
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), value]);
  return Object.fromEntries(
    [...byName].map(([name, values]) => {
      const [first = {value: ''}] = values;
      return [name, values.length === 1 ? first : {...first, multiValue: values}];
    }),
  );
}

/** Node reads and writes header bytes as Latin-1; functions see UTF-8, or Latin-1 where the bytes are no UTF-8. */
export function fromWire(text: string): string {
  // eslint-disable-next-line no-control-regex -- every byte of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

export const toWire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Whether two sets of fields say the same. */
export const sameFields = (a: Fields | EventFields, b: Fields | EventFields): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
