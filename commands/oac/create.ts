import {Args, Flags} from '@oclif/core';
import {ensureAccessControl, originTypes, type AccessControl} from '../../src/distribution/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {madeControlText} from '../../src/terminal/oac/text.js';

type Made = AccessControl & {readonly created: boolean};

export default class OacCreate extends FrontctlCommand<Made> {
  static override summary =
    'Make an origin access control that always signs; one of that name that is there is used.';

  static override examples = [
    {description: 'For buckets', command: '<%= config.bin %> <%= command.id %> coffee-site'},
    {
      description: 'For Lambda function URLs',
      command: '<%= config.bin %> <%= command.id %> coffee-api --type lambda',
    },
  ];

  static override args = {
    name: Args.string({required: true, ignoreStdin: true, description: 'Name, unique in the account.'}),
  };

  static override flags = {
    type: Flags.option({options: originTypes})({
      default: 's3',
      helpValue: originTypes.join('|'),
      summary: 'Kind of origin that it signs for.',
    }),
  };

  protected override async execute(): Promise<Made> {
    const {args, flags} = await this.parse(OacCreate);
    return ensureAccessControl(await this.session(flags).aws(), args.name, flags.type);
  }

  protected override text(result: Made): string {
    return madeControlText(result);
  }
}
