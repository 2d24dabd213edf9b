import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {maxPolicyBytes, mergePolicy, privateStatement, readStatement} from '../../src/bucket/index.js';

const subject = {bucket: 'site', prefix: ''};
const arn = 'arn:aws:cloudfront::123456789012:distribution/E1';
const own = [readStatement(subject, arn), privateStatement(subject)];

interface Policy {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly Record<string, unknown>[];
}

const parse = (text: string | undefined): Policy => JSON.parse(text ?? 'null') as Policy;

describe('statements', () => {
  it('let exactly one distribution read, and nobody the own folder', () => {
    expect(own).toEqual([
      {
        Sid: 'FrontctlCloudFrontRead',
        Effect: 'Allow',
        Principal: {Service: 'cloudfront.amazonaws.com'},
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::site/*',
        Condition: {StringEquals: {'AWS:SourceArn': arn}},
      },
      {
        Sid: 'FrontctlPrivate',
        Effect: 'Deny',
        Principal: {Service: 'cloudfront.amazonaws.com'},
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::site/.frontctl/*',
      },
    ]);
  });

  it('keep sites under two prefixes apart', () => {
    const docs = {bucket: 'site', prefix: 'docs/v1', partition: 'aws-cn'};
    expect(privateStatement(docs).Resource).toBe('arn:aws-cn:s3:::site/docs/v1/.frontctl/*');
    expect(privateStatement(docs).Sid).toMatch(/^FrontctlPrivate[0-9a-f]{8}$/);
    const merged = mergePolicy(mergePolicy(undefined, own, 'site'), [readStatement(docs, arn)], 'site');
    expect(parse(merged).Statement).toHaveLength(3);
  });
});

describe('mergePolicy', () => {
  it('starts a policy', () => {
    expect(parse(mergePolicy(undefined, own, 'site'))).toEqual({Version: '2012-10-17', Statement: own});
  });

  it('lets in a second distribution beside the first', () => {
    const second = 'arn:aws:cloudfront::123456789012:distribution/E2';
    const merged = mergePolicy(mergePolicy(undefined, own, 'site'), [readStatement(subject, second)], 'site');
    expect(parse(merged).Statement[0]?.['Condition']).toEqual({
      StringEquals: {'AWS:SourceArn': [arn, second]},
    });
    expect(mergePolicy(merged, own, 'site')).toBeUndefined();
  });

  it('keeps all other statements, their order and their values, and writes nothing twice', () => {
    const statement = fc.dictionary(
      fc.constantFrom('Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition', 'NotAction'),
      fc.jsonValue().filter(value => !Object.is(value, -0)),
    );
    const policies = fc.record(
      {
        Version: fc.constantFrom('2008-10-17', '2012-10-17'),
        Id: fc.string(),
        Statement: fc.array(statement, {maxLength: 5}),
      },
      {requiredKeys: ['Statement']},
    );
    fc.assert(
      fc.property(policies, policy => {
        const text = JSON.stringify(policy);
        const merged = mergePolicy(text, own, 'site');
        const {Statement, ...rest} = parse(merged);
        const before = parse(text);
        expect(JSON.stringify(Statement.slice(0, before.Statement.length))).toBe(
          JSON.stringify(before.Statement),
        );
        expect(Statement.slice(before.Statement.length)).toEqual(own);
        const others: Record<string, unknown> = {...before};
        delete others['Statement'];
        expect(JSON.stringify(rest)).toBe(JSON.stringify(others));
        expect(mergePolicy(merged, own, 'site')).toBeUndefined();
      }),
    );
  });

  it('takes a lone statement object for a list of one', () => {
    const foreign = {Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*'};
    const merged = mergePolicy(JSON.stringify({Statement: foreign}), own, 'site');
    expect(parse(merged).Statement).toEqual([foreign, ...own]);
  });

  it('puts back an own statement that was edited, where it stands', () => {
    const edited = {Version: '2012-10-17', Statement: [{...own[1], Effect: 'Allow'}, {Sid: 'Theirs'}]};
    const merged = parse(mergePolicy(JSON.stringify(edited), own, 'site'));
    expect(merged.Statement.map(({Sid}) => Sid)).toEqual([
      'FrontctlPrivate',
      'Theirs',
      'FrontctlCloudFrontRead',
    ]);
    expect(merged.Statement[0]).toEqual(own[1]);
  });

  it('refuses what S3 would refuse, before the call', () => {
    const big = {Statement: [{Sid: 'Theirs', Resource: 'x'.repeat(maxPolicyBytes)}]};
    expect(() => mergePolicy(JSON.stringify(big), own, 'site')).toThrow(
      expect.objectContaining({code: 'POLICY_TOO_LARGE', exit: 'refused'}),
    );
    expect(() => mergePolicy('no json', own, 'site')).toThrow(
      expect.objectContaining({code: 'POLICY_UNREADABLE'}),
    );
  });
});
