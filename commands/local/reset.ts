import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {localResult, resetCloud, type LocalResult} from '../../src/terminal/local.js';

export default class LocalReset extends FrontctlCommand<LocalResult> {
  static override summary = 'Delete everything in the embedded cloud, running or not.';

  static override examples = [
    {description: 'Start from nothing', command: '<%= config.bin %> <%= command.id %>'},
  ];

  static override flags = {
    data: Flags.string({helpValue: 'DIR', summary: 'Its data folder (default: .frontctl/local).'}),
  };

  protected override async execute(): Promise<LocalResult> {
    const {flags} = await this.parse(LocalReset);
    const location = {...(await this.session(flags).location()), data: flags.data};
    return localResult(await resetCloud(location), location);
  }

  protected override text(result: LocalResult): string {
    return `The embedded cloud is empty${result.running ? ` and runs at ${String(result.endpoint)}` : ''}.`;
  }
}
