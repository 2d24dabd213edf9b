import {Flags} from '@oclif/core';
import {planStackSummary} from '../src/terminal/ci/stack-summary.js';
import {FrontctlCommand} from '../src/terminal/command.js';
import {stackFlags} from '../src/terminal/stack/flags.js';
import type {PlanResult} from '../src/terminal/stack/results.js';
import {planStack} from '../src/terminal/stack/run.js';
import {planAnswer} from '../src/terminal/stack/text.js';

export default class Plan extends FrontctlCommand<PlanResult> {
  static override summary =
    'Show what `apply` would change: bucket, certificate, DNS, distribution, policies.';

  static override description =
    'Reads the config file and what is live, and shows every field that differs with its value before and after. Changes nothing. An empty plan means that the site is as the config says.';

  static override examples = [
    {description: 'What differs from the config', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Save it, review it, apply exactly that',
      command: '<%= config.bin %> <%= command.id %> --env production --out plan.json',
    },
    {
      description: 'See the site on this machine first',
      command: '<%= config.bin %> <%= command.id %> --local',
    },
  ];

  static override flags = {
    ...stackFlags,
    out: Flags.string({helpValue: 'FILE', summary: 'Save the plan for `apply --plan FILE`.'}),
  };

  protected override async execute(): Promise<PlanResult> {
    const {flags} = await this.parse(Plan);
    return planStack(this.session(flags), {...flags, out: flags.out, target: flags.target});
  }

  protected override text(result: PlanResult): string {
    return planAnswer(result);
  }

  protected override readonly jobTitle = 'Plan';

  protected override summary(result: PlanResult): string {
    return planStackSummary(result);
  }
}
