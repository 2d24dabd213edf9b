import {Args, Flags} from '@oclif/core';
import type {BucketPolicy} from '../../src/stack/origin-access/index.js';
import {bucketPolicyFor} from '../../src/terminal/bucket/bucket.js';
import {bucketPolicyText, policyNote} from '../../src/terminal/bucket/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class BucketPolicyShown extends FrontctlCommand<BucketPolicy> {
  static override summary = 'Print the bucket policy with what CloudFront needs in it; --apply writes it.';

  static override description =
    "frontctl's own statements are known by their Sid; all others keep their place and their values.";

  static override examples = [
    {description: 'As it would be', command: '<%= config.bin %> <%= command.id %> coffee-site'},
    {
      description: 'Let one more distribution read',
      command: '<%= config.bin %> <%= command.id %> coffee-site --distribution E2EXAMPLE12345 --apply',
    },
  ];

  static override args = {
    name: Args.string({ignoreStdin: true, description: "Name of the bucket (default: the config's)."}),
  };

  static override flags = {
    distribution: Flags.string({
      helpValue: 'ID|HOST|KEY=VALUE|NAME',
      multiple: true,
      summary: 'Distribution that is to read (default: every one with an origin in the bucket).',
    }),
    apply: Flags.boolean({summary: 'Write the policy.'}),
  };

  protected override async execute(): Promise<BucketPolicy> {
    const {args, flags} = await this.parse(BucketPolicyShown);
    const session = this.session(flags);
    const result = await bucketPolicyFor(session, {
      name: args.name,
      distribution: flags.distribution,
      apply: flags.apply,
      local: flags.local,
    });
    if (!this.jsonEnabled() && !flags.quiet)
      process.stderr.write(`${policyNote(result, (await session.aws()).commandFlags)}\n`);
    return result;
  }

  protected override text(result: BucketPolicy): string {
    return bucketPolicyText(result);
  }
}
