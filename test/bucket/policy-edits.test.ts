import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {
  identitiesIn,
  letsDistributionRead,
  mergePolicy,
  privateStatement,
  readStatement,
  removeStatements,
  replacementFor,
  withdrawDistribution,
  withoutIdentities,
} from '../../src/bucket/index.js';

const arn = (id: string) => `arn:aws:cloudfront::000000000000:distribution/${id}`;
const subject = {bucket: 'site', prefix: ''};
const oai = {id: 'EOAI', canonicalUserId: 'c'.repeat(96)};
const oaiArn = 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EOAI';
const policyOf = (...statements: readonly unknown[]) =>
  JSON.stringify({Version: '2012-10-17', Statement: statements});
const statements = (policy: string | undefined) =>
  (JSON.parse(policy ?? '{}') as {Statement: unknown[]}).Statement;
const objects = {Action: 's3:GetObject', Resource: 'arn:aws:s3:::site/*'};

/** Statements of others: none with a Sid or a principal of ours. */
const others = fc.array(
  fc.record({
    Sid: fc.string({maxLength: 5}),
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.constantFrom('*', {AWS: '000000000000'}, {Service: ['a.amazonaws.com', 'b.amazonaws.com']}),
    Action: fc.constantFrom('s3:*', ['s3:GetObject', 's3:PutObject']),
    Resource: fc.string(),
  }),
  {minLength: 1},
);

describe('statements go', () => {
  const own = [readStatement(subject, arn('E1')), privateStatement(subject)];
  const sids = own.map(({Sid}) => Sid);

  it('by their Sid; all others keep their place and their values', () => {
    fc.assert(
      fc.property(others, fc.nat(), (theirs, at) => {
        const place = at % (theirs.length + 1);
        const given = policyOf(...theirs.slice(0, place), ...own, ...theirs.slice(place));
        const {changed, policy} = removeStatements(given, sids, 'site');
        expect(changed).toBe(true);
        expect(statements(policy)).toEqual(theirs);
        expect(removeStatements(policy, sids, 'site')).toEqual({changed: false, policy});
      }),
    );
  });

  it('and the policy with the last of them', () => {
    expect(removeStatements(policyOf(...own), sids, 'site')).toEqual({changed: true, policy: undefined});
    expect(removeStatements(undefined, sids, 'site')).toEqual({changed: false, policy: undefined});
  });

  it('for one distribution, others on the same bucket stay let in', () => {
    const both = mergePolicy(policyOf(...own), [readStatement(subject, arn('E2'))], 'site');
    const one = withdrawDistribution(both, sids, arn('E1'), 'site');
    expect(statements(one.policy)[0]).toEqual(readStatement(subject, arn('E2')));
    expect(letsDistributionRead(one.policy, 'site', arn('E1'))).toBe(false);
    expect(letsDistributionRead(one.policy, 'site', arn('E2'))).toBe(true);
    const none = withdrawDistribution(one.policy, sids, arn('E2'), 'site');
    expect(statements(none.policy)).toEqual([privateStatement(subject)]);
  });
});

describe('an identity', () => {
  const both = {Effect: 'Allow', Principal: {AWS: ['arn:aws:iam::1:root', oaiArn]}, ...objects};

  it('leaves statements that are not its alone, and nothing else changes', () => {
    fc.assert(
      fc.property(others, theirs => {
        const alone = {Effect: 'Allow', Principal: {CanonicalUser: oai.canonicalUserId}, ...objects};
        const {changed, policy} = withoutIdentities(policyOf(alone, ...theirs, both), [oai], 'site');
        expect(changed).toBe(true);
        expect(statements(policy)).toEqual([...theirs, {...both, Principal: {AWS: 'arn:aws:iam::1:root'}}]);
        expect(identitiesIn(policy, [oai], 'site')).toEqual([]);
      }),
    );
  });

  test.each<[string, object, readonly object[]]>([
    ['reads all', {}, [readStatement(subject, arn('E1'))]],
    ['reads a part', {Resource: 'arn:aws:s3:::site/open/*'}, [{Resource: 'arn:aws:s3:::site/open/*'}]],
    [
      'lists, too',
      {Action: ['s3:GetObject', 's3:ListBucket']},
      [{Action: ['s3:GetObject', 's3:ListBucket']}],
    ],
    [
      'reads on a condition',
      {Condition: {StringEquals: {'s3:ExistingObjectTag/public': 'yes'}}},
      [{Condition: {StringEquals: {'s3:ExistingObjectTag/public': 'yes', 'AWS:SourceArn': arn('E1')}}}],
    ],
    [
      'is forbidden something',
      {Effect: 'Deny', Resource: 'arn:aws:s3:::site/no/*'},
      [{Effect: 'Deny', Resource: 'arn:aws:s3:::site/no/*'}, readStatement(subject, arn('E1'))],
    ],
  ])('that %s is replaced by the same and no more', (_what, more, expected) => {
    const statement = {Sid: 'Old', Effect: 'Allow', Principal: {AWS: oaiArn}, ...objects, ...more};
    const {statements: found} = replacementFor(policyOf(statement), oai, subject, arn('E1'));
    expect(found).toHaveLength(expected.length);
    expect(found).toMatchObject(expected);
    for (const each of found) {
      expect(each).toMatchObject({
        Principal: {Service: 'cloudfront.amazonaws.com'},
        Condition: {StringEquals: {'AWS:SourceArn': arn('E1')}},
      });
    }
    // A rerun finds what it has written, a second distribution joins.
    const written = mergePolicy(policyOf(statement), found, 'site');
    expect(mergePolicy(written, found, 'site')).toBeUndefined();
    const second = replacementFor(written, oai, subject, arn('E2')).statements;
    expect(statements(mergePolicy(written, second, 'site'))).toHaveLength(1 + found.length);
  });
});
