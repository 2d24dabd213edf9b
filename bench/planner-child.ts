/**
 * One process that plans, as the command does: reads sorted paths from a file (argv: live, targets, budget, maxWildcards or
 * `-`), builds, plans, and writes what it took as JSON. `build` is all that does not depend on the budget.
 */
import {closeSync, openSync, readSync} from 'node:fs';
import {chooseCover} from '../src/invalidation/plan/cover.js';
import {survey} from '../src/invalidation/plan/survey.js';

/** Line by line through a small buffer: a text of its own for each line and nothing else. */
function readLines(file: string): string[] {
  const lines: string[] = [];
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(1 << 20);
  let kept = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, kept, buffer.length - kept, null);
    if (read === 0) break;
    let from = 0;
    for (;;) {
      const end = buffer.subarray(0, kept + read).indexOf(10, from);
      if (end === -1) break;
      lines.push(buffer.toString('latin1', from, end));
      from = end + 1;
    }
    buffer.copyWithin(0, from, kept + read);
    kept = kept + read - from;
  }
  closeSync(descriptor);
  return lines;
}

const [liveFile = '', targetsFile = '', budget = '', maxWildcards = '-'] = process.argv.slice(2);
const live = readLines(liveFile);
const targets = readLines(targetsFile);
const keysMB = process.resourceUsage().maxRSS / 1024;
const begun = performance.now();
const surveyed = survey(targets, live);
const built = performance.now();
const plan = chooseCover(surveyed, 'balanced', {
  budget: Number(budget),
  ...(maxWildcards === '-' ? {} : {maxWildcards: Number(maxWildcards)}),
});
const planned = performance.now();
const {items, wildcards, needless, gap} = plan;
const {userCPUTime, systemCPUTime, maxRSS} = process.resourceUsage();
console.log(
  JSON.stringify({
    buildSeconds: (built - begun) / 1000,
    planSeconds: (planned - built) / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    keysMB,
    peakMB: maxRSS / 1024,
    items,
    wildcards,
    needless,
    gap,
  }),
);
