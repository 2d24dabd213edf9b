import {Args} from '@oclif/core';
import {
  changeDistribution,
  changeRequest,
  type ChangeResult,
} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {removeErrorPage} from '../../src/terminal/distribution/edits.js';
import {changeFlags, distributionFlag} from '../../src/terminal/distribution/flags.js';

export default class ErrorPageRemove extends ChangeCommand {
  static override summary = 'Let an error of the origin go to viewers as it is.';

  static override examples = [
    {description: 'No page for missing files any more', command: '<%= config.bin %> <%= command.id %> 404'},
  ];

  static override args = {
    error: Args.integer({
      required: true,
      ignoreStdin: true,
      description: 'Status of the origin: 400 403 404 405 414 416 500 501 502 503 504.',
    }),
  };

  static override flags = {...distributionFlag, ...changeFlags};

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(ErrorPageRemove);
    const request = changeRequest(flags, flags.distribution, this.jsonEnabled());
    return this.finish(await changeDistribution(this.session(flags), request, removeErrorPage(args.error)));
  }
}
