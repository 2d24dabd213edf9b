import type {Seen, SeenAnswer} from './check-types.js';

/** What one answer says about the copy that was at the edge before. */
export interface Verdict {
  readonly fresh: boolean;
  /** One clause. */
  readonly reason: string;
}

/**
 * Whether an answer was fetched after the invalidation was sent, or shows in another way that the old copy is gone. An Age
 * that reaches back before `sentAt` beats all else: two edges may hold two different old copies. Pure.
 */
export function judge(before: Seen, after: Seen, sentAt: number): Verdict {
  if (!after.answered) return {fresh: false, reason: `no answer (${after.error})`};
  const cache = after.xCache === undefined ? '' : `, X-Cache: ${after.xCache}`;
  const change = before.answered ? changeBetween(before, after) : undefined;
  const fetched = /^(?:Miss|RefreshHit)\b/i.test(after.xCache ?? '');
  if (storedBefore(after, sentAt) && !(fetched && change !== undefined)) {
    return {fresh: false, reason: `still a copy from before (Age: ${after.age ?? 0} s${cache})`};
  }
  if (fetched) return {fresh: true, reason: `fetched from the origin (X-Cache: ${after.xCache ?? ''})`};
  if (change !== undefined) return {fresh: true, reason: change};
  if (storedAfter(after, sentAt)) {
    return {
      fresh: true,
      reason: `fetched after the invalidation was sent (Age: ${after.age ?? 0} s${cache})`,
    };
  }
  return {fresh: false, reason: `no sign of a new copy (status ${after.status}${cache})`};
}

/** Age is a whole number, cut or rounded: only what is off by more than a second counts. */
const slackMs = 1000;

const storedBefore = ({age, answeredAt}: SeenAnswer, sentAt: number): boolean =>
  age !== undefined && age * 1000 - slackMs > answeredAt - sentAt;

const storedAfter = ({age, askedAt}: SeenAnswer, sentAt: number): boolean =>
  age !== undefined && age * 1000 + slackMs <= askedAt - sentAt;

/** CloudFront makes an ETag weak when it compresses, which it does when it has the time. */
const strong = (etag: string | undefined): string | undefined => etag?.replace(/^W\//, '');

function changeBetween(before: SeenAnswer, after: SeenAnswer): string | undefined {
  if (before.status !== after.status) return `status ${after.status}, was ${before.status}`;
  if (strong(before.etag) !== strong(after.etag))
    return `ETag ${after.etag ?? 'gone'}, was ${before.etag ?? 'none'}`;
  // Error pages differ each time: they name the request.
  return before.sha256 === after.sha256 || after.status >= 400 ? undefined : 'the body is another one';
}
