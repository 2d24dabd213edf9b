import {maxUrlBytes} from '../choices.js';
import type {EventField, EventFields, EventRequest, EventResponse} from './event.js';
import {isHidden, readOnly, type EventSide} from './header-rules.js';

/** What a function returned breaks a rule: the viewer gets 502. The message is a sentence. */
export class InvalidAnswer extends Error {}

/** What a function asks for instead of the request. */
export interface RequestAnswer {
  readonly kind: 'request';
  readonly uri: string;
  readonly query: string | EventFields;
  readonly headers: EventFields;
  readonly cookies: EventFields;
}

export interface ResponseAnswer {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string | undefined;
  readonly headers: EventFields;
  readonly cookies: EventFields;
  /** Undefined: the body that is there stays. */
  readonly body: Buffer | undefined;
}

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function demand(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new InvalidAnswer(sentence);
}

/** What a viewer-request function returned (JSON): the request, changed or not, or a response. @throws InvalidAnswer */
export function readRequestAnswer(json: string, before: EventRequest): RequestAnswer | ResponseAnswer {
  const answer: unknown = JSON.parse(json);
  demand(isPlain(answer), 'The function returned neither a request nor a response.');
  if ('statusCode' in answer) return readResponse(answer, undefined);
  const {uri, method, querystring = {}} = answer;
  demand(
    typeof uri === 'string',
    'The function returned neither a request (uri) nor a response (statusCode).',
  );
  demand(method === undefined || method === before.method, 'The method of the request cannot be changed.');
  demand(uri.startsWith('/'), 'The uri must begin with /.');
  demand(isUrlText(uri) && !uri.includes('?'), 'The uri must not have spaces, control characters, # or ?.');
  const query = typeof querystring === 'string' ? querystring : readFields(querystring, 'querystring', false);
  const written = typeof query === 'string' ? query : writeQuery(query);
  demand(isUrlText(written), 'The querystring must not have spaces, control characters or #.');
  demand(
    Buffer.byteLength(uri) + Buffer.byteLength(written) < maxUrlBytes,
    'The uri and the querystring together must be shorter than 8,192 bytes.',
  );
  return {
    kind: 'request',
    uri,
    query,
    headers: readHeaders(answer['headers'], before.headers, 'request'),
    cookies: readFields(answer['cookies'] ?? {}, 'cookies', false),
  };
}

/** What a viewer-response function returned (JSON). @throws InvalidAnswer */
export function readResponseAnswer(json: string, before: EventResponse): ResponseAnswer {
  const answer: unknown = JSON.parse(json);
  demand(isPlain(answer) && 'statusCode' in answer, 'The function returned no response (statusCode).');
  return readResponse(answer, before);
}

function readResponse(answer: Plain, before: EventResponse | undefined): ResponseAnswer {
  const {statusCode: status, statusDescription: reason, body} = answer;
  demand(
    typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599,
    'The statusCode must be a whole number from 200 to 599.',
  );
  demand(
    reason === undefined || (typeof reason === 'string' && isFieldText(reason)),
    'The statusDescription must be a string without control characters.',
  );
  return {
    kind: 'response',
    status,
    reason,
    headers: readHeaders(answer['headers'], before?.headers ?? {}, 'response'),
    cookies: readFields(answer['cookies'] ?? {}, 'cookies', true),
    body: body === undefined ? undefined : readBody(body),
  };
}

function readBody(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  demand(isPlain(body), 'The body must be a string or {encoding, data}.');
  const {encoding = 'text', data} = body;
  demand(encoding === 'text' || encoding === 'base64', 'The encoding of the body must be text or base64.');
  demand(typeof data === 'string', 'The data of the body must be a string.');
  if (encoding === 'text') return Buffer.from(data);
  demand(
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data),
    'The data of the body is not valid base64.',
  );
  return Buffer.from(data, 'base64');
}

function readHeaders(given: unknown, before: EventFields, side: EventSide): EventFields {
  const headers = readFields(given ?? {}, 'headers', false);
  for (const [name, field] of Object.entries(headers)) {
    demand(
      /^[!#$%&'*+.^_`|~0-9a-z\u0080-\uffff-]+$/.test(name),
      `The header name "${name}" must be a name in lowercase.`,
    );
    demand(name !== 'cookie' && name !== 'set-cookie', 'Cookies belong into cookies, not into headers.');
    demand(!isHidden(name), `The header ${name} cannot be added by a function.`);
    demand(
      valuesOf(field, before[name]).every(({value}) => isFieldText(value)),
      `The value of the header ${name} must not have control characters.`,
    );
  }
  for (const name of readOnly[side]) {
    demand(
      JSON.stringify(headers[name]) === JSON.stringify(before[name]),
      `The header ${name} is read-only: it cannot be added, changed or deleted.`,
    );
  }
  return headers;
}

function readFields(given: unknown, where: string, attributes: boolean): EventFields {
  demand(isPlain(given), `The ${where} must be an object.`);
  return Object.fromEntries(
    Object.entries(given).map(([name, field]) => {
      demand(isPlain(field), `The field ${name} of ${where} must be {value}.`);
      const one = readValue(field, `${where}.${name}`, attributes);
      const {multiValue} = field;
      if (multiValue === undefined) return [name, one];
      demand(
        Array.isArray(multiValue) && multiValue.every(isPlain),
        `The multiValue of ${where}.${name} must be a list of {value}.`,
      );
      const all = multiValue.map((value: Plain) => readValue(value, `${where}.${name}`, attributes));
      return [name, {...one, multiValue: all}];
    }),
  );
}

function readValue(field: Plain, where: string, attributes: boolean): EventField {
  const {value, attributes: extra} = field;
  demand(typeof value === 'string', `The value of ${where} must be a string.`);
  if (!attributes || extra === undefined) return {value};
  demand(typeof extra === 'string' && isFieldText(extra), `The attributes of ${where} must be a string.`);
  return {value, attributes: extra};
}

/**
 * The values that a returned field stands for: a `multiValue` that was changed wins, otherwise `value` stands for the
 * first and the others stay.
 */
export function valuesOf(field: EventField, before: EventField | undefined): readonly EventField[] {
  const {multiValue, ...first} = field;
  if (multiValue === undefined) return [first];
  const touched = JSON.stringify(multiValue) !== JSON.stringify(before?.multiValue);
  return touched ? multiValue : [first, ...multiValue.slice(1)];
}

/** The query that fields stand for. */
export function writeQuery(fields: EventFields, before: EventFields = {}): string {
  return Object.entries(fields)
    .flatMap(([name, field]) => valuesOf(field, before[name]).map(({value}) => `${name}=${value}`))
    .join('&');
}

// eslint-disable-next-line no-control-regex -- what no URL may hold
const isUrlText = (text: string): boolean => !/[\x00-\x20\x7f#]/.test(text);

// eslint-disable-next-line no-control-regex -- what no field value may hold
const isFieldText = (text: string): boolean => !/[\x00-\x08\x0a-\x1f\x7f]/.test(text);
