import {Args, Flags} from '@oclif/core';
import {
  changeDistribution,
  changeRequest,
  type ChangeResult,
} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {setErrorPage} from '../../src/terminal/distribution/edits.js';
import {changeFlags, distributionFlag} from '../../src/terminal/distribution/flags.js';

export default class ErrorPageSet extends ChangeCommand {
  static override summary =
    'Show a page of the site for an error of the origin, or keep the error for longer.';

  static override description =
    'What is left out stays as it is. CloudFront keeps an error for 10 seconds unless told otherwise.';

  static override examples = [
    {
      description: 'A page for missing files',
      command: '<%= config.bin %> <%= command.id %> 404 /404.html --status 404 --ttl 10',
    },
    {
      description: 'Ask a failing origin less often',
      command: '<%= config.bin %> <%= command.id %> 502 --ttl 30',
    },
  ];

  static override args = {
    error: Args.integer({
      required: true,
      ignoreStdin: true,
      description: 'Status of the origin: 400 403 404 405 414 416 500 501 502 503 504.',
    }),
    page: Args.string({ignoreStdin: true, description: 'Path of the page on the distribution: /404.html.'}),
  };

  static override flags = {
    status: Flags.integer({
      helpValue: 'STATUS',
      summary: 'Status that viewers get (default: the error’s own).',
    }),
    ttl: Flags.integer({min: 0, helpValue: 'SECONDS', summary: 'How long the edge keeps the error.'}),
    ...distributionFlag,
    ...changeFlags,
  };

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(ErrorPageSet);
    const request = changeRequest(flags, flags.distribution, this.jsonEnabled());
    const {error: errorCode, page} = args;
    const make = setErrorPage({errorCode, page, status: flags.status, ttl: flags.ttl});
    return this.finish(await changeDistribution(this.session(flags), request, make));
  }
}
