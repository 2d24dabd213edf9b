import {STATUS_CODES} from 'node:http';
import {edgeServer} from '../choices.js';
import type {Exchange, Step} from '../exchange.js';
import type {Reply, ViewerRequest} from '../message.js';
import {readRequestAnswer, valuesOf, writeQuery, type RequestAnswer, type ResponseAnswer} from './answer.js';
import {functionEvent, requestOf, sameFields, toWire, type EventFields, type EventRequest} from './event.js';
import {failedRun, outcomeOf} from './outcome.js';
import {responseHeaders} from './response-fields.js';
import {runFunction} from './run.js';

/** The behavior's viewer-request function, if any: passes the request on, changed or not, or answers itself. */
export const runViewerRequest: Step = exchange => {
  const {viewerRequest} = exchange.behavior.functions;
  return viewerRequest === undefined ? undefined : run(exchange, viewerRequest);
};

async function run(
  exchange: Exchange,
  code: NonNullable<Exchange['behavior']['functions']['viewerRequest']>,
): Promise<Awaited<ReturnType<Step>>> {
  const before = requestOf(exchange);
  const event = functionEvent(exchange, before);
  const ran = await runFunction(code, JSON.stringify(event), exchange.clock.now());
  const outcome = outcomeOf(ran, json => readRequestAnswer(json, before));
  if (outcome.kind === 'failed') {
    return {reply: failedRun(outcome, exchange.viewer.id), customPage: false};
  }
  const {answer} = outcome;
  return answer.kind === 'response'
    ? {reply: generated(answer), customPage: false}
    : {next: rewritten(exchange, answer, before)};
}

/** The exchange with the request that the function returned; behavior and origin stay those of the viewer's path. */
function rewritten(exchange: Exchange, answer: RequestAnswer, before: EventRequest): Exchange {
  const {viewer, distribution} = exchange;
  const path = answer.uri === before.uri ? viewer.path : toWire(answer.uri);
  const query =
    typeof answer.query === 'string'
      ? toWire(answer.query)
      : sameFields(answer.query, before.querystring)
        ? viewer.query
        : toWire(writeQuery(answer.query, before.querystring));
  return {
    ...exchange,
    viewer: {...viewer, path, query, headers: requestHeaders(viewer.headers, answer, before)},
    path: path === '/' && distribution.rootObject !== undefined ? distribution.rootObject : path,
  };
}

function requestHeaders(
  sent: ViewerRequest['headers'],
  answer: RequestAnswer,
  before: EventRequest,
): ViewerRequest['headers'] {
  const out: Record<string, string | readonly string[] | undefined> = {};
  for (const [name, value] of Object.entries(sent)) {
    // What the function saw is written anew below; what was hidden from it stays.
    if (name !== 'cookie' && before.headers[name] === undefined) out[name] = value;
  }
  for (const [name, field] of Object.entries(answer.headers)) {
    const same = before.headers[name] !== undefined && sameFields({field}, {field: before.headers[name]});
    // The edge makes these itself, and HTTP/2 has no Host.
    if (name.startsWith('cloudfront-') || (same && sent[name] === undefined)) continue;
    out[name] = same
      ? sent[name]
      : valuesOf(field, before.headers[name])
          .map(({value}) => toWire(value))
          .join(', ');
  }
  const cookies = sameFields(answer.cookies, before.cookies)
    ? sent['cookie']
    : writeCookies(answer.cookies, before.cookies);
  if (cookies !== undefined) out['cookie'] = cookies;
  return out;
}

function writeCookies(cookies: EventFields, before: EventFields): string | undefined {
  const pairs = Object.entries(cookies).flatMap(([name, field]) =>
    valuesOf(field, before[name]).map(({value}) => toWire(`${name}=${value}`)),
  );
  return pairs.length === 0 ? undefined : pairs.join('; ');
}

/** A response that a viewer-request function made instead of the cache or an origin. */
function generated(answer: ResponseAnswer): Reply {
  const bytes = answer.body ?? Buffer.alloc(0);
  return {
    status: answer.status,
    reason: answer.reason ?? STATUS_CODES[answer.status],
    headers: {
      server: edgeServer,
      ...responseHeaders(answer, {}, {}),
      'content-length': String(bytes.length),
    },
    mark: 'FunctionGeneratedResponse',
    age: undefined,
    body: bytes.length === 0 ? {kind: 'none'} : {kind: 'bytes', bytes},
    decorate: true,
  };
}
