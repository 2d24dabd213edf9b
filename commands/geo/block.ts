import {Args, Flags} from '@oclif/core';
import {
  changeDistribution,
  changeRequest,
  type ChangeResult,
} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {restrict} from '../../src/terminal/distribution/edits.js';
import {changeFlags, distributionFlag} from '../../src/terminal/distribution/flags.js';

export default class GeoBlock extends ChangeCommand {
  static override summary = 'Refuse visitors from these countries; it asks first.';

  static override examples = [
    {
      description: 'Two countries get 403',
      command: '<%= config.bin %> <%= command.id %> RU BY --distribution www.example.com',
    },
    {
      description: 'One more, without a question',
      command: '<%= config.bin %> <%= command.id %> KP --add --yes',
    },
  ];

  static override strict = false;

  static override args = {
    country: Args.string({ignoreStdin: true, description: 'ISO 3166 code of two letters. May be repeated.'}),
  };

  static override flags = {
    add: Flags.boolean({summary: 'Beside the countries that are listed already.'}),
    ...distributionFlag,
    ...changeFlags,
  };

  protected override async execute(): Promise<ChangeResult> {
    const {argv, flags} = await this.parse(GeoBlock);
    const request = changeRequest(flags, flags.distribution, this.jsonEnabled());
    const make = restrict('block', argv as string[], flags.add);
    return this.finish(await changeDistribution(this.session(flags), request, make));
  }
}
