import {widthOf} from '../../src/terminal/changes-text.js';
import {distributionFlag} from '../../src/terminal/distribution/flags.js';
import {listOrigins, type OriginList} from '../../src/terminal/distribution/origin.js';
import {originsText} from '../../src/terminal/distribution/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class OriginsListed extends FrontctlCommand<OriginList> {
  static override summary = 'List origins with their timeouts, headers and the behaviors that use them.';

  static override examples = [
    {
      description: 'Where does it fetch from?',
      command: '<%= config.bin %> <%= command.id %> --distribution www.example.com',
    },
  ];

  static override flags = {...distributionFlag};

  protected override async execute(): Promise<OriginList> {
    const {flags} = await this.parse(OriginsListed);
    return listOrigins(this.session(flags), flags);
  }

  protected override text(result: OriginList): string {
    return originsText(result, widthOf(process.stdout));
  }
}
