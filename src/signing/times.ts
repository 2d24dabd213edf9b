import {quoted, refusal} from './refusal.js';
import type {WrittenTime} from './types.js';

const unitSeconds: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600, d: 86_400};

/** Above this a number is milliseconds: as seconds it is the year 5138. */
const latestSeconds = 1e11;

const forms =
  'Write 90s, 10m, 2h or 7d from now, an ISO 8601 time such as 2030-01-31T10:00:00Z (UTC where no zone is named), or epoch seconds.';

const isoForm =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))?)?$/;

/**
 * Epoch seconds of a time as the user wrote it; `what` names it in errors.
 * @throws Failure TIME_UNREADABLE, TIME_IN_MILLISECONDS.
 */
export function readTime(value: WrittenTime, now: Date, what: string): number {
  if (typeof value === 'number') return fromNumber(value, what);
  const relative = /^(\d{1,9})([smhd])$/.exec(value);
  if (relative !== null) {
    const seconds = Number(relative[1]) * (unitSeconds[relative[2] ?? ''] ?? Number.NaN);
    const time = Math.floor(now.getTime() / 1000) + seconds;
    if (time <= latestSeconds) return time;
    throw refusal('TIME_UNREADABLE', `The ${what} ${quoted(value, 40)} is thousands of years away.`, forms);
  }
  if (/^\d{1,16}$/.test(value)) return fromNumber(Number(value), what);
  const seconds = fromIso(value);
  if (seconds !== undefined) return seconds;
  throw refusal('TIME_UNREADABLE', `The ${what} ${quoted(value, 40)} is not a time.`, forms);
}

function fromNumber(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw refusal('TIME_UNREADABLE', `The ${what} ${value} is not a whole number of epoch seconds.`, forms);
  if (value > latestSeconds) {
    throw refusal(
      'TIME_IN_MILLISECONDS',
      `The ${what} ${value} is in milliseconds; CloudFront takes epoch seconds.`,
      `Write ${Math.floor(value / 1000)}.`,
    );
  }
  return value;
}

/** Undefined for what is not ISO 8601, or not in the calendar. Fractions of a second are cut off. */
function fromIso(value: string): number | undefined {
  const parts = isoForm.exec(value);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(part => Number((part as string | undefined) ?? 0));
  const sign = parts[8] === '-' ? -1 : 1;
  const [zoneHours, zoneMinutes] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC carries the 31st of February over into March.
  const exact =
    year >= 1970 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    minute < 60 &&
    second < 60 &&
    zoneHours < 24 &&
    zoneMinutes < 60;
  if (!exact) return undefined;
  const seconds = date.getTime() / 1000 - sign * (zoneHours * 60 + zoneMinutes) * 60;
  return seconds < 0 ? undefined : seconds;
}
