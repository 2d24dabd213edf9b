import type {Hook} from '@oclif/core';
import {suggest} from '../config/index.js';
import {Failure} from '../failure.js';
import {reportFailure} from './report.js';

/** oclif hook: a mistyped command gets one sentence with the nearest name, and the exit code of a usage error. */
const hook: Hook.CommandNotFound = function ({id, config, argv}) {
  // oclif joins all words that are not flags into the id: `delpoy ./dist` arrives as `delpoy:./dist`.
  const [first = '', second] = id.split(':');
  const isTopic = config.topics.some(topic => topic.name === first);
  const typed = isTopic && second !== undefined ? `${first} ${second}` : first;
  const names = [...config.commandIDs, ...config.topics.map(topic => topic.name)].map(name =>
    name.replaceAll(':', ' '),
  );
  const near = suggest(typed, names);
  const failure = new Failure('usage', 'UNKNOWN_COMMAND', `${config.bin} has no command \`${typed}\`.`, {
    hint: near === undefined ? `${config.bin} --help` : `Did you mean \`${config.bin} ${near}\`?`,
  });
  process.exit(reportFailure(failure, (argv ?? []).includes('--json')));
};

export default hook;
