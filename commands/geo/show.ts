import {distributionFlag} from '../../src/terminal/distribution/flags.js';
import {showGeo} from '../../src/terminal/distribution/parts.js';
import {geoText, type GeoResult} from '../../src/terminal/distribution/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class GeoShow extends FrontctlCommand<GeoResult> {
  static override summary = 'Show which countries get in.';

  static override examples = [
    {
      description: 'Who gets 403?',
      command: '<%= config.bin %> <%= command.id %> --distribution www.example.com',
    },
  ];

  static override flags = {...distributionFlag};

  protected override async execute(): Promise<GeoResult> {
    const {flags} = await this.parse(GeoShow);
    return showGeo(this.session(flags), flags);
  }

  protected override text(result: GeoResult): string {
    return geoText(result);
  }
}
