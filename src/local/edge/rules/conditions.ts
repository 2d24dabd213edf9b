import {field, type Fields, type ViewerRequest} from '../message.js';

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');

/**
 * Whether a fresh copy answers 304 to the viewer's conditions: If-None-Match by weak comparison, and only without it
 * If-Modified-Since (RFC 9110 §13.1). If-Match and If-Unmodified-Since are the origin's business.
 */
export const notModified = (viewer: ViewerRequest, copy: Fields): boolean => {
  const tags = field(viewer.headers, 'if-none-match');
  if (tags !== undefined) {
    if (tags.trim() === '*') return true;
    const etag = field(copy, 'etag');
    return etag !== undefined && tags.split(',').some(tag => opaque(tag) === opaque(etag));
  }
  const since = Date.parse(field(viewer.headers, 'if-modified-since') ?? '');
  const modified = Date.parse(field(copy, 'last-modified') ?? '');
  return modified <= since;
};

/** Whether If-Range (if any) lets a Range apply: a strong validator of this very copy (RFC 9110 §13.1.5). */
export const rangeApplies = (viewer: ViewerRequest, copy: Fields): boolean => {
  const condition = field(viewer.headers, 'if-range')?.trim();
  if (condition === undefined) return true;
  if (condition.startsWith('"')) return condition === field(copy, 'etag');
  if (condition.startsWith('W/')) return false;
  return condition === field(copy, 'last-modified');
};

/** Whether the viewer sent a condition that an origin would answer with something else than the object. */
export const isConditional = ({headers}: ViewerRequest): boolean =>
  headers['if-none-match'] !== undefined ||
  headers['if-modified-since'] !== undefined ||
  headers['if-match'] !== undefined ||
  headers['if-unmodified-since'] !== undefined;

/** The fields of a 304: those that a 200 would have had and that caches need (RFC 9110 §15.4.5). */
export const notModifiedFields = (copy: Fields): Fields =>
  Object.fromEntries(Object.entries(copy).filter(([name]) => !describesBody.has(name)));

const describesBody = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'content-language',
]);
