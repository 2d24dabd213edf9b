import type {CacheBehavior, DefaultCacheBehavior} from '@aws-sdk/client-cloudfront';
import * as v from 'valibot';
import * as format from './formats.js';
import {
  atMost,
  distinct,
  flag,
  formatted,
  listOf,
  listOrObject,
  object,
  oneOf,
  rawMembers,
  seconds,
  text,
} from './schema-pieces.js';

const method = oneOf(['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'], 'An HTTP method.');

/** CloudFront API, "AllowedMethods" and "CachedMethods". */
const methodSets = ['GET HEAD', 'GET HEAD OPTIONS', 'DELETE GET HEAD OPTIONS PATCH POST PUT'];

const methods = (sets: readonly string[], phrase: string, description: string) =>
  v.pipe(
    v.array(method, 'a list'),
    v.check(list => sets.includes([...list].sort().join(' ')), phrase),
    v.description(description),
  );

const everyMethod = methods(
  methodSets,
  'GET and HEAD; these and OPTIONS; or all of GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE',
  'Methods that are taken: GET and HEAD; these and OPTIONS; or all seven.',
);

const allowedMethods = listOrObject(
  everyMethod,
  object(
    {
      items: v.optional(everyMethod),
      cachedMethods: v.optional(
        methods(
          methodSets.slice(0, 2),
          'GET and HEAD, or these and OPTIONS',
          'Methods whose answers are cached: GET and HEAD, or these and OPTIONS.',
        ),
      ),
    },
    'Methods that are taken, and those whose answers are cached.',
  ),
  'Methods that are taken: a list, or {items, cachedMethods}.',
);

const keyGroup = formatted(
  /^[A-Za-z0-9_-]{1,128}$/,
  'the id or the name of a key group',
  'A key group, by id or by name.',
);
const keyGroups = v.pipe(
  v.array(keyGroup, 'a list'),
  distinct(id => id, 'the key group'),
  atMost(4, 'key groups', 'CloudFront quota: 4 key groups a cache behavior'),
  v.description('Key groups whose signatures are accepted.'),
);
const signers = listOf(
  formatted(
    /^(?:self|\d{12})$/,
    'self or an AWS account id of 12 digits',
    'self or an AWS account id of 12 digits.',
  ),
  'Accounts whose key pairs are accepted (legacy).',
);

const enabledList = (items: v.GenericSchema, description: string) =>
  listOrObject(
    items,
    object(
      {
        enabled: v.optional(flag('Whether a signature is asked for.')),
        items: v.optional(items),
      },
      description,
    ),
    description,
  );

const events = ['viewer-request', 'viewer-response', 'origin-request', 'origin-response'] as const;

const functionAssociations = v.pipe(
  v.array(
    object(
      {
        functionARN: formatted(
          format.edgeFunction,
          'the name of a function, or its ARN',
          'The function: its name in functions, or its ARN.',
        ),
        eventType: oneOf(events.slice(0, 2), 'When it runs.'),
      },
      'A CloudFront function and when it runs.',
    ),
    'a list',
  ),
  distinct(({eventType}) => eventType, 'the event type'),
  v.description('CloudFront functions; one an event type.'),
);

const lambdaFunctionAssociations = v.pipe(
  v.array(
    object(
      {
        lambdaFunctionARN: formatted(
          /^arn:aws[a-z-]*:lambda:us-east-1:\d{12}:function:[A-Za-z0-9_-]+:\d+$/,
          'the ARN of a numbered version of a Lambda function in us-east-1, such as arn:aws:lambda:us-east-1:123456789012:function:name:3',
          'ARN of a numbered version of a function in us-east-1.',
        ),
        eventType: oneOf(events, 'When it runs.'),
        includeBody: v.optional(flag('Whether it sees the body of the request.')),
      },
      'A Lambda@Edge function and when it runs.',
    ),
    'a list',
  ),
  distinct(({eventType}) => eventType, 'the event type'),
  v.description('Lambda@Edge functions; one an event type.'),
);

