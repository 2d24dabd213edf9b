import {
  changeDistribution,
  changeRequest,
  type ChangeResult,
} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {enable} from '../../src/terminal/distribution/edits.js';
import {changeFlags, requiredDistribution} from '../../src/terminal/distribution/flags.js';

export default class DistributionEnable extends ChangeCommand {
  static override summary = 'Let a disabled distribution serve visitors again.';

  static override examples = [
    {description: 'After an incident is over', command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL'},
  ];

  static override args = {distribution: requiredDistribution};

  static override flags = {...changeFlags};

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(DistributionEnable);
    const request = changeRequest(flags, args.distribution, this.jsonEnabled());
    return this.finish(await changeDistribution(this.session(flags), request, enable));
  }
}
