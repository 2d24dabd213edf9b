import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../src/terminal/command.js';
import {durationFlag} from '../src/terminal/flags.js';
import {destroyStack, type DestroyResult} from '../src/terminal/stack/run.js';
import {destroyText} from '../src/terminal/stack/text.js';

export default class Destroy extends FrontctlCommand<DestroyResult> {
  static override summary = 'Delete what `apply` made for the site of the config.';

  static override description =
    'DNS records go first, then the distribution (disabled, waited for, deleted), what it used, the certificate, and the bucket. What frontctl did not make stays. It asks first; run it again after an interruption.';

  static override examples = [
    {description: 'What would go', command: '<%= config.bin %> <%= command.id %> --dry-run'},
    {
      description: 'A preview environment, with its files',
      command: '<%= config.bin %> <%= command.id %> --env preview --with-objects --yes',
    },
  ];

  static override flags = {
    'dry-run': Flags.boolean({summary: 'Show what would go, and delete nothing.'}),
    'with-objects': Flags.boolean({
      summary:
        'Delete the bucket with everything in it; without it a bucket that holds objects stops the command.',
    }),
    timeout: durationFlag({
      default: 2_700_000,
      defaultHelp: () => Promise.resolve('45m'),
      summary: 'How long to wait until the distribution is disabled everywhere.',
    }),
  };

  protected override async execute(): Promise<DestroyResult> {
    const {flags} = await this.parse(Destroy);
    return destroyStack(this.session(flags), {
      local: flags.local,
      dryRun: flags['dry-run'],
      withObjects: flags['with-objects'],
      timeoutMs: flags.timeout,
      yes: flags.yes,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: DestroyResult): string {
    return destroyText(result);
  }
}
