import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {canonicalName, certificateNames, covers, namesWarning} from '../../src/certificate/index.js';
import {Failure} from '../../src/failure.js';

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);

describe('covers', () => {
  it.each([
    [['example.com'], 'example.com', true],
    [['example.com'], 'EXAMPLE.com.', true],
    [['example.com'], 'www.example.com', false],
    [['*.example.com'], 'www.example.com', true],
    [['*.example.com'], 'example.com', false],
    [['*.example.com'], 'a.b.example.com', false],
    [['*.example.com'], '*.example.com', true],
    [['www.example.com'], '*.example.com', false],
    [['*.example.com'], '*.a.example.com', false],
    [['*.com'], 'example.com', true],
    [['example.com'], '', false],
    [['*.example.com'], '.example.com', false],
    [['xn--bcher-kva.example'], 'bücher.example', true],
    [[], 'example.com', false],
  ] as const)('%j for %s: %s', (names, host, expected) => {
    expect(covers(names, host)).toBe(expected);
  });

  it('takes a * for exactly one label, whatever the labels', () => {
    fc.assert(
      fc.property(
        fc.array(label, {minLength: 2, maxLength: 4}),
        fc.array(label, {maxLength: 3}),
        (base, more) => {
          const zone = base.join('.');
          expect(covers([`*.${zone}`], [...more, zone].join('.'))).toBe(more.length === 1);
          expect(covers([zone], [...more, zone].join('.'))).toBe(more.length === 0);
        },
      ),
    );
  });
});

describe('certificateNames', () => {
  it('takes names as ACM does: canonical, none twice, in order', () => {
    expect(certificateNames(['WWW.Example.com.', 'example.com', 'www.example.com', '*.example.com'])).toEqual(
      ['www.example.com', 'example.com', '*.example.com'],
    );
    expect(certificateNames(['bücher.example'])).toEqual(['xn--bcher-kva.example']);
    expect(certificateNames(['*.bücher.example'])).toEqual(['*.xn--bcher-kva.example']);
  });

  it('puts a name that fits the common name first', () => {
    const long = `${'a'.repeat(60)}.example.com`;
    expect(certificateNames([long, 'example.com'])).toEqual(['example.com', long]);
    expect(certificateNames([`${'a'.repeat(52)}.example.com`, 'b.example.com'])[0]).toHaveLength(64);
    expect(codeOf(() => certificateNames([long]))).toEqual(['CERTIFICATE_NAMES', 2]);
  });

  it.each([
    ['localhost', /no dot/],
    ['*.com', /top-level domain behind/],
    ['a.*.example.com', /\* in the wrong place/],
    ['w*.example.com', /\* in the wrong place/],
    ['*.*.example.com', /\* in the wrong place/],
    ['192.0.2.1', /is an address/],
    ['::1', /is an address/],
    ['https://www.example.com', /is an address|not a domain name/],
    ['-a.example.com', /letters, digits and inner hyphens/],
    ['a_b.example.com', /letters, digits and inner hyphens/],
    ['a..example.com', /letters, digits and inner hyphens/],
    [`${'a'.repeat(64)}.example.com`, /64 characters; a label/],
    [`${'a.'.repeat(130)}example.com`, /at most 253/],
    ['ab--c.example.com', /xn-- only/],
    ['example.123', /no top-level domain/],
    ['', /is not a domain name/],
    ['a b.example.com', /domain name/],
  ])('refuses %s', (name, message) => {
    expect(() => certificateNames([name])).toThrow(message);
    expect(codeOf(() => certificateNames(['ok.example.com', name]))).toEqual(['CERTIFICATE_NAMES', 2]);
  });

  it('knows the quotas by name', () => {
    const many = (count: number) => Array.from({length: count}, (_, i) => `n${i}.example.com`);
    expect(namesWarning(certificateNames(many(10)))).toBeUndefined();
    expect(namesWarning(certificateNames(many(11)))).toMatch(/"Number of domain names per ACM certificate"/);
    expect(certificateNames(many(100))).toHaveLength(100);
    expect(codeOf(() => certificateNames(many(101)))).toEqual(['TOO_MANY_NAMES', 6]);
    expect(() => certificateNames([])).toThrow('at least one name');
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(fc.array(fc.domain(), {minLength: 1, maxLength: 5}), domains => {
        let once: readonly string[];
        try {
          once = certificateNames(domains);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          return;
        }
        expect(certificateNames(once)).toEqual(once);
        expect(new Set(once)).toEqual(new Set(domains.map(canonicalName)));
      }),
    );
  });
});

function codeOf(run: () => unknown): readonly [string, number] | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return [error.code, error.exitCode];
  }
  return undefined;
}
