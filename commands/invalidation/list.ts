import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {targetFlags} from '../../src/terminal/invalidate/flags.js';
import {listText} from '../../src/terminal/invalidations-text.js';
import {listAll, type InvalidationList as Result} from '../../src/terminal/invalidations.js';

export default class InvalidationList extends FrontctlCommand<Result> {
  static override summary = 'List the latest invalidations with their age and paths.';

  static override examples = [
    {
      description: 'Who purged what in the last hour?',
      command: '<%= config.bin %> <%= command.id %> --distribution www.example.com --limit 10',
    },
  ];

  static override flags = {
    ...targetFlags,
    limit: Flags.integer({min: 1, default: 20, helpValue: 'N', summary: 'How many.'}),
  };

  protected override async execute(): Promise<Result> {
    const {flags} = await this.parse(InvalidationList);
    return listAll(this.session(flags), flags);
  }

  protected override text(result: Result): string {
    return listText(result, {now: Date.now(), width: process.stdout.columns});
  }
}
