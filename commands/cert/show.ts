import {showCertificate, type CertificateReport} from '../../src/stack/index.js';
import {certificateArg} from '../../src/terminal/cert/args.js';
import {showText} from '../../src/terminal/cert/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';

export default class CertShow extends FrontctlCommand<CertificateReport> {
  static override summary = 'Show a certificate, its validation records as DNS answers now, and its renewal.';

  static override examples = [
    {description: 'By a domain on it', command: '<%= config.bin %> <%= command.id %> www.example.com'},
    {
      description: 'Its validation records, for another DNS host',
      command: '<%= config.bin %> <%= command.id %> www.example.com --json | jq .validation',
    },
  ];

  static override args = {certificate: certificateArg};

  protected override async execute(): Promise<CertificateReport> {
    const {args, flags} = await this.parse(CertShow);
    return showCertificate(args.certificate, {aws: await this.session(flags).aws(), now: Date.now()});
  }

  protected override text(result: CertificateReport): string {
    return showText(result);
  }
}
