import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {cacheControlProblems, cacheDirectives} from '../../src/config/cache-control.js';
import {cacheControl} from '../../src/site/index.js';

const clauses = (value: string, severity: 'error' | 'warning') =>
  cacheControlProblems(value)
    .filter(problem => problem.severity === severity)
    .map(({clause}) => clause);

test.each([
  ...Object.values(cacheControl),
  'no-store',
  'no-cache',
  'max-age=60',
  'Public, Max-Age=60',
  'public,max-age=60 , must-revalidate',
  // What Spring Security and others send: of one mind.
  'no-cache, no-store, max-age=0, must-revalidate',
  'no-store, no-cache, private, max-age=0, s-maxage=0, proxy-revalidate',
  'private, max-age=600',
  'public, s-maxage=31536000, max-age=0',
  'max-age=3600, stale-while-revalidate=60, stale-if-error=86400',
  'no-transform, max-age=60',
  // A cache that knows must-understand lets no-store be.
  'must-understand, no-store, max-age=60',
  // Of one header alone: no contradiction.
  'public, max-age=60, private="set-cookie"',
  'max-age=31536000, immutable, no-cache="set-cookie, x-a"',
  'max-age=2147483648',
])('%s is right', value => {
  expect(cacheControlProblems(value)).toEqual([]);
});

test.each([
  ['no-store, max-age=31536000', 'says no-store beside max-age=31536000; what is not stored cannot be kept'],
  ['max-age=60, public, no-store', 'says no-store beside max-age=60, public;'],
  ['no-store, s-maxage=5', 'says no-store beside s-maxage=5;'],
  ['no-store, immutable', 'says no-store beside immutable;'],
  ['no-store, stale-if-error=5', 'says no-store beside stale-if-error=5;'],
  ['private, public, max-age=5', 'says private beside public; one forbids what the other allows'],
  [
    'private, s-maxage=5',
    'says private beside s-maxage=5; one keeps it out of shared caches such as CloudFront',
  ],
  ['no-cache, immutable, max-age=5', 'says no-cache beside immutable; one has browsers ask before every use'],
  ['immutable', 'says immutable without a max-age above 0'],
  ['max-age=0, immutable', '(write max-age=31536000, immutable)'],
  ['public, s-maxage=60, immutable', 'says immutable without a max-age above 0'],
  ['max-age=1, Max-Age=2', 'has max-age more than once'],
  ['no-store, no-store', 'has no-store more than once'],
  ['max-age', 'has max-age without its seconds (write max-age=3600 for an hour)'],
  ['max-age="60"', 'has max-age="60" in quotes, which some caches ignore (write max-age=60)'],
  ['max-age=-1', 'has max-age=-1, but takes a whole number of seconds from 0 on'],
  ['max-age=1.5', 'has max-age=1.5, but takes a whole number'],
  ['max-age=1e3', 'has max-age=1e3, but takes a whole number'],
  ['max-age=1h', '(write max-age=3600)'],
  ['s-maxage=10min', '(write s-maxage=600)'],
  ['stale-if-error="30 days"', '(write stale-if-error=2592000)'],
  ['max-age=1y', '(write max-age=31536000)'],
  ['max-ages=60', 'has max-ages, which is not a directive (did you mean max-age?)'],
  ['maxage=60', '(did you mean max-age?)'],
  ['s-max-age=60', '(did you mean s-maxage?)'],
  ['nocache', '(did you mean no-cache?)'],
  ['must_revalidate', '(did you mean must-revalidate?)'],
  ['imutable, max-age=5', '(did you mean immutable?)'],
  ['only-if-cached', 'has only-if-cached, which only requests may carry'],
  ['no-store=1', 'has a value after no-store, which takes none (write no-store)'],
  [
    'private=set-cookie',
    'has private=set-cookie; names of headers stand in quotes (write private="set-cookie")',
  ],
  ['no-cache="a b"', 'has no-cache="a b", where only names of headers may stand'],
  ['public; max-age=60', 'has "public; max-age=60"; commas separate directives (write public, max-age=60)'],
  ['public max-age=60', '(write public, max-age=60)'],
  ['public, max-age = 60', 'has "max-age = 60", with blanks beside the = (write max-age=60)'],
  ['public,, max-age=60', 'has a comma with no directive beside it'],
  ['max-age=60,', 'has a comma with no directive beside it'],
  ['Cache-Control: no-cache', 'begins with the name of the header (write no-cache)'],
  ['max-age=', 'has "max-age=", which is no directive'],
  ['"no-cache"', 'which is no directive'],
  ['private="set-cookie', 'which is no directive'],
  [' ', 'is empty'],
])('%s is refused: %s', (value, clause) => {
  expect(clauses(value, 'error').join('\n')).toContain(clause);
});

