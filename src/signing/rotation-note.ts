/**
 * What a rotation remembers, in the comment of the new public key: any machine can go on with it, and CloudFront keeps
 * it as long as the key. At most 128 characters (API reference, "PublicKeyConfig").
 */
export interface RotationNote {
  /** Id of the key that is to leave. */
  readonly oldKey: string;
  /** First eight characters of the key group's id. */
  readonly group: string;
  /** Seconds that a URL or cookie may live after it was signed. */
  readonly longestSeconds: number;
  /** Times are ISO 8601 in UTC, whole seconds, by CloudFront's clock. */
  readonly since: string;
  /** All signers use the new key. */
  readonly switched?: string | undefined;
  /** The new key is being taken out again. */
  readonly aborted?: string | undefined;
}

/** What stays in the comment when a rotation is over. */
export interface RotatedNote {
  readonly oldKey: string;
  readonly group: string;
  readonly at: string;
}

export const groupMark = (groupId: string): string => groupId.slice(0, 8);

/** Without milliseconds. */
export const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const time = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)`;
const running = new RegExp(
  String.raw`^frontctl rotates=(\w+) group=([\w-]+) longest=(\d+)s since=${time}(?: (switched|aborted)=${time})?$`,
);
const over = new RegExp(String.raw`^frontctl rotated=(\w+) group=([\w-]+) at=${time}$`);

export function writeNote({oldKey, group, longestSeconds, since, switched, aborted}: RotationNote): string {
  const head = `frontctl rotates=${oldKey} group=${group} longest=${longestSeconds}s since=${since}`;
  if (aborted !== undefined) return `${head} aborted=${aborted}`;
  return switched === undefined ? head : `${head} switched=${switched}`;
}

/** Undefined for every other comment. */
export function readNote(comment: string): RotationNote | undefined {
  const [, oldKey, group, longest, since, state, at] = running.exec(comment) ?? [];
  if (oldKey === undefined || group === undefined || since === undefined) return undefined;
  return {
    oldKey,
    group,
    longestSeconds: Number(longest),
    since,
    ...(state === 'switched' && {switched: at}),
    ...(state === 'aborted' && {aborted: at}),
  };
}

export const writeRotated = ({oldKey, group, at}: RotatedNote): string =>
  `frontctl rotated=${oldKey} group=${group} at=${at}`;

export function readRotated(comment: string): RotatedNote | undefined {
  const [, oldKey, group, at] = over.exec(comment) ?? [];
  return oldKey === undefined || group === undefined || at === undefined ? undefined : {oldKey, group, at};
}
