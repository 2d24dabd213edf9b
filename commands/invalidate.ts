import {Args, Flags} from '@oclif/core';
import {chalk} from '../src/terminal/colour.js';
import {FrontctlCommand} from '../src/terminal/command.js';
import {durationFlag} from '../src/terminal/flags.js';
import {count} from '../src/terminal/format.js';
import {invalidatePaths, type InvalidateResult} from '../src/terminal/invalidate-paths.js';

export default class Invalidate extends FrontctlCommand<InvalidateResult> {
  static override summary = 'Make the edge fetch paths afresh, and wait until it does.';

  static override examples = [
    {description: 'One page and a folder', command: "<%= config.bin %> invalidate /index.html '/img/*'"},
    {
      description: 'Everything, without waiting',
      command: "<%= config.bin %> invalidate '/*' --distribution E2QWRUHAPOMQZL --no-wait",
    },
  ];

  static override strict = false;

  static override args = {
    path: Args.string({
      required: true,
      description: 'Path such as /index.html, or a prefix such as /img/* (quote it). May be repeated.',
    }),
  };

  static override flags = {
    distribution: Flags.string({
      helpValue: 'ID|ALIAS',
      summary: 'Distribution (default: distribution.id of the config).',
    }),
    wait: Flags.boolean({allowNo: true, default: true, summary: 'Wait until it is completed.'}),
    timeout: durationFlag({
      default: 600_000,
      defaultHelp: () => Promise.resolve('10m'),
      summary: 'How long to wait.',
    }),
  };

  protected override async execute(): Promise<InvalidateResult> {
    const {argv, flags} = await this.parse(Invalidate);
    const session = this.session(flags);
    const result = await invalidatePaths(session, {
      ...flags,
      paths: argv as string[],
      timeoutMs: flags.timeout,
    });
    this.accountFlags = (await session.aws()).commandFlags;
    return result;
  }

  /** What the command that waits has to say to reach the same account. */
  private accountFlags = '';

  protected override text(result: InvalidateResult): string {
    const ids = result.batches.map(batch => batch.id).join(' ');
    const line = `${result.status === 'Completed' ? chalk.green('Completed:') : chalk.yellow('In progress:')} ${count(result.paths.length, 'path')} on ${result.distributionId}, ${ids}`;
    return result.status === 'Completed'
      ? line
      : `${line}\nWait for it with: ${this.config.bin} invalidation wait ${ids} --distribution ${result.distributionId}${this.accountFlags}`;
  }
}
