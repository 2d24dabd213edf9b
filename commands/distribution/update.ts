import {Flags} from '@oclif/core';
import {
  changeDistribution,
  changeRequest,
  type ChangeResult,
} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {parseSet, update} from '../../src/terminal/distribution/edits.js';
import {changeFlags, requiredDistribution} from '../../src/terminal/distribution/flags.js';

export default class DistributionUpdate extends ChangeCommand {
  static override summary = 'Set single fields of a live distribution, and nothing else.';

  static override description =
    'Fields are written as a diff and `distribution show --json` spell them: the camelCase of the API, items of lists in brackets by what names them. Lists are written a,b or as JSON. Values of headers to origins come from env:NAME only.';

  static override examples = [
    {
      description: 'What would change?',
      command: '<%= config.bin %> <%= command.id %> www.example.com --set priceClass=PriceClass_100 --diff',
    },
    {
      description: 'One behavior, one origin',
      command:
        "<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --set 'cacheBehaviors[/api/*].compress=true' --set 'origins[api].connectionAttempts=1'",
    },
    {
      description: 'Add an origin',
      command: `<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --set 'origins[new]={"id": "blog", "domainName": "blog.example.com", "customOriginConfig": {"httpPort": 80, "httpsPort": 443, "originProtocolPolicy": "https-only"}}'`,
    },
    {
      description: 'Take the web ACL off',
      command: '<%= config.bin %> <%= command.id %> E2QWRUHAPOMQZL --unset webACLId',
    },
  ];

  static override args = {distribution: requiredDistribution};

  static override flags = {
    set: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATH=VALUE',
      summary: "Give a field a value; a list gets one more item by 'list[new]={...}'. May be repeated.",
    }),
    unset: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATH',
      summary: 'Take a field or an item of a list away. May be repeated.',
    }),
    diff: Flags.boolean({summary: 'Show what would change, and change nothing (as --dry-run).'}),
    ...changeFlags,
  };

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(DistributionUpdate);
    const request = changeRequest(flags, args.distribution, this.jsonEnabled());
    const edits = [
      ...(flags.set ?? []).map(parseSet),
      ...(flags.unset ?? []).map(path => ({path, text: undefined})),
    ];
    const dryRun = request.dryRun || flags.diff;
    return this.finish(
      await changeDistribution(this.session(flags), {...request, dryRun}, update(edits, process.env)),
    );
  }
}
