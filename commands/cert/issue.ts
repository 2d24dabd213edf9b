import {Flags} from '@oclif/core';
import type {IssuedCertificate} from '../../src/stack/index.js';
import {issueFor} from '../../src/terminal/cert/issue.js';
import {issuedText} from '../../src/terminal/cert/text.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {beside, durationFlag} from '../../src/terminal/flags.js';

export default class CertIssue extends FrontctlCommand<IssuedCertificate> {
  static override summary = 'Get a certificate for CloudFront: request, validate by DNS, wait.';

  static override description =
    'Takes one that covers the names already, else requests one in us-east-1. Validation records go to Route 53 where the account has the zone; for other DNS hosts they are printed. Run it again after an interruption: it goes on.';

  static override examples = [
    {
      description: 'A domain and everything one level below it',
      command: "<%= config.bin %> <%= command.id %> --domain example.com --alt '*.example.com'",
    },
    {
      description: 'The names of the config, an ECDSA key',
      command: '<%= config.bin %> <%= command.id %> --key-algorithm EC_prime256v1',
    },
    {
      description: 'DNS is elsewhere: print the records to paste, and come back later',
      command: '<%= config.bin %> <%= command.id %> --domain www.example.com --dns none --no-wait',
    },
  ];

  static override flags = {
    domain: Flags.string({
      helpValue: 'NAME',
      summary: 'First name (default: certificate.names, else distribution.aliases of the config).',
    }),
    alt: Flags.string({
      helpValue: 'NAME',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Another name; may be repeated. At most ten in all unless AWS has raised the quota.',
      ...beside('domain'),
    }),
    'key-algorithm': Flags.option({options: ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'] as const})({
      helpValue: 'ALGORITHM',
      summary: 'Kind of key: RSA_2048, EC_prime256v1 or EC_secp384r1 (default: any found, RSA_2048 if new).',
    }),
    dns: Flags.option({options: ['route53', 'none'] as const})({
      helpValue: 'route53|none',
      summary: 'Where validation records go; none: they are printed (default: dns.provider, else route53).',
    }),
    zone: Flags.string({
      helpValue: 'ID|NAME',
      summary: 'Hosted zone for the records (default: dns.zone, else the longest matching one).',
    }),
    force: Flags.boolean({summary: 'Replace other records under the names of the validation records.'}),
    wait: Flags.boolean({allowNo: true, default: true, summary: 'Wait until it is issued.'}),
    timeout: durationFlag({
      default: 1_800_000,
      defaultHelp: () => Promise.resolve('30m'),
      summary: 'How long to wait at most.',
    }),
  };

  protected override async execute(): Promise<IssuedCertificate> {
    const {flags} = await this.parse(CertIssue);
    return issueFor(this.session(flags), {
      ...flags,
      alt: flags.alt ?? [],
      keyAlgorithm: flags['key-algorithm'],
      timeoutMs: flags.timeout,
    });
  }

  protected override text(result: IssuedCertificate): string {
    return issuedText(result);
  }
}
