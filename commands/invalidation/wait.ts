import {Args, Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {durationFlag} from '../../src/terminal/flags.js';
import {targetFlags} from '../../src/terminal/invalidate/flags.js';
import {waitText} from '../../src/terminal/invalidations-text.js';
import {waitAll, type WaitResult} from '../../src/terminal/invalidations.js';

export default class InvalidationWait extends FrontctlCommand<WaitResult> {
  static override summary = 'Wait until invalidations are completed.';

  static override examples = [
    {
      description: 'Go on waiting for one that was sent with --no-wait, perhaps on another machine',
      command: '<%= config.bin %> <%= command.id %> I2J0I21PCUYOIK --distribution E2QWRUHAPOMQZL',
    },
    {
      description: 'Wait for whatever is in progress before the next step of a release',
      command: '<%= config.bin %> <%= command.id %> --all --distribution www.example.com --timeout 5m',
    },
  ];

  static override strict = false;

  static override args = {
    id: Args.string({ignoreStdin: true, description: 'Invalidation id. May be repeated.'}),
  };

  static override flags = {
    ...targetFlags,
    all: Flags.boolean({summary: 'Everything that is in progress.'}),
    timeout: durationFlag({
      default: 600_000,
      defaultHelp: () => Promise.resolve('10m'),
      summary: 'How long to wait.',
    }),
  };

  protected override async execute(): Promise<WaitResult> {
    const {argv, flags} = await this.parse(InvalidationWait);
    return waitAll(this.session(flags), {...flags, ids: argv as string[], timeoutMs: flags.timeout});
  }

  protected override text(result: WaitResult): string {
    return waitText(result);
  }
}
