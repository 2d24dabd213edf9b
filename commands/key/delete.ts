import {Args} from '@oclif/core';
import {deleteKey, type DeleteKeyResult} from '../../src/stack/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {deletedText} from '../../src/terminal/key/text.js';

export default class KeyDelete extends FrontctlCommand<DeleteKeyResult> {
  static override summary =
    'Delete a public key that no group holds, or a key group that no behavior trusts.';

  static override examples = [
    {
      description: 'A key that is no longer used',
      command: '<%= config.bin %> <%= command.id %> K2JCJMDEHXQW5F',
    },
  ];

  static override args = {
    id: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'Id or name of a public key or a key group.',
    }),
  };

  protected override async execute(): Promise<DeleteKeyResult> {
    const {args, flags} = await this.parse(KeyDelete);
    return deleteKey(await this.session(flags).aws(), args.id);
  }

  protected override text(result: DeleteKeyResult): string {
    return deletedText(result);
  }
}
