/** The figures that say whether a deploy can break a site. */
import {faultLine, faults} from './faults.js';
import {kill, killLine} from './kill.js';
import {large, largeLine} from './large.js';
import {tornByAwsCli, tornByFrontctl, tornLine} from './torn.js';
import {two, twoLine} from './two.js';

export const measurements = ['torn', 'kill', 'faults', 'two', 'large'] as const;
export type Measurement = (typeof measurements)[number];

/** One line of counts, and what must not be, in words. */
interface Figure {
  readonly line: string;
  readonly flaws: readonly string[];
}

type Measure = (seed: number, isQuick: boolean) => AsyncGenerator<Figure, void, void>;

/** `isQuick`: a tenth of everything. */
const measures: Readonly<Record<Measurement, Measure>> = {
  async *torn(seed, isQuick) {
    const options = {seed, deploys: isQuick ? 5 : 50, visitors: 4};
    const ours = await tornByFrontctl(options);
    const isBroken = ours.broken + ours.stale > 0;
    yield {line: tornLine('torn pages, frontctl', ours), flaws: isBroken ? ours.examples : []};
    const theirs = await tornByAwsCli(options);
    const line =
      theirs === undefined
        ? 'torn pages, aws s3 sync --delete: SKIPPED, the AWS CLI is not installed'
        : tornLine('torn pages, aws s3 sync --delete', theirs);
    yield {line, flaws: []};
  },
  async *kill(seed, isQuick) {
    const result = await kill({seed, kills: isQuick ? 20 : 200, elsewhere: isQuick ? 2 : 12});
    yield {line: killLine(result), flaws: result.flaws};
  },
  async *faults(seed, isQuick) {
    for (const share of [0.2, 0.6]) {
      const result = await faults({seed, deploys: isQuick ? 8 : 40, share, lanes: 4});
      yield {line: faultLine(result), flaws: result.flaws};
    }
  },
  async *two(seed, isQuick) {
    const result = await two({seed, rounds: isQuick ? 5 : 50});
    yield {line: twoLine(result), flaws: result.flaws};
  },
  async *large(_seed, isQuick) {
    const result = await large(isQuick ? {files: 20_000, gigabytes: 0.5} : {files: 200_000, gigabytes: 5});
    yield {line: largeLine(result), flaws: result.flaws};
  },
};

/** Prints one line a measurement as it comes; answers how many flaws there were. */
export async function reliability(
  wanted: readonly Measurement[],
  seed: number,
  isQuick: boolean,
  print: (line: string) => void,
): Promise<number> {
  let count = 0;
  print(`reliability: seed ${seed}`);
  for (const name of wanted) {
    for await (const {line, flaws} of measures[name](seed, isQuick)) {
      print(line);
      for (const flaw of flaws.slice(0, 20)) print(`  ${flaw}`);
      count += flaws.length;
    }
  }
  return count;
}
