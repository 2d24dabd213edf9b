/** `frontctl deploy --dry-run --out plan.json`, reviewed, `frontctl deploy --plan plan.json`; and what guards refuse. */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {smallSite, workspace, type Deployed, type ErrorJson, type Workspace} from './workspace.js';

let space: Workspace;

beforeAll(async () => {
  space = workspace();
  space.write(smallSite);
  await space.json<Deployed>(['deploy', './dist', '--local']);
}, 60_000);

afterAll(() => space.dispose());

const dry = (...flags: string[]) => space.run(['deploy', './dist', '--local', '--dry-run', ...flags]);
const planned = (file = 'plan.json') => space.run(['deploy', './dist', '--local', '--json', '--plan', file]);
const code = ({stdout}: {readonly stdout: string}): string => (JSON.parse(stdout) as ErrorJson).error.code;

it('a plan that still holds is deployed as it was reviewed', async () => {
  space.write({'dist/robots.txt': 'User-agent: *\n'});
  const shown = await dry('--out', 'plan.json');
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain('+ upload  robots.txt');
  const file = JSON.parse(readFileSync(join(space.dir, 'plan.json'), 'utf8')) as {
    plan: {steps: {key: string}[]};
  };
  expect(file.plan.steps.map(step => step.key)).toEqual(['robots.txt']);
  const done = await planned();
  expect(done.code, done.stdout).toBe(0);
  expect((JSON.parse(done.stdout) as Deployed).counts).toMatchObject({uploaded: 1});
}, 30_000);

it('one that does not is refused with exit 4, and nothing is changed', async () => {
  // It was carried out: what is live is no longer what it was made for.
  const again = await planned();
  expect([again.code, code(again)]).toEqual([4, 'PLAN_OUTDATED']);
  expect(again.stdout).toContain('what is live has changed since');

  space.write({'dist/robots.txt': 'User-agent: a\n'});
  await dry('--out', 'plan.json');
  space.write({'dist/robots.txt': 'User-agent: b\n'});
  const other = await planned();
  expect([other.code, code(other)]).toEqual([4, 'PLAN_OUTDATED']);
  expect(other.stdout).toContain('the build has changed since');
}, 30_000);

it('one that was edited by hand is refused with exit 2', async () => {
  await dry('--out', 'plan.json');
  const path = join(space.dir, 'plan.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"robots.txt"', '"index.html"'));
  const edited = await planned();
  expect([edited.code, code(edited)]).toEqual([2, 'PLAN_EDITED']);
  writeFileSync(path, '{"version":1}');
  const foreign = await planned();
  expect([foreign.code, code(foreign)]).toEqual([2, 'PLAN_UNREADABLE']);
  const missing = await planned('nowhere.json');
  expect([missing.code, code(missing)]).toEqual([2, 'PLAN_UNREADABLE']);
}, 30_000);

it('a dry run shows what a guard would refuse, and ends like the deploy', async () => {
  rmSync(join(space.dir, 'dist/index.html'));
  const shown = await dry();
  expect(shown.code).toBe(6);
  expect(shown.stdout).toContain('- delete  index.html');
  expect(shown.stdout).toContain('A deploy would be refused:');
  const refused = await space.run(['deploy', './dist', '--local', '--json']);
  expect([refused.code, code(refused)]).toEqual([6, 'ROOT_DELETED']);
  const allowed = await space.json<Deployed>(['deploy', './dist', '--local', '--max-delete', '100%']);
  expect(allowed.counts).toMatchObject({deleted: 1});
}, 30_000);

it.each([
  [['--max-delete', '120%'], /--max-delete 120% is not a number of files/],
  [['--out', 'plan.json'], /--dry-run/],
  [['--dry-run', '--plan', 'plan.json'], /--plan/],
  [['--lock-timeout', 'soon'], /not a duration/],
])('%j: exit 2', async (flags, message) => {
  const run = await space.run(['deploy', './dist', '--local', ...flags]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(message);
});
