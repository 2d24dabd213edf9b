import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {checkHosts, type DnsCheckResult} from '../../src/terminal/dns/check.js';
import {dnsFlags, hostArg} from '../../src/terminal/dns/flags.js';
import {checkText} from '../../src/terminal/dns/text.js';

export default class DnsCheck extends FrontctlCommand<DnsCheckResult> {
  static override summary =
    'Compare hosted zone, delegation and what resolvers answer with where host names should lead.';

  static override description =
    'Ends with exit code 1 when a host does not lead to the distribution, and says what to do. Asks the resolver of this machine, three public ones and the servers of the zone; with --local, Route 53 of the embedded cloud. HTTPS records are looked up in the zone only. Without host names: all aliases of the distribution.';

  static override examples = [
    {
      description: 'Does every alias lead to the distribution, everywhere?',
      command: '<%= config.bin %> <%= command.id %> --distribution E2QWRUHAPOMQZL',
    },
    {
      description: 'Before a cutover: how long may old answers live?',
      command: '<%= config.bin %> <%= command.id %> www.example.com --ttl-check',
    },
  ];

  static override strict = false;

  static override args = {host: hostArg};

  static override flags = {
    ...dnsFlags,
    'ttl-check': Flags.boolean({summary: 'Tell how long resolvers may keep the answers of now.'}),
  };

  private withTtl = false;

  protected override async execute(): Promise<DnsCheckResult> {
    const {argv, flags} = await this.parse(DnsCheck);
    this.withTtl = flags['ttl-check'];
    const result = await checkHosts(this.session(flags), {...flags, hosts: argv as string[]});
    if (!result.ok) this.finishWith(1);
    return result;
  }

  protected override text(result: DnsCheckResult): string {
    return checkText(result, this.withTtl);
  }
}
