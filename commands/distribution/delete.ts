import {Flags} from '@oclif/core';
import {chalk} from '../../src/terminal/colour.js';
import {requiredDistribution, timeoutFlag} from '../../src/terminal/distribution/flags.js';
import {deleteFor, type DeleteResult} from '../../src/terminal/distribution/lifecycle.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class DistributionDelete extends FrontctlCommand<DeleteResult> {
  static override summary = 'Delete a disabled distribution; it asks first.';

  static override examples = [
    {description: 'It serves nobody any more', command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL'},
    {
      description: 'It still serves visitors: disable it, wait, delete it',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --disable',
    },
  ];

  static override args = {distribution: requiredDistribution};

  static override flags = {
    disable: Flags.boolean({summary: 'Disable it first, which takes it from its visitors.'}),
    timeout: timeoutFlag,
  };

  protected override async execute(): Promise<DeleteResult> {
    const {args, flags} = await this.parse(DistributionDelete);
    return deleteFor(this.session(flags), {
      ...flags,
      distribution: args.distribution,
      timeoutMs: flags.timeout,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: DeleteResult): string {
    return `${chalk.green('Deleted')} ${chalk.bold(result.deleted)} (${result.domainName})`;
  }
}
