import {
  changeDistribution,
  changeRequest,
  type ChangeResult,
} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {disable} from '../../src/terminal/distribution/edits.js';
import {changeFlags, requiredDistribution} from '../../src/terminal/distribution/flags.js';

export default class DistributionDisable extends ChangeCommand {
  static override summary = 'Stop a distribution from serving anybody; it asks first.';

  static override examples = [
    {
      description: 'Nobody is to load this site any more',
      command: '<%= config.bin %> <%= command.id %> old.example.com',
    },
    {
      description: 'In a script, without a question',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --yes --no-wait',
    },
  ];

  static override args = {distribution: requiredDistribution};

  static override flags = {...changeFlags};

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(DistributionDisable);
    const request = changeRequest(flags, args.distribution, this.jsonEnabled());
    return this.finish(await changeDistribution(this.session(flags), request, disable));
  }
}
