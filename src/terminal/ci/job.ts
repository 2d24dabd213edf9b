/** What a run leaves for the other steps of its job, and for the people who look at it: files that GitHub Actions names. */
import {randomUUID} from 'node:crypto';
import {appendFile} from 'node:fs/promises';
import type {Failure} from '../../failure.js';
import {code, escaped} from './markdown.js';

/** Values of the step's outputs by name; a name has to be a word with hyphens. */
export type Outputs = Readonly<Record<string, string>>;

export interface JobFiles {
  /** Markdown; empty for none. */
  readonly summary: string;
  readonly outputs: Outputs;
}

/** Adds to both files. Answers a sentence for each that cannot be written: the work itself is done. */
export async function writeJobFiles(
  {summary, outputs}: JobFiles,
  env: NodeJS.ProcessEnv,
  delimiter: () => string = randomUUID,
): Promise<readonly string[]> {
  const parts = [
    {what: 'job summary', file: env['GITHUB_STEP_SUMMARY'], text: summary === '' ? '' : `${summary}\n\n`},
    {what: 'outputs of the step', file: env['GITHUB_OUTPUT'], text: outputsText(outputs, delimiter)},
  ];
  const failed: string[] = [];
  for (const {what, file, text} of parts) {
    if (file === undefined || file === '' || text === '') continue;
    try {
      await appendFile(file, text);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      failed.push(`The ${what} could not be written to ${file} (${reason}).`);
    }
  }
  return failed;
}

/** The form for values of several lines: none can end early and begin an output of its own. */
function outputsText(outputs: Outputs, delimiter: () => string): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const end = `end-of-${name}-${delimiter()}`;
      return `${name}<<${end}\n${value}\n${end}\n`;
    })
    .join('');
}

const outcomes: Readonly<Partial<Record<Failure['exit'], string>>> = {
  unfinished: 'unfinished',
  refused: 'refused',
  interrupted: 'interrupted',
};

/** `title`: what failed, `Deploy`. */
export function failureSummary(title: string, failure: Failure): string {
  return [
    `### ${title} ${outcomes[failure.exit] ?? 'failed'}`,
    `**Error:** ${escaped(failure.message)}`,
    ...(failure.hint === undefined ? [] : [`**Try:** ${escaped(failure.hint)}`]),
    `${code(failure.code)}, exit code ${failure.exitCode}`,
  ].join('\n\n');
}
