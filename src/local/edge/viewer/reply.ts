import {Readable} from 'node:stream';
import {randomUUID} from 'node:crypto';
import type {Clock} from '../../types.js';
import type {Body} from '../cache/body.js';
import type {Copy} from '../cache/cache.js';
import {notModified, notModifiedFields, rangeApplies} from '../rules/conditions.js';
import {field, without, type Fields, type Reply, type ReplyBody, type ViewerRequest} from '../message.js';
import type {Outcome} from '../cache/outcome.js';
import {resolveRange, type ByteRange} from '../rules/range.js';

/** Seconds since the origin made this copy. */
const ageOf = (copy: Copy, now: number): number =>
  copy.initialAge + Math.max(0, Math.floor((now - copy.receivedAt) / 1000));

const none: ReplyBody = {kind: 'none'};

const bodyOf = (body: Body): ReplyBody =>
  body.bytes === undefined
    ? {kind: 'stream', open: () => body.read(), discard: () => undefined}
    : {kind: 'bytes', bytes: body.bytes};

/**
 * What the viewer gets of an outcome. Copies from the cache answer conditions (304) and ranges (206, 416, 200) here
 * (facts §8); what just came from the origin goes on as it came.
 */
export const replyTo = (outcome: Outcome, viewer: ViewerRequest, clock: Clock): Reply | Promise<Reply> => {
  if (outcome.kind === 'pass') {
    const {body} = outcome;
    // What has no body is read to its (empty) end, which spares the origin's connection.
    const empty = viewer.method === 'HEAD' || outcome.status === 204 || outcome.status === 304;
    return {
      status: outcome.status,
      headers: outcome.headers,
      mark: outcome.mark,
      age: undefined,
      body: {
        kind: 'stream',
        open: () => body,
        discard: () => {
          if (empty) body.resume();
          else body.destroy();
        },
      },
      decorate: true,
    };
  }
  const {copy} = outcome;
  const reply: Reply = {
    status: copy.status,
    headers: outcome.only === undefined ? copy.headers : {...copy.headers, ...outcome.only},
    mark: outcome.mark,
    age: outcome.fromCache && outcome.mark !== 'RefreshHit' ? ageOf(copy, clock.now()) : undefined,
    body: bodyOf(copy.body),
    decorate: true,
  };
  if (!outcome.fromCache || copy.status !== 200) return reply;
  if (hasCondition(viewer) && notModified(viewer, copy.headers)) {
    return {...reply, status: 304, headers: notModifiedFields(copy.headers), body: none};
  }
  const range = viewer.method === 'GET' ? field(viewer.headers, 'range') : undefined;
  if (range === undefined || !rangeApplies(viewer, copy.headers)) return reply;
  const {size} = copy.body;
  if (size !== undefined) return ranged(reply, copy, range, size);
  return copy.body.done.then(() => {
    const known = copy.body.size;
    // The origin broke off: reading the body says so.
    return known === undefined ? reply : ranged(reply, copy, range, known);
  });
};

const hasCondition = ({headers}: ViewerRequest): boolean =>
  headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined;

const ranged = (reply: Reply, {body, headers}: Copy, header: string, size: number): Reply => {
  const answer = resolveRange(header, size);
  if (answer.kind === 'whole') return reply;
  const rest = without(headers, 'content-length');
  if (answer.kind === 'unsatisfiable') {
    return {
      ...reply,
      status: 416,
      headers: {
        ...without(rest, 'content-type', 'content-encoding'),
        'content-range': `bytes */${size}`,
        'content-length': '0',
      },
      mark: 'Error',
      body: none,
    };
  }
  if (answer.ranges.length === 1) {
    const [{start, end}] = answer.ranges;
    const {bytes} = body;
    return {
      ...reply,
      status: 206,
      headers: {
        ...rest,
        'content-range': contentRange(answer.ranges[0], size),
        'content-length': String(end - start),
      },
      body:
        bytes === undefined
          ? {kind: 'stream', open: () => body.read(start, end), discard: () => undefined}
          : {kind: 'bytes', bytes: bytes.subarray(start, end)},
    };
  }
  return {...reply, status: 206, ...multipart(body, rest, answer.ranges, size)};
};

const contentRange = ({start, end}: ByteRange, size: number): string => `bytes ${start}-${end - 1}/${size}`;

/** RFC 9110 §14.6: one part per range, each with its Content-Range. */
const multipart = (
  body: Body,
  headers: Fields,
  ranges: readonly ByteRange[],
  size: number,
): Pick<Reply, 'headers' | 'body'> => {
  const boundary = `CloudFront:${randomUUID().replaceAll('-', '').toUpperCase()}`;
  const type = field(headers, 'content-type');
  const head = (range: ByteRange): string =>
    `\r\n--${boundary}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}Content-Range: ${contentRange(range, size)}\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const length = ranges.reduce(
    (sum, range) => sum + head(range).length + range.end - range.start,
    tail.length,
  );
  const parts = async function* (release: () => void): AsyncGenerator<Buffer> {
    try {
      for (const range of ranges) {
        yield Buffer.from(head(range), 'latin1');
        for await (const piece of body.read(range.start, range.end)) yield piece as Buffer;
      }
      yield Buffer.from(tail, 'latin1');
    } finally {
      release();
    }
  };
  return {
    headers: {
      ...headers,
      'content-type': `multipart/byteranges; boundary=${boundary}`,
      'content-length': String(length),
    },
    body: {
      kind: 'stream',
      open: () => {
        const release = body.retain();
        return Readable.from(parts(release), {objectMode: false}).once('close', release);
      },
      discard: () => undefined,
    },
  };
};
