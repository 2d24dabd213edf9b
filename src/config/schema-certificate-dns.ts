import * as v from 'valibot';
import {atMost, distinct, formatted, object, oneOf} from './schema-pieces.js';
import {certificateArn, hostNames} from './schema-viewers.js';

export const certificate = v.pipe(
  object(
    {
      arn: v.optional(certificateArn('An existing certificate in us-east-1; nothing is requested then.')),
      names: v.optional(
        v.pipe(
          hostNames('the name', ''),
          v.minLength(1, 'at least one name'),
          atMost(
            100,
            'names',
            'ACM quota: at most 100 domain names a certificate, 10 unless AWS has raised it',
          ),
          v.description('Names on the certificate; the aliases when left out.'),
        ),
      ),
      keyAlgorithm: v.optional(
        oneOf(
          ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'],
          'Key of the certificate; RSA_2048 when left out.',
        ),
      ),
    },
    'The TLS certificate of the aliases.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const {arn, keyAlgorithm} = dataset.value;
    if (arn !== undefined && keyAlgorithm !== undefined) {
      addIssue({message: 'has both arn and keyAlgorithm, but an existing certificate has its key already'});
    }
  }),
);

export const dns = object(
  {
    provider: v.optional(
      oneOf(
        ['route53', 'none'],
        'route53 (when left out): records are written. none: they are printed, for another DNS host.',
      ),
    ),
    zone: v.optional(
      formatted(
        /^(?:\/hostedzone\/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/,
        'the id of a hosted zone such as Z0123456789ABCDEFGHIJ, or its name such as example.com',
        'Hosted zone, by id or name; the one with the longest matching name when left out.',
      ),
    ),
    types: v.optional(
      v.pipe(
        v.array(oneOf(['A', 'AAAA', 'HTTPS'], 'A record type.'), 'a list'),
        v.minLength(1, 'at least one record type'),
        distinct(type => type, 'the type'),
        v.description('Record types that point at the distribution; A, AAAA and HTTPS when left out.'),
      ),
    ),
  },
  'DNS records of the aliases.',
);
