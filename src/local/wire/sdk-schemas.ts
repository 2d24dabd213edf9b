/**
 * The only module that knows the SDK's plumbing: the operation schemas that each client exports
 * (`CreateInvalidation$` = [9, namespace, name, traits {http: [method, uri, status]}, input, output]) and the codecs of
 * `@aws-sdk/core/protocols`. package.json pins their exact versions. Everything else sees `Operation`.
 */
import * as acm from '@aws-sdk/client-acm';
import * as cloudfront from '@aws-sdk/client-cloudfront';
import * as kms from '@aws-sdk/client-kms';
import * as route53 from '@aws-sdk/client-route-53';
import * as s3 from '@aws-sdk/client-s3';
import {JsonShapeDeserializer2, JsonShapeSerializer2, XmlCodec} from '@aws-sdk/core/protocols';
import {FromStringShapeDeserializer, ToStringShapeSerializer} from '@smithy/core/protocols';
import {NormalizedSchema} from '@smithy/core/schema';
import type {$Schema, DocumentType} from '@smithy/types';

import type {ServiceName} from './types.js';

export type Members = Record<string, unknown>;

/** A member that travels as text: in a path label, the query or a header. */
export interface TextMember {
  readonly member: string;
  /** Name on the wire; header names lowercase. */
  readonly name: string;
  readonly required: boolean;
  /** Whether a value that cannot be read is left out rather than refused (dates in HTTP headers, RFC 9110 section 13.1). */
  readonly lenient: boolean;
  /** Throws when the text is not of the member's type. */
  readonly read: (text: string) => unknown;
  readonly write: (value: unknown) => string;
}

/** A member that is the whole body. */
export interface Payload {
  readonly member: string;
  readonly kind: 'stream' | 'bytes' | 'text' | 'document';
  readonly read: (body: Uint8Array) => unknown;
  readonly write: (value: Members) => string;
}

export interface Shape {
  readonly members: ReadonlySet<string>;
  readonly labels: readonly TextMember[];
  readonly query: readonly TextMember[];
  readonly headers: readonly TextMember[];
  /** `x-amz-meta-` and the like: a map of strings. */
  readonly prefixes: readonly {readonly member: string; readonly prefix: string}[];
  readonly payload: Payload | undefined;
  /** Members that travel together as one document; absent when there are none. */
  readonly document:
    {readonly read: (body: Uint8Array) => Members; readonly write: (value: Members) => string} | undefined;
}

export interface Operation {
  readonly service: ServiceName;
  readonly name: string;
  readonly method: string;
  /** URI template without its query: `/2020-05-31/distribution/{Id}/config`, `/{Key+}`. */
  readonly path: string;
  /** Query parameters that the URI template fixes; an empty value only asks for the name. Without `x-id`. */
  readonly literals: readonly (readonly [name: string, value: string])[];
  readonly status: number;
  /** `Content-MD5` and `x-amz-checksum-*` of a request are those of its body (in CompleteMultipartUpload: the object's). */
  readonly checksummed: boolean;
  readonly input: Shape;
  readonly output: Shape;
}

interface Protocol {
  readonly client: Readonly<Record<string, unknown>>;
  readonly namespace: string;
  readonly json?: boolean;
}

const protocols: Readonly<Record<ServiceName, Protocol>> = {
  s3: {client: s3, namespace: 'http://s3.amazonaws.com/doc/2006-03-01/'},
  cloudfront: {client: cloudfront, namespace: 'http://cloudfront.amazonaws.com/doc/2020-05-31/'},
  route53: {client: route53, namespace: 'https://route53.amazonaws.com/doc/2013-04-01/'},
  acm: {client: acm, namespace: '', json: true},
  kms: {client: kms, namespace: '', json: true},
};

type OperationTuple = readonly [
  9,
  string,
  string,
  0 | {http?: readonly [string, string, number]; httpChecksum?: unknown},
  $Schema,
  $Schema,
];

const isSchemaTuple = (value: unknown, kind: number): boolean => Array.isArray(value) && value[0] === kind;

/** Every operation of a service's client, in the client's (alphabetical) order. */
export function operationsOf(service: ServiceName): Operation[] {
  const protocol = protocols[service];
  return Object.values(protocol.client)
    .filter((value): value is OperationTuple => isSchemaTuple(value, 9))
    .map(([, , name, traits, input, output]) => {
      const [method, uri, status] = (traits !== 0 && traits.http) || (['POST', '/', 200] as const);
      const [path = '', query = ''] = uri.split('?');
      const literals = query
        .split('&')
        .filter(part => part !== '' && !part.startsWith('x-id='))
        .map(part => {
          const [key = '', value = ''] = part.split('=');
          return [key, value] as const;
        });
      return {
        service,
        name,
        method,
        path,
        literals,
        status,
        checksummed: traits !== 0 && traits.httpChecksum !== undefined,
        input: shapeOf(NormalizedSchema.of(input), protocol),
        output: shapeOf(NormalizedSchema.of(output), protocol),
      };
    });
}

