import {describe, expect, it} from 'vitest';
import {hostName, isCovered, plainName} from '../../src/dns/index.js';
import {namesBetween} from '../../src/dns/names.js';

describe('hostName', () => {
  it.each([
    ['www.Example.com', 'www.example.com'],
    ['example.com.', 'example.com'],
    ['*.example.com', '*.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['_a.b-c.example.com', '_a.b-c.example.com'],
  ])('of %s is %s', (typed, host) => expect(hostName(typed)).toBe(host));

  it.each([
    'https://www.example.com',
    'www.example.com/path',
    'example',
    '',
    '*.com',
    'a.*.example.com',
    '*x.example.com',
    'a..example.com',
    '-a.example.com',
    `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(130)}com`,
    'a b.example.com',
    'a.example.com:443',
  ])('refuses %j', typed => {
    expect(() => hostName(typed)).toThrow(expect.objectContaining({code: 'BAD_HOST', exitCode: 2}));
  });
});

it('plainName decodes escapes, case and the last dot', () => {
  expect(plainName(String.raw`\052.Example.COM.`)).toBe('*.example.com');
});

it('isCovered: a wildcard has every level below it, but not the name above', () => {
  expect(isCovered('a.b.example.com', ['*.example.com'])).toBe(true);
  expect(isCovered('example.com', ['*.example.com'])).toBe(false);
  expect(isCovered('*.example.com', ['*.example.com'])).toBe(true);
  expect(isCovered('notexample.com', ['example.com'])).toBe(false);
});

it('namesBetween: where a delegation would take the host out of the zone', () => {
  expect(namesBetween('a.b.c.example.com', 'example.com')).toEqual(['b.c.example.com', 'c.example.com']);
  expect(namesBetween('example.com', 'example.com')).toEqual([]);
  expect(namesBetween('www.example.com', 'example.com')).toEqual([]);
});
