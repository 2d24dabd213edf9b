import {pipeline, type Readable} from 'node:stream';
import {constants, createBrotliCompress, createGzip} from 'node:zlib';
import type {Coding} from './accept-encoding.js';
import {brotliQuality, compressibleBytes, gzipLevel} from '../choices.js';
import {field, without, type Fields} from '../message.js';

/** facts §9, from docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html */
const families: Readonly<Record<string, string>> = {
  application: `dash+xml eot font font-sfnt javascript json opentype otf pdf pkcs7-mime protobuf rss+xml truetype ttf
    vnd.apple.mpegurl vnd.mapbox-vector-tile vnd.ms-fontobject wasm xhtml+xml xml x-font-opentype x-font-truetype
    x-font-ttf x-httpd-cgi x-javascript x-mpegurl x-opentype x-otf x-perl x-ttf`,
  font: 'eot opentype otf ttf',
  image: 'svg+xml',
  text: `css csv html javascript js plain richtext tab-separated-values xml x-component x-java-source x-script
    vnd.apple.mpegurl`,
};

const compressibleTypes: ReadonlySet<string> = new Set(
  Object.entries(families).flatMap(([family, names]) => names.split(/\s+/).map(name => `${family}/${name}`)),
);

const compressibleStatuses = new Set([200, 403, 404]);

/** Which coding the edge applies to an origin response, undefined for none. `accepts`: best first. */
export const chooseCoding = (
  status: number,
  headers: Fields,
  accepts: readonly Coding[],
): Coding | undefined => {
  if (accepts.length === 0 || !compressibleStatuses.has(status) || 'content-encoding' in headers)
    return undefined;
  const length = Number(field(headers, 'content-length') ?? NaN);
  if (!(length >= compressibleBytes.least && length <= compressibleBytes.most)) return undefined;
  const type = field(headers, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return type !== undefined && compressibleTypes.has(type) ? accepts[0] : undefined;
};

/** Strong becomes weak, weak stays, anything else goes. */
const weakened = (etag: string): string | undefined => {
  if (/^"[^"]*"$/.test(etag)) return `W/${etag}`;
  return /^W\/"[^"]*"$/.test(etag) ? etag : undefined;
};

/** The headers of the compressed form: coding and Vary added, length gone, ETag weak. */
export const compressedHeaders = (headers: Fields, coding: Coding): Fields => {
  const {etag, vary, ...rest} = headers;
  const weak = typeof etag === 'string' ? weakened(etag) : undefined;
  const varies = field({vary: vary ?? ''}, 'vary') ?? '';
  const listed = varies.split(',').some(name => ['accept-encoding', '*'].includes(name.trim().toLowerCase()));
  return {
    ...without(rest, 'content-length'),
    ...(weak === undefined ? {} : {etag: weak}),
    vary: listed ? varies : varies === '' ? 'Accept-Encoding' : `${varies}, Accept-Encoding`,
    'content-encoding': coding,
  };
};

/** The compressed stream; an error of the source destroys it, and the other way round. */
export const compress = (source: Readable, coding: Coding): Readable =>
  pipeline(
    source,
    coding === 'br'
      ? createBrotliCompress({params: {[constants.BROTLI_PARAM_QUALITY]: brotliQuality}})
      : createGzip({level: gzipLevel}),
    () => undefined,
  );