const policy = (what: string) =>
  formatted(
    format.policy,
    'the id of a policy, or a name of letters, digits, hyphens and underscores',
    `${what}: its id, the name of one of AWS's own, or the name of one in this config.`,
  );

const forwardedValues = object(
  {
    queryString: v.optional(flag('Whether query strings go to the origin and into the cache key.')),
    cookies: v.optional(
      object(
        {
          forward: v.optional(oneOf(['none', 'whitelist', 'all'], 'Which cookies are forwarded.')),
          whitelistedNames: v.optional(listOf(text('A cookie name.'), 'Cookies that are forwarded.')),
        },
        'Cookies that go to the origin and into the cache key.',
      ),
    ),
    headers: v.optional(
      listOf(text('A header name.'), 'Headers that go to the origin and into the cache key; `*`: all.'),
    ),
    queryStringCacheKeys: v.optional(
      listOf(text('A parameter name.'), 'Query parameters in the cache key; all when empty.'),
    ),
  },
  'Legacy cache settings; a cache policy takes their place.',
);

const optionalArn = (description: string) => text(`${description}; empty: none.`);

const behaviorEntries = {
  targetOriginId: v.optional(
    formatted(
      /^.{1,128}$/u,
      'the id of an origin or origin group',
      'Id of the origin or origin group; the first origin when left out.',
    ),
  ),
  trustedSigners: v.optional(enabledList(signers, 'Accounts whose signatures are accepted (legacy).')),
  trustedKeyGroups: v.optional(
    enabledList(keyGroups, 'Key groups; with any of them every request must be signed.'),
  ),
  viewerProtocolPolicy: v.optional(
    oneOf(['redirect-to-https', 'https-only', 'allow-all'], 'What happens to plain HTTP.'),
  ),
  allowedMethods: v.optional(allowedMethods),
  smoothStreaming: v.optional(flag('Microsoft Smooth Streaming.')),
  compress: v.optional(flag('Whether the edge compresses what compresses.')),
  lambdaFunctionAssociations: v.optional(lambdaFunctionAssociations),
  functionAssociations: v.optional(functionAssociations),
  fieldLevelEncryptionId: v.optional(text('Id of the field-level encryption; empty: none.')),
  realtimeLogConfigArn: v.optional(optionalArn('ARN of the real-time log configuration')),
  cachePolicyId: v.optional(policy('Cache policy')),
  originRequestPolicyId: v.optional(policy('Origin request policy')),
  responseHeadersPolicyId: v.optional(policy('Response headers policy')),
  grpcConfig: v.optional(object({enabled: v.optional(flag('Whether gRPC is taken.'))}, 'gRPC.')),
  forwardedValues: v.optional(forwardedValues),
  minTTL: v.optional(seconds('Legacy: seconds that a copy is kept at least.')),
  defaultTTL: v.optional(seconds('Legacy: seconds that a copy is kept where the origin says nothing.')),
  maxTTL: v.optional(seconds('Legacy: seconds that a copy is kept at most.')),
};

const behaviorMembers = {
  TargetOriginId: 'Id of the origin or origin group.',
  TrustedSigners: 'Accounts whose signatures are accepted.',
  TrustedKeyGroups: 'Key groups whose signatures are accepted.',
  ViewerProtocolPolicy: 'What happens to plain HTTP.',
  AllowedMethods: 'Methods that are taken.',
  SmoothStreaming: 'Microsoft Smooth Streaming.',
  Compress: 'Compression at the edge.',
  LambdaFunctionAssociations: 'Lambda@Edge functions.',
  FunctionAssociations: 'CloudFront functions.',
  FieldLevelEncryptionId: 'Field-level encryption.',
  RealtimeLogConfigArn: 'Real-time logs.',
  CachePolicyId: 'Cache policy.',
  OriginRequestPolicyId: 'Origin request policy.',
  ResponseHeadersPolicyId: 'Response headers policy.',
  GrpcConfig: 'gRPC.',
  ForwardedValues: 'Legacy cache settings.',
  MinTTL: 'Legacy minimum TTL.',
  DefaultTTL: 'Legacy default TTL.',
  MaxTTL: 'Legacy maximum TTL.',
} satisfies Record<keyof DefaultCacheBehavior, string>;

