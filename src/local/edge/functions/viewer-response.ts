import type {Exchange} from '../exchange.js';
import type {Reply} from '../message.js';
import {readResponseAnswer, type ResponseAnswer} from './answer.js';
import {functionEvent, requestOf, responseOf, type EventResponse} from './event.js';
import {failedRun, outcomeOf} from './outcome.js';
import {responseHeaders} from './response-fields.js';
import {runFunction} from './run.js';

/**
 * The reply after the behavior's viewer-response function, if any. It runs on what cache or origin answered without an
 * error: not at 400 and above, nor on custom error pages, which keep the mark Error whatever their status.
 */
export function throughViewerResponse(exchange: Exchange, reply: Reply): Reply | Promise<Reply> {
  const {viewerResponse} = exchange.behavior.functions;
  return viewerResponse === undefined || reply.mark === 'Error'
    ? reply
    : run(exchange, reply, viewerResponse);
}

async function run(
  exchange: Exchange,
  reply: Reply,
  code: NonNullable<Exchange['behavior']['functions']['viewerResponse']>,
): Promise<Reply> {
  const before = responseOf(reply);
  const event = functionEvent(exchange, requestOf(exchange), before);
  const ran = await runFunction(code, JSON.stringify(event), exchange.clock.now());
  const outcome = outcomeOf(ran, json => readResponseAnswer(json, before));
  if (outcome.kind === 'answer') return changed(reply, outcome.answer, before);
  if (reply.body.kind === 'stream') reply.body.discard();
  return failedRun(outcome, exchange.viewer.id);
}

function changed(reply: Reply, answer: ResponseAnswer, before: EventResponse): Reply {
  const hidden = Object.fromEntries(
    Object.entries(reply.headers).filter(
      ([name]) => name !== 'set-cookie' && before.headers[name] === undefined,
    ),
  );
  const length = answer.body === undefined ? reply.headers['content-length'] : String(answer.body.length);
  const next: Reply = {
    ...reply,
    status: answer.status,
    ...(answer.reason !== undefined && {reason: answer.reason}),
    headers: {
      ...hidden,
      ...responseHeaders(answer, before.headers, before.cookies),
      ...(length !== undefined && {'content-length': length}),
    },
  };
  if (answer.body === undefined) return next;
  if (reply.body.kind === 'stream') reply.body.discard();
  return {...next, body: answer.body.length === 0 ? {kind: 'none'} : {kind: 'bytes', bytes: answer.body}};
}
