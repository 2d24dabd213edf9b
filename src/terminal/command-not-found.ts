import type {Hook} from '@oclif/core';
import {suggest} from '../config/suggest.js';
import {Failure} from '../failure.js';
import {reportFailure} from './report.js';

/** oclif hook: a mistyped command gets one sentence with the nearest name, and the exit code of a usage error. */
const hook: Hook.CommandNotFound = function ({id, config, argv}) {
  const typed = id.replaceAll(':', ' ');
  const names = config.commandIDs.map(name => name.replaceAll(':', ' '));
  // `loca start` and `local strat` both arrive as one id; a first word alone may be a topic.
  const near = suggest(typed, [...names, ...config.topics.map(topic => topic.name)]);
  const failure = new Failure('usage', 'UNKNOWN_COMMAND', `${config.bin} has no command \`${typed}\`.`, {
    hint: near === undefined ? `${config.bin} help` : `Did you mean \`${config.bin} ${near}\`?`,
  });
  process.exit(reportFailure(failure, (argv ?? []).includes('--json')));
};

export default hook;
