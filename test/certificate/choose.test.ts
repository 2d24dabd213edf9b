import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {chooseCertificate, covers, type ListedCertificate} from '../../src/certificate/index.js';
import {arnOf, certificate} from './fixtures.js';

const of = (id: string, more: Partial<ListedCertificate> = {}): ListedCertificate =>
  certificate({arn: arnOf(id), ...more});
const chosen = (...[certificates, names, options]: Parameters<typeof chooseCertificate>) =>
  chooseCertificate(certificates, names, options)?.certificate.arn.slice(-1);

describe('chooseCertificate', () => {
  const pending = {status: 'PENDING_VALIDATION', notAfter: null, inUse: false} as const;

  it('prefers an issued one, then the one that lasts longest', () => {
    const all = [
      of('1', pending),
      of('2', {notAfter: '2026-10-01T00:00:00.000Z'}),
      of('3', {notAfter: '2026-11-01T00:00:00.000Z', type: 'IMPORTED'}),
    ];
    expect(chosen(all, ['www.example.com'])).toBe('3');
    expect(chooseCertificate(all, ['www.example.com'])?.reason).toBe(
      'is imported and covers the name until 2026-11-01',
    );
    expect(chosen(all.slice(0, 2), ['www.example.com'])).toBe('2');
    expect(chosen(all.slice(0, 1), ['WWW.example.com.'])).toBe('1');
  });

  it('prefers of those that wait the one with exactly these names', () => {
    const all = [of('1', {...pending, names: ['www.example.com', 'x.example.net']}), of('2', pending)];
    expect(chosen(all, ['www.example.com'])).toBe('2');
    expect(chooseCertificate(all, ['www.example.com'])?.reason).toBe(
      'covers the name and waits for its validation',
    );
    expect(chosen(all, ['www.example.com'], {except: [arnOf('2')]})).toBe('1');
  });

  it('takes none that leaves a name out', () => {
    const wild = of('1', {names: ['example.com', '*.example.com']});
    expect(chosen([wild], ['example.com', 'www.example.com', '*.example.com'])).toBe('1');
    expect(chosen([wild], ['example.com', 'a.b.example.com'])).toBeUndefined();
  });

  it.each(['EXPIRED', 'FAILED', 'VALIDATION_TIMED_OUT', 'REVOKED', 'INACTIVE', 'UNKNOWN'] as const)(
    'never takes one that is %s',
    status => {
      expect(chosen([of('1', {status})], ['www.example.com'])).toBeUndefined();
    },
  );

  it('minds the key, and what CloudFront and viewers take', () => {
    const ec = of('1', {keyAlgorithm: 'EC_prime256v1'});
    expect(chosen([ec], ['www.example.com'])).toBe('1');
    expect(chosen([ec], ['www.example.com'], {keyAlgorithm: 'RSA_2048'})).toBeUndefined();
    expect(chosen([ec], ['www.example.com'], {keyAlgorithm: 'EC_prime256v1'})).toBe('1');
    expect(chosen([of('1', {keyAlgorithm: 'EC_secp521r1'})], ['www.example.com'])).toBeUndefined();
    expect(chosen([of('1', {type: 'PRIVATE'})], ['www.example.com'])).toBeUndefined();
  });

  it('answers the same whatever the order, and only what covers', () => {
    const name = fc.constantFrom('example.com', 'www.example.com', '*.example.com', 'a.b.example.com');
    const one = fc.record({
      names: fc.uniqueArray(name, {minLength: 1}),
      status: fc.constantFrom('ISSUED', 'PENDING_VALIDATION', 'EXPIRED', 'FAILED'),
      notAfter: fc.constantFrom(null, '2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z'),
    });
    fc.assert(
      fc.property(fc.array(one, {maxLength: 6}), fc.uniqueArray(name, {minLength: 1}), (given, names) => {
        const all = given.map((more, i) => of(String(i), more));
        const choice = chooseCertificate(all, names);
        expect(chooseCertificate([...all].reverse(), names)).toEqual(choice);
        const usable = all.filter(
          each =>
            ['ISSUED', 'PENDING_VALIDATION'].includes(each.status) &&
            names.every(host => covers(each.names, host)),
        );
        expect(choice !== undefined).toBe(usable.length > 0);
        if (choice === undefined) return;
        expect(usable).toContain(choice.certificate);
        if (usable.some(({status}) => status === 'ISSUED')) expect(choice.certificate.status).toBe('ISSUED');
      }),
    );
  });
});
