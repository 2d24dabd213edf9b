import type {Origin} from '@aws-sdk/client-cloudfront';
import * as v from 'valibot';
import * as format from './formats.js';
import {
  atMost,
  choice,
  distinct,
  flag,
  formatted,
  listOf,
  object,
  oneOf,
  range,
  rawMembers,
  text,
} from './schema-pieces.js';

/** Developer Guide, "Custom headers that CloudFront can't add to origin requests". */
const refusedHeaders =
  /^(?:cache-control|connection|content-length|cookie|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|max-forwards|pragma|proxy-authenticate|proxy-authorization|proxy-connection|range|request-range|te|trailer|transfer-encoding|upgrade|via|x-amz-.*|x-edge-.*|x-real-ip)$/i;

const customHeader = object(
  {
    headerName: v.pipe(
      formatted(
        /^[\w!#$%&'*+.^`|~-]{1,256}$/,
        'a header name of at most 256 characters',
        'Name of the header; it replaces one that the viewer sends.',
      ),
      v.rawCheck(({dataset, addIssue}) => {
        if (dataset.typed && refusedHeaders.test(dataset.value)) {
          addIssue({
            message: `is ${dataset.value}, which CloudFront does not add to requests (Developer Guide, "Custom headers that CloudFront can't add to origin requests")`,
          });
        }
      }),
    ),
    // The value may be a secret: no message shows it.
    headerValue: v.pipe(
      v.string('a string'),
      v.rawCheck(({dataset, addIssue}) => {
        if (dataset.typed && (dataset.value.length > 1783 || !/^[\x20-\x7e\t]*$/.test(dataset.value))) {
          addIssue({
            message:
              'must be at most 1783 printable ASCII characters (CloudFront quota: length of a custom header value)',
          });
        }
      }),
      v.description('Its value. Secrets belong in the environment: `${env.ORIGIN_SECRET}`.'),
    ),
  },
  'A header that CloudFront adds to every request to the origin.',
);

const customHeaders = v.pipe(
  v.array(customHeader, 'a list'),
  distinct(header => header.headerName.toLowerCase(), 'the header'),
  atMost(30, 'headers', 'CloudFront quota: 30 custom headers an origin'),
  v.description('Headers that CloudFront adds to every request to the origin.'),
);

const readTimeout = () =>
  range(1, 120, ' seconds', 'Seconds to wait for each packet of the origin; 30 when left out.');
const keepaliveTimeout = () =>
  range(1, 300, ' seconds', 'Seconds that an idle connection to the origin is kept; 5 when left out.');

const s3OriginConfig = object(
  {
    originAccessIdentity: v.optional(
      formatted(
        /^(?:origin-access-identity\/cloudfront\/[A-Z0-9]+)?$/,
        'origin-access-identity/cloudfront/ID, or empty',
        'Legacy access to the bucket; empty where an origin access control is used.',
      ),
    ),
    originReadTimeout: v.optional(readTimeout()),
  },
  'Marks an S3 bucket that is no website endpoint.',
);

const port = (description: string) =>
  v.pipe(
    v.number('a port number'),
    v.integer('a port number'),
    v.check(
      value => value === 80 || value === 443 || (value >= 1024 && value <= 65_535),
      '80, 443 or from 1024 to 65535',
    ),
    v.description(description),
  );

const customOriginConfig = object(
  {
    httpPort: v.optional(port('Port for HTTP; 80 when left out.')),
    httpsPort: v.optional(port('Port for HTTPS; 443 when left out.')),
    originProtocolPolicy: v.optional(
      oneOf(['http-only', 'https-only', 'match-viewer'], 'Protocol towards the origin.'),
    ),
    originSslProtocols: v.optional(
      listOf(
        oneOf(['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2'], 'A protocol version.'),
        'TLS versions that CloudFront may use with the origin.',
      ),
    ),
    originReadTimeout: v.optional(readTimeout()),
    originKeepaliveTimeout: v.optional(keepaliveTimeout()),
    ipAddressType: v.optional(oneOf(['ipv4', 'ipv6', 'dualstack'], 'IP protocol towards the origin.')),
    originMtlsConfig: v.optional(
      object(
        {
          clientCertificateArn: text(
            'ARN of the client certificate in ACM that CloudFront shows the origin.',
          ),
        },
        'Mutual TLS between CloudFront and the origin.',
      ),
    ),
  },
  'An origin that is no S3 bucket: a load balancer, API Gateway, any server, an S3 website endpoint.',
);

const vpcOriginConfig = object(
  {
    vpcOriginId: v.optional(text('Id of the VPC origin.')),
    ownerAccountId: v.optional(
      formatted(/^\d{12}$/, 'an AWS account id of 12 digits', 'Account that owns the VPC origin.'),
    ),
    originReadTimeout: v.optional(readTimeout()),
    originKeepaliveTimeout: v.optional(keepaliveTimeout()),
  },
  'An origin in a private subnet.',
);

const originShield = v.pipe(
  object(
    {
      enabled: v.optional(flag('Whether requests go through Origin Shield.')),
      originShieldRegion: v.optional(
        oneOf(format.shieldRegions, 'Region of the shield: the one nearest to the origin.'),
      ),
    },
    'One more cache in front of the origin.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (dataset.typed && dataset.value.enabled === true && dataset.value.originShieldRegion === undefined) {
      addIssue({message: 'is enabled without originShieldRegion, which CloudFront asks for then'});
    }
  }),
);

