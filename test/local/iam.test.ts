import {describe, expect, it} from 'vitest';

import {identityPolicy} from '../../src/local/iam/policy.js';

const policyOf = (...statements: readonly object[]): string =>
  JSON.stringify({Version: '2012-10-17', Statement: statements});
const read = {Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::site/*'};

describe('identityPolicy', () => {
  const list = {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::site',
    Condition: {StringLike: {'s3:prefix': 'www/*'}},
  };
  it.each([
    ['what a statement allows', 's3:GetObject', 'arn:aws:s3:::site/a.html', true],
    ['another action', 's3:PutObject', 'arn:aws:s3:::site/a.html', false],
    ['another resource', 's3:GetObject', 'arn:aws:s3:::other/a.html', false],
    ['a condition that holds', 's3:ListBucket', 'arn:aws:s3:::site', true],
    ['what a Deny takes back', 's3:GetObject', 'arn:aws:s3:::site/.env', false],
  ])('%s', (_name, action, resource, allowed) => {
    const deny = {...read, Effect: 'Deny', Resource: 'arn:aws:s3:::site/.env'};
    const policy = identityPolicy(policyOf(read, list, deny));
    expect(policy.allows(action, resource, () => new Map([['s3:prefix', ['www/a']]]))).toBe(allowed);
  });

  it('holds no condition without its key', () => {
    expect(identityPolicy(policyOf(list)).allows('s3:ListBucket', 'arn:aws:s3:::site')).toBe(false);
  });

  it.each([
    ['a principal', policyOf({...read, Principal: '*'}), 'should not specify a principal'],
    ['a resource that is no ARN', policyOf({...read, Resource: 'site/*'}), 'must be in ARN format'],
    ['an action without its service', policyOf({...read, Action: 'GetObject'}), 'prefaced by a vendor'],
    ['a Sid with a hyphen', policyOf({...read, Sid: 'a-b'}), 'alpha-numeric'],
    ['a Sid twice', policyOf({...read, Sid: 'A'}, {...read, Sid: 'A'}), 'must be unique'],
    ['no version', JSON.stringify({Statement: [read]}), 'Syntax errors'],
    [
      'more than 6,144 characters',
      policyOf({...read, Resource: Array.from({length: 400}, (_, at) => `arn:aws:s3:::site/${at}`)}),
      'PolicySize',
    ],
  ])('refuses %s', (_name, text, message) => {
    expect(() => identityPolicy(text)).toThrow(message);
  });
});
