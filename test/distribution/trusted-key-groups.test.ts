/* eslint-disable @typescript-eslint/no-deprecated -- distributions with legacy cache settings (ForwardedValues) are still there */
import type {DefaultCacheBehavior, DistributionConfig} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  addBehavior,
  findBehavior,
  isSigned,
  patternOf,
  patternsTrusting,
  placeBehavior,
  trustKeyGroup,
} from '../../src/distribution/index.js';
import {matchesPattern} from '../../src/distribution/path-pattern.js';

const behavior = {
  TargetOriginId: 'bucket',
  ViewerProtocolPolicy: 'allow-all',
  TrustedKeyGroups: {Enabled: false, Quantity: 0},
} as const;

/** What frontctl has no field for is there too. */
const configWith = (patterns: readonly string[]): DistributionConfig => ({
  CallerReference: 'r',
  Comment: 'theirs',
  Enabled: true,
  Origins: {Quantity: 1, Items: [{Id: 'bucket', DomainName: 'b.s3.amazonaws.com'}]},
  DefaultCacheBehavior: {...behavior, Compress: true},
  CacheBehaviors: {
    Quantity: patterns.length,
    Items: patterns.map(PathPattern => ({...behavior, PathPattern, FieldLevelEncryptionId: 'f'})),
  },
  ...{FieldOfTheFuture: {a: 1}},
});

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
};

describe('trustKeyGroup', () => {
  it('changes the trusted groups of the one behavior and nothing else, and what it was given never', () => {
    const pattern = fc.stringMatching(/^\/[a-z]{1,6}\/\*$/);
    fc.assert(
      fc.property(fc.uniqueArray(pattern, {minLength: 1, maxLength: 5}), fc.nat(), (patterns, pick) => {
        const before = freeze(configWith(patterns));
        const chosen = pick % (patterns.length + 1);
        const name = patterns[chosen] ?? '*';
        const after = trustKeyGroup(before, name, 'g1');
        expect(patternsTrusting(after, 'g1')).toEqual([name]);
        const back = structuredClone(after);
        const changed = back.CacheBehaviors?.Items?.[chosen] ?? back.DefaultCacheBehavior;
        if (changed !== undefined) changed.TrustedKeyGroups = {...behavior.TrustedKeyGroups};
        expect(back).toEqual(before);
        expect(JSON.stringify(back)).toBe(JSON.stringify(before));
        expect(trustKeyGroup(after, name, 'g1')).toBe(after);
        expect(patternsTrusting(trustKeyGroup(after, name, 'g2'), 'g1')).toEqual([name]);
      }),
    );
  });

  it('forgets groups of a list that is switched off, and takes a config without other behaviors', () => {
    const config = configWith([]);
    const off = {Enabled: false, Quantity: 1, Items: ['old']};
    delete config.CacheBehaviors;
    const changed = trustKeyGroup(
      {...config, DefaultCacheBehavior: {...behavior, TrustedKeyGroups: off}},
      '*',
      'new',
    );
    expect(changed.DefaultCacheBehavior?.TrustedKeyGroups).toEqual({
      Enabled: true,
      Quantity: 1,
      Items: ['new'],
    });
    expect(changed.CacheBehaviors).toBeUndefined();
  });

  it('finds a pattern with and without its slash, and names those there are', () => {
    const config = configWith(['/a/*', 'b/*']);
    expect(findBehavior(config, 'a/*').TargetOriginId).toBe('bucket');
    expect(patternsTrusting(trustKeyGroup(config, '/b/*', 'g'), 'g')).toEqual(['b/*']);
    expect(() => findBehavior(config, '/c/*')).toThrow(
      expect.objectContaining({
        code: 'NO_SUCH_BEHAVIOR',
        exit: 'usage',
        hint: 'Its patterns are /a/* b/* * (* is the default behavior); --add-behavior makes one with that pattern.',
      }),
    );
  });

  it.each([
    [{Enabled: false, Quantity: 0}, undefined, false],
    [undefined, undefined, false],
    [{Enabled: true, Quantity: 1, Items: ['g']}, undefined, true],
    [undefined, {Enabled: true, Quantity: 1, Items: ['self']}, true],
  ])('knows whether viewers need a signature: %j %j', (TrustedKeyGroups, TrustedSigners, expected) => {
    expect(isSigned({...behavior, TrustedKeyGroups, TrustedSigners})).toBe(expected);
  });
});

