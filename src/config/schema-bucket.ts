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
  text,
  wholeNumber,
} from './schema-pieces.js';

const namePhrase =
  'a bucket name: 3 to 63 lowercase letters, digits, hyphens and single dots, no address and none of the prefixes and suffixes that S3 reserves';

const encryption = v.pipe(
  object(
    {
      algorithm: v.optional(
        oneOf(['AES256', 'aws:kms', 'aws:kms:dsse'], 'AES256 (SSE-S3) when left out, or a KMS key.'),
      ),
      kmsKeyId: v.optional(
        formatted(
          /^(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/)?[A-Za-z0-9/_-]{1,256}$/,
          'the id, the alias or the ARN of a KMS key',
          'KMS key: id, alias or ARN. Its policy must let CloudFront decrypt; `apply` adds the statement.',
        ),
      ),
      bucketKeyEnabled: v.optional(flag('Whether S3 asks KMS once a bucket instead of once an object.')),
    },
    'What encrypts objects that are uploaded without a wish of their own.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const {algorithm = 'AES256', kmsKeyId} = dataset.value;
    if (algorithm === 'AES256' && kmsKeyId !== undefined) {
      addIssue({message: 'has a kmsKeyId, which needs the algorithm aws:kms or aws:kms:dsse'});
    }
    if (algorithm !== 'AES256' && kmsKeyId === undefined) {
      addIssue({
        message: `has the algorithm ${algorithm} without kmsKeyId; the key of AWS (aws/s3) cannot be opened to CloudFront (Developer Guide, "Restrict access to an Amazon S3 origin")`,
      });
    }
  }),
);

const isoDate = formatted(
  /^\d{4}-\d{2}-\d{2}(?:T00:00:00(?:\.000)?Z)?$/,
  'a date such as 2027-01-31',
  'A date (midnight UTC), such as 2027-01-31.',
);
const dateObject = v.pipe(v.date('a date'), v.description('A date (midnight UTC).'));
const date = v.pipe(
  choice([isoDate, dateObject], input => (input instanceof Date ? dateObject : isoDate)),
  v.description('At midnight UTC of this date.'),
);

const storageClasses = [
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;
const storageClass = oneOf(storageClasses, 'Storage class.');
const noncurrentDays = v.optional(wholeNumber(1, 'Days since a newer version took its place.'));
const newerNoncurrentVersions = v.optional(range(1, 100, '', 'Former versions that are kept in any case.'));

const tag = object({key: text('Key.'), value: text('Value.')}, 'A tag of an object.');
const sizes = {
  objectSizeGreaterThan: v.optional(wholeNumber(0, 'Only larger objects, in bytes.')),
  objectSizeLessThan: v.optional(wholeNumber(1, 'Only smaller objects, in bytes.')),
};

const filter = object(
  {
    prefix: v.optional(text('Only keys that begin with it.')),
    tag: v.optional(tag),
    ...sizes,
    and: v.optional(
      object(
        {
          prefix: v.optional(text('Only keys that begin with it.')),
          tags: v.optional(listOf(tag, 'Only objects with all of these tags.')),
          ...sizes,
        },
        'Several conditions at once.',
      ),
    ),
  },
  'The objects that the rule is for; all when left out.',
);

const transition = v.pipe(
  object(
    {
      days: v.optional(wholeNumber(0, 'Days since the object was made.')),
      date: v.optional(date),
      storageClass,
    },
    'A move to another storage class.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (dataset.typed && (dataset.value.days === undefined) === (dataset.value.date === undefined)) {
      addIssue({message: 'must have one of days and date'});
    }
  }),
);

const expiration = v.pipe(
  object(
    {
      days: v.optional(wholeNumber(1, 'Days since the object was made.')),
      date: v.optional(date),
      expiredObjectDeleteMarker: v.optional(
        flag('Whether delete markers without former versions are removed.'),
      ),
    },
    'When objects are deleted.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (dataset.typed && Object.values(dataset.value).filter(value => value !== undefined).length !== 1) {
      addIssue({message: 'must have exactly one of days, date and expiredObjectDeleteMarker'});
    }
  }),
);

const ruleId = v.optional(
  v.pipe(
    v.string('a string'),
    v.maxLength(255, 'at most 255 characters long'),
    v.description('Name of the rule.'),
  ),
);

const actions = [
  'expiration',
  'transitions',
  'noncurrentVersionTransitions',
  'noncurrentVersionExpiration',
  'abortIncompleteMultipartUpload',
] as const;

