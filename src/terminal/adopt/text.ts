import {relative} from 'node:path';
import {changesText} from '../changes-text.js';
import {chalk} from '../colour.js';
import {columns, count} from '../format.js';
import type {AdoptResult} from './adopt.js';

/** The result on stdout: the config itself where it was printed, else what was written and what to do next. */
export function adoptedText(result: AdoptResult, width: number): string {
  if (result.text !== null) return result.text.trimEnd();
  const {distribution} = result;
  const file = shownName(result.file ?? '');
  const head = `${chalk.green('Wrote')} ${chalk.bold(file)} for distribution ${distribution.id} (${distribution.domainName})`;
  return [head, ...remarks(result, width)].join('\n');
}

/** Relative to the working directory where it is inside it. */
function shownName(file: string): string {
  const name = relative(process.cwd(), file);
  return name.startsWith('..') ? file : name;
}

/** What stands beside a config that was printed: for stderr. */
export const adoptedRemarks = (result: AdoptResult, width: number): string =>
  remarks(result, width)
    .map(line => `${line}\n`)
    .join('');

function remarks(result: AdoptResult, width: number): readonly string[] {
  return [...planLines(result, width), ...secretLines(result), ...noteLines(result)];
}

function planLines({plan, minimal}: AdoptResult, width: number): readonly string[] {
  if (minimal)
    return ['Plan: no changes (the distribution is only named; its settings stay with whoever manages them)'];
  if (plan.changes.length === 0) return ['Plan: no changes'];
  return [`Plan: ${count(plan.changes.length, 'resource')} would change`, changesText(plan.changes, width)];
}

function secretLines({secrets, distribution}: AdoptResult): readonly string[] {
  if (secrets.length === 0) return [];
  const variables = new Map<string, string[]>();
  for (const {env, origin, header} of secrets)
    variables.set(env, [...(variables.get(env) ?? []), `header ${header} to origin ${origin}`]);
  return [
    '',
    'Header values to origins are often secret and were not written. Set these variables where frontctl runs:',
    columns(
      [...variables].map(([env, uses]) => [chalk.bold(env), uses.join(', ')]),
      '  ',
    ),
    'Their values now:',
    `  aws cloudfront get-distribution-config --id ${distribution.id} --query "DistributionConfig.Origins.Items[].CustomHeaders.Items[]"`,
    'To check them: frontctl plan shows no changes once they are right.',
  ];
}

function noteLines({legacyBehaviors, notes}: AdoptResult): readonly string[] {
  const legacy =
    legacyBehaviors === 0
      ? []
      : [
          `${count(legacyBehaviors, 'behavior')} ${legacyBehaviors === 1 ? 'has' : 'have'} legacy cache settings (ForwardedValues). With --policies they become policies that do the same.`,
        ];
  const all = [...notes, ...legacy];
  return all.length === 0 ? [] : ['', ...all];
}
