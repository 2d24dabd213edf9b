import {widthOf} from '../../src/terminal/changes-text.js';
import {optionalDistribution} from '../../src/terminal/distribution/flags.js';
import {showFor, type ShowResult} from '../../src/terminal/distribution/lifecycle.js';
import {showText} from '../../src/terminal/distribution/show-text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class DistributionShow extends FrontctlCommand<ShowResult> {
  static override summary =
    'Show a whole distribution: origins, behaviors in order, policies, certificate, errors.';

  static override examples = [
    {description: 'What is live?', command: '<%= config.bin %> <%= command.id %> www.example.com'},
    {
      description: 'The config in the notation of a config file',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --json',
    },
  ];

  static override args = {distribution: optionalDistribution};

  protected override async execute(): Promise<ShowResult> {
    const {args, flags} = await this.parse(DistributionShow);
    return showFor(this.session(flags), {distribution: args.distribution, local: flags.local});
  }

  protected override text(result: ShowResult): string {
    return showText(result, widthOf(process.stdout));
  }
}
