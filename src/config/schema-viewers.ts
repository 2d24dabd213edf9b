import * as v from 'valibot';
import * as format from './formats.js';
import {atMost, distinct, flag, formatted, listOf, object, oneOf, seconds, text} from './schema-pieces.js';

export const hostNames = (what: string, description: string) =>
  v.pipe(
    v.array(
      v.pipe(
        v.string('a string'),
        v.regex(
          format.alias,
          'a host name such as www.example.com or *.example.com, without scheme, port or path',
        ),
      ),
      'a list',
    ),
    distinct(name => name.toLowerCase(), what),
    v.description(description),
  );

export const aliases = v.pipe(
  hostNames('the alias', ''),
  atMost(100, 'aliases', 'CloudFront quota: 100 alternate domain names a distribution'),
  v.description('Alternate domain names: `www.example.com`, `*.example.com`.'),
);

/** CloudFront takes certificates of ACM in us-east-1 alone (Developer Guide, "Requirements for using SSL/TLS certificates with CloudFront"). */
export const certificateArn = (description: string) =>
  v.pipe(
    formatted(
      format.certificateArn,
      'the ARN of a certificate in ACM, such as arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
      description,
    ),
    v.rawCheck(({dataset, addIssue}) => {
      const region = dataset.typed ? dataset.value.split(':')[3] : undefined;
      if (region === undefined || region === 'us-east-1' || !dataset.typed) return;
      if (!format.certificateArn.test(dataset.value)) return;
      addIssue({
        message: `is a certificate in ${region}, but CloudFront takes those in us-east-1 alone (Developer Guide, "Requirements for using SSL/TLS certificates with CloudFront")`,
      });
    }),
  );

export const viewerCertificate = object(
  {
    cloudFrontDefaultCertificate: v.optional(flag('The certificate of *.cloudfront.net.')),
    iamCertificateId: v.optional(text('Id of a certificate in the IAM store.')),
    acmCertificateArn: v.optional(
      certificateArn('ARN of a certificate in ACM in us-east-1; `certificate` sets it by itself.'),
    ),
    sslSupportMethod: v.optional(
      oneOf(
        ['sni-only', 'vip', 'static-ip'],
        'sni-only (when left out), or IP addresses of its own, which cost extra.',
      ),
    ),
    minimumProtocolVersion: v.optional(oneOf(format.tlsPolicies, 'Security policy: the oldest TLS version.')),
    certificate: v.optional(text('Deprecated: the certificate, as certificateSource says.')),
    certificateSource: v.optional(
      oneOf(['acm', 'iam', 'cloudfront'], 'Deprecated: where the certificate is.'),
    ),
  },
  'Certificate and TLS towards viewers.',
);

const countries = v.pipe(
  v.array(
    formatted(
      /^[A-Z]{2}$/,
      'a country code of two capitals (ISO 3166-1 alpha-2), such as DE',
      'A country code.',
    ),
    'a list',
  ),
  distinct(code => code, 'the country'),
  v.description('Countries, by ISO 3166-1 alpha-2 code.'),
);

const geoRestriction = v.pipe(
  object(
    {
      restrictionType: v.optional(
        oneOf(['none', 'whitelist', 'blacklist'], 'Whether the countries are let in or kept out.'),
      ),
      items: v.optional(countries),
    },
    'Countries that are let in or kept out.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const {restrictionType: type, items = []} = dataset.value;
    if (type === 'none' && items.length > 0) {
      addIssue({message: 'has restrictionType none and items; none takes no countries'});
    } else if (type !== undefined && type !== 'none' && items.length === 0) {
      addIssue({message: `has restrictionType ${type} without items, which needs at least one country`});
    }
  }),
);

export const restrictions = object({geoRestriction: v.optional(geoRestriction)}, 'Geographic restrictions.');

const customErrorResponse = v.pipe(
  object(
    {
      errorCode: v.pipe(
        v.picklist(format.errorCodes, `one of ${format.errorCodes.join(', ')}`),
        v.description('Status of the origin that is replaced.'),
      ),
      responsePagePath: v.optional(
        formatted(
          /^(?:\/\S*)?$/,
          'a path that begins with /, such as /404.html',
          'Page that is answered instead.',
        ),
      ),
      responseCode: v.optional(
        v.pipe(
          v.picklist(
            ['', ...format.responseCodes],
            `one of the strings ${format.responseCodes.map(code => `"${code}"`).join(', ')}`,
          ),
          v.description('Status that the viewer sees; a string.'),
        ),
      ),
      errorCachingMinTTL: v.optional(seconds('Seconds that the edge caches the error; 10 when left out.')),
    },
    'What the edge answers when the origin answers an error.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    // CloudFront itself answers empty strings for what was left out.
    if (
      dataset.typed &&
      ((dataset.value.responsePagePath ?? '') === '') !== ((dataset.value.responseCode ?? '') === '')
    ) {
      addIssue({
        message: 'has only one of responsePagePath and responseCode (CloudFront takes both or none)',
      });
    }
  }),
);

export const customErrorResponses = v.pipe(
  v.array(customErrorResponse, 'a list'),
  distinct(response => response.errorCode, 'the errorCode'),
  v.description('Answers in place of origin errors, such as the page of a 404.'),
);

export const logging = object(
  {
    enabled: v.optional(flag('Whether requests are logged.')),
    includeCookies: v.optional(flag('Whether cookies are logged.')),
    bucket: v.optional(
      formatted(
        /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?)?$/,
        'the domain name of a bucket, such as logs.s3.amazonaws.com',
        'Domain name of the bucket: `logs.s3.amazonaws.com`.',
      ),
    ),
    prefix: v.optional(text('Put before the names of the log files.')),
  },
  'Standard logging (legacy) into a bucket.',
);

export const viewerMtlsConfig = object(
  {
    mode: v.optional(
      oneOf(['required', 'optional', 'passthrough'], 'Whether viewers must show a certificate.'),
    ),
    trustStoreConfig: v.optional(
      object(
        {
          trustStoreId: v.optional(text('Id of the trust store.')),
          advertiseTrustStoreCaNames: v.optional(flag('Whether viewers are told the names of the CAs.')),
          ignoreCertificateExpiry: v.optional(flag('Whether expired certificates are taken.')),
        },
        'Certificates of viewers that are trusted.',
      ),
    ),
  },
  'Mutual TLS with viewers.',
);

export const tenantConfig = object(
  {
    parameterDefinitions: v.optional(
      listOf(
        object(
          {
            name: text('Name of the parameter.'),
            definition: v.optional(
              object(
                {
                  stringSchema: v.optional(
                    object(
                      {
                        required: v.optional(flag('Whether every tenant must set it.')),
                        comment: v.optional(text('Comment.')),
                        defaultValue: v.optional(text('Value where a tenant sets none.')),
                      },
                      'A parameter that holds a string.',
                    ),
                  ),
                },
                'What the parameter holds.',
              ),
            ),
          },
          'A parameter.',
        ),
        'Parameters that tenants set.',
      ),
    ),
  },
  'Parameters of a multi-tenant distribution.',
);
