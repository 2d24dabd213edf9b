/** kill -9 of the embedded cloud while a deploy runs: nothing is half-written, and a rerun completes. */
import {createHash, randomBytes} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {page, workspace, type Deployed, type LocalStatus, type Workspace} from './workspace.js';

const digest = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

describe('kill -9 of the embedded cloud during a deploy', () => {
  let project: Workspace;
  const files = new Map<string, Buffer>();

  beforeAll(() => {
    project = workspace();
    for (let i = 0; i < 600; i++) files.set(`files/${i}.bin`, randomBytes(2000 + i));
    for (let i = 0; i < 2; i++) files.set(`large/${i}.bin`, randomBytes(18 * 1024 * 1024));
    files.set('index.html', Buffer.from(page('Killed')));
    project.write(Object.fromEntries([...files].map(([key, body]) => [`dist/${key}`, body])));
  });

  afterAll(() => project.dispose());

  it('leaves whole objects or none, and the next run finishes', async () => {
    const {pid} = await project.json<LocalStatus>(['local', 'start']);
    const killed = await project.run(['deploy', './dist', '--local'], {
      started: child => {
        let said = '';
        child.stderr?.on('data', (chunk: Buffer) => {
          const isOver = said.includes('Compare');
          said += chunk.toString();
          // The uploads begin.
          if (!isOver && said.includes('Compare')) setTimeout(() => process.kill(pid, 'SIGKILL'), 300);
        });
      },
    });
    expect(killed.code).not.toBe(0);
    expect(killed.stderr).toMatch(/^Error: /m);

    const {endpoint} = await project.json<LocalStatus>(['local', 'start']);
    const found = await wholeObjects(endpoint);
    expect(found).toBeLessThan(files.size);

    const rerun = await project.json<Deployed>(['deploy', './dist', '--local']);
    expect(rerun.counts.uploaded + rerun.counts.unchanged).toBe(files.size);
    for (const [key, body] of files) {
      const response = await fetch(new URL(key, rerun.url));
      expect(response.status, key).toBe(200);
      expect(digest(new Uint8Array(await response.arrayBuffer())), key).toBe(digest(body));
    }
  });

  /** How many objects there are; each must be one of the build's files, byte for byte. */
  async function wholeObjects(endpoint: string): Promise<number> {
    const {S3Client, GetObjectCommand, ListBucketsCommand, paginateListObjectsV2} =
      await import('@aws-sdk/client-s3');
    const client = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {accessKeyId: 'test', secretAccessKey: 'test'},
    });
    let count = 0;
    const {Buckets = []} = await client.send(new ListBucketsCommand({}));
    for (const {Name} of Buckets) {
      for await (const {Contents = []} of paginateListObjectsV2({client}, {Bucket: Name})) {
        for (const {Key = ''} of Contents) {
          if (Key.startsWith('.frontctl/')) continue;
          const object = await client.send(new GetObjectCommand({Bucket: Name, Key}));
          const body = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
          expect(digest(body), Key).toBe(digest(files.get(Key) ?? Buffer.alloc(0)));
          count++;
        }
      }
    }
    client.destroy();
    return count;
  }
});
