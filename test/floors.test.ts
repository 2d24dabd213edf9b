import {cruise} from 'dependency-cruiser';
import {describe, expect, it} from 'vitest';
// @ts-expect-error The configuration is plain JavaScript.
import rules from '../.dependency-cruiser.js';

interface Rules {
  readonly forbidden: readonly {readonly name: string}[];
  readonly options: Readonly<Record<string, unknown>>;
}

const {forbidden, options} = rules as Rules;

async function violations(paths: string[]): Promise<string[]> {
  const {output} = await cruise(paths, {
    ...options,
    validate: true,
    ruleSet: {forbidden: [...forbidden]},
  } as never);
  if (typeof output === 'string') throw new Error('dependency-cruiser gave a report, not a result');
  return output.summary.violations.map(({from, to, rule}) => `${rule.name}: ${from} -> ${to}`);
}

describe('floors', () => {
  it('imports only run down', async () => {
    expect(await violations(['src', 'commands'])).toEqual([]);
  });

  // Guards the test above: rules whose paths match nothing would be green for ever.
  it('the rules match the folders that exist', async () => {
    const inverted = forbidden
      .filter(({name}) => name.startsWith('no-import-upward'))
      .map(rule => ({
        ...rule,
        from: (rule as unknown as {to: unknown}).to,
        to: (rule as unknown as {from: unknown}).from,
      }));
    const {output} = await cruise(['src', 'commands'], {
      ...options,
      validate: true,
      ruleSet: {forbidden: inverted},
    } as never);
    if (typeof output === 'string') throw new Error('dependency-cruiser gave a report, not a result');
    const hit = new Set(output.summary.violations.map(({rule}) => rule.name));
    expect([...hit].sort()).toEqual(inverted.map(({name}) => name).sort());
  });
});
