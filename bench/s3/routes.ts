import {randomUUID} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {receive} from './body.js';
import {complete, list, put, remove, type Bucket, type StoredObject, type World} from './store.js';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const kept = /^(?:content-(?:type|encoding|disposition|language)|cache-control|expires|x-amz-meta-.*)$/;

const escape = (text: string): string => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
const xml = (body: string, status = 200): Answer => ({
  status,
  headers: {'content-type': 'application/xml'},
  body: xmlHead + body,
});
const error = (status: number, code: string, resource = ''): Answer =>
  xml(
    `<Error><Code>${code}</Code><Message>${code}</Message><Resource>${escape(resource)}</Resource></Error>`,
    status,
  );

/** Answers one request of the S3 REST API, path-style, without looking at signatures. */
export async function answer(world: World, request: IncomingMessage, keep: number): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://s3');
  const [, bucketName = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(url.pathname) ?? [];
  const key = decodeURIComponent(rawKey);
  const query = url.searchParams;
  const method = request.method ?? 'GET';
  if (bucketName === '') return listBuckets(world);
  const bucket = world.buckets.get(bucketName);
  if (key === '') return bucketAnswer(world, bucketName, bucket, method, query, request);
  if (bucket === undefined) return error(404, 'NoSuchBucket', bucketName);
  return objectAnswer(world, bucket, key, method, query, request, keep);
}

function listBuckets(world: World): Answer {
  const buckets = [...world.buckets.keys()].map(
    name => `<Bucket><Name>${name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>`,
  );
  return xml(
    `<ListAllMyBucketsResult ${namespace}><Owner><ID>bench</ID></Owner><Buckets>${buckets.join('')}</Buckets></ListAllMyBucketsResult>`,
  );
}

async function bucketAnswer(
  world: World,
  name: string,
  bucket: Bucket | undefined,
  method: string,
  query: URLSearchParams,
  request: IncomingMessage,
): Promise<Answer> {
  if (method === 'PUT' && query.size === 0) {
    await receive(request, 0);
    if (bucket === undefined) world.buckets.set(name, {objects: new Map(), sorted: undefined});
    return {status: 200, headers: {location: `/${name}`}};
  }
  if (bucket === undefined) return error(404, 'NoSuchBucket', name);
  if (method === 'HEAD') return {status: 200, headers: {'x-amz-bucket-region': 'us-east-1'}};
  if (method === 'DELETE' && query.size === 0) {
    world.buckets.delete(name);
    return {status: 204};
  }
  if (method === 'POST' && query.has('delete')) return deleteMany(bucket, request);
  if (method !== 'GET') return error(501, 'NotImplemented', `${method} ${query.toString()}`);
  if (query.has('location')) return xml(`<LocationConstraint ${namespace}/>`);
  if (query.has('versioning')) return xml(`<VersioningConfiguration ${namespace}/>`);
  if (query.has('uploads')) return xml(`<ListMultipartUploadsResult ${namespace}/>`);
  if (query.has('policy')) return error(404, 'NoSuchBucketPolicy', name);
  return listing(name, bucket, query);
}

async function deleteMany(bucket: Bucket, request: IncomingMessage): Promise<Answer> {
  const {body} = await receive(request, 4 << 20);
  const keys = [...(body?.toString() ?? '').matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
    unescape(key),
  );
  for (const key of keys) remove(bucket, key);
  const deleted = keys.map(key => `<Deleted><Key>${escape(key)}</Key></Deleted>`);
  return xml(`<DeleteResult ${namespace}>${deleted.join('')}</DeleteResult>`);
}

function unescape(text: string): string {
  const named: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"};
  return text.replace(
    /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (_, decimal?: string, hex?: string, name?: string) =>
      name === undefined
        ? String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex ?? '0', 16))
        : (named[name] ?? ''),
  );
}

