import {listKeys, type KeyList} from '../../src/stack/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {listText} from '../../src/terminal/key/text.js';
import {warningLine} from '../../src/terminal/progress-text.js';

export default class KeysListed extends FrontctlCommand<KeyList> {
  static override summary = 'List public keys with their age, groups and the behaviors that trust them.';

  static override examples = [
    {description: 'Which keys does nobody use?', command: '<%= config.bin %> <%= command.id %>'},
  ];

  protected override async execute(): Promise<KeyList> {
    const {flags} = await this.parse(KeysListed);
    const result = await listKeys(await this.session(flags).aws());
    if (!this.jsonEnabled()) {
      for (const each of result.unknown) process.stderr.write(`${warningLine(each)}\n`);
    }
    return result;
  }

  protected override text(result: KeyList): string {
    return listText(result, Date.now());
  }
}
