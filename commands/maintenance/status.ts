import {optionalDistribution} from '../../src/terminal/distribution/flags.js';
import {maintenanceStatus, type MaintenanceStatus} from '../../src/terminal/distribution/maintenance.js';
import {maintenanceText} from '../../src/terminal/distribution/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class MaintenanceShown extends FrontctlCommand<MaintenanceStatus> {
  static override summary = 'Show whether a distribution is in maintenance, and which paths.';

  static override examples = [
    {description: 'Who sees the page?', command: '<%= config.bin %> <%= command.id %> www.example.com'},
  ];

  static override args = {distribution: optionalDistribution};

  protected override async execute(): Promise<MaintenanceStatus> {
    const {args, flags} = await this.parse(MaintenanceShown);
    return maintenanceStatus(this.session(flags), {distribution: args.distribution, local: flags.local});
  }

  protected override text(result: MaintenanceStatus): string {
    return maintenanceText(result, Date.now());
  }
}
