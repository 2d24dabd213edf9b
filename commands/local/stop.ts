import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {findCloud, stopCloud} from '../../src/terminal/embedded-cloud.js';
import {localResult, localText, type LocalResult} from '../../src/terminal/local.js';

interface StopResult extends LocalResult {
  /** Whether there was one to stop. */
  readonly stopped: boolean;
}

export default class LocalStop extends FrontctlCommand<StopResult> {
  static override summary = 'Stop the embedded cloud; its data is kept.';

  static override examples = [{description: 'Stop it', command: '<%= config.bin %> <%= command.id %>'}];

  static override flags = {
    data: Flags.string({helpValue: 'DIR', summary: 'Its data folder (default: .frontctl/local).'}),
  };

  protected override async execute(): Promise<StopResult> {
    const {flags} = await this.parse(LocalStop);
    const location = {...(await this.session(flags).location()), data: flags.data};
    const status = await findCloud(location);
    if (status !== undefined) await stopCloud(status);
    return {...localResult(undefined, location), stopped: status !== undefined};
  }

  protected override text(result: StopResult): string {
    if (!result.stopped) return localText(result);
    return `The embedded cloud is stopped. Its data is kept in ${result.data}.`;
  }
}
