import {changeRequest, type ChangeResult} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {changeFlags, optionalDistribution} from '../../src/terminal/distribution/flags.js';
import {maintenanceOff} from '../../src/terminal/distribution/maintenance.js';

export default class MaintenanceOff extends ChangeCommand {
  static override summary = 'Bring the site back exactly as it was, from any machine.';

  static override examples = [
    {description: 'The work is done', command: '<%= config.bin %> <%= command.id %> www.example.com'},
  ];

  static override args = {distribution: optionalDistribution};

  static override flags = {...changeFlags};

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(MaintenanceOff);
    const request = changeRequest(flags, args.distribution, this.jsonEnabled());
    return this.finish(await maintenanceOff(this.session(flags), request));
  }
}
