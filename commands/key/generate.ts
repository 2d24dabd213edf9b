import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {pairFlags} from '../../src/terminal/key/flags.js';
import {generateKey, type GeneratedKey} from '../../src/terminal/key/origin.js';
import {generatedText} from '../../src/terminal/key/text.js';

export default class KeyGenerate extends FrontctlCommand<GeneratedKey> {
  static override summary = 'Make a key pair for signed URLs and cookies.';

  static override description =
    'The private key goes into a new file that only you can read, the public key beside it as NAME.pub.pem. Nothing is overwritten, and the private key is never printed.';

  static override examples = [
    {
      description: 'An ECDSA key: shorter URLs, quicker to sign',
      command: '<%= config.bin %> <%= command.id %> --type ecdsa --out media.pem',
    },
    {
      description: 'Encrypted with a passphrase',
      command: '<%= config.bin %> <%= command.id %> --out media.pem --passphrase env:MEDIA_PASSPHRASE',
    },
  ];

  static override flags = {
    ...pairFlags,
    out: Flags.string({required: true, helpValue: 'FILE', summary: 'File for the private key.'}),
  };

  protected override async execute(): Promise<GeneratedKey> {
    const {flags} = await this.parse(KeyGenerate);
    return generateKey(flags);
  }

  protected override text(result: GeneratedKey): string {
    return generatedText(result);
  }
}
