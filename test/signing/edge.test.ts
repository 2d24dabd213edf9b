/** Two readings of CloudFront's guide, written apart: the signer's and the embedded edge's. They must not differ. */
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {resourceMatches} from '../../src/local/edge/rules/signed-resource.js';
import {resourceCovers} from '../../src/signing/match.js';

const text = (characters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({unit: fc.constantFrom(...Array.from(characters)), maxLength});

describe('the embedded edge', () => {
  it('agrees on what a resource covers', () => {
    const scheme = fc.constantFrom('https://', 'http://', 'http*://', '*://', '', '*');
    const resource = fc
      .tuple(scheme, text('ab.*?', 5), fc.constantFrom('', '/'), text('ab/*?=', 6))
      .map(parts => parts.join(''));
    const url = fc.record({
      protocol: fc.constantFrom('http', 'https'),
      domain: text('ab.', 4).map(name => `a${name}`),
      path: text('ab/', 4).map(path => `/${path}`),
      query: text('ab=?', 3),
    });
    let covered = 0;
    fc.assert(
      fc.property(resource, url, (pattern, parts) => {
        const {protocol, domain, path, query} = parts;
        const whole = `${protocol}://${domain}${path}${query === '' ? '' : `?${query}`}`;
        const found = resourceCovers(pattern, whole);
        if (found) covered++;
        expect(found).toBe(resourceMatches(pattern, parts));
      }),
      {numRuns: 20_000},
    );
    expect(covered).toBeGreaterThan(100);
  });
});
