import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {identityPolicy} from '../../src/local/iam/policy.js';
import {frontctl} from './cli.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'frontctl-permissions-'));
  writeFileSync(
    join(cwd, 'frontctl.config.yaml'),
    'name: shop\nbucket: {name: coffee}\nenvironments:\n  production: {distribution: {id: E2QWRUHAPOMQZL}}\n',
  );
});
afterEach(() => {
  rmSync(cwd, {recursive: true});
});

it('prints a policy and nothing else, without any credentials', async () => {
  const {code, stdout, stderr} = await frontctl(['permissions', '--env', 'production'], {cwd});
  expect([code, stderr]).toEqual([0, '']);
  const policy = identityPolicy(stdout);
  const distribution = 'arn:aws:cloudfront::123456789012:distribution/';
  expect(policy.allows('cloudfront:CreateInvalidation', `${distribution}E2QWRUHAPOMQZL`)).toBe(true);
  expect(policy.allows('cloudfront:CreateInvalidation', `${distribution}E1`)).toBe(false);
  expect(policy.allows('s3:PutObject', 'arn:aws:s3:::coffee/index.html')).toBe(true);

  const explained = await frontctl(['permissions', '--explain', '--for', 'invalidate'], {cwd});
  expect(explained.stdout).toMatch(
    /^cloudfront:CreateInvalidation +arn:aws:cloudfront::\*:distribution\/\* +to /,
  );
  const wrong = await frontctl(['permissions', '--trust', 'github:a/b'], {cwd});
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('--account');
});
