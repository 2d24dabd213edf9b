import type {ProgressEvent, Work} from '../../events.js';
import {relay, type Emit} from '../../deploy/relay.js';
import type {Session} from '../session.js';

export interface Named<T> {
  /** What people call it: `E2QWRUHAPOMQZL`. */
  readonly name: string;
  readonly work: Work<T>;
}

/**
 * Runs works at the same time and to the end of each, whatever becomes of the others. One alone shows its own progress;
 * several are one step, whose status says how far each of them is.
 */
export async function followAll<T>(
  follow: Session['follow'],
  title: string,
  works: readonly Named<T>[],
): Promise<readonly PromiseSettledResult<T>[]> {
  const [only, ...others] = works;
  if (only === undefined) return [];
  // Its error goes through `follow`, which shows that the step failed.
  return others.length === 0 ? Promise.allSettled([follow(only.work)]) : follow(together(title, works));
}

/** Several works as one; warnings say whose they are. */
export async function* together<T>(
  title: string,
  works: readonly Named<T>[],
): Work<readonly PromiseSettledResult<T>[]> {
  yield {type: 'step', id: 'together', title};
  const statuses = new Map<string, string>();
  const settled = yield* relay(emit =>
    Promise.allSettled(
      works.map(async ({name, work}) => {
        try {
          return await runNamed(name, work, emit, statuses);
        } finally {
          statuses.delete(name);
        }
      }),
    ),
  );
  const failed = settled.filter(({status}) => status === 'rejected').length;
  const detail = failed === 0 ? `all ${works.length} done` : `${failed} of ${works.length} failed`;
  yield {type: 'done', id: 'together', detail};
  return settled;
}

async function runNamed<T>(
  name: string,
  work: Work<T>,
  emit: Emit,
  statuses: Map<string, string>,
): Promise<T> {
  for (;;) {
    const next = await work.next();
    if (next.done === true) return next.value;
    const event: ProgressEvent = next.value;
    if (event.type === 'warning') emit({...event, message: `${name}: ${event.message}`});
    if (event.type !== 'wait') continue;
    statuses.set(name, event.status);
    const status = [...statuses].map(([who, how]) => `${who} ${how}`).join(', ');
    emit({...event, id: 'together', status});
  }
}