/** Documents of one protocol: typed value <-> bytes. */
interface Codec {
  readonly read: (schema: $Schema, body: Uint8Array) => unknown;
  readonly write: (schema: $Schema, value: unknown) => string;
}

const codecs = new Map<Protocol, Codec>();

function codecOf(protocol: Protocol): Codec {
  let codec = codecs.get(protocol);
  if (!codec) codecs.set(protocol, (codec = protocol.json ? jsonCodec() : xmlCodec(protocol.namespace)));
  return codec;
}

function jsonCodec(): Codec {
  const settings = {timestampFormat: {useTrait: true, default: 7}, jsonName: false} as const;
  const decoder = new JsonShapeDeserializer2(settings);
  const encoder = new JsonShapeSerializer2(settings);
  return {
    read: (schema, body) =>
      decoder.readObject(schema, JSON.parse(Buffer.from(body).toString('utf8')) as DocumentType) as unknown,
    write(schema, value) {
      encoder.write(schema, value);
      const {buffer, byteOffset, byteLength} = encoder.flush();
      return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
    },
  };
}

const xmlSettings = {timestampFormat: {useTrait: true, default: 5}, httpBindings: true} as const;

function xmlCodec(xmlNamespace: string): Codec {
  const codec = new XmlCodec({...xmlSettings, xmlNamespace, serviceNamespace: ''});
  const decoder = codec.createDeserializer();
  const encoder = codec.createSerializer();
  return {
    read: (schema, body) => decoder.read(schema, body) as unknown,
    write(schema, value) {
      encoder.write(schema, value);
      return `<?xml version="1.0" encoding="UTF-8"?>\n${String(encoder.flush())}`;
    },
  };
}

const fromText = new FromStringShapeDeserializer(xmlSettings);
const toText = new ToStringShapeSerializer(xmlSettings);

function shapeOf(schema: NormalizedSchema, protocol: Protocol): Shape {
  const members = schema.isStructSchema() ? [...schema.structIterator()] : [];
  const required = requiredMembers(schema);
  const shape = {
    members: new Set(members.map(([name]) => name)),
    labels: [] as TextMember[],
    query: [] as TextMember[],
    headers: [] as TextMember[],
    prefixes: [] as {member: string; prefix: string}[],
    payload: undefined as Payload | undefined,
  };
  const inDocument: string[] = [];
  for (const [name, member] of members) {
    const traits = protocol.json ? {} : member.getMergedTraits();
    const text = (wireName: string): TextMember => textMember(name, wireName, member, required.has(name));
    if (traits.httpLabel) shape.labels.push(text(name));
    else if (traits.httpQuery !== undefined) shape.query.push(text(traits.httpQuery));
    else if (traits.httpHeader !== undefined) shape.headers.push(text(traits.httpHeader.toLowerCase()));
    else if (traits.httpPrefixHeaders !== undefined)
      shape.prefixes.push({member: name, prefix: traits.httpPrefixHeaders.toLowerCase()});
    else if (traits.httpPayload) shape.payload = payloadOf(name, member, protocol);
    else inDocument.push(name);
  }
  return {...shape, document: inDocument.length > 0 ? documentOf(schema, inDocument, protocol) : undefined};
}

/** A struct's required members come first; how many they are stands behind the member schemas. */
function requiredMembers(schema: NormalizedSchema): ReadonlySet<string> {
  const struct: unknown = schema.getSchema();
  if (!Array.isArray(struct) || typeof struct[6] !== 'number') return new Set();
  return new Set((struct[4] as string[]).slice(0, struct[6]));
}

function textMember(member: string, name: string, schema: NormalizedSchema, required: boolean): TextMember {
  const timestamp = schema.isTimestampSchema();
  return {member, name, required, lenient: timestamp, ...textCodec(schema)};
}

/** The plain types by hand, for the hot path; the rest by the SDK. */
function textCodec(schema: NormalizedSchema): Pick<TextMember, 'read' | 'write'> {
  if (schema.isStringSchema() && !schema.getMergedTraits().mediaType)
    return {read: text => text, write: value => (typeof value === 'string' ? value : String(value))};
  if (schema.isBooleanSchema()) return {read: text => text.toLowerCase() === 'true', write: String};
  if (schema.isNumericSchema()) return {read: readNumber, write: String};
  return {
    read: text => fromText.read(schema, text) as unknown,
    write(value) {
      toText.write(schema, value);
      return toText.flush();
    },
  };
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new TypeError('not a number');
  return number;
}

