import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {findBehavior, isSigned, patternsTrusting, trustKeyGroup} from '../../src/distribution/index.js';

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
        hint: 'Its patterns are /a/* b/* * (* is the default behavior).',
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
