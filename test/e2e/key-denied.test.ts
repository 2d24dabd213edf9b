/** frontctl key rotate where the role may make a key and may not change the group: nothing is lost, the rerun goes on. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {smallSite, workspace, type Deployed, type ErrorJson, type Workspace} from './workspace.js';

interface Rotated {
  readonly status: string;
  readonly newKey: string;
  readonly oldKey: string;
}

interface Listed {
  readonly keys: readonly {readonly id: string; readonly groups: readonly string[]}[];
}

let project: Workspace;

beforeAll(() => {
  project = workspace();
  project.write(smallSite);
});

afterAll(() => project.dispose());

it('names the action that is missing, and goes on with the same key once it is allowed', async () => {
  const {distributionId} = await project.json<Deployed>(['deploy', 'dist', '--local']);
  const create = ['key', 'create', '--generate', 'old.pem', '--group', 'media', '--attach', distributionId];
  const {keyId: oldKey} = await project.json<{readonly keyId: string}>([...create, '--local', '--yes']);
  await project.run(['local', 'stop']);
  await project.run(['local', 'start', '--detach', '--fault', 'UpdateKeyGroup:AccessDenied:1']);
  const rotate = ['key', 'rotate', 'media', '--out', 'new.pem', '--longest-expiry', '1h', '--local'];
  for (const attempt of ['the first', 'the second']) {
    const {stdout, code} = await project.run([...rotate, '--json']);
    const {error} = JSON.parse(stdout) as ErrorJson;
    expect({...error, code: [code, error.code]}, attempt).toMatchObject({
      code: [3, 'ACCESS_DENIED'],
      message: 'AWS denied UpdateKeyGroup on key group media: it takes cloudfront:UpdateKeyGroup',
      hint: 'Allow cloudfront:UpdateKeyGroup for the identity that runs frontctl.',
    });
  }
  const list = async () => (await project.json<Listed>(['key', 'list', '--local'])).keys;
  const waiting = (await list()).filter(({id}) => id !== oldKey);
  expect(waiting).toMatchObject([{groups: []}]);
  await project.run(['local', 'stop']);
  const ready = await project.json<Rotated>(rotate);
  expect(ready).toMatchObject({status: 'ready', oldKey, newKey: waiting[0]?.id});
  expect((await list()).map(({groups}) => groups)).toEqual([['media'], ['media']]);
});
