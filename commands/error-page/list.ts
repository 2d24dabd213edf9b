import {distributionFlag} from '../../src/terminal/distribution/flags.js';
import {listErrorPages} from '../../src/terminal/distribution/parts.js';
import {errorPagesText, type ErrorPageList} from '../../src/terminal/distribution/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class ErrorPagesListed extends FrontctlCommand<ErrorPageList> {
  static override summary = 'List what viewers get for errors of the origin.';

  static override examples = [
    {
      description: 'All of them',
      command: '<%= config.bin %> <%= command.id %> --distribution www.example.com',
    },
  ];

  static override flags = {...distributionFlag};

  protected override async execute(): Promise<ErrorPageList> {
    const {flags} = await this.parse(ErrorPagesListed);
    return listErrorPages(this.session(flags), flags);
  }

  protected override text(result: ErrorPageList): string {
    return errorPagesText(result);
  }
}
