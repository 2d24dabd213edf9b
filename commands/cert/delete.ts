import {certificateArg} from '../../src/terminal/cert/args.js';
import {deleteFor, type DeletedCertificate} from '../../src/terminal/cert/delete.js';
import {deletedText} from '../../src/terminal/cert/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class CertDelete extends FrontctlCommand<DeletedCertificate> {
  static override summary = 'Delete a certificate that nothing presents.';

  static override description =
    'One that was imported asks first: its private key may be nowhere else. Validation records stay in DNS, because other certificates of the account may share them.';

  static override examples = [
    {
      description: 'A request that has failed',
      command: '<%= config.bin %> <%= command.id %> 1ad574bd-eeb0-466e-b961-74ec8b405093',
    },
  ];

  static override args = {certificate: certificateArg};

  protected override async execute(): Promise<DeletedCertificate> {
    const {args, flags} = await this.parse(CertDelete);
    return deleteFor(this.session(flags), {
      named: args.certificate,
      yes: flags.yes,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: DeletedCertificate): string {
    return deletedText(result);
  }
}
