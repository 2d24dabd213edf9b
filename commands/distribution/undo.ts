import {Flags} from '@oclif/core';
import {widthOf} from '../../src/terminal/changes-text.js';
import {changeRequest, type ChangeResult} from '../../src/terminal/distribution/change.js';
import {changedText} from '../../src/terminal/distribution/command.js';
import {changeFlags, optionalDistribution} from '../../src/terminal/distribution/flags.js';
import {keptText} from '../../src/terminal/distribution/text.js';
import {listUndo, undo, type KeptList} from '../../src/terminal/distribution/undo.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class DistributionUndo extends FrontctlCommand<ChangeResult | KeptList> {
  static override summary = 'Bring the config from before the last change back; it asks first.';

  static override description =
    'frontctl keeps the last 20 configs that it replaced: in the bucket of the site, where any machine finds them, or on the machine that made the change. An undo can itself be undone.';

  static override examples = [
    {
      description: 'Take the last change back',
      command: '<%= config.bin %> <%= command.id %> www.example.com',
    },
    {
      description: 'What can be brought back?',
      command: '<%= config.bin %> <%= command.id %> www.example.com --list',
    },
    {
      description: 'As it was this morning',
      command: '<%= config.bin %> <%= command.id %> www.example.com --to 2026-11-29T08:00Z',
    },
  ];

  static override args = {distribution: optionalDistribution};

  static override flags = {
    list: Flags.boolean({summary: 'Show the configs that were kept, the latest first.', exclusive: ['to']}),
    to: Flags.string({
      helpValue: 'N|TIME',
      summary: 'A number of --list, or the time whose config is to come back.',
    }),
    ...changeFlags,
  };

  protected override async execute(): Promise<ChangeResult | KeptList> {
    const {args, flags} = await this.parse(DistributionUndo);
    const request = changeRequest(flags, args.distribution, this.jsonEnabled());
    if (flags.list) return listUndo(this.session(flags), request);
    const {result, late} = await undo(this.session(flags), {...request, to: flags.to});
    this.endWith(late);
    return result;
  }

  protected override text(result: ChangeResult | KeptList): string {
    return 'kept' in result
      ? keptText(result, Date.now(), widthOf(process.stdout))
      : changedText(result, widthOf(process.stdout));
  }
}
