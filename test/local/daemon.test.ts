import {spawn, type ChildProcess} from 'node:child_process';
import {existsSync, watch} from 'node:fs';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {CloudFront} from '@aws-sdk/client-cloudfront';
import {S3} from '@aws-sdk/client-s3';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';

const program = fileURLToPath(new URL('../../src/local/daemon.ts', import.meta.url));

let dir: string;
const running = new Set<ChildProcess>();
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'frontctl-daemon-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(dir, {recursive: true, force: true});
});

interface Daemon {
  readonly child: ChildProcess;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
}

function start(settings: object): Daemon {
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exit = new Promise<number | null>(resolve => {
    child.once('close', code => {
      running.delete(child);
      resolve(code);
    });
  });
  return {child, stderr: () => text, exit};
}

interface Whereabouts {
  readonly pid: number;
  readonly endpoint: string;
  readonly version: string;
  readonly tlsPort: number;
}

/** Waits until cloud.json names this process. */
async function announced({child}: Daemon): Promise<Whereabouts> {
  const file = join(dir, 'cloud.json');
  const read = async (): Promise<Whereabouts | undefined> => {
    if (!existsSync(file)) return undefined;
    const found = JSON.parse(await readFile(file, 'utf8')) as Whereabouts;
    return found.pid === child.pid ? found : undefined;
  };
  let changed = (): void => undefined;
  // Watches from here on, so that nothing is missed between a look and the wait for a change.
  const watcher = watch(dir, () => changed());
  try {
    for (;;) {
      const change = new Promise<void>(resolve => (changed = resolve));
      const found = await read();
      if (found) return found;
      await change;
    }
  } finally {
    watcher.close();
  }
}

const s3Of = (endpoint: string): S3 =>
  new S3({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {accessKeyId: 'local', secretAccessKey: 'local'},
  });

describe('the process of the local cloud', () => {
  it('says where it listens, logs each request without its query, and ends on SIGTERM', async () => {
    const daemon = start({dir, port: 0});
    const {endpoint, version, tlsPort} = await announced(daemon);
    expect([version, typeof tlsPort]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/), 'number']);
    await s3Of(endpoint).createBucket({Bucket: 'logged'});
    await fetch(`${endpoint}/logged/key?X-Amz-Signature=secret`);
    daemon.child.kill('SIGTERM');
    expect(await daemon.exit).toBe(0);
    expect(existsSync(join(dir, 'cloud.json'))).toBe(false);
    const log = await readFile(join(dir, 'cloud.log'), 'utf8');
    expect(log).toMatch(/^\S+Z s3 CreateBucket PUT \/logged\/? 200 \d+\.\dms$/m);
    expect(log).toContain(' GET /logged/key ');
    expect(log).not.toContain('secret');
  });

  it('ends on POST /_frontctl/stop', async () => {
    const daemon = start({dir, port: 0});
    const {endpoint} = await announced(daemon);
    expect((await fetch(`${endpoint}/_frontctl/stop`, {method: 'POST'})).status).toBe(200);
    expect(await daemon.exit).toBe(0);
  });

  it('has what it had answered for after kill -9', async () => {
    const first = start({dir, port: 0});
    const s3 = s3Of((await announced(first)).endpoint);
    await s3.createBucket({Bucket: 'kept'});
    const large = Buffer.alloc(2_000_000, 'frontctl');
    await s3.putObject({Bucket: 'kept', Key: 'small', Body: 'hello'});
    await s3.putObject({Bucket: 'kept', Key: 'large', Body: large});
    first.child.kill('SIGKILL');
    await first.exit;
    const second = start({dir, port: 0});
    const again = s3Of((await announced(second)).endpoint);
    expect(await (await again.getObject({Bucket: 'kept', Key: 'small'})).Body?.transformToString()).toBe(
      'hello',
    );
    const {Body: body} = await again.getObject({Bucket: 'kept', Key: 'large'});
    expect(Buffer.from(await body!.transformToByteArray()).equals(large)).toBe(true);
  });

  it('knows its invalidations, their references and the quota in progress after kill -9', async () => {
    const settings = {
      dir,
      port: 0,
      deployDelayMs: 0,
      invalidationDelayMs: 3_600_000,
      invalidationQuotas: ['in-progress', 'rate'],
    };
    const clientOf = async (daemon: Daemon) => {
      const {endpoint} = await announced(daemon);
      const client = new CloudFront({
        endpoint,
        region: 'us-east-1',
        maxAttempts: 1,
        credentials: {accessKeyId: 'local', secretAccessKey: 'local'},
      });
      const advance = () => fetch(`${endpoint}/_frontctl/advance?ms=1000`, {method: 'POST'});
      return {client, advance};
    };
    const first = start(settings);
    const before = await clientOf(first);
    const {Distribution: made} = await before.client.createDistribution({
      DistributionConfig: {
        CallerReference: 'one',
        Comment: '',
        Enabled: true,
        Origins: {
          Quantity: 1,
          Items: [
            {
              Id: 's3',
              DomainName: 'site.s3.us-east-1.amazonaws.com',
              S3OriginConfig: {OriginAccessIdentity: ''},
            },
          ],
        },
        DefaultCacheBehavior: {
          TargetOriginId: 's3',
          ViewerProtocolPolicy: 'allow-all',
          CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        },
      },
    });
    const DistributionId = made!.Id;
    const send = async ({client}: {client: CloudFront}, path: string) =>
      (
        await client.createInvalidation({
          DistributionId,
          InvalidationBatch: {CallerReference: path, Paths: {Quantity: 1, Items: [path]}},
        })
      ).Invalidation!.Id;
    const ids: (string | undefined)[] = [];
    for (let n = 0; n < 15; n++) {
      ids.unshift(await send(before, `/${n}/*`));
      await before.advance();
    }
    first.child.kill('SIGKILL');
    await first.exit;

    const after = await clientOf(start(settings));
    const {InvalidationList: list} = await after.client.listInvalidations({DistributionId});
    expect(list?.Items?.map(({Id, Status}) => [Id, Status])).toEqual(ids.map(id => [id, 'InProgress']));
    expect(await send(after, '/0/*')).toBe(ids.at(-1));
    await expect(send(after, '/15/*')).rejects.toThrow('15 wildcards are in progress');
    expect(ids).not.toContain(await send(after, '/a'));
  });

  const failureOf = async (settings: object): Promise<unknown> => {
    const daemon = start(settings);
    const exit = await daemon.exit;
    const {error} = JSON.parse(daemon.stderr().trim().split('\n').at(-1)!) as {error: {exit: number}};
    expect(exit).toBe(error.exit);
    return error;
  };

  it('tells a taken port, a used directory, an older state and bad settings as one line of JSON', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => other.once('listening', resolve));
    const {port} = other.address() as AddressInfo;
    expect(await failureOf({dir, port})).toMatchObject({code: 'PORT_TAKEN', exit: 4});
    other.close();

    const holder = start({dir, port: 0});
    await announced(holder);
    expect(await failureOf({dir, port: 0})).toMatchObject({code: 'STATE_LOCKED', exit: 4});
    holder.child.kill('SIGTERM');
    await holder.exit;

    expect(await failureOf({dir, port: 0, faults: ['PutObject']})).toMatchObject({
      code: 'BAD_FAULT',
      exit: 2,
    });
    expect(await failureOf({port: 0})).toMatchObject({code: 'BAD_SETTINGS', exit: 2});
    await writeFile(join(dir, 'format.json'), '{"format": 0}');
    expect(await failureOf({dir, port: 0})).toMatchObject({code: 'STATE_VERSION', exit: 2});
  });
});
