import {chalk} from '../../src/terminal/colour.js';
import {requiredDistribution, timeoutFlag} from '../../src/terminal/distribution/flags.js';
import {waitFor, type WaitResult} from '../../src/terminal/distribution/lifecycle.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class DistributionWait extends FrontctlCommand<WaitResult> {
  static override summary = 'Wait until every edge location has the last change.';

  static override examples = [
    {
      description: 'Go on after a change with --no-wait',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --timeout 10m',
    },
  ];

  static override args = {distribution: requiredDistribution};

  static override flags = {timeout: timeoutFlag};

  protected override async execute(): Promise<WaitResult> {
    const {args, flags} = await this.parse(DistributionWait);
    const {local, timeout: timeoutMs} = flags;
    return waitFor(this.session(flags), {distribution: args.distribution, local, timeoutMs});
  }

  protected override text(result: WaitResult): string {
    return `${chalk.green('Deployed')}: ${result.distribution.id}`;
  }
}
