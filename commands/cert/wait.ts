import {waitCertificate, type CertificateReport} from '../../src/stack/index.js';
import {certificateArg} from '../../src/terminal/cert/args.js';
import {waitedText} from '../../src/terminal/cert/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {durationFlag} from '../../src/terminal/flags.js';

export default class CertWait extends FrontctlCommand<CertificateReport> {
  static override summary = 'Wait until a certificate is issued, and say which name still lacks its record.';

  static override examples = [
    {
      description: 'After the records were pasted elsewhere',
      command: '<%= config.bin %> <%= command.id %> www.example.com --timeout 2h',
    },
  ];

  static override args = {certificate: certificateArg};

  static override flags = {
    timeout: durationFlag({
      default: 1_800_000,
      defaultHelp: () => Promise.resolve('30m'),
      summary: 'How long to wait at most.',
    }),
  };

  protected override async execute(): Promise<CertificateReport> {
    const {args, flags} = await this.parse(CertWait);
    const session = this.session(flags);
    const {signal} = session;
    const input = {aws: await session.aws(), named: args.certificate, timeoutMs: flags.timeout, signal};
    return session.follow(waitCertificate(input));
  }

  protected override text(result: CertificateReport): string {
    return waitedText(result);
  }
}
