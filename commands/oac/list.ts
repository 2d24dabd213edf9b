import {listOriginAccess, type AccessList} from '../../src/stack/origin-access/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {accessListText} from '../../src/terminal/oac/text.js';

export default class OacList extends FrontctlCommand<AccessList> {
  static override summary =
    'List origin access controls and legacy identities with the origins that use each.';

  static override examples = [
    {description: 'Which identities are still in use?', command: '<%= config.bin %> <%= command.id %>'},
  ];

  protected override async execute(): Promise<AccessList> {
    const {flags} = await this.parse(OacList);
    return listOriginAccess(await this.session(flags).aws());
  }

  protected override text(result: AccessList): string {
    return accessListText(result);
  }
}
