import fc from 'fast-check';
import {expect, it} from 'vitest';
import {bucketName, originAccessControlName, siteName} from '../../src/stack/index.js';

it.each([
  ['/home/me/My Shop/dist', /^my-shop-[0-9a-f]{6}$/],
  ['/home/me/docs/build/client', /^docs-[0-9a-f]{6}$/],
  ['/home/me/Änderungen', /^a-nderungen-[0-9a-f]{6}$/],
  ['/dist', /^site-[0-9a-f]{6}$/],
  ['/', /^site-[0-9a-f]{6}$/],
])('%s', (dir, name) => {
  expect(siteName(dir)).toMatch(name);
});

it('gives two checkouts two names, and one folder always the same', () => {
  expect(siteName('/a/shop/dist')).not.toBe(siteName('/b/shop/dist'));
  expect(siteName('/a/shop/dist')).toBe(siteName('/a/shop/dist/'));
});

it('makes names that S3 and CloudFront take', () => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme', maxLength: 80}), word => {
      const site = siteName(`/srv/${word.replaceAll('/', '')}/dist`);
      expect(site).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])$/);
      for (const name of [bucketName(site), bucketName(word === '' ? 'x' : word)]) {
        expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
      }
      expect(originAccessControlName(site).length).toBeLessThanOrEqual(64);
    }),
  );
});
