import {Args, Flags} from '@oclif/core';
import type {MigrateResult} from '../../src/stack/origin-access/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {durationFlag} from '../../src/terminal/flags.js';
import {migrateFor} from '../../src/terminal/oac/oac.js';
import {migratedText} from '../../src/terminal/oac/text.js';

export default class OacMigrate extends FrontctlCommand<MigrateResult> {
  static override summary =
    'Take a distribution from origin access identities (OAI) to a control (OAC) with no gap.';

  static override description =
    'The bucket policies allow both, the control is attached, every edge has it, the identity leaves the policies once no other distribution reads with it. The distribution may do what the identity was allowed, no more. Run it again after an interruption: it goes on where it stopped.';

  static override examples = [
    {
      description: 'What would be done?',
      command: '<%= config.bin %> <%= command.id %> E2EXAMPLE12345 --dry-run',
    },
    {
      description: 'All of it, and delete the identity where nothing uses it',
      command: '<%= config.bin %> <%= command.id %> www.example.com --delete-oai',
    },
  ];

  static override args = {
    distribution: Args.string({
      ignoreStdin: true,
      description: "Id, host name, tag KEY=VALUE or site name of the distribution (default: the config's).",
    }),
  };

  static override flags = {
    'dry-run': Flags.boolean({summary: 'Show the steps only.'}),
    oac: Flags.string({
      helpValue: 'NAME|ID',
      summary: 'Origin access control; made where there is none of that name (default: frontctl-SITE).',
    }),
    'delete-oai': Flags.boolean({summary: 'Delete the identities that no distribution uses any more.'}),
    settle: durationFlag({
      summary:
        'How long changed policies are given to take effect before the control is attached (default: 1m on AWS).',
    }),
    timeout: durationFlag({
      default: 1_800_000,
      defaultHelp: () => Promise.resolve('30m'),
      summary: 'How long to wait for the edge at most.',
    }),
  };

  protected override async execute(): Promise<MigrateResult> {
    const {args, flags} = await this.parse(OacMigrate);
    return migrateFor(this.session(flags), {
      distribution: args.distribution,
      oac: flags.oac,
      local: flags.local,
      yes: flags.yes,
      dryRun: flags['dry-run'],
      deleteOai: flags['delete-oai'],
      settleMs: flags.settle,
      timeoutMs: flags.timeout,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: MigrateResult): string {
    return migratedText(result);
  }
}
