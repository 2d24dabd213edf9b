/** The embedded cloud driven by botocore, whose service models nobody here wrote: botocore_check.py has the checks. */
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startCloud, type Cloud} from '../../src/local/cloud.js';
import {hasTool, runTool} from '../e2e/tools.js';

const enabled = hasTool(
  'python3',
  ['-c', 'import botocore'],
  'botocore against the embedded cloud: python3 or its botocore',
);

interface Check {
  readonly check: string;
  /** A traceback. */
  readonly failure: string | null;
}

const names = [
  's3_objects_with_odd_keys',
  's3_delimiters',
  's3_reading',
  's3_checksums',
  's3_conditional_writes',
  's3_multipart',
  's3_versions',
  's3_settings',
  's3_presigned',
  'cloudfront_large_config',
  'cloudfront_pages_tags_and_deletes',
  'cloudfront_policies',
  'cloudfront_functions',
  'cloudfront_origin_access',
  'cloudfront_invalidations',
  'acm_and_route53',
];

describe.skipIf(!enabled)('botocore against the embedded cloud', () => {
  let cloud: Cloud;
  let checks: readonly Check[];
  const unexpected: unknown[] = [];

  beforeAll(async () => {
    cloud = await startCloud({
      port: 0,
      deployDelayMs: 0,
      invalidationDelayMs: 0,
      onUnexpected: error => unexpected.push(error),
    });
    const script = fileURLToPath(new URL('botocore_check.py', import.meta.url));
    const {stdout, stderr} = await runTool('python3', ['-W', 'ignore', script, cloud.endpoint], {
      ...process.env,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    const lines = stdout.split('\n').filter(line => line !== '');
    checks = lines.map(line => JSON.parse(line) as Check);
    if (checks.length === 0) throw new Error(stderr);
  }, 180_000);
  afterAll(() => cloud.close());

  it.each(names)('%s', name => {
    expect(checks.find(({check}) => check === name)?.failure).toBeNull();
  });

  it('has no check but these, and met nothing unexpected', () => {
    expect(checks.map(({check}) => check)).toEqual(names);
    expect(unexpected).toEqual([]);
  });
});
