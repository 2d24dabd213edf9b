import {Args, Flags} from '@oclif/core';
import {adoptDistribution, type AdoptResult} from '../../src/terminal/adopt/adopt.js';
import {adoptedRemarks, adoptedText} from '../../src/terminal/adopt/text.js';
import {widthOf} from '../../src/terminal/changes-text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class DistributionAdopt extends FrontctlCommand<AdoptResult> {
  static override summary = 'Write a config for a distribution that exists, whoever made it.';

  static override description =
    'The plan of that config is empty, which is checked, and it shows every later change. Values of headers to origins, which often are secrets, are not written: the config reads them from the environment. Nothing at AWS is changed.';

  static override examples = [
    {
      description: 'frontctl.config.yaml in this folder',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL',
    },
    {
      description: 'By host name, as TypeScript',
      command: '<%= config.bin %> <%= command.id %> www.example.com --format ts',
    },
    {
      description: 'Turn legacy cache settings into policies; frontctl apply makes them',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --policies',
    },
    {
      description: 'Terraform or CDK goes on to manage it: only what a deploy needs',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --minimal',
    },
    {
      description: 'Only look',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --out -',
    },
  ];

  static override args = {
    distribution: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'Distribution by id or host name.',
    }),
  };

  static override flags = {
    out: Flags.string({
      helpValue: 'FILE|-',
      summary: 'File to write; - prints it (default: frontctl.config.yaml in this folder).',
    }),
    format: Flags.option({options: ['yaml', 'json', 'ts'] as const})({
      helpValue: 'yaml|json|ts',
      summary: 'Format (default: as the extension of --out, else yaml).',
    }),
    policies: Flags.boolean({
      summary: 'Make policies of legacy cache settings (ForwardedValues); the plan shows them.',
      exclusive: ['minimal'],
    }),
    minimal: Flags.boolean({
      summary: 'Only the bucket and the id: the settings stay with whoever manages them.',
    }),
    force: Flags.boolean({summary: 'Replace the file when it exists.'}),
  };

  protected override async execute(): Promise<AdoptResult> {
    const {args, flags} = await this.parse(DistributionAdopt);
    const {result, late} = await adoptDistribution(this.session(flags, {ignoresConfig: true}), {
      ...flags,
      distribution: args.distribution,
      cwd: process.cwd(),
      env: process.env,
    });
    if (result.text !== null && !this.jsonEnabled() && !flags.quiet)
      process.stderr.write(adoptedRemarks(result, widthOf(process.stderr)));
    this.endWith(late);
    return result;
  }

  protected override text(result: AdoptResult): string {
    return adoptedText(result, widthOf(process.stdout));
  }
}