describe('placeBehavior', () => {
  it.each([
    // [what there is, new, its place, copy of, stay open, lose a part]
    [[], '/c/*', 0, '*', [], []],
    [['/img/*', '/js/*'], '/c/*', 0, '*', [], []],
    [['/img/*', '/c/free/*', '/js/*'], '/c/*', 2, '*', ['/c/free/*'], []],
    [['/c/a/*', '/x/*', 'c/b.?'], '/c/*', 3, '*', ['/c/a/*', 'c/b.?'], []],
    [['/img/*', '/c*', '/js/*'], '/c/*', 0, '/c*', [], []],
    [['/c/a/*', '/c*', '/c/b/*'], '/c/*', 1, '/c*', ['/c/a/*'], []],
    [['/*'], '/c/*', 0, '/*', [], []],
    [['*.jpg'], '/c/*', 0, '*', [], ['*.jpg']],
    [['*.jpg', '/c/a/*', '*.png'], '/c/*', 2, '*', ['*.jpg', '/c/a/*'], ['*.png']],
    [['/c/?'], '/c/*', 1, '*', ['/c/?'], []],
    [['/c/*'], '/c/?', 0, '/c/*', [], []],
    [['/a', '/b'], '*', 0, '*', [], []],
  ])('%j and %s', (patterns, pattern, index, like, staysOpen, takesFrom) => {
    const place = placeBehavior(configWith(patterns), pattern);
    if (pattern === '*') {
      expect(place).toBeUndefined();
      return;
    }
    expect({
      ...place,
      like: place && patternOf(place.like),
      takesFrom: place?.takesFrom.map(patternOf),
    }).toEqual({index, like, staysOpen, takesFrom});
  });

  it('does not count those that are signed among the open ones', () => {
    const config = trustKeyGroup(configWith(['/c/a/*', '/c/b/*']), '/c/a/*', 'g');
    expect(placeBehavior(config, '/c/*')?.staysOpen).toEqual(['/c/b/*']);
  });

  it.each([['/a b'], [''], ['/ä'], [`/${'a'.repeat(255)}`], ['/a\n'], ['/{a,b}']])('refuses %j', pattern => {
    expect(() => placeBehavior(configWith(['/b/*']), pattern)).toThrow(
      expect.objectContaining({code: 'PATH_PATTERN', exit: 'usage'}),
    );
  });

  it('refuses a 76th behavior, and leaves a raised quota to CloudFront', () => {
    const count = (length: number) => configWith(Array.from({length}, (_, index) => `/${index}/*`));
    expect(placeBehavior(count(74), '/new/*')).toMatchObject({index: 0});
    expect(() => placeBehavior(count(75), '/new/*')).toThrow(
      expect.objectContaining({code: 'QUOTA_EXCEEDED', exit: 'refused'}),
    );
    expect(placeBehavior(count(75), '/7/*')).toBeUndefined();
    expect(placeBehavior(count(80), '/new/*')).toMatchObject({index: 0});
  });
});

describe('addBehavior', () => {
  const legacy: Partial<DefaultCacheBehavior> & {readonly NewFieldOfTheFuture: string} = {
    ForwardedValues: {QueryString: true, Cookies: {Forward: 'none'}},
    MinTTL: 0,
    LambdaFunctionAssociations: {
      Quantity: 1,
      Items: [{LambdaFunctionARN: 'arn', EventType: 'origin-request'}],
    },
    NewFieldOfTheFuture: 'x',
  };

  it('copies whatever the default has, and trusts the group in it alone', () => {
    const config = configWith(['/img/*']);
    const before = freeze({...config, DefaultCacheBehavior: {...behavior, ...legacy}});
    const after = trustKeyGroup(addBehavior(before, '/c/*'), '/c/*', 'g');
    const TrustedKeyGroups = {Enabled: true, Quantity: 1, Items: ['g']};
    expect(after).toEqual({
      ...before,
      CacheBehaviors: {
        Quantity: 2,
        Items: [
          {...behavior, ...legacy, PathPattern: '/c/*', TrustedKeyGroups},
          ...(before.CacheBehaviors?.Items ?? []),
        ],
      },
    });
    expect(patternsTrusting(after, 'g')).toEqual(['/c/*']);
    expect(addBehavior(after, 'c/**')).toBe(after);
  });

  it('takes a config without a list of behaviors', () => {
    const config = configWith([]);
    delete config.CacheBehaviors;
    expect(addBehavior(config, '/c/*').CacheBehaviors).toMatchObject({
      Quantity: 1,
      Items: [{PathPattern: '/c/*', TargetOriginId: 'bucket'}],
    });
  });

  it('leaves every path outside the pattern, and what stays open, to the behavior that it had', () => {
    const pattern = fc.stringMatching(/^\/[ab*?]{0,5}$/);
    const first = (config: DistributionConfig, path: string): string =>
      config.CacheBehaviors?.Items?.find(({PathPattern = ''}) => matchesPattern(PathPattern, path))
        ?.PathPattern ?? '*';
    fc.assert(
      fc.property(
        fc.uniqueArray(pattern, {maxLength: 4}),
        pattern,
        fc.stringMatching(/^\/[ab]{0,5}$/),
        (patterns, added, path) => {
          const before = configWith(patterns);
          const place = placeBehavior(before, added);
          fc.pre(place !== undefined);
          const [was, is] = [first(before, path), first(addBehavior(before, added), path)];
          if (!matchesPattern(added, path)) {
            expect(is).toBe(was);
          } else if (is !== added) {
            expect(is).toBe(was);
            expect(place.staysOpen).toContain(was);
          } else {
            // It was answered by the one that is copied, or by one that is told.
            expect([patternOf(place.like), ...place.takesFrom.map(patternOf)]).toContain(was);
          }
        },
      ),
      {numRuns: 2000},
    );
  });
});
