import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {mapConcurrent, type Aws, type WaitOptions} from '../../aws/index.js';
import {
  applyBucket,
  bucketDiff,
  createBucket,
  ensurePolicy,
  letKeyBeUsed,
  readBucket,
} from '../../bucket/index.js';
import {deleteCertificate} from '../../certificate/index.js';
import {
  changeTags,
  createDistribution,
  createNamed,
  deleteFunction,
  deleteNamed,
  putFunction,
  readDistribution,
  reference,
  referencesIn,
  resolved,
  updateDistribution,
  updateNamed,
  type Distribution,
} from '../../distribution/index.js';
import {prepareAliases, sendAliases, sendRemoval} from '../../dns/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {awaitDeployed} from '../change-distribution.js';
import type {Change} from '../change.js';
import {keepConfig} from '../config-history.js';
import {issueCertificate} from '../issue-certificate.js';
import {ownStatements} from './access.js';
import {recordTypes} from './dns.js';
import type {PreparedSite} from './prepare.js';
import {tagsOf, type SiteSettings} from './settings.js';
import {phases, type Phase, type Step} from './steps.js';

export interface ApplyInput {
  readonly aws: Aws;
  readonly settings: SiteSettings;
  readonly prepared: PreparedSite;
  /** Waits until the distribution is Deployed, and Route 53 in sync. */
  readonly wait: boolean;
  readonly force: boolean;
  readonly timeoutMs: number;
  readonly delay?: WaitOptions<never>['delay'] | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  readonly now?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AppliedSite {
  /** What was done, in order. */
  readonly changes: readonly Change[];
  readonly distribution: Distribution | undefined;
  readonly certificateArn: string | null;
}

/** What steps tell those after them. */
interface Progress {
  readonly ids: Map<string, string>;
  distribution: Distribution | undefined;
  certificateArn: string | null;
}

const concurrency = 8;

/**
 * Does what was planned, phase by phase; what does not depend on each other at the same time. Stopped anywhere, the live
 * site is whole, and planning and applying again finishes the work: everything is found again by its name or tag.
 * Failures: CHANGED_MEANWHILE (exit 4), CERTIFICATE_FAILED (exit 6), WAIT_TIMEOUT (exit 5), and what AWS refuses.
 */
export async function* applySiteStack(input: ApplyInput): Work<AppliedSite> {
  const {aws, prepared, signal} = input;
  const {steps, live} = prepared;
  const progress: Progress = {
    ids: new Map(live.ids),
    distribution: live.distribution,
    certificateArn: live.certificate?.certificate.arn ?? input.settings.config.certificate?.arn ?? null,
  };
  for (const phase of phases) {
    const own = steps.filter(step => step.phase === phase);
    if (phase === 'deployed') yield* deployed(input, progress);
    if (own.length === 0) continue;
    signal?.throwIfAborted();
    yield* runPhase(input, progress, phase, own);
  }
  const distribution =
    progress.distribution === undefined ? undefined : await readDistribution(aws, progress.distribution.id);
  return {
    changes: steps.map(({change}) => change),
    distribution,
    certificateArn: progress.certificateArn,
  };
}

const titles: Readonly<Record<Phase, string>> = {
  prepare: 'Make what the distribution needs',
  allow: 'Let the distribution read the bucket',
  certificate: 'Certificate',
  unpoint: 'Take DNS records away',
  distribution: 'Distribution',
  access: 'Let the distribution read the bucket',
  deployed: 'Wait',
  point: 'Point DNS at the distribution',
  'clean-up': 'Remove what is no longer used',
};

async function* runPhase(
  input: ApplyInput,
  progress: Progress,
  phase: Phase,
  steps: readonly Step[],
): Work<void> {
  if (phase === 'certificate') {
    yield* certificate(input, progress);
    return;
  }
  if (phase === 'point') {
    yield* point(input, progress, steps);
    return;
  }
  if (phase === 'unpoint') {
    const first = steps.find(step => step.type === 'unpoint');
    if (first !== undefined)
      yield* sendRemoval(first.prepared, {...waiting(input), aws: input.aws, wait: input.wait});
    return;
  }
  const title = steps.length === 1 ? titleOf(steps[0]?.change) : titles[phase];
  yield {type: 'step', id: phase, title, files: steps.length, noun: 'resource'};
  let done = 0;
  const run = async (step: Step): Promise<string> => {
    await perform(input, progress, step);
    return step.change.resource;
  };
  for await (const resource of mapConcurrent(steps, concurrency, run, input.signal)) {
    done++;
    yield {type: 'progress', id: phase, files: done, bytes: 0};
    if (done === steps.length)
      yield {type: 'done', id: phase, detail: done === 1 ? resource : `${done} resources`};
  }
}

const titleOf = (change: Change | undefined): string =>
  change === undefined
    ? ''
    : `${{create: 'Make', update: 'Change', replace: 'Replace', delete: 'Delete', none: 'Look at'}[change.action]} ${change.resource}`;

const waiting = ({timeoutMs, delay, sleep, now, signal}: ApplyInput) => ({
  timeoutMs,
  pace: delay,
  sleep,
  now,
  signal,
});

async function perform(input: ApplyInput, progress: Progress, step: Step): Promise<void> {
  const {aws, settings} = input;
  switch (step.type) {
    case 'bucket': {
      if (!step.exists) await createBucket(aws, step.bucket, {region: step.region, tags: step.settings.tags});
      const now = await readBucket(aws, step.bucket);
      await applyBucket(aws, step.bucket, step.settings, bucketDiff(now, step.settings));
      return;
    }
    case 'named': {
      if (step.id === undefined) {
        const id = await createNamed(aws, step.kind, step.config);
        progress.ids.set(reference(step.kind, step.name), id);
      } else await updateNamed(aws, step.kind, step.id, step.config);
      return;
    }
    case 'function': {
      const {arn} = await putFunction(aws, step.wanted);
      progress.ids.set(reference('function', step.wanted.name), arn);
      return;
    }
    case 'distribution': {
      const config = settled(resolved(step.config, progress.ids));
      progress.distribution =
        step.live === undefined
          ? await createDistribution(aws, config, tagsOf(settings))
          : await updateDistribution(aws, step.live, config, {
              // An undo that cannot be kept stops nothing: the config file says what was.
              keep: async before => {
                await keepConfig(aws, {before, after: config, reason: 'apply'}).catch(() => undefined);
              },
            });
      return;
    }
    case 'tags':
      await changeTags(aws, progress.distribution?.arn ?? '', step.set);
      return;
    case 'policy': {
      const arn = progress.distribution?.arn ?? '';
      await ensurePolicy(aws, step.bucket, ownStatements(step.bucket, step.prefix, arn));
      return;
    }
    case 'key policy':
      await letKeyBeUsed(aws, step, progress.distribution?.arn ?? '');
      return;
    case 'drop':
      if (step.what.kind === 'function') await deleteFunction(aws, step.what.name);
      else if (step.what.kind === 'certificate') await dropCertificate(aws, step.what.arn);
      else await deleteNamed(aws, step.what.kind, step.what.id);
      return;
    case 'certificate':
    case 'point':
    case 'unpoint':
      return;
  }
}

/** ACM lets go of it some minutes after CloudFront: what it holds on to until then stays, and harms nobody. */
async function dropCertificate(aws: Aws, arn: string): Promise<void> {
  await deleteCertificate(aws, arn).catch((error: unknown) => {
    if (!(error instanceof Failure && error.code === 'CERTIFICATE_IN_USE')) throw error;
  });
}

/** Failure UNFINISHED_TARGET (exit 2): with --target, something that the distribution needs was left out. */
function settled(config: DistributionConfig): DistributionConfig {
  const [missing] = referencesIn(config);
  if (missing === undefined) return config;
  throw new Failure(
    'usage',
    'UNFINISHED_TARGET',
    `The distribution needs the ${missing.kind} ${missing.name}, which is not made yet.`,
    {hint: 'Apply it first, or leave --target out.'},
  );
}

async function* certificate(input: ApplyInput, progress: Progress): Work<void> {
  const step = input.prepared.steps.find(each => each.type === 'certificate');
  if (step === undefined) return;
  const {aws, settings} = input;
  const {provider = 'route53', zone} = settings.config.dns ?? {};
  const {timeoutMs, sleep, now, signal} = input;
  const issued = yield* issueCertificate({
    aws,
    names: step.names,
    keyAlgorithm: step.keyAlgorithm,
    tags: tagsOf(settings),
    dns: {provider, zone, force: input.force},
    // A distribution takes a certificate once it is issued only.
    wait: true,
    timeoutMs,
    sleep,
    now,
    signal,
  });
  progress.certificateArn = issued.arn;
  progress.ids.set(reference('certificate', 'new'), issued.arn);
}

/** Before DNS leads there and before what it used is deleted, the distribution has reached every edge. */
async function* deployed(input: ApplyInput, progress: Progress): Work<void> {
  const {aws, prepared, wait} = input;
  const hasMore = prepared.steps.some(({phase}) => phase === 'point' || phase === 'clean-up');
  const {distribution} = progress;
  if (distribution === undefined || !(wait || hasMore)) return;
  if ((await readDistribution(aws, distribution.id)).status === 'Deployed') return;
  const late = yield* awaitDeployed(aws, distribution.id, waiting(input));
  if (late !== undefined) throw late;
}

/** Planned anew: by now the distribution has a domain name, and somebody may have written there. */
async function* point(input: ApplyInput, progress: Progress, steps: readonly Step[]): Work<void> {
  const {aws, settings, force, prepared, wait} = input;
  const target = progress.distribution?.domainName;
  const [first] = steps.flatMap(step => (step.type === 'point' ? [step.prepared] : []));
  if (target === undefined || first === undefined) return;
  const hosts = [...new Set(first.parts.flatMap(({plan}) => plan.records.map(({name}) => name)))];
  const named = settings.config.dns?.zone;
  const types = recordTypes(settings, prepared.live);
  const now = await prepareAliases({aws, hosts, named, target, types, force});
  yield* sendAliases(now, {...waiting(input), aws, wait});
}
