import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {copyLog} from '../../src/terminal/local.js';

export default class LocalLogs extends FrontctlCommand<object> {
  static override summary = 'Print the request log of the embedded cloud.';

  static override enableJsonFlag = false;

  static override examples = [
    {description: 'Watch the requests as they come', command: '<%= config.bin %> <%= command.id %> --follow'},
  ];

  static override flags = {
    follow: Flags.boolean({char: 'f', summary: 'Go on with new lines until Ctrl-C.'}),
    data: Flags.string({helpValue: 'DIR', summary: 'Its data folder (default: .frontctl/local).'}),
  };

  protected override async execute(): Promise<object> {
    const {flags} = await this.parse(LocalLogs);
    const session = this.session(flags);
    const location = {...(await session.location()), data: flags.data};
    await copyLog(location, process.stdout, {follow: flags.follow, from: 'start', signal: session.signal});
    return {};
  }

  protected override text(): string {
    return '';
  }
}