const rawDescription = "Members of the behavior in CloudFront's own spelling; they win.";

const legacyKeys = ['forwardedValues', 'minTTL', 'defaultTTL', 'maxTTL'] as const;
const viewerEvents: readonly string[] = events.slice(0, 2);

interface Behavior {
  readonly cachePolicyId?: string | undefined;
  readonly originRequestPolicyId?: string | undefined;
  readonly functionAssociations?: readonly {readonly eventType: string}[] | undefined;
  readonly lambdaFunctionAssociations?: readonly {readonly eventType: string}[] | undefined;
  readonly minTTL?: number | undefined;
  readonly defaultTTL?: number | undefined;
  readonly maxTTL?: number | undefined;
  readonly forwardedValues?: unknown;
}

/** What CloudFront refuses in one behavior, as a clause after its key. */
function refusal(behavior: Behavior): string | undefined {
  const {minTTL, defaultTTL, maxTTL} = behavior;
  const legacy = legacyKeys.filter(key => behavior[key] !== undefined);
  if (behavior.cachePolicyId !== undefined && legacy.length > 0) {
    return `has both cachePolicyId and ${legacy.join(', ')}, of which CloudFront takes one: the policy holds these settings`;
  }
  if (behavior.originRequestPolicyId !== undefined && behavior.forwardedValues !== undefined) {
    return 'has both originRequestPolicyId and forwardedValues, but an origin request policy needs a cache policy';
  }
  const times = [minTTL, defaultTTL, maxTTL].filter(ttl => ttl !== undefined);
  if (times.some((ttl, i) => ttl < (times[i - 1] ?? 0))) {
    return 'has TTLs out of order; CloudFront asks for minTTL <= defaultTTL <= maxTTL';
  }
  const edge = behavior.functionAssociations ?? [];
  const lambda = behavior.lambdaFunctionAssociations ?? [];
  if (edge.length > 0 && lambda.some(({eventType}) => viewerEvents.includes(eventType))) {
    return 'has CloudFront functions and Lambda@Edge functions on viewer events, of which CloudFront takes one kind (Developer Guide, "Restrictions on all edge functions")';
  }
  return undefined;
}

const oneSided = <Input extends Behavior>() =>
  v.rawCheck<Input>(({dataset, addIssue}) => {
    const message = dataset.typed ? refusal(dataset.value) : undefined;
    if (message !== undefined) addIssue({message});
  });

export const defaultCacheBehavior = v.pipe(
  object(
    {...behaviorEntries, raw: v.optional(rawMembers(behaviorMembers, rawDescription))},
    'What happens to requests that no other behavior matches.',
  ),
  oneSided(),
);

const cacheBehavior = v.pipe(
  object(
    {
      pathPattern: formatted(
        format.pathPattern,
        'a path pattern of 1 to 255 letters, digits and _ - . * $ / ~ " \' @ : + & ?',
        'Paths that it is for: `/img/*`, `*.jpg`; `*` any characters, `?` one; the first that matches counts.',
      ),
      ...behaviorEntries,
      raw: v.optional(
        rawMembers(
          {...behaviorMembers, PathPattern: 'Paths that it is for.'} satisfies Record<
            keyof CacheBehavior,
            string
          >,
          rawDescription,
        ),
      ),
    },
    'What happens to requests whose path matches.',
  ),
  oneSided(),
);

export const cacheBehaviors = v.pipe(
  v.array(cacheBehavior, 'a list'),
  // With and without a leading slash is one pattern.
  distinct(({pathPattern}) => pathPattern.replace(/^\//, ''), 'the path pattern'),
  atMost(75, 'behaviors', 'CloudFront quota: 75 cache behaviors a distribution'),
  v.description('Behaviors by path, in the order in which CloudFront tries them.'),
);
