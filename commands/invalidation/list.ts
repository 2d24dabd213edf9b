import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {columns} from '../../src/terminal/format.js';
import {listSiteInvalidations, type InvalidationList as Result} from '../../src/terminal/invalidate-paths.js';

export default class InvalidationList extends FrontctlCommand<Result> {
  static override summary = 'List the latest invalidations of a distribution.';

  static override examples = [
    {
      description: 'The last ten',
      command: '<%= config.bin %> <%= command.id %> --distribution E2QWRUHAPOMQZL --limit 10',
    },
  ];

  static override flags = {
    distribution: Flags.string({
      helpValue: 'ID|ALIAS',
      summary: 'Distribution (default: distribution.id of the config).',
    }),
    limit: Flags.integer({min: 1, default: 20, helpValue: 'N', summary: 'How many.'}),
  };

  protected override async execute(): Promise<Result> {
    const {flags} = await this.parse(InvalidationList);
    return listSiteInvalidations(this.session(flags), flags);
  }

  protected override text({distributionId, invalidations}: Result): string {
    if (invalidations.length === 0) return `${distributionId} has no invalidations.`;
    return columns([
      ['ID', 'STATUS', 'CREATED'],
      ...invalidations.map(({id, status, createdAt}) => [id, status, createdAt]),
    ]);
  }
}
