import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import type {DeployResult, PlanDescription} from '../../../src/deploy/index.js';
import {Failure} from '../../../src/failure.js';
import {deployOutputs, deploySummary, planSummary} from '../../../src/terminal/ci/deploy-summary.js';
import {invalidateSummary} from '../../../src/terminal/ci/invalidate-summary.js';
import {failureSummary, writeJobFiles} from '../../../src/terminal/ci/job.js';
import {applySummary, planStackSummary} from '../../../src/terminal/ci/stack-summary.js';
import {hasJobFiles} from '../../../src/terminal/ci/workflow-command.js';

const counts = {uploaded: 3, updated: 1, unchanged: 1200, deleted: 2, kept: 4, retained: 5};
const quota = {usedThisMonth: 140, scope: 'account'} as const;

const deployed: DeployResult = {
  release: 'build-41',
  url: 'https://www.example.com/',
  bucket: 'shop',
  distributionId: 'E1',
  counts,
  bytesUploaded: 4096,
  invalidation: {
    paths: ['/index.html', '/a|b*'],
    batches: [
      {id: 'I1', status: 'Completed', paths: 1, distributionId: 'E1'},
      {id: 'I2', status: 'Completed', paths: 1, distributionId: 'E1'},
    ],
    costUSD: 0,
    quota,
  },
  durationMs: 4200,
};

const planned: PlanDescription = {
  plan: {
    steps: [
      {action: 'upload', key: 'a<b>|c.html', reason: 'content changed', bytes: 2048},
      {action: 'delete', key: 'old.css', reason: 'not in the build'},
    ],
    invalidation: {
      paths: ['/a*'],
      costUSD: 0,
      quota,
      price: '1 path, 140 of 1,000 free used this month: $0.00',
      covers: [],
    },
    counts,
  },
};

describe('the job summary of a deploy', () => {
  it('says where, what, how much', () => {
    expect(deploySummary(deployed, '0a1b2c')).toBe(
      `### Deployed

Live: <https://www.example.com/>

|  |  |
|---|---|
| Release | \`build-41\` |
| Commit | \`0a1b2c\` |
| Uploaded | 3 files, 4.0 KiB |
| New headers | 1 file |
| Unchanged | 1,200 files |
| Deleted | 2 files |
| Kept | 4 objects of others |
| Retained | 5 files of earlier releases |
| Invalidated | 2 paths, 2 batches |
| Cost | 2 paths, 140 of 1,000 free used this month: $0.00 |
| Duration | 4.2 s |

Invalidated:

- \`/index.html\`
- <code>/a&#124;b&#42;</code>`,
    );
  });

  it('says less where there is less', () => {
    const text = deploySummary({...deployed, url: null, invalidation: null}, undefined);
    expect(text).toContain('Live: `s3://shop`');
    expect(text).toContain('| Invalidated | nothing |');
    expect(text).not.toMatch(/Commit|Cost|Invalidated:/);
  });

  it('names the first 20 of many paths, and every replica', () => {
    const paths = Array.from({length: 25}, (_, n) => `/${n}`);
    const text = deploySummary(
      {
        ...deployed,
        replicas: [{bucket: 'shop-us', counts: {...counts, uploaded: 1}}],
        invalidation: {...deployed.invalidation!, paths},
      },
      undefined,
    );
    expect(text).toMatch(/- `\/19`\n- and 5 more$/);
    expect(text).toContain('| Replica `shop-us` | 1 file uploaded, 1 with new headers, 2 deleted |');
  });

  it('of a dry run shows the plan', () => {
    expect(planSummary(planned)).toBe(
      `### Dry run of a deploy

3 to upload, 1 with new headers, 2 to delete, 1200 unchanged. Nothing was changed.

| Step | File | Size | Reason |
|---|---|---|---|
| upload | <code>a&#60;b&#62;&#124;c.html</code> | 2.0 KiB | content changed |
| delete | \`old.css\` |  | not in the build |

To invalidate, 1 path, 140 of 1,000 free used this month: $0.00

- \`/a*\``,
    );
  });

  it('of a dry run shows the first 50 steps of many', () => {
    const [step] = planned.plan.steps;
    const steps = Array.from({length: 52}, () => step!);
    const text = planSummary({plan: {...planned.plan, steps, invalidation: null}});
    expect(text.match(/^\| upload/gm)).toHaveLength(50);
    expect(text).toMatch(/And 2 more steps\.\n\nNothing to invalidate\.$/);
  });

  it('of a failed one says what to try', () => {
    const hint = 'Name it with --bucket.';
    expect(failureSummary('Deploy', new Failure('usage', 'NO_BUCKET', 'No <b> is | named.', {hint}))).toBe(
      '### Deploy failed\n\n**Error:** No \\<b\\> is \\| named.\n\n**Try:** Name it with --bucket.\n\n`NO_BUCKET`, exit code 2',
    );
  });

  it.each([
    ['unfinished', 'unfinished'],
    ['refused', 'refused'],
    ['interrupted', 'interrupted'],
    ['conflict', 'failed'],
    ['access', 'failed'],
  ] as const)('%s: %s', (exit, word) => {
    expect(failureSummary('Deploy', new Failure(exit, 'X', 'x')).split('\n')[0]).toBe(`### Deploy ${word}`);
  });
});

