import {Args, Flags} from '@oclif/core';
import type {CreatedBucket} from '../../src/stack/origin-access/index.js';
import {createBucketFor} from '../../src/terminal/bucket/bucket.js';
import {createdBucketText} from '../../src/terminal/bucket/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class BucketCreate extends FrontctlCommand<CreatedBucket> {
  static override summary = 'Make a private bucket, or make one private: no public access, no ACLs.';

  static override description =
    'A bucket of this account that is there already keeps all other settings. What the config says about its bucket holds for that one.';

  static override examples = [
    {
      description: 'A private bucket',
      command: '<%= config.bin %> <%= command.id %> coffee-site --region eu-west-1',
    },
    {
      description: 'Former versions are kept, new objects encrypted with your own key',
      command: '<%= config.bin %> <%= command.id %> coffee-site --versioning --kms-key alias/coffee',
    },
  ];

  static override args = {
    name: Args.string({required: true, ignoreStdin: true, description: 'Name of the bucket.'}),
  };

  static override flags = {
    versioning: Flags.boolean({allowNo: true, summary: 'Keep former versions of objects.'}),
    'kms-key': Flags.string({
      helpValue: 'ID|ARN|ALIAS',
      summary: 'Customer managed KMS key that encrypts new objects (default: SSE-S3).',
    }),
  };

  protected override async execute(): Promise<CreatedBucket> {
    const {args, flags} = await this.parse(BucketCreate);
    return createBucketFor(this.session(flags), {
      name: args.name,
      versioning: flags.versioning,
      kmsKey: flags['kms-key'],
    });
  }

  protected override text(result: CreatedBucket): string {
    return createdBucketText(result);
  }
}
