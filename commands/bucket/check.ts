import {Args} from '@oclif/core';
import type {BucketCheck} from '../../src/stack/origin-access/index.js';
import {checkBucketFor} from '../../src/terminal/bucket/bucket.js';
import {checkText} from '../../src/terminal/bucket/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class BucketChecked extends FrontctlCommand<BucketCheck> {
  static override summary =
    'Tell whether a bucket is private and CloudFront can read it, and what to do where not.';

  static override examples = [
    {description: "The config's bucket", command: '<%= config.bin %> <%= command.id %>'},
    {description: 'For a script', command: '<%= config.bin %> <%= command.id %> coffee-site --json'},
  ];

  static override args = {
    name: Args.string({ignoreStdin: true, description: "Name of the bucket (default: the config's)."}),
  };

  protected override async execute(): Promise<BucketCheck> {
    const {args, flags} = await this.parse(BucketChecked);
    return checkBucketFor(this.session(flags), args.name);
  }

  protected override text(result: BucketCheck): string {
    return checkText(result);
  }
}
