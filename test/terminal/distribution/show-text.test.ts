import {stripVTControlCharacters} from 'node:util';
import {expect, it} from 'vitest';
import {maskedAt, toForm, type FormValue} from '../../../src/distribution/index.js';
import {showText} from '../../../src/terminal/distribution/show-text.js';
import {config, secretValue} from '../../distribution/live-config.js';

const policy = '11111111-2222-3333-4444-555555555555';
const long = `/assets/${'a'.repeat(120)}/*`;

const many = {
  ...config,
  CacheBehaviors: {
    Quantity: 20,
    Items: Array.from({length: 20}, (_, i) => ({
      PathPattern: i === 7 ? long : `/part-${i}/*`,
      TargetOriginId: 'api',
      ViewerProtocolPolicy: 'https-only' as const,
      CachePolicyId: policy,
      OriginRequestPolicyId: policy,
      ResponseHeadersPolicyId: policy,
      AllowedMethods: {
        Quantity: 7,
        Items: ['GET' as const, 'HEAD' as const, 'PUT' as const, 'POST' as const],
      },
      TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: ['group']},
    })),
  },
  Aliases: {Quantity: 30, Items: Array.from({length: 30}, (_, i) => `shop-${i}.example.com`)},
};

it('shows 20 behaviors in their order on 100 columns, policies by name, and no header value', () => {
  const shown = showText(
    {
      distribution: {
        id: 'E1',
        arn: 'arn',
        domainName: 'd1.cloudfront.net',
        aliases: many.Aliases.Items,
        status: 'Deployed',
        enabled: true,
        comment: 'coffee',
        tags: {'frontctl:site': 'coffee'},
        names: {[policy]: 'coffee-assets'},
        config: maskedAt('', toForm('DistributionConfig', many)) as FormValue,
      },
      etag: 'ETAG',
    },
    100,
  );
  const lines = stripVTControlCharacters(shown).split('\n');
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
  const order = lines.filter(line => line.includes('  ->  ')).map(line => line.trim().split('  ')[0]);
  // And the default one.
  expect(order).toHaveLength(21);
  expect([order[0], order[1], order.at(-1)]).toEqual(['/part-0/*', '/part-1/*', '* (default)']);
  const behavior =
    '    https-only, all methods, cache coffee-assets, to origin coffee-assets, headers coffee-assets,';
  expect(lines.filter(line => line.startsWith(behavior))).toHaveLength(20);
  expect(shown).toContain('header X-Secret (hidden)');
  expect(shown).not.toContain(secretValue);
  expect(shown.replaceAll(/\s/g, '')).toContain(long);
});
