import {Failure} from '../failure.js';

/** A request that cannot be signed as written: exit 2. */
export function refusal(code: string, message: string, hint?: string): Failure {
  return new Failure('usage', code, message, {hint});
}

/** Why a file could not be read or written, to follow a colon. */
export function whyNot(cause: unknown): string {
  const {code} = cause as {readonly code?: unknown};
  if (typeof code !== 'string') return 'the reason is unknown';
  return reasons[code] ?? code;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/**
 * A value for an error text. What could be a key handed over in the wrong place is never repeated: nothing with a line
 * break or a run of base64, and nothing longer than what belongs in that place.
 */
export function quoted(value: string, longest: number): string {
  const secret = value.length > longest || /[\r\n]|PRIVATE/.test(value) || hasKeyRun(value);
  return secret ? `(${value.length} characters)` : JSON.stringify(value);
}

function hasKeyRun(value: string): boolean {
  const runs = value.match(/[A-Za-z0-9+/=]{40,}/g) ?? [];
  return runs.some(run => /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run));
}
