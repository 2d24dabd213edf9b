import {Flags} from '@oclif/core';
import {applySummary} from '../src/terminal/ci/stack-summary.js';
import {FrontctlCommand} from '../src/terminal/command.js';
import {durationFlag} from '../src/terminal/flags.js';
import {stackFlags} from '../src/terminal/stack/flags.js';
import {applyStack, type ApplyResult} from '../src/terminal/stack/run.js';
import {applyText} from '../src/terminal/stack/text.js';

export default class Apply extends FrontctlCommand<ApplyResult> {
  static override summary = 'Make bucket, certificate, DNS, distribution and policies as the config says.';

  static override description =
    'Shows the plan and asks before it changes anything. Stopped in the middle, it leaves the live site whole; run it again to finish. What others made is changed only where the plan says so.';

  static override examples = [
    {description: 'Look at the plan, answer y', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Exactly the plan that was reviewed, in CI',
      command: '<%= config.bin %> <%= command.id %> --env production --plan plan.json',
    },
    {
      description: 'On this machine, without an account',
      command: '<%= config.bin %> <%= command.id %> --local',
    },
  ];

  static override flags = {
    ...stackFlags,
    plan: Flags.string({
      helpValue: 'FILE',
      summary: 'Apply a plan of `plan --out FILE`; refused when what is live has changed since.',
    }),
    wait: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'Wait until every edge location has the change.',
    }),
    timeout: durationFlag({
      default: 2_700_000,
      defaultHelp: () => Promise.resolve('45m'),
      summary: 'How long to wait for the certificate and the distribution at most, each.',
    }),
  };

  protected override async execute(): Promise<ApplyResult> {
    const {flags} = await this.parse(Apply);
    return applyStack(this.session(flags), {
      ...flags,
      plan: flags.plan,
      target: flags.target,
      timeoutMs: flags.timeout,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: ApplyResult): string {
    return applyText(result);
  }

  protected override readonly jobTitle = 'Apply';

  protected override summary(result: ApplyResult): string {
    return applySummary(result);
  }
}
