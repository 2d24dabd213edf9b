import {Args, Flags} from '@oclif/core';
import {durationFlag} from '../flags.js';

const spellings = 'ID|HOST|KEY=VALUE|NAME';

/** Which distribution, where the arguments are something else. */
export const distributionFlag = {
  distribution: Flags.string({
    helpValue: spellings,
    summary: 'Distribution by id, host name, tag or site name (default: the config’s).',
  }),
};

const description = 'Distribution by id, host name, URL, tag KEY=VALUE or site name';

export const optionalDistribution = Args.string({
  ignoreStdin: true,
  description: `${description} (default: the config’s).`,
});

export const requiredDistribution = Args.string({
  required: true,
  ignoreStdin: true,
  description: `${description}.`,
});

export const timeoutFlag = durationFlag({
  default: 1_800_000,
  defaultHelp: () => Promise.resolve('30m'),
  summary: 'How long to wait at most.',
});

/** Of every command that changes a live distribution. */
export const changeFlags = {
  'dry-run': Flags.boolean({summary: 'Show what would change, and change nothing.'}),
  wait: Flags.boolean({
    allowNo: true,
    default: true,
    summary: 'Wait until every edge location has the change.',
  }),
  timeout: timeoutFlag,
};