/** ListObjectsV2, and ListObjects (rclone 1.60) where `list-type` is not 2. */
function listing(name: string, bucket: Bucket, query: URLSearchParams): Answer {
  const v2 = query.get('list-type') === '2';
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const token = query.get('continuation-token');
  const after = v2
    ? token === null
      ? (query.get('start-after') ?? '')
      : Buffer.from(token, 'base64url').toString()
    : (query.get('marker') ?? '');
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const page = list(bucket, {prefix, delimiter, after, limit});
  const encoded = query.get('encoding-type') === 'url';
  const told = (key: string): string =>
    encoded ? encodeURIComponent(key).replaceAll('%2F', '/') : escape(key);
  const parts = page.keys.map(key => {
    const {size, etag, modified} = bucket.objects.get(key) as StoredObject;
    return `<Contents><Key>${told(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>&quot;${etag.slice(1, -1)}&quot;</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  parts.push(
    ...page.prefixes.map(inner => `<CommonPrefixes><Prefix>${told(inner)}</Prefix></CommonPrefixes>`),
  );
  if (v2) parts.push(`<KeyCount>${page.keys.length + page.prefixes.length}</KeyCount>`);
  if (page.next !== undefined) {
    parts.push(
      v2
        ? `<NextContinuationToken>${Buffer.from(page.next).toString('base64url')}</NextContinuationToken>`
        : `<NextMarker>${told(page.next)}</NextMarker>`,
    );
  }
  return xml(
    `<ListBucketResult ${namespace}><Name>${name}</Name><Prefix>${told(prefix)}</Prefix><MaxKeys>${limit}</MaxKeys>${
      delimiter === '' ? '' : `<Delimiter>${told(delimiter)}</Delimiter>`
    }${encoded ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${page.next !== undefined}</IsTruncated>${parts.join('')}</ListBucketResult>`,
  );
}

async function objectAnswer(
  world: World,
  bucket: Bucket,
  key: string,
  method: string,
  query: URLSearchParams,
  request: IncomingMessage,
  keep: number,
): Promise<Answer> {
  const existing = bucket.objects.get(key);
  if (query.size > 0 && (query.has('uploads') || query.has('uploadId'))) {
    return multipartAnswer(world, bucket, key, method, query, request, keep);
  }
  if (method === 'PUT') {
    const headers = keptHeaders(request);
    const source = request.headers['x-amz-copy-source'];
    const received = await receive(request, keep);
    const refused = precondition(request, existing);
    if (refused !== undefined) return refused;
    if (typeof source === 'string') return copy(world, bucket, key, source, headers, request);
    const etag = `"${received.md5.toString('hex')}"`;
    put(bucket, key, {body: received.body, size: received.size, etag, modified: new Date(), headers});
    return {status: 200, headers: {etag}};
  }
  if (method === 'DELETE') {
    remove(bucket, key);
    return {status: 204};
  }
  if (existing === undefined) return method === 'HEAD' ? {status: 404} : error(404, 'NoSuchKey', key);
  if (method !== 'GET' && method !== 'HEAD') return error(501, 'NotImplemented', method);
  return read(existing, request);
}

function read(object: StoredObject, request: IncomingMessage): Answer {
  const headers = {
    ...object.headers,
    etag: object.etag,
    'last-modified': object.modified.toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (request.headers['if-none-match'] === object.etag) return {status: 304, headers};
  if (request.method === 'HEAD')
    return {status: 200, headers: {...headers, 'content-length': String(object.size)}};
  if (object.body === undefined) return error(501, 'NotKept');
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (first === '') return {status: 200, headers, body: object.body};
  const [start, end] = [Number(first), Math.min(last === '' ? Infinity : Number(last), object.size - 1)];
  const range = {'content-range': `bytes ${start}-${end}/${object.size}`};
  return {status: 206, headers: {...headers, ...range}, body: object.body.subarray(start, end + 1)};
}

function precondition(request: IncomingMessage, existing: StoredObject | undefined): Answer | undefined {
  const {'if-none-match': none, 'if-match': match} = request.headers;
  if (none === '*' && existing !== undefined) return error(412, 'PreconditionFailed');
  if (match === undefined) return undefined;
  if (existing === undefined) return error(404, 'NoSuchKey');
  return match.replaceAll('"', '') === existing.etag.slice(1, -1)
    ? undefined
    : error(412, 'PreconditionFailed');
}

function keptHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const all = Object.entries(request.headers).filter(([name]) => kept.test(name));
  const headers = Object.fromEntries(all.map(([name, value]) => [name, String(value)]));
  const {'content-encoding': encoding, ...others} = headers;
  const own =
    encoding
      ?.split(',')
      .map(part => part.trim())
      .filter(part => part !== 'aws-chunked')
      .join(', ') ?? '';
  return own === '' ? others : {...others, 'content-encoding': own};
}

function copy(
  world: World,
  bucket: Bucket,
  key: string,
  source: string,
  headers: Readonly<Record<string, string>>,
  request: IncomingMessage,
): Answer {
  const [, from = '', name = ''] = /^\/?([^/]+)\/(.*)$/s.exec(decodeURIComponent(source)) ?? [];
  const original = world.buckets.get(from)?.objects.get(name);
  if (original === undefined) return error(404, 'NoSuchKey', name);
  const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const modified = new Date();
  put(bucket, key, {...original, modified, headers: replaces ? headers : original.headers});
  return xml(
    `<CopyObjectResult ${namespace}><ETag>${escape(original.etag)}</ETag><LastModified>${modified.toISOString()}</LastModified></CopyObjectResult>`,
  );
}

async function multipartAnswer(
  world: World,
  bucket: Bucket,
  key: string,
  method: string,
  query: URLSearchParams,
  request: IncomingMessage,
  keep: number,
): Promise<Answer> {
  if (method === 'POST' && query.has('uploads')) {
    const id = randomUUID();
    const headers = keptHeaders(request);
    await receive(request, 0);
    world.uploads.set(id, {key, headers, parts: new Map()});
    return xml(
      `<InitiateMultipartUploadResult ${namespace}><Key>${escape(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  const id = query.get('uploadId') ?? '';
  const upload = world.uploads.get(id);
  if (upload === undefined) return error(404, 'NoSuchUpload', id);
  if (method === 'PUT') {
    const held = [...upload.parts.values()].reduce((sum, {size}) => sum + size, 0);
    const part = await receive(request, Math.max(0, keep - held));
    upload.parts.set(Number(query.get('partNumber')), part);
    return {status: 200, headers: {etag: `"${part.md5.toString('hex')}"`}};
  }
  if (method === 'DELETE') {
    world.uploads.delete(id);
    return {status: 204};
  }
  if (method !== 'POST') return error(501, 'NotImplemented', method);
  await receive(request, 0);
  const object = complete(upload);
  world.uploads.delete(id);
  put(bucket, key, object);
  return xml(
    `<CompleteMultipartUploadResult ${namespace}><Key>${escape(key)}</Key><ETag>${escape(object.etag)}</ETag></CompleteMultipartUploadResult>`,
  );
}
