import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {findCloud} from '../../src/terminal/embedded-cloud.js';
import {localResult, localText, type LocalResult} from '../../src/terminal/local.js';

export default class LocalStatus extends FrontctlCommand<LocalResult> {
  static override summary =
    'Show whether the embedded cloud runs, its endpoint and the URLs of its distributions.';

  static override examples = [
    {description: 'Show the URLs', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Use it from the AWS CLI',
      command: 'aws --endpoint-url "$(<%= config.bin %> <%= command.id %> --json | jq -r .endpoint)" s3 ls',
    },
  ];

  static override flags = {
    data: Flags.string({helpValue: 'DIR', summary: 'Its data folder (default: .frontctl/local).'}),
  };

  protected override async execute(): Promise<LocalResult> {
    const {flags} = await this.parse(LocalStatus);
    const location = {...(await this.session(flags).location()), data: flags.data};
    return localResult(await findCloud(location), location);
  }

  protected override text(result: LocalResult): string {
    return localText(result);
  }
}
