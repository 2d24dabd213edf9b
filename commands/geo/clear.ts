import {
  changeDistribution,
  changeRequest,
  type ChangeResult,
} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {unrestrict} from '../../src/terminal/distribution/edits.js';
import {changeFlags, distributionFlag} from '../../src/terminal/distribution/flags.js';

export default class GeoClear extends ChangeCommand {
  static override summary = 'Let visitors from every country in; it asks first.';

  static override examples = [
    {
      description: 'No restriction any more',
      command: '<%= config.bin %> <%= command.id %> --distribution www.example.com',
    },
  ];

  static override flags = {...distributionFlag, ...changeFlags};

  protected override async execute(): Promise<ChangeResult> {
    const {flags} = await this.parse(GeoClear);
    const request = changeRequest(flags, flags.distribution, this.jsonEnabled());
    return this.finish(await changeDistribution(this.session(flags), request, unrestrict));
  }
}
