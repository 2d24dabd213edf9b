import type {Aws, WaitOptions} from '../../aws/index.js';
import {
  deleteBucket,
  editPolicy,
  privateStatement,
  readStatement,
  withdrawDistribution,
  removeStatements,
} from '../../bucket/index.js';
import {
  deleteCertificate,
  listCertificates,
  readCertificate,
  readCertificateTags,
  recordsOf,
  type Certificate,
} from '../../certificate/index.js';
import {
  deleteFunction,
  deleteNamed,
  readDistribution,
  siteTag,
  type Distribution,
  type Named,
} from '../../distribution/index.js';
import {
  findZone,
  listZones,
  prepareRemoval,
  removeRecords,
  sendRemoval,
  type PreparedRemoval,
} from '../../dns/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import type {Change} from '../change.js';
import {deleteLive} from '../delete-distribution.js';
import {bucketName} from '../names.js';
import {readSiteStack, type LiveFunction, type LiveSite} from './live.js';
import {mark, wantedBuckets, wantedFunctions, wantedNamed, type SiteSettings} from './settings.js';

export interface DestroyInput {
  readonly aws: Aws;
  readonly settings: SiteSettings;
  /** Buckets go with everything in them; without it a bucket that holds objects stops the work before it begins. */
  readonly withObjects: boolean;
  readonly timeoutMs: number;
  readonly delay?: WaitOptions<never>['delay'] | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  readonly now?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What goes, and what of the config stays because frontctl did not make it. */
export interface DestroyPlan {
  readonly changes: readonly Change[];
  readonly kept: readonly {readonly resource: string; readonly reason: string}[];
  readonly records: PreparedRemoval | undefined;
  readonly distribution: Distribution | undefined;
  readonly functions: readonly LiveFunction[];
  readonly named: readonly Named[];
  readonly certificate: Certificate | undefined;
  readonly buckets: readonly string[];
  /** Others' buckets that let the distribution in. */
  readonly policies: readonly string[];
}

/**
 * What frontctl has made for the site: known by the tag `frontctl:site` and by the names that follow from the config's.
 * Nothing is changed. Failure NOT_OURS (exit 6) for a distribution that the config only names.
 */
export async function planDestroy({
  aws,
  settings,
}: Pick<DestroyInput, 'aws' | 'settings'>): Promise<DestroyPlan> {
  const {config, name} = settings;
  if (config.distribution?.id !== undefined) {
    throw new Failure(
      'refused',
      'NOT_OURS',
      `The config names distribution ${config.distribution.id}, which frontctl did not make.`,
      {hint: `To delete it all the same: frontctl distribution delete ${config.distribution.id} --disable`},
    );
  }
  const live = await readSiteStack(aws, settings);
  const {distribution} = live;
  const ours = new Set(wantedBuckets(settings).map(bucket => bucket.name));
  const buckets = [...live.buckets.values()].filter(
    bucket => bucket.settings.tags?.[siteTag] === name || bucket.name === bucketName(name),
  );
  const foreign = [...live.buckets.keys()].filter(
    bucket => ours.has(bucket) && !buckets.some(each => each.name === bucket),
  );
  const certificate = await ownCertificate(aws, live, name);
  const hosts = distribution?.config.Aliases?.Items ?? [];
  const records =
    distribution === undefined ? undefined : await placedRecords(aws, hosts, distribution, config.dns?.zone);
  const wanted = wantedNamed(settings);
  const named = live.named.filter(
    each => isOwnNamed(each, name) || wanted.some(one => one.kind === each.kind && one.name === each.name),
  );
  const functions = live.functions.filter(
    each =>
      each.comment.endsWith(mark(name)) || wantedFunctions(settings).some(one => one.name === each.name),
  );
  const gone = (resource: string, impact?: string): Change => ({
    resource,
    action: 'delete',
    reason: 'made by frontctl',
    ...(impact === undefined ? {} : {impact}),
    diff: [],
  });
  const changes = [
    ...(records?.parts ?? []).flatMap(({changes: sets}) =>
      sets.map(({set}) => gone(`record ${(set.Name ?? '').replace(/\.$/, '')} ${set.Type ?? ''}`)),
    ),
    ...(distribution === undefined
      ? []
      : [
          gone(
            `distribution ${distribution.id}`,
            `Downtime: ${[...hosts, distribution.domainName].join(', ')} no longer answer.`,
          ),
        ]),
    ...functions.map(each => gone(`function ${each.name}`)),
    ...named.map(each => gone(`${each.kind} ${each.name}`)),
    ...(certificate === undefined ? [] : [gone(`certificate ${certificate.arn}`)]),
    ...foreign.map(bucket => ({
      ...gone(`own statements in the policy of bucket ${bucket}`),
      reason: 'the bucket stays',
    })),
    ...buckets.map(bucket => gone(`bucket ${bucket.name}`)),
  ];
  return {
    changes,
    kept: foreign.map(bucket => ({resource: `bucket ${bucket}`, reason: 'frontctl did not make it'})),
    records,
    distribution,
    functions,
    named,
    certificate,
    buckets: buckets.map(bucket => bucket.name),
    policies: foreign,
  };
}

function isOwnNamed({config}: Named, name: string): boolean {
  const note =
    'Description' in config ? config.Description : 'Comment' in config ? config.Comment : undefined;
  return note?.endsWith(mark(name)) === true;
}

/** The certificate that frontctl requested for the site; not one that it only found. */
async function ownCertificate(aws: Aws, live: LiveSite, name: string): Promise<Certificate | undefined> {
  const used = live.distribution?.config.ViewerCertificate?.ACMCertificateArn;
  const arns = new Set([used, live.certificate?.certificate.arn].filter(arn => arn !== undefined));
  for (const arn of arns) {
    if ((await readCertificateTags(aws, arn))[siteTag] === name) return readCertificate(aws, arn);
  }
  return undefined;
}

async function placedRecords(
  aws: Aws,
  hosts: readonly string[],
  {domainName}: Distribution,
  named: string | undefined,
): Promise<PreparedRemoval | undefined> {
  if (hosts.length === 0) return undefined;
  const zones = await listZones(aws);
  const found = await Promise.all(
    hosts.map(
      async host =>
        [host, await findZone(aws, host, {zones, ...(named === undefined ? {} : {named})})] as const,
    ),
  );
  const here = found.flatMap(([host, zone]) => (zone === undefined ? [] : [host]));
  return here.length === 0 ? undefined : prepareRemoval({aws, hosts: here, named, target: domainName});
}

/**
 * Deletes what was planned: DNS first, so that nothing leads to what is gone, the distribution (disabled, Deployed,
 * deleted), what it used, buckets last. Stopped anywhere, a rerun finishes.
 * Failures: BUCKET_NOT_EMPTY (exit 6), WAIT_TIMEOUT (exit 5), and what AWS refuses (a flat-rate plan keeps its distribution).
 */
export async function* destroySiteStack(input: DestroyInput, plan: DestroyPlan): Work<readonly Change[]> {
  const {aws, settings, timeoutMs, sleep, now, signal} = input;
  const wait = {timeoutMs, sleep, now, signal, pace: input.delay};
  if (plan.records !== undefined) yield* sendRemoval(plan.records, {...wait, aws, wait: false});
  if (plan.distribution !== undefined) {
    const live = await readDistribution(aws, plan.distribution.id);
    yield* deleteLive({...wait, aws, live, disable: true});
  }
  const {name, config} = settings;
  yield {type: 'step', id: 'parts', title: 'Delete what the distribution used'};
  for (const each of plan.functions) await deleteFunction(aws, each.name);
  for (const each of plan.named) await deleteNamed(aws, each.kind, each.id);
  if (plan.certificate !== undefined) await removeCertificate(aws, plan.certificate);
  const prefix = config.bucket?.prefix ?? '';
  for (const bucket of plan.policies) {
    const subject = {bucket, prefix};
    const arn = plan.distribution?.arn;
    if (arn !== undefined) {
      const sid = readStatement(subject, arn).Sid;
      await editPolicy(aws, bucket, policy => withdrawDistribution(policy, [sid], arn, bucket));
    }
    await editPolicy(aws, bucket, policy =>
      removeStatements(policy, [privateStatement(subject).Sid], bucket),
    );
  }
  yield {type: 'done', id: 'parts', detail: `site ${name}`};
  for (const bucket of plan.buckets) yield* deleteBucket(aws, bucket, {withObjects: input.withObjects});
  return plan.changes;
}

/** Its validation records go unless another certificate renews by them: names share one record in an account. */
async function removeCertificate(aws: Aws, certificate: Certificate): Promise<void> {
  const records = recordsOf(certificate);
  await deleteCertificate(aws, certificate.arn);
  const others = await listCertificates(aws);
  const bare = (name: string): string => name.replace(/^\*\./, '');
  const needed = new Set(others.flatMap(({names}) => names.map(bare)));
  const zones = await listZones(aws);
  for (const record of records) {
    const domain = certificate.validation.find(each => each.record?.name === record.name)?.domain ?? '';
    if (needed.has(bare(domain))) continue;
    const zone = await findZone(aws, record.name, {zones}).catch(() => undefined);
    if (zone !== undefined) await removeRecords(aws, zone, [record]);
  }
}
