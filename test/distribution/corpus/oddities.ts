import {answer, at, behavior, custom, headers, list, s3, type Shape} from './pieces.js';

/** What CloudFront holds although it would no longer accept it, or a config's own schema would not: it goes to `raw`. */
export const oddities: readonly Shape[] = [
  {
    name: 'an alias on the certificate of *.cloudfront.net (before 2019)',
    notLocal: 'an alias without a certificate',
    config: () =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {Aliases: list('old.example.com')}),
  },
  {
    name: 'timeouts beyond the quota, raised by AWS',
    notLocal: 'the quota',
    config: () => answer([custom('slow', 'slow.example.net', {OriginReadTimeout: 180})], behavior('slow')),
  },
  {
    name: 'a bucket with a name of old, in capitals',
    notLocal: 'capitals in a bucket name',
    config: () => answer([s3('Old_Bucket', 'Old_Bucket.s3.amazonaws.com')], behavior('Old_Bucket')),
  },
  {
    name: 'a header of x-amz, a TTL of the wrong kind beside a policy, 12 key groups',
    notLocal: 'each of them',
    config: ids =>
      answer(
        [custom('o', 'origin.example.net', {}, headers({'x-amz-secret': 'hush ${x}'}))],
        behavior('o', {MinTTL: 0}),
        {
          CacheBehaviors: list(
            at(
              '/k/*',
              behavior('o', {
                TrustedKeyGroups: {
                  Enabled: true,
                  Quantity: 12,
                  Items: Array.from({length: 12}, (_, i) => `${ids.keyGroup.slice(0, -2)}${10 + i}`),
                },
              }),
            ),
          ),
        },
      ),
  },
];
