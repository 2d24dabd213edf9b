import {ApiError} from '../types.js';
import type {ServiceName} from './types.js';

export type QueryParameter = readonly [name: string, value: string];

/** A request target, taken apart once. */
export interface WireTarget {
  readonly rawPath: string;
  /** Decoded. Slashes that came as `%2F` are slashes now. */
  readonly path: string;
  readonly rawQuery: string;
  /** In the order sent, decoded. */
  readonly parameters: readonly QueryParameter[];
  /** The last value of each name. */
  readonly query: ReadonlyMap<string, string>;
}

const noParameters: readonly QueryParameter[] = [];
const noQuery: ReadonlyMap<string, string> = new Map();

/** Takes `/path?query` apart; never normalises (`//` and `..` are parts of S3 keys). Throws InvalidURI. */
export function parseTarget(target: string): WireTarget {
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  const parameters = rawQuery === '' ? noParameters : parseQuery(rawQuery);
  const query = parameters.length === 0 ? noQuery : new Map(parameters);
  return {rawPath, path: decode(rawPath), rawQuery, parameters, query};
}

const parseQuery = (rawQuery: string): QueryParameter[] =>
  rawQuery
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const at = part.indexOf('=');
      const name = at < 0 ? part : part.slice(0, at);
      const value = at < 0 ? '' : part.slice(at + 1);
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))] as const;
    });

export function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError('InvalidURI', "Couldn't parse the specified URI.", 400);
  }
}

/** Bucket and key that a request addresses; both undefined for the service itself. */
export interface S3Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/** `bucket.s3.amazonaws.com`, `bucket.s3.eu-west-1.amazonaws.com`, `bucket.s3.localhost`, `bucket.localhost`. */
const virtualHost = /^(.+?)(?:\.s3(?:[.-][a-z0-9-]+)?\.(?:amazonaws\.com|localhost)|\.localhost)$/;
const serviceHost = /^s3(?:[.-][a-z0-9-]+)?\.(?:amazonaws\.com|localhost)$/;

/** The bucket of a virtual-hosted request, from the Host header. */
export function bucketOfHost(host: string | undefined): string | undefined {
  if (host === undefined || !/[a-z]$|[a-z]:/i.test(host)) return undefined;
  const name = host.toLowerCase().replace(/:\d+$/, '');
  if (serviceHost.test(name)) return undefined;
  return virtualHost.exec(name)?.[1];
}

/** Virtual-hosted addressing first, then path style: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
export function s3Address(target: WireTarget, hostBucket: string | undefined): S3Address {
  const rest = target.path.slice(1);
  if (hostBucket !== undefined) return {bucket: hostBucket, key: rest === '' ? undefined : rest};
  if (rest === '') return {bucket: undefined, key: undefined};
  const slash = rest.indexOf('/');
  if (slash < 0) return {bucket: rest, key: undefined};
  const key = rest.slice(slash + 1);
  return {bucket: rest.slice(0, slash), key: key === '' ? undefined : key};
}

/** The service that a credential scope names, else X-Amz-Target, else the path, else S3. */
export function serviceOf(
  scope: string | undefined,
  headers: Readonly<Record<string, string>>,
  target: WireTarget,
  hostBucket: string | undefined,
): ServiceName | undefined {
  if (scope !== undefined) return scopes.get(scope);
  if (hostBucket !== undefined) return 's3';
  if (headers['x-amz-target']?.startsWith('CertificateManager.')) return 'acm';
  if (headers['x-amz-target']?.startsWith('TrentService.')) return 'kms';
  if (target.rawPath.startsWith('/2020-05-31/')) return 'cloudfront';
  if (target.rawPath.startsWith('/2013-04-01/')) return 'route53';
  return 's3';
}

const scopes: ReadonlyMap<string, ServiceName> = new Map([
  ['s3', 's3'],
  ['cloudfront', 'cloudfront'],
  ['acm', 'acm'],
  ['route53', 'route53'],
  ['kms', 'kms'],
]);
