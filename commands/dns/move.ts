import {Args, Flags} from '@oclif/core';
import {exitCodes} from '../../src/failure.js';
import type {MovedAlias} from '../../src/stack/index.js';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {dnsFlags, dnsWaitFlags} from '../../src/terminal/dns/flags.js';
import {moveHost} from '../../src/terminal/dns/move.js';
import {moveText} from '../../src/terminal/dns/text.js';

export default class DnsMove extends FrontctlCommand<MovedAlias> {
  static override summary = 'Move a host name from another distribution to this one, also across accounts.';

  static override description =
    'For CNAMEAlreadyExists. Within one account it is a single step that no visitor notices. From another account, a TXT record proves the domain (written where its hosted zone is in this account) and the other distribution has to be disabled: each run goes as far as it can and says what comes next. Then DNS is pointed at the new distribution.';

  static override examples = [
    {
      description: 'From whichever distribution has it',
      command: '<%= config.bin %> <%= command.id %> www.example.com --to E2QWRUHAPOMQZL',
    },
  ];

  static override args = {
    host: Args.string({required: true, ignoreStdin: true, description: 'Host name to move.'}),
  };

  static override flags = {
    to: Flags.string({
      required: true,
      helpValue: 'ID|HOST|KEY=VALUE|NAME',
      summary: 'Distribution that gets it. Its certificate has to cover the host name.',
    }),
    zone: dnsFlags.zone,
    force: Flags.boolean({summary: 'Replace DNS records that lead to something else than CloudFront, too.'}),
    ...dnsWaitFlags,
    wait: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'Wait until the distribution is deployed and DNS is in sync.',
    }),
  };

  protected override async execute(): Promise<MovedAlias> {
    const {args, flags} = await this.parse(DnsMove);
    const result = await moveHost(this.session(flags), {
      ...flags,
      host: args.host,
      timeoutMs: flags.timeout,
      unattended: this.jsonEnabled(),
    });
    if (result.status === 'blocked') this.finishWith(exitCodes.conflict);
    return result;
  }

  protected override text(result: MovedAlias): string {
    return moveText(result);
  }
}
