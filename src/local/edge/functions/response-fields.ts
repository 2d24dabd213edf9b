import type {Fields} from '../message.js';
import {valuesOf, type ResponseAnswer} from './answer.js';
import {toWire, type EventFields} from './event.js';

/** The fields of a returned response, without those that the transfer decides. */
export function responseHeaders(answer: ResponseAnswer, headers: EventFields, cookies: EventFields): Fields {
  const out: [string, string | readonly string[]][] = [];
  for (const [name, field] of Object.entries(answer.headers)) {
    if (name === 'content-length' || name === 'transfer-encoding') continue;
    const values = valuesOf(field, headers[name]).map(({value}) => toWire(value));
    const [only] = values;
    out.push([name, values.length === 1 && only !== undefined ? only : values]);
  }
  const lines = Object.entries(answer.cookies).flatMap(([name, field]) =>
    valuesOf(field, cookies[name]).map(({value, attributes}) =>
      toWire(`${name}=${value}${attributes === undefined || attributes === '' ? '' : `; ${attributes}`}`),
    ),
  );
  if (lines.length > 0) out.push(['set-cookie', lines]);
  return Object.fromEntries(out);
}
