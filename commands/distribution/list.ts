import {Flags} from '@oclif/core';
import {widthOf} from '../../src/terminal/changes-text.js';
import {listFor, type DistributionList} from '../../src/terminal/distribution/lifecycle.js';
import {distributionsText} from '../../src/terminal/distribution/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class DistributionsListed extends FrontctlCommand<DistributionList> {
  static override summary = 'List distributions with their status, aliases and comments.';

  static override examples = [
    {description: 'All of the account', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Who serves this host?',
      command: '<%= config.bin %> <%= command.id %> --alias shop.example.com',
    },
    {
      description: 'Those of one site',
      command: '<%= config.bin %> <%= command.id %> --tag frontctl:site=coffee',
    },
  ];

  static override flags = {
    alias: Flags.string({
      helpValue: 'HOST',
      summary: 'Only those that serve this host; `*` is any run of characters.',
    }),
    tag: Flags.string({helpValue: 'KEY=VALUE', summary: 'Only those that carry this tag.'}),
  };

  protected override async execute(): Promise<DistributionList> {
    const {flags} = await this.parse(DistributionsListed);
    return listFor(this.session(flags), flags);
  }

  protected override text(result: DistributionList): string {
    return distributionsText(result, widthOf(process.stdout));
  }
}
