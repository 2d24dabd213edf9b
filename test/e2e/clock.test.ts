import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {multipartBytes} from '../../src/deploy/upload/multipart.js';
import {browse, objectsOf, openWorld, type World} from '../deploy/world.js';
import {frontctl, json} from './cli.js';
import type {Deployed} from './workspace.js';

/** Preloaded into a process, it has that process believe that it is earlier or later by CLOCK_OFF_MS. */
const wrongClock = `
const {now} = Date;
const off = Number(process.env.CLOCK_OFF_MS);
globalThis.Date = class extends Date {
  constructor(...args) {
    if (args.length === 0) super(now() + off);
    else super(...args);
  }
  static now() {
    return now() + off;
  }
};
`;

let world: World;
let folder: string;
/** Services that refused a call because of its time. */
let refused: Set<string>;
beforeEach(async () => {
  refused = new Set();
  world = await openWorld({
    log: ({by, status}) => {
      if (status === 403) refused.add(by);
    },
  });
  folder = mkdtempSync(join(tmpdir(), 'frontctl-clock-'));
});
afterEach(async () => {
  rmSync(folder, {recursive: true});
  await world.close();
});

it('a clock that is 20 minutes off, either way, deploys, waits and says so to nobody', async () => {
  const {bucket, distributionId} = await world.site();
  const shim = join(folder, 'wrong-clock.cjs');
  writeFileSync(shim, wrongClock);
  const args = [
    'deploy',
    world.dir,
    ...['--bucket', bucket, '--distribution', distributionId],
    ...['--endpoint-url', world.cloud.endpoint, '--region', 'us-east-1'],
  ];
  const off = (minutes: number) => ({
    env: {
      // The embedded cloud knows this secret: signatures are compared.
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      NODE_OPTIONS: `--require ${shim}`,
      CLOCK_OFF_MS: String(minutes * 60_000),
    },
  });
  await world.write({'index.html': 'fast', 'large.bin': Buffer.alloc(multipartBytes)});
  await json<Deployed>(args, off(20));
  expect((await browse(world, {bucket, distributionId}, '/')).text).toBe('fast');
  // Later by the bucket's clock, 40 minutes earlier by its own: still the newer release.
  await world.write({'index.html': 'slow'});
  const {counts, invalidation} = await json<Deployed>(args, off(-20));
  expect(counts).toMatchObject({uploaded: 1, unchanged: 1});
  expect(invalidation?.batches.map(({status}) => status)).toEqual(['Completed']);
  expect((await browse(world, {bucket, distributionId}, '/')).text).toBe('slow');
  expect(await objectsOf(world, bucket)).toEqual(['index.html', 'large.bin']);
  expect([...refused].sort()).toEqual(['cloudfront', 's3']);
  const plain = await frontctl(args, off(20));
  expect(plain).toMatchObject({code: 0});
  expect(plain.stderr).not.toMatch(/warning|clock|time/i);
});