test.each([
  ['no-cache, max-age=60', 'says no-cache beside max-age=60; every use is revalidated'],
  [
    'max-age=60, must-revalidate, stale-while-revalidate=5',
    'says must-revalidate beside stale-while-revalidate=5',
  ],
  ['max-age=31536000000', 'which is 1,000 years: it counts seconds, not milliseconds'],
  ['max-age=60, pre-check=5', 'has pre-check, which neither CloudFront nor browsers know'],
])('%s is good for a warning: %s', (value, clause) => {
  expect(clauses(value, 'error')).toEqual([]);
  expect(clauses(value, 'warning').join('\n')).toContain(clause);
});

describe('the grammar of RFC 9111', () => {
  const token = fc.stringMatching(/^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,12}$/);
  const quotable = fc.stringMatching(/^[\t\x20-\x7e]{0,12}$/);
  const blanks = fc.constantFrom('', ' ', '\t', '  ');
  const directive = fc.record({
    name: token,
    argument: fc.option(
      fc.oneof(
        token.map(value => ({value, isQuoted: false})),
        quotable.map(value => ({value, isQuoted: true})),
      ),
      {nil: undefined},
    ),
    before: blanks,
    after: blanks,
  });
  const written = ({
    name,
    argument,
    before,
    after,
  }: typeof directive extends fc.Arbitrary<infer T> ? T : never) => {
    const value =
      argument?.isQuoted === true ? `"${argument.value.replace(/["\\]/g, '\\$&')}"` : argument?.value;
    return `${before}${name}${value === undefined ? '' : `=${value}`}${after}`;
  };

  it('every list of directives is read as what it was made of', () => {
    fc.assert(
      fc.property(fc.array(directive, {minLength: 1, maxLength: 5}), directives => {
        expect(cacheDirectives(directives.map(written).join(','))).toEqual(
          directives.map(({name, argument}) => ({
            name: name.toLowerCase(),
            ...(argument && {value: argument.value}),
            isQuoted: argument?.isQuoted ?? false,
          })),
        );
      }),
    );
  });

  it('what has an empty place, an open quote or a blank inside is not of the grammar, and told as an error', () => {
    const broken = fc
      .tuple(
        fc.array(directive, {minLength: 1, maxLength: 3}),
        fc.constantFrom(',', ',,x', ' x', '="', '; x', '= x'),
      )
      .map(([directives, end]) => directives.map(written).join(',') + end);
    fc.assert(
      fc.property(broken, value => {
        expect(cacheDirectives(value)).toBeUndefined();
        expect(cacheControlProblems(value)).toHaveLength(1);
        expect(cacheControlProblems(value)[0]?.severity).toBe('error');
      }),
    );
  });

  it('the order and the case of directives, and the blanks around them, change no verdict', () => {
    const common = fc.constantFrom(
      ...['no-store', 'no-cache', 'public', 'private', 'immutable', 'must-revalidate', 'must-understand'],
      ...['max-age=0', 'max-age=60', 's-maxage=60', 'stale-if-error=5', 'private="a"'],
    );
    const severities = (value: string) =>
      cacheControlProblems(value)
        .map(({severity}) => severity)
        .sort();
    const values = fc
      .uniqueArray(common, {minLength: 1, maxLength: 6})
      .chain(parts =>
        fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, {minLength: parts.length}), blanks),
      );
    fc.assert(
      fc.property(values, ([parts, shuffled, blank]) => {
        const other = shuffled.map(part => part.toUpperCase()).join(`,${blank}`);
        expect(severities(other)).toEqual(severities(parts.join(', ')));
      }),
    );
  });
});
