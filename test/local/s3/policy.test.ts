import {describe, expect, it} from 'vitest';

import {authorize, requestKeys} from '../../../src/local/s3/access/authorize.js';
import {evaluatePolicy, isPublicPolicy} from '../../../src/local/s3/access/evaluate.js';
import {parsePolicy} from '../../../src/local/s3/access/policy.js';
import type {BucketRecord} from '../../../src/local/s3/records.js';
import type {Caller} from '../../../src/local/types.js';

const arn = 'arn:aws:s3:::site';
const distribution = 'arn:aws:cloudfront::000000000000:distribution/E1';
const anonymous: Caller = {kind: 'anonymous'};
const owner: Caller = {
  kind: 'identity',
  accessKeyId: 'AKIA',
  accountId: '000000000000',
  arn: 'arn:aws:iam::000000000000:user/me',
};
const stranger: Caller = {...owner, accountId: '111111111111', arn: 'arn:aws:iam::111111111111:user/you'};
const edge: Caller = {
  kind: 'service',
  principal: 'cloudfront.amazonaws.com',
  sourceArn: distribution,
  sourceAccount: '000000000000',
};
const otherEdge: Caller = {...edge, sourceArn: `${distribution}X`};

type Json = Readonly<Record<string, unknown>>;
const allow: Json = {Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${arn}/*`};
const policyOf = (...statements: readonly Json[]): string =>
  JSON.stringify({Version: '2012-10-17', Statement: statements});

const keysFor =
  (caller: Caller, headers: Readonly<Record<string, string>> = {}) =>
  () =>
    requestKeys({caller, requestId: '1', headers, origin: 'http://127.0.0.1'}, Date.UTC(2026, 5, 1), {
      's3:prefix': 'a/',
    });

const verdict = (
  statements: readonly Json[],
  {
    caller = anonymous,
    action = 's3:GetObject',
    resource = `${arn}/a.html`,
    headers = {},
  }: {
    caller?: Caller;
    action?: string;
    resource?: string;
    headers?: Readonly<Record<string, string>>;
  } = {},
) =>
  evaluatePolicy(
    parsePolicy(policyOf(...statements), 'site'),
    caller,
    action,
    resource,
    keysFor(caller, headers),
  );

describe('evaluatePolicy', () => {
  const oac: Json = {
    ...allow,
    Principal: {Service: 'cloudfront.amazonaws.com'},
    Condition: {StringEquals: {'AWS:SourceArn': distribution}},
  };
  const fallback: Json = {...allow, Effect: 'Deny', Resource: `${arn}/.frontctl/*`};
  it.each([
    ['anyone may read', [allow], {}, 'allow'],
    ['only what is named', [allow], {action: 's3:PutObject'}, 'neutral'],
    ['actions ignore case', [{...allow, Action: 'S3:getobject'}], {}, 'allow'],
    ['actions have wildcards', [{...allow, Action: 's3:Get*'}], {}, 'allow'],
    ['? is one character', [{...allow, Action: 's3:GetObjec?'}], {}, 'allow'],
    ['resources keep case', [{...allow, Resource: `${arn}/A*`}], {}, 'neutral'],
    ['a dot is a dot', [{...allow, Resource: `${arn}/a?html`}], {resource: `${arn}/aXXhtml`}, 'neutral'],
    ['the bucket is not its objects', [allow], {resource: arn}, 'neutral'],
    ['Deny wins, whatever the order', [{...allow, Effect: 'Deny'}, allow], {}, 'deny'],
    ['Deny wins, whatever the order (2)', [allow, {...allow, Effect: 'Deny'}], {}, 'deny'],
    [
      'NotAction',
      [{Effect: 'Allow', Principal: '*', NotAction: 's3:PutObject', Resource: `${arn}/*`}],
      {},
      'allow',
    ],
    [
      'NotResource',
      [{Effect: 'Deny', Principal: '*', Action: 's3:*', NotResource: `${arn}/public/*`}],
      {},
      'deny',
    ],
    [
      'NotPrincipal spares the named',
      [{Effect: 'Deny', NotPrincipal: {AWS: owner.arn}, Action: 's3:*', Resource: `${arn}/*`}],
      {caller: owner},
      'neutral',
    ],
    [
      'NotPrincipal hits the rest',
      [{Effect: 'Deny', NotPrincipal: {AWS: owner.arn}, Action: 's3:*', Resource: `${arn}/*`}],
      {caller: stranger},
      'deny',
    ],
    [
      'an account id is all its identities',
      [{...allow, Principal: {AWS: '111111111111'}}],
      {caller: stranger},
      'allow',
    ],
    [
      'so is its root',
      [{...allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}}],
      {caller: stranger},
      'allow',
    ],
    [
      'another identity is not',
      [{...allow, Principal: {AWS: 'arn:aws:iam::111111111111:user/else'}}],
      {caller: stranger},
      'neutral',
    ],
    ['nor is anonymous', [{...allow, Principal: {AWS: '111111111111'}}], {}, 'neutral'],
    ['OAC of this distribution', [oac], {caller: edge}, 'allow'],
    ['OAC of another distribution', [oac], {caller: otherEdge}, 'neutral'],
    ['a service statement is not for identities', [{...oac, Condition: {}}], {caller: stranger}, 'neutral'],
    [
      'source account',
      [{...oac, Condition: {StringEquals: {'aws:sourceAccount': '000000000000'}}}],
      {caller: edge},
      'allow',
    ],
    [
      'the guarded folder stays shut',
      [oac, fallback],
      {caller: edge, resource: `${arn}/.frontctl/manifest.json`},
      'deny',
    ],
    [
      'a policy variable',
      [{...allow, Principal: {AWS: '000000000000'}, Resource: `${arn}/\${aws:username}/*`}],
      {caller: owner, resource: `${arn}/me/x`},
      'allow',
    ],
    [
      'a policy variable of someone else',
      [{...allow, Principal: {AWS: '000000000000'}, Resource: `${arn}/\${aws:username}/*`}],
      {caller: owner, resource: `${arn}/you/x`},
      'neutral',
    ],
  ] as const)('%s', (_name, statements, request, expected) => {
    expect(verdict(statements, request)).toBe(expected);
  });

  it.each([
    [{StringEquals: {'s3:prefix': ['b/', 'a/']}}, true],
    [{StringEquals: {'s3:prefix': 'A/'}}, false],
    [{StringEqualsIgnoreCase: {'s3:prefix': 'A/'}}, true],
    [{StringNotEquals: {'s3:prefix': ['b/', 'c/']}}, true],
    [{StringNotEquals: {'s3:prefix': ['b/', 'a/']}}, false],
    [{StringLike: {'s3:prefix': '?/*'}}, true],
    [{StringNotLike: {'s3:prefix': 'a*'}}, false],
    [{StringEquals: {'s3:delimiter': '/'}}, false],
    [{StringEqualsIfExists: {'s3:delimiter': '/'}}, true],
    [{StringNotEquals: {'s3:delimiter': '/'}}, true],
    [{Null: {'s3:delimiter': 'true'}}, true],
    [{Null: {'s3:delimiter': false}}, false],
    [{Null: {'s3:prefix': 'false'}}, true],
    [{'ForAnyValue:StringEquals': {'s3:prefix': ['a/']}}, true],
    [{'ForAnyValue:StringEquals': {'s3:delimiter': ['/']}}, false],
    [{'ForAllValues:StringEquals': {'s3:delimiter': ['/']}}, true],
    [{Bool: {'aws:SecureTransport': 'true'}}, true],
    [{Bool: {'aws:SecureTransport': false}}, false],
    [{IpAddress: {'aws:SourceIp': '127.0.0.0/8'}}, true],
    [{IpAddress: {'aws:SourceIp': ['10.0.0.0/8', '127.0.0.1']}}, true],
    [{IpAddress: {'aws:SourceIp': '2001:db8::/32'}}, false],
    [{NotIpAddress: {'aws:SourceIp': '127.0.0.0/8'}}, false],
    [{DateLessThan: {'aws:CurrentTime': '2026-06-02T00:00:00Z'}}, true],
    [{DateGreaterThan: {'aws:CurrentTime': '2026-06-02T00:00:00Z'}}, false],
    [{NumericGreaterThan: {'aws:EpochTime': '1000'}}, true],
    [{StringEquals: {'s3:prefix': 'a/'}, Bool: {'aws:SecureTransport': 'false'}}, false],
    [{StringEquals: {'aws:Referer': 'https://example.com/'}}, true],
  ])('condition %j: %s', (condition, holds) => {
    const headers = {referer: 'https://example.com/'};
    expect(verdict([{...allow, Condition: condition}], {headers})).toBe(holds ? 'allow' : 'neutral');
  });

  it.each([
    [{ArnLike: {'AWS:SourceArn': 'arn:aws:cloudfront::000000000000:distribution/*'}}, true],
    [{ArnEquals: {'AWS:SourceArn': distribution}}, true],
    [{ArnLike: {'AWS:SourceArn': 'arn:aws:*:distribution/E1'}}, false],
    [{ArnNotLike: {'AWS:SourceArn': 'arn:aws:cloudfront::*:distribution/E1'}}, false],
    [{StringLike: {'AWS:SourceArn': '*:distribution/E1'}}, true],
  ])('condition on the source ARN %j: %s', (condition, holds) => {
    const statement = {...allow, Principal: {Service: 'cloudfront.amazonaws.com'}, Condition: condition};
    expect(verdict([statement], {caller: edge})).toBe(holds ? 'allow' : 'neutral');
  });
});

it('judges a policy full of wildcards at once', () => {
  const started = performance.now();
  const policy = parsePolicy(
    JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:*e*t*O*',
          Resource: `arn:aws:s3:::b/${'*a'.repeat(40)}b`,
        },
      ],
    }),
    'b',
  );
  evaluatePolicy(
    policy,
    {kind: 'anonymous'},
    's3:GetObject',
    `arn:aws:s3:::b/${'a'.repeat(1024)}`,
    () => new Map(),
  );
  expect(performance.now() - started).toBeLessThan(500);
});

describe('isPublicPolicy', () => {
  it.each([
    [allow, true],
    [{...allow, Principal: {AWS: '*'}}, true],
    [{...allow, Effect: 'Deny'}, false],
    [{...allow, Principal: {AWS: '111111111111'}}, false],
    [{...allow, Principal: {Service: 'cloudfront.amazonaws.com'}}, false],
    [{...allow, Action: 's3:*'}, true],
    [{...allow, Condition: {StringEquals: {'aws:SourceArn': distribution}}}, false],
    [{...allow, Condition: {StringLike: {'aws:SourceArn': 'arn:aws:cloudfront::*:distribution/*'}}}, true],
    [{...allow, Condition: {StringEqualsIfExists: {'aws:SourceArn': distribution}}}, true],
    [{...allow, Condition: {IpAddress: {'aws:SourceIp': '192.0.2.0/24'}}}, false],
    [{...allow, Condition: {IpAddress: {'aws:SourceIp': '0.0.0.0/0'}}}, true],
    [{...allow, Condition: {StringEquals: {'aws:Referer': 'x'}}}, true],
  ])('%j: %s', (statement, expected) => {
    expect(isPublicPolicy(parsePolicy(policyOf(statement), 'site'))).toBe(expected);
  });
});

describe('parsePolicy', () => {
  it.each([
    ['not json', "must be valid JSON and the first byte must be '{'"],
    ['{"Version"', 'invalid Json'],
    ['{}', 'Missing required field Statement'],
    ['{"Version":"2020-01-01","Statement":[]}', 'valid version string'],
    [policyOf({...allow, Effect: 'Maybe'}), 'Invalid effect: Maybe'],
    [
      policyOf({Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/*`}),
      'Missing required field Principal',
    ],
    [policyOf({Effect: 'Allow', Principal: '*', Resource: `${arn}/*`}), 'Missing required field Action'],
    [policyOf({...allow, Action: 'ec2:Run'}), 'Policy has invalid action'],
    [policyOf({...allow, Resource: 'arn:aws:s3:::other/*'}), 'Policy has invalid resource'],
    [policyOf({...allow, Resource: arn}), 'Action does not apply to any resource(s) in statement'],
    [policyOf({...allow, Action: 's3:ListBucket'}), 'Action does not apply to any resource(s) in statement'],
    [policyOf({...allow, Principal: {AWS: 'nobody'}}), 'Invalid principal in policy'],
    [policyOf({...allow, Principal: {Service: 'cloudfront'}}), 'Invalid principal in policy'],
    [
      policyOf({...allow, Condition: {StringSame: {'aws:Referer': 'x'}}}),
      'Invalid Condition type : StringSame',
    ],
    [policyOf({...allow, Extra: 1}), 'Unknown field Extra'],
    [policyOf({...allow, Sid: 'a'}, {...allow, Sid: 'a'}), 'must be unique'],
    [policyOf({...allow, Sid: 'x'.repeat(21_000)}), 'maximum allowed document size'],
  ])('refuses %.60s', (text, message) => {
    expect(() => parsePolicy(text, 'site')).toThrow(message);
  });

  it('takes one statement outside a list, and both resources for a wildcard action', () => {
    const text = JSON.stringify({
      Version: '2012-10-17',
      Id: 'x',
      Statement: {...allow, Action: ['s3:GetObject', 's3:ListBucket'], Resource: [arn, `${arn}/*`]},
    });
    expect(parsePolicy(text, 'site').statements).toHaveLength(1);
  });
});

describe('authorize', () => {
  const bucket: BucketRecord = {name: 'site', created: 0, region: 'us-east-1', ownership: 'ObjectWriter'};
  const open = {
    BlockPublicAcls: false,
    IgnorePublicAcls: false,
    BlockPublicPolicy: false,
    RestrictPublicBuckets: false,
  };
  const publicRead = [
    {
      Grantee: {Type: 'Group' as const, URI: 'http://acs.amazonaws.com/groups/global/AllUsers'},
      Permission: 'READ' as const,
    },
  ];
  const ask = (
    caller: Caller,
    more: Partial<BucketRecord>,
    grants?: typeof publicRead,
    action = 's3:GetObject',
  ) => authorize({caller, action, bucket: {...bucket, ...more}, key: 'a', grants, keys: keysFor(caller)});
  const denyAll = policyOf({Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [arn, `${arn}/*`]});

  it('lets the owner do what no statement denies, and nobody else anything', () => {
    expect(ask(owner, {})).toBe(true);
    expect(ask(anonymous, {})).toBe(false);
    expect(ask(stranger, {})).toBe(false);
    expect(ask(edge, {})).toBe(false);
    expect(ask(owner, {policy: denyAll})).toBe(false);
  });

  it('leaves the root user a way out of a policy that denies everything', () => {
    const root: Caller = {...owner, arn: 'arn:aws:iam::000000000000:root'};
    const at = {bucket: {...bucket, policy: denyAll}, keys: keysFor(root)};
    expect(authorize({...at, caller: root, action: 's3:DeleteBucketPolicy'})).toBe(true);
    expect(authorize({...at, caller: owner, action: 's3:DeleteBucketPolicy'})).toBe(false);
    expect(authorize({...at, caller: root, action: 's3:ListBucket'})).toBe(false);
  });

  it('closes public policies under RestrictPublicBuckets to all but services and the account', () => {
    const policy = policyOf(allow);
    const restricted = {policy, publicAccessBlock: {...open, RestrictPublicBuckets: true}};
    expect(ask(anonymous, {policy, publicAccessBlock: open})).toBe(true);
    expect(ask(anonymous, restricted)).toBe(false);
    expect(ask(stranger, restricted)).toBe(false);
    expect(ask(edge, restricted)).toBe(true);
    expect(ask(owner, restricted)).toBe(true);
  });

  it('honours public ACLs only where they are enabled and not ignored', () => {
    expect(ask(anonymous, {publicAccessBlock: open}, publicRead)).toBe(true);
    expect(ask(anonymous, {publicAccessBlock: open}, publicRead, 's3:PutObject')).toBe(false);
    expect(ask(anonymous, {publicAccessBlock: {...open, IgnorePublicAcls: true}}, publicRead)).toBe(false);
    expect(ask(anonymous, {ownership: 'BucketOwnerEnforced'}, publicRead)).toBe(false);
  });
});
