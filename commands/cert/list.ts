import {reportCertificates} from '../../src/stack/index.js';
import {listText, listWarnings, type CertificateList} from '../../src/terminal/cert/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {warningLine} from '../../src/terminal/progress-text.js';

export default class CertificatesListed extends FrontctlCommand<CertificateList> {
  static override summary = 'List the certificates in us-east-1: when they end and whether they will renew.';

  static override description =
    'Warns of certificates that end within 30 days, and of those whose validation record has gone from DNS, so that ACM cannot renew them.';

  static override examples = [
    {description: 'Does anything need a hand?', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'For a monitor: those with warnings',
      command: "<%= config.bin %> <%= command.id %> --json | jq '.certificates[] | select(.warnings != [])'",
    },
  ];

  protected override async execute(): Promise<CertificateList> {
    const {flags} = await this.parse(CertificatesListed);
    const session = this.session(flags);
    const certificates = await reportCertificates({
      aws: await session.aws(),
      now: Date.now(),
      signal: session.signal,
    });
    const result = {certificates};
    if (!this.jsonEnabled()) {
      for (const each of listWarnings(result)) process.stderr.write(`${warningLine(each)}\n`);
    }
    return result;
  }

  protected override text(result: CertificateList): string {
    return listText(result);
  }
}
