/** `distribution undo`: a former config comes back. */
import type {Aws} from '../aws/index.js';
import {configDiff, findFunction, withLiveHeaderValues, type Distribution} from '../distribution/index.js';
import {Failure} from '../failure.js';
import type {DistributionEdit} from './change-distribution.js';
import type {Kept} from './config-history.js';

/**
 * The kept config that `to` means: `2` the second latest, a time (ISO 8601) the one that was live then; the latest when
 * left out. Failures NOTHING_TO_UNDO, NO_SUCH_CONFIG (exit 2).
 */
export function chooseKept(kept: readonly Kept[], to: string | undefined, id: string): Kept {
  const [latest] = kept;
  if (latest === undefined) {
    throw new Failure('usage', 'NOTHING_TO_UNDO', `No former config of distribution ${id} was kept.`, {
      hint: 'frontctl keeps the config before each change that it makes: in the bucket of the site, else on the machine that made the change.',
    });
  }
  if (to === undefined) return latest;
  const hint = '`distribution undo --list` shows them.';
  if (/^\d{1,3}$/.test(to)) {
    const found = kept[Number(to) - 1];
    if (found !== undefined) return found;
    throw new Failure(
      'usage',
      'NO_SUCH_CONFIG',
      `${kept.length} former configs are kept; there is no number ${to}.`,
      {hint},
    );
  }
  const time = Date.parse(to);
  if (Number.isNaN(time)) {
    throw new Failure('usage', 'NO_SUCH_CONFIG', `"${to}" is neither a number nor a time.`, {
      hint: 'Write --to 2, or --to 2026-11-29T07:30Z.',
    });
  }
  // What was live at a time was replaced after it, and nothing else was in between.
  const found = kept.findLast(({takenAt}) => Date.parse(takenAt) > time);
  if (found !== undefined) return found;
  throw new Failure(
    'usage',
    'NO_SUCH_CONFIG',
    `The config of ${to} is the one that is live: no change since was kept.`,
    {hint},
  );
}

/**
 * The edit that brings a kept config back. Header values are those that the distribution has now: `impact` tells where
 * that is another one than then. Failures: HEADER_VALUE_GONE, FUNCTION_GONE (exit 2), HEADER_VALUE_NOT_KEPT (exit 6).
 */
export async function undoEdit(
  aws: Aws,
  live: Distribution,
  kept: readonly Kept[],
  chosen: Kept,
): Promise<DistributionEdit> {
  const config = withLiveHeaderValues(chosen.config, live.config);
  await checkFunctions(aws, live, config);
  const since = kept.filter(({takenAt}) => takenAt >= chosen.takenAt);
  const replaced = [...new Set(since.flatMap(each => each.replacedHeaders))];
  const names = replaced.map(
    each => `${each.slice(each.indexOf('/') + 1)} to origin ${each.slice(0, each.indexOf('/'))}`,
  );
  if (names.length > 0 && configDiff(live.config, config).length === 0) {
    throw new Failure(
      'refused',
      'HEADER_VALUE_NOT_KEPT',
      `The change replaced the value of the header ${names.join(' and ')}, and header values are kept nowhere.`,
      {
        hint: `Set the former value: frontctl origin set ${replaced[0]?.split('/')[0] ?? 'ORIGIN'} --header NAME=env:VARIABLE`,
      },
    );
  }
  return {
    reason: `undo ${chosen.before}`,
    config,
    ...(names.length === 0
      ? {}
      : {
          impact: `The value of the header ${names.join(' and ')} stays as it is now: the former one was not kept.`,
        }),
  };
}

const functionArns = (config: Distribution['config']): readonly string[] =>
  [...(config.CacheBehaviors?.Items ?? []), config.DefaultCacheBehavior].flatMap(behavior =>
    (behavior?.FunctionAssociations?.Items ?? []).map(({FunctionARN}) => FunctionARN ?? ''),
  );

/** Failure FUNCTION_GONE: CloudFront would refuse a config that runs a function which is not there. */
async function checkFunctions(aws: Aws, live: Distribution, config: Distribution['config']): Promise<void> {
  const running = new Set(functionArns(live.config));
  for (const arn of new Set(functionArns(config))) {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    if (running.has(arn) || (await findFunction(aws, name, 'LIVE')) !== undefined) continue;
    throw new Failure(
      'usage',
      'FUNCTION_GONE',
      `That config runs the function ${name}, which was deleted since.`,
      {
        hint: name.startsWith('frontctl-maintenance-')
          ? 'It was in maintenance: frontctl maintenance on begins that anew.'
          : 'Make the function again and publish it, or choose another config: `distribution undo --list`.',
      },
    );
  }
}
