import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isoSeconds, readNote, readRotated, writeNote, writeRotated} from '../../src/signing/index.js';

const id = fc.stringMatching(/^K[A-Z0-9]{13}$/);
const group = fc.stringMatching(/^[0-9a-f]{8}$/);
const time = fc.integer({min: 0, max: 4_000_000_000}).map(seconds => isoSeconds(seconds * 1000));
const longestSeconds = fc.integer({min: 1, max: 10 * 365 * 86_400});
const base = {oldKey: id, group, longestSeconds, since: time};
const note = fc.oneof(
  fc.record(base),
  fc.record({...base, switched: time}),
  fc.record({...base, aborted: time}),
);

describe('the note of a rotation', () => {
  it('is read as it was written, and fits into a comment', () => {
    fc.assert(
      fc.property(note, written => {
        const comment = writeNote(written);
        expect(readNote(comment)).toEqual(written);
        expect(comment.length).toBeLessThanOrEqual(128);
        expect(readRotated(comment)).toBeUndefined();
      }),
    );
  });

  it('of one that is over, too', () => {
    fc.assert(
      fc.property(fc.record({oldKey: id, group, at: time}), written => {
        const comment = writeRotated(written);
        expect(readRotated(comment)).toEqual(written);
        expect(comment.length).toBeLessThanOrEqual(128);
        expect(readNote(comment)).toBeUndefined();
      }),
    );
  });

  it.each([
    '',
    'For films',
    'frontctl',
    'frontctl rotates=K1 group=1a2b3c4d',
    'frontctl rotates=K1 group=1a2b3c4d longest=60s since=yesterday',
    ' frontctl rotates=K1 group=1a2b3c4d longest=60s since=2026-01-02T03:04:05Z',
    'frontctl rotates=K1 group=1a2b3c4d longest=60s since=2026-01-02T03:04:05Z switched=',
  ])('is not what people write: %j', comment => {
    expect(readNote(comment)).toBeUndefined();
    expect(readRotated(comment)).toBeUndefined();
  });
});
