import {describe, expect, it} from 'vitest';
import type {Seen, SeenAnswer} from '../../src/invalidation/edge-check.js';
import {judge} from '../../src/invalidation/freshness.js';

const sentAt = 1_000_000;
const answer = (more: Partial<SeenAnswer> = {}): SeenAnswer => ({
  answered: true,
  askedAt: sentAt - 100,
  answeredAt: sentAt - 50,
  status: 200,
  etag: '"one"',
  lastModified: undefined,
  age: undefined,
  date: undefined,
  xCache: undefined,
  pop: undefined,
  sha256: 'one',
  ...more,
});
/** An answer so many milliseconds after the invalidation was sent. */
const later = (ms: number, more: Partial<SeenAnswer> = {}): SeenAnswer =>
  answer({askedAt: sentAt + ms, answeredAt: sentAt + ms, ...more});
const before = answer({age: 300, xCache: 'Hit from cloudfront'});
const hit = 'Hit from cloudfront';

describe('judge', () => {
  it.each<[string, Seen, boolean, RegExp]>([
    ['a miss', later(10, {xCache: 'Miss from cloudfront'}), true, /fetched from the origin .*Miss/],
    ['a revalidation', later(10, {xCache: 'RefreshHit from cloudfront'}), true, /RefreshHit/],
    ['the old hit', later(3000, {xCache: hit, age: 303}), false, /still a copy from before \(Age: 303 s/],
    ['a hit on a copy that came after', later(9000, {xCache: hit, age: 4}), true, /Age: 4 s/],
    ['an Age too near to tell', later(5000, {xCache: hit, age: 5}), false, /no sign/],
    ['an Age a second less', later(5000, {xCache: hit, age: 4}), true, /Age: 4 s/],
    ['a young Age at once', later(10, {xCache: hit, age: 0}), false, /no sign/],
    ['another ETag', later(10, {etag: '"two"'}), true, /ETag "two", was "one"/],
    ['the ETag of the compressed one', later(10, {etag: 'W/"one"'}), false, /no sign/],
    ['another body', later(10, {sha256: 'two'}), true, /body/],
    [
      'another status',
      later(10, {status: 404, xCache: 'Error from cloudfront'}),
      true,
      /status 404, was 200/,
    ],
    ['nothing new, without a cache that tells', later(10), false, /no sign of a new copy/],
    ['no answer', {answered: false, askedAt: sentAt + 10, error: 'ECONNRESET'}, false, /ECONNRESET/],
    // Two edge locations may hold two different old copies.
    [
      'another copy, but older than the invalidation',
      later(2000, {xCache: hit, age: 900, etag: '"zero"', sha256: 'zero'}),
      false,
      /copy from before/,
    ],
    // A cache between edge and origin still has the old one.
    [
      'a miss that an older cache answered',
      later(2000, {xCache: 'Miss from cloudfront', age: 900}),
      false,
      /copy from before/,
    ],
    [
      'a miss that a cache of the origin answered anew',
      later(2000, {xCache: 'Miss from cloudfront', age: 900, sha256: 'two'}),
      true,
      /Miss/,
    ],
  ])('%s', (_, after, fresh, reason) => {
    expect(judge(before, after, sentAt)).toEqual({fresh, reason: expect.stringMatching(reason) as string});
  });

  it('does not believe the body of an error page, which names the request', () => {
    const error = {status: 403, etag: undefined, xCache: 'Error from cloudfront'};
    expect(judge(answer(error), later(10, {...error, sha256: 'two'}), sentAt).fresh).toBe(false);
    expect(judge(answer(error), later(10, {xCache: 'Miss from cloudfront'}), sentAt).fresh).toBe(true);
  });

  it('takes no change for granted when nothing was seen before', () => {
    const nothing: Seen = {answered: false, askedAt: sentAt - 100, error: 'ECONNREFUSED'};
    expect(judge(nothing, later(10, {xCache: hit, age: 0}), sentAt).fresh).toBe(false);
    expect(judge(nothing, later(5000, {xCache: hit, age: 1}), sentAt).fresh).toBe(true);
    expect(judge(nothing, later(10, {xCache: 'Miss from cloudfront'}), sentAt).fresh).toBe(true);
  });
});
