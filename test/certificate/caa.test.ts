import {describe, expect, it} from 'vitest';
import {findBlockingCaa, requestFailed, type CaaRecord} from '../../src/certificate/index.js';
import {allowsAmazon} from '../../src/certificate/caa.js';
import {certificate} from './fixtures.js';

const caa = (text: string): CaaRecord => {
  const [, flags, tag = '', value = ''] = /^(\d+) (\w+) "(.*)"$/.exec(text) ?? [];
  return {isCritical: Number(flags) >= 128, tag, value};
};

describe('allowsAmazon', () => {
  it.each([
    [[], true, true],
    [['0 issue "amazon.com"'], true, true],
    [['0 issue "letsencrypt.org"'], false, false],
    [['0 issue "letsencrypt.org"', '0 issue "amazontrust.com"'], true, true],
    [['0 issue " AWSTRUST.com ; policy=ev"'], true, true],
    [['0 issue ";"'], false, false],
    [['0 issue "amazon.com"', '0 issuewild ";"'], true, false],
    [['0 issue ";"', '0 issuewild "amazonaws.com"'], false, true],
    [['0 issuewild "letsencrypt.org"'], true, false],
    [['0 iodef "mailto:security@example.com"'], true, true],
    [['0 issue "amazon.com"', '128 tbs "unknown"'], false, false],
    [['0 issue "amazon.com"', '0 tbs "unknown"'], true, true],
    [['0 issue "notamazon.com"'], false, false],
  ])('%j: a name %s, a wildcard %s', (records, name, wildcard) => {
    expect(allowsAmazon(records.map(caa), false)).toBe(name);
    expect(allowsAmazon(records.map(caa), true)).toBe(wildcard);
  });
});

describe('findBlockingCaa', () => {
  const zone: Readonly<Record<string, readonly string[]>> = {
    'example.com': ['0 issue "letsencrypt.org"'],
    'shop.example.com': ['0 issue "amazon.com"', '0 issuewild ";"'],
  };
  const asked: string[] = [];
  const lookup = (name: string) => {
    asked.push(name);
    return Promise.resolve((zone[name] ?? []).map(caa));
  };

  it('climbs from each name to the first that has records', async () => {
    expect(await findBlockingCaa(['shop.example.com', 'www.example.com'], lookup)).toEqual({
      domain: 'www.example.com',
      at: 'example.com',
      records: [caa('0 issue "letsencrypt.org"')],
    });
    expect(asked).toEqual(['shop.example.com', 'www.example.com', 'example.com']);
    expect(await findBlockingCaa(['*.shop.example.com'], lookup)).toMatchObject({at: 'shop.example.com'});
    expect(await findBlockingCaa(['a.b.shop.example.com', 'example.net'], lookup)).toBeUndefined();
  });
});

describe('requestFailed', () => {
  const failed = (more: Parameters<typeof certificate>[0]) => certificate({status: 'FAILED', ...more});

  it('names the CAA record, and what to put beside it', () => {
    const failure = requestFailed(failed({failureReason: 'CAA_ERROR'}), {
      domain: 'www.example.com',
      at: 'example.com',
      records: [caa('0 issue "letsencrypt.org"')],
    });
    expect(failure).toMatchObject({code: 'CERTIFICATE_FAILED', exitCode: 6});
    expect(failure.message).toBe(
      'Certificate 1 for www.example.com failed: the CAA record of example.com (0 issue "letsencrypt.org") keeps Amazon from issuing for www.example.com (CAA_ERROR).',
    );
    expect(failure.hint).toMatch(
      /^Add the CAA record 0 issue "amazon.com" \(or .*amazonaws.com\) at example.com, beside/,
    );
  });

  it('names issuewild where that is in the way', () => {
    const {hint} = requestFailed(failed({names: ['*.example.com'], failureReason: 'CAA_ERROR'}), {
      domain: '*.example.com',
      at: 'example.com',
      records: [caa('0 issuewild ";"')],
    });
    expect(hint).toContain('0 issuewild "amazon.com"');
  });

  it.each([
    [{failureReason: 'CAA_ERROR'}, /a CAA record of one of the domains/, /dig CAA www\.example\.com/],
    [{failureReason: 'INVALID_PUBLIC_DOMAIN'}, /no public domain \(INVALID_PUBLIC_DOMAIN\)/, /spelling/],
    [{failureReason: 'ADDITIONAL_VERIFICATION_REQUIRED'}, /wants to know more/, /AWS Support/],
    [{failureReason: 'PCA_ACCESS_DENIED'}, /ACM says PCA_ACCESS_DENIED/, /troubleshooting/],
    [{status: 'VALIDATION_TIMED_OUT'}, /within 72 hours DNS did not show/, /cert issue/],
    [{status: 'REVOKED'}, /is REVOKED/, /cert issue/],
  ] as const)('%j', (more, message, hint) => {
    const failure = requestFailed(failed(more));
    expect(failure.message).toMatch(message);
    expect(failure.hint).toMatch(hint);
  });
});
