import {Args, Flags} from '@oclif/core';
import type {AttachResult} from '../../src/stack/origin-access/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {durationFlag} from '../../src/terminal/flags.js';
import {attachFor} from '../../src/terminal/oac/oac.js';
import {attachedText} from '../../src/terminal/oac/text.js';

export default class OacAttach extends FrontctlCommand<AttachResult> {
  static override summary =
    'Give an origin an origin access control; its bucket lets the distribution in first.';

  static override examples = [
    {
      description: 'A bucket that is read without signing until now',
      command: '<%= config.bin %> <%= command.id %> E2EXAMPLE12345 --origin coffee-site',
    },
  ];

  static override args = {
    distribution: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'Id, host name, tag KEY=VALUE or site name of the distribution.',
    }),
  };

  static override flags = {
    origin: Flags.string({required: true, helpValue: 'ID', summary: 'Id of the origin.'}),
    oac: Flags.string({
      helpValue: 'NAME|ID',
      summary: 'Origin access control; made where there is none of that name (default: frontctl-SITE).',
    }),
    wait: Flags.boolean({allowNo: true, default: true, summary: 'Wait until every edge has the change.'}),
    timeout: durationFlag({
      default: 1_800_000,
      defaultHelp: () => Promise.resolve('30m'),
      summary: 'How long to wait at most.',
    }),
  };

  protected override async execute(): Promise<AttachResult> {
    const {args, flags} = await this.parse(OacAttach);
    const {origin, oac, wait, local, timeout: timeoutMs} = flags;
    const {distribution} = args;
    return attachFor(this.session(flags), {distribution, origin, oac, wait, local, timeoutMs});
  }

  protected override text(result: AttachResult): string {
    return attachedText(result);
  }
}
