import type {BucketCheck, BucketPolicy, CreatedBucket} from '../../stack/origin-access/index.js';
import {chalk} from '../colour.js';
import {columns, count} from '../format.js';

const valueText = (value: unknown): string =>
  value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

export function createdBucketText({bucket, region, created, changes}: CreatedBucket): string {
  const head = created
    ? `${chalk.green('Made')} bucket ${chalk.bold(bucket)} in ${region}: private, ACLs off`
    : changes.length === 0
      ? `${chalk.green('There')}: bucket ${chalk.bold(bucket)} in ${region} is as it should be`
      : `${chalk.green('Changed')} bucket ${chalk.bold(bucket)} in ${region}`;
  if (changes.length === 0) return head;
  const rows = changes.map(({path, before, after}) => [path, `${valueText(before)} -> ${valueText(after)}`]);
  return `${head}\n${columns(rows, '  ')}`;
}

/** The document alone, to be piped on. */
export const bucketPolicyText = ({policy}: BucketPolicy): string =>
  policy === null ? 'null' : JSON.stringify(policy, null, 2);

export const policyNote = (
  {bucket, changed, applied, distributions}: BucketPolicy,
  flags: string,
): string => {
  if (applied) return `Written: the policy of bucket ${bucket} lets ${distributions.join(', ')} read.`;
  if (distributions.length === 0) return `No distribution of this account reads bucket ${bucket}.`;
  return changed
    ? `Not written yet: add --apply (frontctl bucket policy ${bucket} --apply${flags}).`
    : 'The bucket has this policy already.';
};

export function checkText({bucket, region, ok, findings, distributions}: BucketCheck): string {
  const bad = findings.filter(finding => !finding.ok).length;
  const readers =
    distributions.length === 0 ? 'read by no distribution' : `read by ${distributions.join(', ')}`;
  const verdict = ok ? chalk.green('Well') : chalk.yellow(count(bad, 'thing') + ' to do');
  const lines = findings.flatMap(({ok: isWell, finding, fix}) => [
    `  ${isWell ? chalk.green('ok') : chalk.yellow('!!')}  ${finding}`,
    ...(fix === null ? [] : [`      ${fix}`]),
  ]);
  return [
    `${verdict}: bucket ${chalk.bold(bucket)}${region === null ? '' : ` in ${region}`}, ${readers}`,
    ...lines,
  ].join('\n');
}
