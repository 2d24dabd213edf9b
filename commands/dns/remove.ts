import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {dnsFlags, dnsWaitFlags, hostArg} from '../../src/terminal/dns/flags.js';
import {removeHosts, type RemoveResult} from '../../src/terminal/dns/remove.js';
import {removeText} from '../../src/terminal/dns/text.js';

export default class DnsRemove extends FrontctlCommand<RemoveResult> {
  static override summary = 'Remove the records that lead host names to a distribution, and no others.';

  static override examples = [
    {
      description: 'Take a host name off the distribution',
      command: '<%= config.bin %> <%= command.id %> old.example.com --distribution E2QWRUHAPOMQZL',
    },
    {
      description: 'What would go for all aliases of the distribution',
      command: '<%= config.bin %> <%= command.id %> --dry-run',
    },
  ];

  static override strict = false;

  static override args = {host: hostArg};

  static override flags = {
    ...dnsFlags,
    'dry-run': Flags.boolean({summary: 'Show what would be removed and change nothing.'}),
    ...dnsWaitFlags,
  };

  protected override async execute(): Promise<RemoveResult> {
    const {argv, flags} = await this.parse(DnsRemove);
    return removeHosts(this.session(flags), {
      ...flags,
      hosts: argv as string[],
      dryRun: flags['dry-run'],
      timeoutMs: flags.timeout,
      unattended: this.jsonEnabled(),
    });
  }

  protected override text(result: RemoveResult): string {
    return removeText(result);
  }
}