const wholeBucket = v.pipe(v.literal(true, 'true'), v.description('The bucket of this config.'));
const bucketByName = v.pipe(
  v.string('true or a bucket name'),
  v.regex(format.bucketName, 'true, or a bucket name'),
  v.description('The bucket of this config, or one of its replicas, by name.'),
);

const originMembers = {
  Id: 'Id of the origin.',
  DomainName: 'Domain name of the origin.',
  OriginPath: 'Path before every request.',
  CustomHeaders: 'Headers that are added.',
  S3OriginConfig: 'S3 bucket.',
  CustomOriginConfig: 'Any server.',
  VpcOriginConfig: 'Server in a private subnet.',
  ConnectionAttempts: 'Attempts to connect.',
  ConnectionTimeout: 'Seconds of an attempt.',
  ResponseCompletionTimeout: 'Seconds for the whole answer.',
  OriginShield: 'Origin Shield.',
  OriginAccessControlId: 'Id of the origin access control.',
} satisfies Record<keyof Origin, string>;

const originId = (description: string) =>
  formatted(/^.{1,128}$/u, 'a name of 1 to 128 characters', description);

export const origin = v.pipe(
  object(
    {
      id: v.optional(
        originId('Name that behaviors and origin groups use; s3-BUCKET or the domain name when left out.'),
      ),
      bucket: v.optional(
        v.pipe(
          choice([wholeBucket, bucketByName], input =>
            typeof input === 'string' ? bucketByName : wholeBucket,
          ),
          v.description(
            'In place of domainName: an S3 bucket behind the origin access control of the site; true for the bucket of this config.',
          ),
        ),
      ),
      domainName: v.optional(
        formatted(
          format.hostName,
          'a host name without scheme, port and path',
          'Host name of the origin, without scheme, port and path.',
        ),
      ),
      originPath: v.optional(
        formatted(
          format.originPath,
          'a path that begins with / and does not end with one, of at most 255 characters',
          'Path that is put before the path of every request.',
        ),
      ),
      customHeaders: v.optional(customHeaders),
      s3OriginConfig: v.optional(s3OriginConfig),
      customOriginConfig: v.optional(customOriginConfig),
      vpcOriginConfig: v.optional(vpcOriginConfig),
      connectionAttempts: v.optional(range(1, 3, '', 'Attempts to connect; 3 when left out.')),
      connectionTimeout: v.optional(
        range(1, 10, ' seconds', 'Seconds of an attempt to connect; 10 when left out.'),
      ),
      responseCompletionTimeout: v.optional(
        v.pipe(
          v.number('a number of seconds'),
          v.integer('a whole number of seconds'),
          v.minValue(1, 'at least 1 second'),
          v.description('Seconds until the whole answer must be there; no limit when left out.'),
        ),
      ),
      originShield: v.optional(originShield),
      originAccessControlId: v.optional(
        formatted(
          /^[A-Za-z0-9_-]{0,64}$/,
          'the id of an origin access control, or the name of one in originAccessControls',
          'Origin access control: its id, or its name in originAccessControls; empty: none.',
        ),
      ),
      raw: v.optional(
        rawMembers(originMembers, "Members of the origin in CloudFront's own spelling; they win."),
      ),
    },
    'A place where CloudFront fetches what it does not hold.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const {
      bucket,
      domainName,
      s3OriginConfig: s3,
      customOriginConfig: custom,
      vpcOriginConfig: vpc,
    } = dataset.value;
    const kinds = Object.entries({s3OriginConfig: s3, customOriginConfig: custom, vpcOriginConfig: vpc})
      .filter(([, value]) => value !== undefined)
      .map(([key]) => key);
    if (bucket !== undefined && domainName !== undefined) {
      addIssue({message: 'has both bucket and domainName, of which one names the origin'});
    }
    if (kinds.length > 1) {
      addIssue({message: `has ${kinds.join(' and ')}, of which CloudFront takes one`});
    } else if (bucket !== undefined && (custom !== undefined || vpc !== undefined)) {
      addIssue({message: `has both bucket and ${kinds.join()}, of which CloudFront takes one`});
    }
  }),
);

export const origins = v.pipe(
  v.array(origin, 'a list'),
  atMost(100, 'origins', 'CloudFront quota: 100 origins a distribution'),
  v.description('Where CloudFront fetches what it does not hold; the bucket of this config when left out.'),
);

const originGroup = object(
  {
    id: originId('Name that behaviors use as targetOriginId.'),
    failoverCriteria: object(
      {
        statusCodes: v.pipe(
          v.array(
            v.pipe(
              v.picklist(format.failoverCodes, `one of ${format.failoverCodes.join(', ')}`),
              v.description('A status.'),
            ),
            'a list',
          ),
          v.minLength(1, 'at least one status'),
          v.description('Answers of the first origin that send the request on to the second.'),
        ),
      },
      'When the second origin is asked.',
    ),
    members: v.pipe(
      v.array(object({originId: originId('Id of an origin.')}, 'A member of the group.'), 'a list'),
      v.check(list => list.length === 2, 'two origins, the first one first'),
      v.description('The two origins, the first one first.'),
    ),
    selectionCriteria: v.optional(oneOf(['default', 'media-quality-based'], 'How the origin is chosen.')),
  },
  'Two origins, of which the second answers when the first fails.',
);

export const originGroups = v.pipe(
  v.array(originGroup, 'a list'),
  distinct(({id}) => id, 'the origin group id'),
  atMost(10, 'origin groups', 'CloudFront quota: 10 origin groups a distribution'),
  v.description('Pairs of origins for failover.'),
);
