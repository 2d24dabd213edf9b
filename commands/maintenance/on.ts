import {Flags} from '@oclif/core';
import {changeRequest, type ChangeResult} from '../../src/terminal/distribution/change.js';
import {ChangeCommand} from '../../src/terminal/distribution/command.js';
import {changeFlags, optionalDistribution} from '../../src/terminal/distribution/flags.js';
import {maintenanceOn} from '../../src/terminal/distribution/maintenance.js';
import {durationFlag} from '../../src/terminal/flags.js';

export default class MaintenanceOn extends ChangeCommand {
  static override summary =
    'Answer all or some paths with a page; it asks first, and `maintenance off` restores exactly what was.';

  static override description =
    'A CloudFront Function answers before the cache and the origin. It holds the page (10 KB with what it remembers), and takes the place of functions and Lambda@Edge at viewer events of the behaviors concerned until then. Run it again to change the page or the paths.';

  static override examples = [
    {
      description: 'The whole site',
      command: '<%= config.bin %> <%= command.id %> www.example.com --page down.html --retry-after 30m',
    },
    {
      description: 'One part, but not for the office',
      command:
        "<%= config.bin %> <%= command.id %> www.example.com --path '/shop/*' --allow-ip 203.0.113.0/24",
    },
  ];

  static override args = {distribution: optionalDistribution};

  static override flags = {
    path: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATTERN',
      summary: 'Only paths that match, `*` is any run of characters (default: all). May be repeated.',
    }),
    page: Flags.string({
      helpValue: 'FILE',
      summary: 'HTML of the page; - is standard input (default: a plain one).',
    }),
    status: Flags.integer({default: 503, helpValue: 'STATUS', summary: 'Status of the page.'}),
    'retry-after': durationFlag({
      default: 600_000,
      defaultHelp: () => Promise.resolve('10m'),
      summary: 'When clients are to come back; 0s: no such header.',
    }),
    'allow-ip': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'IP|CIDR',
      summary: 'Who sees the site all the same. May be repeated.',
    }),
    ...changeFlags,
  };

  protected override async execute(): Promise<ChangeResult> {
    const {args, flags} = await this.parse(MaintenanceOn);
    const request = changeRequest(flags, args.distribution, this.jsonEnabled());
    return this.finish(
      await maintenanceOn(this.session(flags), {
        ...request,
        paths: flags.path ?? [],
        page: flags.page,
        status: flags.status,
        retryAfter: Math.round(flags['retry-after'] / 1000),
        allowIps: flags['allow-ip'] ?? [],
      }),
    );
  }
}
