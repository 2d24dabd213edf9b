import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {columns, count, formatBytes, formatDuration, parseDuration} from '../../src/terminal/format.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [12 * 1024 ** 2, '12 MiB'],
    [5.25 * 1024 ** 3, '5.3 GiB'],
    [4096 * 1024 ** 4, '4096 TiB'],
  ])('%d -> %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [1000, '1.0 s'],
    [59_949, '59.9 s'],
    [59_960, '1m 00s'],
    [65_000, '1m 05s'],
    [7_800_000, '2h 10m'],
    [172_799_000, '47h 59m'],
    [172_800_000, '2d 00h'],
    [608_400_000, '7d 01h'],
  ])('%d -> %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
  ])('%s -> %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '10', 'm', '10 minutes', '-5m', '1e3s', '5M'])('refuses %j', text => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('count', () => {
  it.each([
    [0, '0 files'],
    [1, '1 file'],
    [20_000, '20,000 files'],
  ])('%d -> %s', (n, text) => {
    expect(count(n, 'file')).toBe(text);
  });
});

describe('columns', () => {
  it('aligns by what is seen, not by escape codes', () => {
    expect(
      columns([
        ['\u001B[32ma\u001B[39m', 'x'],
        ['bbb', 'y'],
      ]),
    ).toBe('\u001B[32ma\u001B[39m    x\nbbb  y');
  });

  it('starts every last cell in the same column', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), {minLength: 1}), rows => {
        const starts = columns(rows)
          .split('\n')
          .map((line, i) => line.length - (rows[i]?.[1].length ?? 0));
        expect(new Set(starts).size).toBe(1);
      }),
    );
  });
});
