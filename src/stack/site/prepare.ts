import {createHash} from 'node:crypto';
import type {Aws} from '../../aws/index.js';
import type {RecordToPaste} from '../../dns/index.js';
import {Failure} from '../../failure.js';
import {readDns} from './dns.js';
import {readSiteStack, type LiveSite} from './live.js';
import {planSiteStack, type SitePlan} from './plan.js';
import {hostsOf, type SiteSettings} from './settings.js';

export interface PrepareInput {
  readonly aws: Aws;
  readonly settings: SiteSettings;
  /** Replaces DNS records that lead elsewhere. */
  readonly force: boolean;
  /** Only changes of resources whose name has this in it (`distribution`, `record www.example.com`). */
  readonly target?: string | undefined;
}

export interface PreparedSite extends SitePlan {
  readonly live: LiveSite;
  /** Records for DNS that is not in this account. */
  readonly manual: readonly RecordToPaste[];
  /** Of what is there and what is wanted: the same as long as neither has changed. */
  readonly fingerprint: string;
}

/**
 * Reads everything and plans; nothing is changed. Failures: those of `readSiteStack`, `readDns` and `planSiteStack`: what
 * cannot work is refused before the first change.
 */
export async function prepareSiteStack(input: PrepareInput): Promise<PreparedSite> {
  const {aws, settings, force, target} = input;
  const live = await readSiteStack(aws, settings);
  const dns = await readDns(aws, settings, live, {force});
  checkDnsElsewhere(settings, dns.manual);
  const plan = planSiteStack(settings, live, dns);
  const chosen = target === undefined ? plan : only(plan, target);
  return {...chosen, live, manual: dns.manual, fingerprint: fingerprintOf(chosen, live)};
}

/** `dns.zone` names a zone for hosts that do not lie in any. */
function checkDnsElsewhere(settings: SiteSettings, manual: readonly RecordToPaste[]): void {
  const {dns} = settings.config;
  if (dns?.zone === undefined || manual.length < hostsOf(settings).length || manual.length === 0) return;
  throw new Failure('usage', 'NO_ZONE', `None of the aliases lies in the hosted zone ${dns.zone}.`, {
    hint: 'Check `dns.zone`, or leave it out: the zone with the longest matching name is taken.',
  });
}

/** Failure NO_SUCH_TARGET (exit 2). */
function only(plan: SitePlan, target: string): SitePlan {
  const matches = ({resource}: {readonly resource: string}): boolean => resource.includes(target);
  const changes = plan.changes.filter(matches);
  if (changes.length > 0) return {changes, steps: plan.steps.filter(({change}) => matches(change))};
  throw new Failure('usage', 'NO_SUCH_TARGET', `No resource of the stack is called "${target}".`, {
    hint: `They are: ${plan.changes.map(({resource}) => resource).join(', ')}.`,
  });
}

/** Values of secrets count without being in it. */
function fingerprintOf({steps}: SitePlan, live: LiveSite): string {
  const facts = [
    live.distribution?.id,
    live.distribution?.config,
    steps.map(step => [step.type, step.change, 'config' in step ? step.config : undefined]),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
