import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {aliasHosts, type AliasResult} from '../../src/terminal/dns/alias.js';
import {dnsFlags, dnsWaitFlags, hostArg} from '../../src/terminal/dns/flags.js';
import {aliasText} from '../../src/terminal/dns/text.js';

export default class DnsAlias extends FrontctlCommand<AliasResult> {
  static override summary =
    'Point host names at a distribution: A, AAAA and HTTPS alias records in Route 53.';

  static override description =
    'Works for an apex, for subdomains and for wildcards, in any number of hosted zones. A record that leads elsewhere is never replaced without --force; with it, the exchange is one atomic change. Without host names: all aliases of the distribution.';

  static override examples = [
    {
      description: 'The apex and www',
      command:
        '<%= config.bin %> <%= command.id %> example.com www.example.com --distribution E2QWRUHAPOMQZL',
    },
    {
      description: 'What would change for all aliases of the distribution',
      command: '<%= config.bin %> <%= command.id %> --dry-run',
    },
    {
      description: 'Cut over from another host in one atomic change',
      command: '<%= config.bin %> <%= command.id %> www.example.com --force --yes',
    },
    {
      description: 'The DNS is not at Route 53: print what to write there',
      command: '<%= config.bin %> <%= command.id %> www.example.com --print',
    },
  ];

  static override strict = false;

  static override args = {host: hostArg};

  static override flags = {
    ...dnsFlags,
    force: Flags.boolean({summary: 'Replace records that lead elsewhere; asks first.'}),
    'dry-run': Flags.boolean({summary: 'Show the plan and change nothing.'}),
    print: Flags.boolean({
      summary: 'Print records for another DNS host instead (the default with dns.provider: none).',
      exclusive: ['force', 'dry-run'],
    }),
    ...dnsWaitFlags,
  };

  protected override async execute(): Promise<AliasResult> {
    const {argv, flags} = await this.parse(DnsAlias);
    return aliasHosts(this.session(flags), {
      ...flags,
      hosts: argv as string[],
      dryRun: flags['dry-run'],
      timeoutMs: flags.timeout,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: AliasResult): string {
    return aliasText(result);
  }
}
