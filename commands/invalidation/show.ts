import {Args} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {targetFlags} from '../../src/terminal/invalidate/flags.js';
import {showText} from '../../src/terminal/invalidations-text.js';
import {showOne, type ShownInvalidation} from '../../src/terminal/invalidations.js';

export default class InvalidationShow extends FrontctlCommand<ShownInvalidation> {
  static override summary = 'Show one invalidation with all its paths.';

  static override examples = [
    {
      description: 'What did that purge drop?',
      command: '<%= config.bin %> <%= command.id %> I2J0I21PCUYOIK --distribution E2QWRUHAPOMQZL',
    },
  ];

  static override args = {
    id: Args.string({required: true, ignoreStdin: true, description: 'Invalidation id.'}),
  };

  static override flags = {...targetFlags};

  protected override async execute(): Promise<ShownInvalidation> {
    const {args, flags} = await this.parse(InvalidationShow);
    return showOne(this.session(flags), flags, args.id);
  }

  protected override text(result: ShownInvalidation): string {
    return showText(result, Date.now());
  }
}