describe('the job summary of an invalidation', () => {
  const part = {
    distributionId: 'E1',
    paths: ['/index.html'],
    costUSD: 0.005,
    costIsMost: true,
    quota: null,
    batches: [{id: 'I1', status: 'InProgress', paths: 1}],
    status: 'InProgress',
    resumed: null,
    waitCommand: 'frontctl invalidation wait I1 --distribution E1',
  } as const;

  it('names distribution, status, cost and paths', () => {
    expect(invalidateSummary({...part, check: null, durationMs: 6200})).toBe(
      `### Invalidation

|  |  |
|---|---|
| Distribution | \`E1\` |
| Status | InProgress |
| Cost | 1 path, free paths used this month unknown: at most $0.005 |
| Batches | \`I1\` |
| To wait for it | \`frontctl invalidation wait I1 --distribution E1\` |

- \`/index.html\`

Duration: 6.2 s`,
    );
  });

  it('has a table for each of several', () => {
    const text = invalidateSummary({
      distributions: [part, {...part, distributionId: 'E2', paths: [], waitCommand: null}],
      costUSD: 0.005,
      costIsMost: true,
      status: 'InProgress',
      check: null,
      durationMs: 1,
    });
    expect(text.match(/^\| Distribution .*$/gm)).toEqual([
      '| Distribution | `E1` |',
      '| Distribution | `E2` |',
    ]);
    expect(text).toContain('| Status | nothing that changed is live |');
    expect(text).toContain('In all: at most $0.005');
  });

  it('of a dry run says what is refetched', () => {
    const {batches: _b, status: _s, resumed: _r, waitCommand: _w, ...told} = part;
    const plan = {strategy: 'exact', budget: null, curve: [], changed: 1} as const;
    const text = invalidateSummary({
      ...told,
      plan: {...plan, refetched: {objects: 7, bytes: 2048, isComplete: false}},
    });
    expect(text).toMatch(/^### Dry run of an invalidation/);
    expect(text).toContain('| Refetched | more than 7 objects, 2.0 KiB |');
    expect(text).not.toContain('Duration');
  });
});

describe('the job summary of the stack', () => {
  const change = {
    resource: 'distribution E1',
    action: 'update',
    reason: '1 field differs',
    impact: 'Visitors from BY get 403.',
    diff: [{path: 'origins.shop.customHeaders.x-secret', before: 'old-secret', after: 'new-secret'}],
  } as const;
  const records = [{name: 'www.example.com', type: 'CNAME', target: 'd1.cloudfront.net'}] as const;

  it('names what was changed and what is to be done, without values of fields', () => {
    const text = applySummary({
      site: 'coffee',
      changes: [change],
      distributionId: 'E1',
      domainName: 'd1.cloudfront.net',
      url: 'https://www.example.com',
      certificateArn: null,
      records,
      durationMs: 90_000,
    });
    expect(text).toBe(
      `### Applied: 1 change

|  |  |
|---|---|
| Site | \`coffee\` |
| URL | <https://www.example.com> |
| Distribution | \`E1\` |
| Duration | 1m 30s |

| Step | Resource | Reason |
|---|---|---|
| update | \`distribution E1\` | 1 field differs. Visitors from BY get 403. |

To write at your DNS host:

| Name | Type | Target |
|---|---|---|
| \`www.example.com\` | CNAME | \`d1.cloudfront.net\` |`,
    );
  });

  it('of a plan leaves out what stays, and shows the first 50', () => {
    const stays = {...change, action: 'none'} as const;
    expect(planStackSummary({site: 'coffee', changes: [stays], records: []})).toBe(
      '### Plan: no changes\n\nSite `coffee`, 1 resource unchanged. Nothing was changed.',
    );
    const text = planStackSummary({
      site: 'coffee',
      changes: [stays, ...Array.from({length: 51}, () => change)],
      records: [],
    });
    expect(text).toMatch(/^### Plan: 51 changes/);
    expect(text.match(/^\| update/gm)).toHaveLength(50);
    expect(text).toMatch(/And 1 more change\.$/);
  });
});

describe('the files of a job', () => {
  const dir = mkdtempSync(join(tmpdir(), 'frontctl-job-'));
  const [summary, outputs] = [join(dir, 'summary.md'), join(dir, 'outputs')];
  const env = {GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs};

  afterAll(() => rmSync(dir, {recursive: true}));

  it('are added to; a value cannot become an output of its own', async () => {
    const evil = 'x\nend-of-url-\nadmin=true\n';
    expect(await writeJobFiles({summary: '### A', outputs: {url: evil}}, env, () => '7f')).toEqual([]);
    expect(await writeJobFiles({summary: '### B', outputs: deployOutputs(deployed)}, env)).toEqual([]);
    expect(readFileSync(summary, 'utf8')).toBe('### A\n\n### B\n\n');
    expect(readFileSync(outputs, 'utf8')).toMatch(
      /^url<<end-of-url-7f\nx\nend-of-url-\nadmin=true\n\nend-of-url-7f\n/,
    );
    expect(outputsOf(readFileSync(outputs, 'utf8'))).toEqual({
      url: 'https://www.example.com/',
      release: 'build-41',
      uploaded: '3',
      deleted: '2',
      'invalidation-ids': 'I1 I2',
    });
  });

  it('need not be there', async () => {
    expect([{}, {GITHUB_OUTPUT: ''}, env].map(hasJobFiles)).toEqual([false, false, true]);
    expect(await writeJobFiles({summary: '### A', outputs: {a: 'b'}}, {})).toEqual([]);
  });

  it('that cannot be written are a warning each', async () => {
    const missing = join(dir, 'missing', 'file');
    expect(
      await writeJobFiles(
        {summary: '### A', outputs: {a: 'b'}},
        {GITHUB_STEP_SUMMARY: missing, GITHUB_OUTPUT: dir},
      ),
    ).toEqual([
      `The job summary could not be written to ${missing} (ENOENT).`,
      `The outputs of the step could not be written to ${dir} (EISDIR).`,
    ]);
  });
});

/** As the runner reads them: a later value of the same name wins. */
function outputsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [
      name,
      value,
    ]),
  );
}
