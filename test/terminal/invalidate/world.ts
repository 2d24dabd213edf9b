import {deploy} from '../../../src/deploy/index.js';
import type {ProgressEvent, Work} from '../../../src/events.js';
import {openWorld, type World} from '../../deploy/world.js';

export {openWorld, type World};

export async function finish<T>(work: Work<T>): Promise<{result: T; events: ProgressEvent[]}> {
  const events: ProgressEvent[] = [];
  for (;;) {
    const next = await work.next();
    if (next.done === true) return {result: next.value, events};
    events.push(next.value);
  }
}

/** Deploys `files` to a site of their own and answers its distribution's id. */
export async function deployOnce(world: World, files: Readonly<Record<string, string>>): Promise<string> {
  await world.write(files);
  const {bucket, distributionId} = await world.site();
  await finish(
    deploy({
      aws: world.aws,
      site: {dir: world.dir, site: {}},
      bucket,
      prefix: '',
      distributionIds: [distributionId],
      prune: true,
      wait: true,
      timeoutMs: 20_000,
      release: 'r1',
    }),
  );
  return distributionId;
}
