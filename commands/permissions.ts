import {Errors, Flags} from '@oclif/core';
import {exitCodes} from '../src/failure.js';
import {permissionJobs} from '../src/stack/permissions/index.js';
import {FrontctlCommand} from '../src/terminal/command.js';
import {beside} from '../src/terminal/flags.js';
import {describePermissions, type PermissionsResult} from '../src/terminal/permissions/permissions.js';
import {explanation, policyText} from '../src/terminal/permissions/text.js';

export default class Permissions extends FrontctlCommand<PermissionsResult> {
  static override summary = 'Print the IAM policy that a command needs, no more than that.';

  static override description =
    "Made from the config alone: no account is asked, so it works before there is any access. Resources are as exact as the config allows: a distribution that is found by its site's name stands as distribution/*, one with its id in the config as itself. What `deploy` can do without is not in it: reading the invalidations of other distributions, for the price.";

  static override examples = [
    {
      description: 'The policy of the role that deploys from CI',
      command:
        '<%= config.bin %> <%= command.id %> --env production > policy.json && aws iam create-policy --policy-name deploy-site --policy-document file://policy.json',
    },
    {
      description: 'What each action is for',
      command: '<%= config.bin %> <%= command.id %> --for apply --explain',
    },
    {
      description: 'Without a config, for one distribution of one account',
      command:
        '<%= config.bin %> <%= command.id %> --bucket my-site --distribution E2QWRUHAPOMQZL --account 123456789012',
    },
    {
      description: "Who may take the role on: GitHub's jobs on the main branch",
      command:
        '<%= config.bin %> <%= command.id %> --trust github:octo-org/site@main --account 123456789012 > trust.json',
    },
  ];

  static override flags = {
    for: Flags.option({options: permissionJobs})({
      default: 'deploy' as const,
      helpValue: permissionJobs.join('|'),
      summary: 'The command that the role is for.',
    }),
    explain: Flags.boolean({
      summary: 'Print what each action is for, instead of the policy.',
      exclusive: ['trust'],
    }),
    bucket: Flags.string({helpValue: 'NAME', summary: 'Bucket (default: bucket.name of the config).'}),
    prefix: Flags.string({
      helpValue: 'PREFIX',
      summary: 'Folder inside the bucket (default: bucket.prefix of the config).',
    }),
    distribution: Flags.string({
      char: 'd',
      helpValue: 'ID',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Distribution, or several (default: those of the config).',
    }),
    prune: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'Let `deploy` delete; --no-prune is for a role that always deploys with --no-prune.',
    }),
    account: Flags.string({
      helpValue: 'ID',
      summary: 'Twelve digits that stand in the ARNs (default: * for the account of the role).',
      parse: input =>
        /^\d{12}$/.test(input)
          ? Promise.resolve(input)
          : Promise.reject(
              new Errors.CLIError(`--account ${input} is not the twelve digits of an account.`, {
                exit: exitCodes.usage,
              }),
            ),
    }),
    trust: Flags.string({
      helpValue: 'REPOSITORY',
      ...beside('account'),
      summary:
        'Print the trust policy of the role instead: github:OWNER/REPO@BRANCH, github:OWNER/REPO#ENVIRONMENT or gitlab:GROUP/PROJECT@BRANCH.',
    }),
  };

  private explains = false;

  protected override async execute(): Promise<PermissionsResult> {
    const {flags} = await this.parse(Permissions);
    this.explains = flags.explain;
    return describePermissions(this.session(flags), flags);
  }

  protected override text(result: PermissionsResult): string {
    return this.explains ? explanation(result) : policyText(result);
  }
}
