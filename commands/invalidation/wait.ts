import {Args, Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {durationFlag} from '../../src/terminal/flags.js';
import {count} from '../../src/terminal/format.js';
import {waitForIds, type WaitResult} from '../../src/terminal/invalidate-paths.js';

export default class InvalidationWait extends FrontctlCommand<WaitResult> {
  static override summary = 'Wait until invalidations are completed.';

  static override examples = [
    {
      description: 'Go on waiting for one that was sent with --no-wait',
      command: '<%= config.bin %> <%= command.id %> I2J0I21PCUYOIK --distribution E2QWRUHAPOMQZL',
    },
  ];

  static override strict = false;

  static override args = {
    id: Args.string({required: true, description: 'Invalidation id. May be repeated.'}),
  };

  static override flags = {
    distribution: Flags.string({
      helpValue: 'ID|ALIAS',
      summary: 'Distribution (default: distribution.id of the config).',
    }),
    timeout: durationFlag({
      default: 600_000,
      defaultHelp: () => Promise.resolve('10m'),
      summary: 'How long to wait.',
    }),
  };

  protected override async execute(): Promise<WaitResult> {
    const {argv, flags} = await this.parse(InvalidationWait);
    return waitForIds(this.session(flags), {...flags, ids: argv as string[], timeoutMs: flags.timeout});
  }

  protected override text(result: WaitResult): string {
    return `${result.status}: ${count(result.batches.length, 'invalidation')} of ${result.distributionId}`;
  }
}
