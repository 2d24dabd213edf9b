import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {call, type Aws} from '../aws/index.js';
import {diff, isFields, type FieldChange} from '../diff/index.js';
import {Failure} from '../failure.js';
import {canonical} from './form/index.js';
import {readDistribution, type Distribution} from './live.js';

/** What `after` changes of `before`, field by field, in the notation of a config. */
export function configDiff(
  before: Partial<DistributionConfig>,
  after: Partial<DistributionConfig>,
): readonly FieldChange[] {
  return diff(canonical(before), canonical(after));
}

export interface UpdateOptions {
  /** Called with the config that is about to be replaced, before anything is sent: for undo. */
  readonly keep?: ((before: Distribution) => Promise<void>) | undefined;
}

const attempts = 3;

/**
 * Sends a whole new config with If-Match. `before` is what the change was made of. Where the ETag has moved on meanwhile
 * but the config says the same, it is sent again; where somebody else has changed a field, nothing is sent: Failure
 * CHANGED_MEANWHILE (exit 4) that shows their change. Answers the distribution as it is now.
 */
export async function updateDistribution(
  aws: Aws,
  before: Distribution,
  config: DistributionConfig,
  options: UpdateOptions = {},
): Promise<Distribution> {
  await options.keep?.(before);
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const {id} = before;
  let etag = before.etag;
  for (let attempt = 1; ; attempt++) {
    try {
      const input = {Id: id, IfMatch: etag, DistributionConfig: config};
      const {Distribution: made, ETag} = await call(
        {service: 'cloudfront', operation: 'UpdateDistribution', resource: `distribution ${id}`},
        () => client.send(new sdk.UpdateDistributionCommand(input)),
      );
      return {
        ...before,
        status: made?.Status ?? 'InProgress',
        etag: ETag,
        config: made?.DistributionConfig ?? config,
      };
    } catch (error) {
      const isStale = error instanceof Failure && error.code === 'PRECONDITION_FAILED';
      if (!isStale || attempt === attempts) throw error;
      const now = await readDistribution(aws, id);
      const theirs = configDiff(before.config, now.config);
      // An answer that was lost: what was sent is there.
      if (theirs.length > 0 && configDiff(now.config, config).length === 0) return now;
      if (theirs.length > 0) throw changedMeanwhile(id, theirs);
      etag = now.etag;
    }
  }
}

const shown = 5;

/** Failure CHANGED_MEANWHILE (exit 4). */
export function changedMeanwhile(id: string, theirs: readonly FieldChange[]): Failure {
  const fields = theirs.slice(0, shown).map(({path, before, after}) => {
    const text = (value: unknown): string =>
      value === undefined ? 'nothing' : JSON.stringify(maskedAt(path, value));
    return `${path}: ${text(before)} became ${text(after)}`;
  });
  const more = theirs.length > shown ? `; and ${theirs.length - shown} more` : '';
  return new Failure(
    'conflict',
    'CHANGED_MEANWHILE',
    `Distribution ${id} was changed by someone else in the meantime (${fields.join('; ')}${more}). Nothing of this change was sent.`,
    {hint: 'Look at their change, then run again: it is planned anew.'},
  );
}

/** Whether a path holds what an origin is to keep to itself. */
const isSecretPath = (path: string): boolean => /customHeaders\[[^\]]*\]\.headerValue$/.test(path);

/** The value without those of custom headers to origins, which often are secrets: they are shown nowhere. */
export function maskedAt(path: string, value: unknown): unknown {
  if (isSecretPath(path)) return '(hidden)';
  if (Array.isArray(value)) return value.map(item => maskedAt(`${path}[]`, item));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'headerValue' ? '(hidden)' : maskedAt(`${path}.${name}`, inner),
    ]),
  );
}
