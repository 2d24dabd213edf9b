/**
 * kill -9 of `frontctl apply` at every call that changes anything: the call has taken effect, its answer never arrives. A
 * rerun converges, and there is one of everything.
 */
import {createServer, request as forward, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {ChildProcess} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ACM, ListCertificatesCommand} from '@aws-sdk/client-acm';
import {CloudFront} from '@aws-sdk/client-cloudfront';
import {CreateHostedZoneCommand, Route53} from '@aws-sdk/client-route-53';
import {S3} from '@aws-sdk/client-s3';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {startCloud, type Cloud} from '../../src/local/cloud.js';
import {frontctl, type Run} from './cli.js';

const config = `name: coffee
preset: static-site
bucket: {versioning: true}
distribution:
  aliases: [www.coffee.example]
`;

let cloud: Cloud;
let dir: string;
/** Calls that changed something in the run under way, by the operation's name or path. */
const writes: string[] = [];
/** At which of them the process dies; 0: at none. */
let dieAt = 0;
let victim: ChildProcess | undefined;
let proxy: Server;
let endpoint: string;

/** S3, CloudFront and Route 53 read by GET and HEAD, ACM by operations that begin so. */
const isWrite = (method: string, target: string): boolean =>
  target === '' ? !/^(?:GET|HEAD)$/.test(method) : !/\.(?:List|Describe|Get)/.test(target);

beforeAll(async () => {
  cloud = await startCloud({port: 0});
  dir = mkdtempSync(join(tmpdir(), 'frontctl-kill-'));
  writeFileSync(join(dir, 'frontctl.config.yaml'), config);
  const {port} = new URL(cloud.endpoint);
  proxy = createServer((incoming, answer) => {
    const target = String(incoming.headers['x-amz-target'] ?? '');
    const changes = isWrite(incoming.method ?? '', target);
    const outgoing = forward(
      {host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers: incoming.headers},
      response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          if (changes) writes.push(target === '' ? `${incoming.method ?? ''} ${incoming.url ?? ''}` : target);
          if (changes && writes.length === dieAt) {
            victim?.kill('SIGKILL');
            answer.destroy();
            return;
          }
          answer.writeHead(response.statusCode ?? 500, response.headers).end(Buffer.concat(chunks));
        });
      },
    );
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await cloud.close();
  rmSync(dir, {recursive: true, force: true});
});

const run = (args: readonly string[]): Promise<Run> =>
  frontctl([...args, '--json', '--endpoint-url', endpoint], {
    cwd: dir,
    env: {AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1'},
    started: child => (victim = child),
  });

async function census(): Promise<Readonly<Record<string, number>>> {
  const options = {
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId: 'test', secretAccessKey: 'test'},
  };
  const cloudfront = new CloudFront(options);
  const [distributions, controls, functions, certificates, buckets] = await Promise.all([
    cloudfront.listDistributions({}),
    cloudfront.listOriginAccessControls({}),
    cloudfront.listFunctions({Stage: 'DEVELOPMENT'}),
    new ACM(options).send(new ListCertificatesCommand({})),
    new S3({...options, forcePathStyle: true}).listBuckets({}),
  ]);
  return {
    distributions: distributions.DistributionList?.Items?.length ?? 0,
    controls: controls.OriginAccessControlList?.Items?.length ?? 0,
    functions: functions.FunctionList?.Items?.length ?? 0,
    certificates: certificates.CertificateSummaryList?.length ?? 0,
    buckets: buckets.Buckets?.length ?? 0,
  };
}

const fresh = async (): Promise<void> => {
  await cloud.reset();
  const route53 = new Route53({
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId: 'test', secretAccessKey: 'test'},
  });
  await route53.send(new CreateHostedZoneCommand({Name: 'coffee.example', CallerReference: 'one'}));
};

it('frontctl apply, killed at every call: a rerun converges, no orphan', async () => {
  let kills = 0;
  for (dieAt = 1; ; dieAt++) {
    await fresh();
    writes.length = 0;
    const at = dieAt;
    const first = await run(['apply', '--yes']);
    if (first.signal !== 'SIGKILL') {
      expect(first.code, first.stdout).toBe(0);
      break;
    }
    kills++;
    const call = writes.at(-1) ?? '';
    dieAt = 0;
    const again = await run(['apply', '--yes']);
    expect(again.code, `after a kill at ${call}: ${again.stdout}`).toBe(0);
    const plan = JSON.parse((await run(['plan'])).stdout) as {changes: {action: string; resource: string}[]};
    expect(
      plan.changes.filter(({action}) => action !== 'none'),
      `after a kill at ${call}`,
    ).toEqual([]);
    expect(await census(), `after a kill at ${call}`).toEqual({
      distributions: 1,
      controls: 1,
      functions: 1,
      certificates: 1,
      buckets: 1,
    });
    dieAt = at;
  }
  console.log(`apply: kill -9 at each of ${kills} calls, 0 orphans, every rerun converged`);
  expect(kills).toBeGreaterThan(8);
}, 300_000);
