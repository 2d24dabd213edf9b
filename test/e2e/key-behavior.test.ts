/** frontctl key create --add-behavior: a folder of a live site that nobody has set up for signing. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {
  smallSite,
  workspace,
  type Deployed,
  type ErrorJson,
  type LocalStatus,
  type Workspace,
} from './workspace.js';

let project: Workspace;
let deployed: Deployed;
let domainName: string;

beforeAll(async () => {
  project = workspace();
  project.write(smallSite);
  deployed = await project.json(['deploy', 'dist', '--local']);
  const status = await project.json<LocalStatus>(['local', 'status']);
  domainName = status.distributions[0]?.domainName ?? '';
});

afterAll(() => project.dispose());

const statusOf = async (path: string): Promise<number> => {
  const response = await fetch(new URL(path, deployed.url), {redirect: 'manual'});
  await response.text();
  return response.status;
};

describe('frontctl key create --add-behavior', () => {
  const create = ['key', 'create', '--generate', 'k.pem', '--group', 'media', '--local'];
  const attach = (named: string) => [...create, '--attach', named, '--path-pattern', '/about/*'];

  it('the hint names it, it asks, and without a pattern it means nothing', async () => {
    const failure = async (...args: readonly string[]): Promise<ErrorJson['error']> => {
      const {stdout, code} = await project.run([...args, '--json']);
      expect(code).toBe(2);
      return (JSON.parse(stdout) as ErrorJson).error;
    };
    expect(await failure(...attach(deployed.distributionId))).toMatchObject({
      code: 'NO_SUCH_BEHAVIOR',
      hint: expect.stringContaining('--add-behavior') as string,
    });
    expect(await failure(...attach(deployed.distributionId), '--add-behavior')).toMatchObject({
      code: 'CONFIRMATION_NEEDED',
      message: `Closing a new behavior /about/* of ${deployed.distributionId} to unsigned requests asks first, and nobody is here to answer.`,
    });
    const noPattern = [...create, '--attach', deployed.distributionId, '--add-behavior'];
    expect(await failure(...noPattern)).toMatchObject({code: 'USAGE'});
    expect(await statusOf('/about/index.html')).toBe(200);
  });

  it('closes the folder and nothing else; a URL names the distribution too; the second time nothing changes', async () => {
    const args = [...attach(`https://${domainName}/?from=docs`), '--add-behavior'];
    const made = await project.json<{readonly keyId: string}>([...args, '--yes']);
    const attached = {distributionId: deployed.distributionId, pathPattern: '/about/*', staysOpen: []};
    expect(made).toMatchObject({attached: {...attached, changed: true, behavior: 'added'}});
    expect(await statusOf('/about/index.html')).toBe(403);
    expect(await statusOf('/index.html')).toBe(200);
    const url = `https://${domainName}/about/index.html`;
    const sign = ['sign', 'url', url, '--key', 'k.pem', '--key-pair-id', made.keyId, '--expires', '1h'];
    const signed = new URL((await project.run(sign)).stdout.trim());
    expect(await statusOf(signed.pathname + signed.search)).toBe(200);
    expect(await project.json([...attach(deployed.url), '--add-behavior'])).toMatchObject({
      attached: {...attached, changed: false, behavior: 'unchanged'},
    });
  });
});