const lifecycleRule = v.pipe(
  object(
    {
      id: ruleId,
      status: v.optional(oneOf(['Enabled', 'Disabled'], 'Whether the rule works; Enabled when left out.')),
      filter: v.optional(filter),
      prefix: v.optional(text('Deprecated: only keys that begin with it; filter takes its place.')),
      expiration: v.optional(expiration),
      transitions: v.optional(listOf(transition, 'Moves to other storage classes.')),
      noncurrentVersionTransitions: v.optional(
        listOf(
          object({noncurrentDays, newerNoncurrentVersions, storageClass}, 'A move of former versions.'),
          'Moves of former versions to other storage classes.',
        ),
      ),
      noncurrentVersionExpiration: v.optional(
        object({noncurrentDays, newerNoncurrentVersions}, 'When former versions are deleted.'),
      ),
      abortIncompleteMultipartUpload: v.optional(
        object(
          {daysAfterInitiation: v.optional(wholeNumber(1, 'Days since the upload began.'))},
          'When unfinished multipart uploads are dropped.',
        ),
      ),
    },
    'A lifecycle rule of S3.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const rule = dataset.value;
    if (actions.every(action => rule[action] === undefined)) {
      addIssue({message: `does nothing (allowed are ${actions.join(', ')})`});
    }
  }),
);

const corsRule = object(
  {
    id: ruleId,
    allowedOrigins: v.pipe(
      v.array(text('An origin.'), 'a list'),
      v.minLength(1, 'at least one origin'),
      v.description(
        'Origins of pages that may ask: `https://www.example.com`, `https://*.example.com`, `*`.',
      ),
    ),
    allowedMethods: v.pipe(
      v.array(oneOf(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'], 'A method.'), 'a list'),
      v.minLength(1, 'at least one method'),
      v.description('Methods that they may use.'),
    ),
    allowedHeaders: v.optional(listOf(text('A header name.'), 'Headers that they may send; `*`: all.')),
    exposeHeaders: v.optional(listOf(text('A header name.'), 'Headers that they may read.')),
    maxAgeSeconds: v.optional(wholeNumber(0, 'Seconds that browsers keep the answer to a preflight.')),
  },
  'A CORS rule of S3.',
);

const replica = object(
  {
    name: formatted(format.bucketName, namePhrase, 'Name of the replica bucket.'),
    region: formatted(
      format.region,
      'a region such as eu-west-1',
      'Its region, another than that of the first.',
    ),
  },
  'A second bucket with the settings of the first, in another region.',
);

export const bucket = v.pipe(
  object(
    {
      name: v.optional(formatted(format.bucketName, namePhrase, 'Name of the S3 bucket.')),
      region: v.optional(
        formatted(
          format.region,
          'a region such as us-east-1',
          'Region of the bucket; the region of the AWS profile when left out.',
        ),
      ),
      prefix: v.optional(
        formatted(
          format.keyPrefix,
          'a key prefix such as sites/www, without slashes at its ends, empty segments, "." or "..", and outside .frontctl',
          'Key prefix of the site inside the bucket, without slashes at the ends.',
        ),
      ),
      versioning: v.optional(flag('Whether former versions of objects are kept; replication needs it.')),
      encryption: v.optional(encryption),
      lifecycle: v.optional(
        v.pipe(
          v.array(lifecycleRule, 'a list'),
          atMost(1000, 'rules', 'S3 User Guide, "Lifecycle configuration elements"'),
          v.description('Lifecycle rules, which replace those of the bucket; an empty list: none.'),
        ),
      ),
      cors: v.optional(
        v.pipe(
          v.array(corsRule, 'a list'),
          atMost(100, 'rules', 'S3 User Guide, "Using cross-origin resource sharing (CORS)"'),
          v.description('CORS rules, which replace those of the bucket; an empty list: none.'),
        ),
      ),
      replicas: v.optional(
        v.pipe(
          v.array(replica, 'a list'),
          distinct(({name}) => name, 'the bucket'),
          v.description('Buckets in other regions with the settings of this one.'),
        ),
      ),
    },
    'The S3 bucket that holds the site.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const {name, region, replicas = [], versioning} = dataset.value;
    const same = replicas.find(other => other.name === name || other.region === region);
    if (same !== undefined) {
      addIssue({
        message: `has the replica ${same.name} with ${same.name === name ? 'its own name' : `its own region ${same.region}`}; a replica is another bucket in another region`,
      });
    }
    if (versioning === false && replicas.length > 0) {
      addIssue({
        message:
          'has replicas without versioning, which replication needs (S3 User Guide, "Replicating objects")',
      });
    }
  }),
);