function payloadOf(member: string, schema: NormalizedSchema, protocol: Protocol): Payload {
  const codec = codecOf(protocol);
  if (schema.isStreaming()) return {member, kind: 'stream', read: body => body, write: () => ''};
  if (schema.isBlobSchema()) return {member, kind: 'bytes', read: body => body, write: () => ''};
  if (schema.isStringSchema())
    return {
      member,
      kind: 'text',
      read: body => Buffer.from(body).toString('utf8'),
      write: value => String(value[member]),
    };
  return {
    member,
    kind: 'document',
    read: body => codec.read(schema, body),
    write: value => codec.write(schema, value[member]),
  };
}

function documentOf(
  schema: NormalizedSchema,
  names: readonly string[],
  protocol: Protocol,
): NonNullable<Shape['document']> {
  const codec = codecOf(protocol);
  // GetBucketLocation's answer is s3UnwrappedXmlOutput: the value is the root element's own text.
  const unwrapped = schema.getName(true) === 'com.amazonaws.s3#GetBucketLocationOutput';
  return {
    read: body => pick((codec.read(schema, body) ?? {}) as Members, names),
    write: value =>
      unwrapped && typeof value['LocationConstraint'] === 'string'
        ? codec.write(locationConstraint, {text: value['LocationConstraint']}).replace(/<\/?text>/g, '')
        : codec.write(schema, pick(value, names)),
  };
}

const locationConstraint = NormalizedSchema.of([3, 'frontctl', 'LocationConstraint', 0, ['text'], [0]]);

const pick = (value: Members, names: readonly string[]): Members =>
  Object.fromEntries(
    names.filter(name => value[name] !== undefined && value[name] !== null).map(name => [name, value[name]]),
  );

/** An error's own members, where the service models the error. */
export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly fault: 'Sender' | 'Receiver';
  readonly requestId: string;
  readonly details: Members;
}

/**
 * The body of an error in the service's protocol: `<Error>` for S3, `<ErrorResponse><Error>` for CloudFront and
 * Route 53, `{"__type", "message"}` for ACM and KMS.
 */
export function writeError(service: ServiceName, error: ErrorDocument): string {
  const {code, message, requestId, details} = error;
  if (protocols[service].json) return JSON.stringify({__type: code, message, ...details});
  const modelled: unknown = protocols[service].client[`${code}$`];
  const extra = Object.entries(details).map(
    ([name, value]) => [name, schemaOfDetail(modelled, name), value] as const,
  );
  if (service === 's3') {
    const schema = struct('Error', [
      ['Code', 0],
      ['Message', 0],
      ...extra.map(([name, detail]) => [name, detail] as const),
      ['RequestId', 0],
      ['HostId', 0],
    ]);
    const value = {Code: code, Message: message, ...details, RequestId: requestId, HostId: hostId(requestId)};
    return plainXml.write(schema, value);
  }
  const inner = struct('Error', [
    ['Type', 0],
    ['Code', 0],
    ['Message', 0],
    ...extra.map(([name, detail]) => [name, detail] as const),
  ]);
  const value = {Error: {Type: error.fault, Code: code, Message: message, ...details}, RequestId: requestId};
  return codecOf(protocols[service]).write(
    struct('ErrorResponse', [
      ['Error', inner],
      ['RequestId', 0],
    ]),
    value,
  );
}

/** The HTTP status of an error that the service models (`AccessDenied$` = [-3, namespace, name, traits, ...]). */
export function modelledStatus(service: ServiceName, code: string): number | undefined {
  const modelled: unknown = protocols[service].client[`${code}$`];
  if (!isSchemaTuple(modelled, -3)) return undefined;
  const [, , , traits] = modelled as readonly [-3, string, string, 0 | {error?: string; httpError?: number}];
  // The service's base class is no error that it answers.
  if (traits === 0) return undefined;
  return traits.httpError ?? (traits.error === 'server' ? 500 : 400);
}

/** `x-amz-id-2`: opaque, here derived from the request id. */
export const hostId = (requestId: string): string => Buffer.from(`frontctl ${requestId}`).toString('base64');

const plainXml = xmlCodec('');

type MemberSchema = $Schema | readonly [$Schema, number | object];

const struct = (name: string, members: readonly (readonly [string, MemberSchema])[]): $Schema =>
  [
    3,
    'frontctl',
    name,
    0,
    members.map(([key]) => key),
    members.map(([, schema]) => schema),
  ] as unknown as $Schema;

function schemaOfDetail(modelled: unknown, name: string): MemberSchema {
  if (!Array.isArray(modelled) || modelled[0] !== -3) return 0;
  const index = (modelled[4] as string[]).indexOf(name);
  return index < 0 ? 0 : ((modelled[5] as MemberSchema[])[index] ?? 0);
}
