import fc from 'fast-check';
import {expect, it} from 'vitest';
import {duration, percentage} from '../../src/config/formats.js';
import {examine} from '../../src/config/problems.js';
import {parseMaxDelete} from '../../src/deploy/guards/index.js';
import {parseDuration} from '../../src/terminal/format.js';

const sentences = (file: unknown): readonly string[] =>
  examine(file, undefined, {}).problems.map(({sentence}) => sentence);

it.each<[string, object]>([
  [
    'all of it',
    {
      deploy: {
        keep: {releases: 3, days: 30},
        maxDelete: '12.5%',
        protect: ['robots.txt', 'legal/**'],
        allowSecrets: ['docs/**/example.pem'],
        lockTimeout: '10m',
      },
    },
  ],
  ['nothing of it', {deploy: {}}],
  ['a number of files', {deploy: {maxDelete: 0}}],
  ['no limit', {deploy: {maxDelete: '100%'}}],
  ['for one environment', {environments: {prod: {deploy: {maxDelete: 10}}}}],
  ['source maps', {site: {sourceMaps: true}}],
  ['further distributions', {invalidation: {distributions: ['E2EXAMPLE1ABCD', 'E3EXAMPLE1ABCD']}}],
])('%s is allowed', (_name, config) => {
  expect(sentences(config)).toEqual([]);
});

it.each<[object, string]>([
  [{deploy: {keep: 5}}, 'deploy.keep is 5 but must be an object'],
  [{deploy: {keep: {releases: 0}}}, 'deploy.keep.releases is 0 but must be at least 1'],
  [{deploy: {keep: {days: 1.5}}}, 'deploy.keep.days is 1.5 but must be a whole number'],
  [{deploy: {keep: {release: 1}}}, 'deploy.keep.release is not a known key (did you mean releases?)'],
  [{deploy: {maxDelete: -1}}, 'deploy.maxDelete is -1 but must be at least 0'],
  [{deploy: {maxDelete: '120%'}}, 'deploy.maxDelete is "120%" but must be a percentage from 0% to 100%'],
  [{deploy: {maxDelete: '40'}}, 'deploy.maxDelete is "40" but must be a percentage from 0% to 100%'],
  [
    {deploy: {maxDelete: true}},
    'deploy.maxDelete is true but must be a number of files or a percentage such as 25%',
  ],
  [{deploy: {protect: 'robots.txt'}}, 'deploy.protect is "robots.txt" but must be a list'],
  [{deploy: {protect: ['']}}, 'deploy.protect[0] is "" but must be a glob such as assets/** or *.html'],
  [{deploy: {allowSecrets: [1]}}, 'deploy.allowSecrets[0] is 1 but must be a string'],
  [
    {deploy: {lockTimeout: '10 minutes'}},
    'deploy.lockTimeout is "10 minutes" but must be a duration such as 90s, 10m or 2h',
  ],
  [{deploy: {lockTimeout: 10}}, 'deploy.lockTimeout is 10 but must be a string'],
  [{deploy: {maxDeletes: 1}}, 'deploy.maxDeletes is not a known key (did you mean maxDelete?)'],
  [{site: {sourceMaps: 'yes'}}, 'site.sourceMaps is "yes" but must be true or false'],
  [{invalidation: {distributions: 'E1'}}, 'invalidation.distributions is "E1" but must be a list'],
  [
    {invalidation: {distributions: ['shop.example']}},
    'invalidation.distributions[0] is "shop.example" but must be the id of a distribution, such as E2EXAMPLE1ABCD',
  ],
  [
    {invalidation: {distributions: ['E1', 'E2', 'E1']}},
    'invalidation.distributions[2] repeats the distribution E1',
  ],
])('%j is refused', (config, sentence) => {
  expect(sentences(config)).toEqual([sentence]);
});

it('what the config takes for a duration or a percentage, the flags read, too', () => {
  const text = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('', '0', '7', '12', '100', '101', '1.5', '.5', '-3', '1e2', '00'),
        fc.constantFrom('', '%', 's', 'ms', 'm', 'h', 'd', 'w', ' s'),
      )
      .map(parts => parts.join('')),
    fc.string({maxLength: 6}),
  );
  fc.assert(
    fc.property(text, written => {
      fc.pre(written === written.trim());
      expect(duration.test(written)).toBe(parseDuration(written) !== undefined);
      expect(percentage.test(written)).toBe(parseMaxDelete(written)?.kind === 'share');
    }),
  );
});
