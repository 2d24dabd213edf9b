import {Failure} from '../../failure.js';

/** What is known of a deploy that says how new it is. */
export interface Origin {
  readonly release: string;
  /** Hexadecimal id, perhaps shortened. */
  readonly commit?: string | undefined;
  /** The committer's date, ISO 8601. */
  readonly committedAt?: string | undefined;
  /** ISO 8601 by the service's clock. */
  readonly startedAt: string;
  /** The release id was given, not generated. */
  readonly isNamed: boolean;
}

/** `reason`: one clause for a message. */
export interface Older {
  readonly reason: string;
}

/**
 * Whether `candidate` is older than what is live and must not replace it. The first evidence that both have decides:
 *
 * 1. Numbers of given release ids (`build-41`, `build-42`). The same number is the same release again: not older.
 * 2. Commits. The same: not older. `isAncestor` (the candidate's commit is one of the live one) true: older. Unknown, as in
 *    a shallow clone: the committers' dates. False: the candidate comes after the live commit, or their histories part
 *    (another branch, a force push). Dates alone would then forbid to show another branch on purpose, and nothing at all
 *    would let the slow run of a commit that was pushed over win; so it is older if it was committed earlier and also
 *    started earlier.
 * 3. The starts of the deploys.
 *
 * Ties, unreadable dates included, are never older.
 */
export function olderThan(candidate: Origin, live: Origin, isAncestor?: boolean): Older | undefined {
  const numbers = comparableNumbers(candidate, live);
  if (numbers !== undefined) {
    return numbers[0] < numbers[1] ? {reason: 'its number is lower'} : undefined;
  }
  const startedEarlier = isBefore(candidate.startedAt, live.startedAt);
  if (candidate.commit !== undefined && live.commit !== undefined) {
    const [mine, theirs] = [short(candidate.commit), short(live.commit)];
    if (isSameCommit(candidate.commit, live.commit)) return undefined;
    if (isAncestor === true) return {reason: `its commit ${mine} is an ancestor of ${theirs}, which is live`};
    const committedEarlier = isBefore(candidate.committedAt, live.committedAt);
    if (isAncestor === false ? committedEarlier && startedEarlier : committedEarlier) {
      return {
        reason: `its commit ${mine} of ${candidate.committedAt} is older than ${theirs} of ${live.committedAt}, which is live`,
      };
    }
    if (isAncestor === false || isBefore(live.committedAt, candidate.committedAt)) return undefined;
  }
  return startedEarlier
    ? {reason: `it started at ${candidate.startedAt}, before the live one (${live.startedAt})`}
    : undefined;
}

/** `address`: `s3://bucket/prefix`. */
export function newerIsLive(candidate: Origin, live: Origin, {reason}: Older, address: string): Failure {
  return new Failure(
    'conflict',
    'NEWER_RELEASE_LIVE',
    `Release ${live.release} is live at ${address}, and release ${candidate.release} is older: ${reason}.`,
    {hint: 'Nothing was changed. To put the older one live all the same, run it again with --force.'},
  );
}

/** git abbreviates no further by itself. */
const shortestCommit = 7;

/** Both given ids as numbers, where they differ in nothing else. */
function comparableNumbers(candidate: Origin, live: Origin): readonly [bigint, bigint] | undefined {
  const [mine, theirs] = [numbered(candidate), numbered(live)];
  if (mine === undefined || theirs === undefined || mine.before !== theirs.before) return undefined;
  return [BigInt(mine.digits), BigInt(theirs.digits)];
}

function numbered({release, commit, isNamed}: Origin) {
  const [, before, digits] = /^(.*?)(\d+)$/s.exec(release) ?? [];
  // A shortened commit id may end in digits, or be nothing else.
  const isCommit = release.length >= shortestCommit && commit?.startsWith(release) === true;
  if (!isNamed || isCommit || before === undefined || digits === undefined) return undefined;
  return {before, digits};
}

/** One of the two may be shortened. */
function isSameCommit(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x === y || (Math.min(x.length, y.length) >= shortestCommit && (x.startsWith(y) || y.startsWith(x)));
}

const short = (commit: string): string => commit.slice(0, 9);

/** False where either is missing or no date. */
const isBefore = (a: string | undefined, b: string | undefined): boolean =>
  Date.parse(a ?? '') < Date.parse(b ?? '');
