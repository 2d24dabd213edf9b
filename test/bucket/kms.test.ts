import fc from 'fast-check';
import {expect, it, test} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {
  customerKey,
  letKeyBeUsed,
  mergeKeyPolicy,
  readKeyPolicy,
  refuseManagedKey,
  usesManagedKey,
} from '../../src/bucket/index.js';

const arn = 'arn:aws:cloudfront::000000000000:distribution/E1';
const other = 'arn:aws:cloudfront::000000000000:distribution/E2';
const root = {
  Sid: 'Root',
  Effect: 'Allow',
  Principal: {AWS: 'arn:aws:iam::000000000000:root'},
  Action: 'kms:*',
  Resource: '*',
};
const policyOf = (...statements: readonly object[]) =>
  JSON.stringify({Version: '2012-10-17', Statement: statements});
const statements = (policy: string | undefined) =>
  (JSON.parse(policy ?? '{}') as {Statement: readonly Record<string, unknown>[]}).Statement;

test('a key policy gets one statement for all distributions, beside those of others', () => {
  const first = mergeKeyPolicy(policyOf(root), arn, 'k1');
  expect(statements(first)).toEqual([
    root,
    {
      Sid: 'FrontctlCloudFrontDecrypt',
      Effect: 'Allow',
      Principal: {Service: 'cloudfront.amazonaws.com'},
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
      Condition: {StringEquals: {'AWS:SourceArn': arn}},
    },
  ]);
  expect(mergeKeyPolicy(first, arn, 'k1')).toBeUndefined();
  const second = mergeKeyPolicy(first, other, 'k1');
  expect(statements(second)[1]).toMatchObject({Condition: {StringEquals: {'AWS:SourceArn': [arn, other]}}});
  expect([arn, other].map(each => mergeKeyPolicy(second, each, 'k1'))).toEqual([undefined, undefined]);
});

test("the guide's own statement counts as it stands", () => {
  const theirs = {
    Sid: 'AllowCloudFrontServicePrincipalSSE-KMS',
    Effect: 'Allow',
    Principal: {Service: ['cloudfront.amazonaws.com']},
    Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: {StringEquals: {'AWS:SourceArn': arn}},
  };
  expect(mergeKeyPolicy(policyOf(root, theirs), arn, 'k1')).toBeUndefined();
  expect(mergeKeyPolicy(policyOf(root, theirs), other, 'k1')).toBeDefined();
});

test('whatever the policy holds, all of it stays', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), others => {
      const merged = statements(mergeKeyPolicy(policyOf(...others), arn, 'k1'));
      expect(merged.slice(0, -1)).toEqual(JSON.parse(JSON.stringify(others)));
    }),
  );
});

test('a policy that would be too large is refused', () => {
  const large = {...root, Sid: 'x'.repeat(32 * 1024)};
  expect(() => mergeKeyPolicy(policyOf(large), arn, 'k1')).toThrow(
    expect.objectContaining({
      code: 'POLICY_TOO_LARGE',
      message: expect.stringContaining('KMS key k1') as string,
    }),
  );
});

test.each([
  [undefined, undefined, false],
  [{algorithm: 'AES256'}, undefined, false],
  [{algorithm: 'aws:kms', kmsKeyId: 'alias/mine'}, 'alias/mine', false],
  [{algorithm: 'aws:kms:dsse', kmsKeyId: 'k1'}, 'k1', false],
  [{algorithm: 'aws:kms'}, undefined, true],
  [{algorithm: 'aws:kms', kmsKeyId: 'alias/aws/s3'}, undefined, true],
  [{algorithm: 'aws:kms', kmsKeyId: 'arn:aws:kms:eu-west-1:000000000000:alias/aws/s3'}, undefined, true],
])('%j: key %s, managed by AWS: %s', (encryption, key, isManaged) => {
  expect(customerKey(encryption)).toBe(key);
  expect(usesManagedKey(encryption)).toBe(isManaged);
  const refuse = () => {
    refuseManagedKey(encryption, 'site');
  };
  if (isManaged) expect(refuse).toThrow(expect.objectContaining({code: 'KMS_MANAGED_KEY', exit: 'refused'}));
  else expect(refuse).not.toThrow();
});

/** A KMS with one key; answers what it was asked. */
function kmsWith(manager: 'AWS' | 'CUSTOMER') {
  const asked: unknown[] = [];
  const regions: (string | undefined)[] = [];
  let policy = policyOf(root);
  const send = (command: {
    readonly constructor: {readonly name: string};
    readonly input: {readonly Policy?: string};
  }) => {
    asked.push([command.constructor.name, command.input]);
    policy = command.input.Policy ?? policy;
    const KeyMetadata = {Arn: 'arn:aws:kms:eu-west-1:000000000000:key/k1', KeyManager: manager};
    return Promise.resolve({KeyMetadata, Policy: policy});
  };
  const kms = (region?: string) => {
    regions.push(region);
    return Promise.resolve({send} as never);
  };
  return {aws: {kms} as unknown as Aws, asked, regions, policy: () => policy};
}

it('finds a key by its alias in the region of the bucket, and writes once', async () => {
  const {aws, asked, regions, policy} = kmsWith('CUSTOMER');
  expect(await letKeyBeUsed(aws, {keyId: 'alias/mine', region: 'eu-west-1'}, arn)).toBe(true);
  expect(asked.slice(0, 2)).toEqual([
    ['DescribeKeyCommand', {KeyId: 'alias/mine'}],
    ['GetKeyPolicyCommand', {KeyId: 'arn:aws:kms:eu-west-1:000000000000:key/k1', PolicyName: 'default'}],
  ]);
  expect(statements(policy())).toHaveLength(2);
  expect(new Set(regions)).toEqual(new Set(['eu-west-1']));
  expect(await letKeyBeUsed(aws, {keyId: 'alias/mine', region: 'eu-west-1'}, arn)).toBe(false);
});

it('refuses a key that AWS manages', async () => {
  await expect(readKeyPolicy(kmsWith('AWS').aws, 'k1')).rejects.toMatchObject({code: 'KMS_MANAGED_KEY'});
});
