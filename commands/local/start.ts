import {Flags} from '@oclif/core';
import {FrontctlCommand} from '../../src/terminal/command.js';
import {invalidationQuotas} from '../../src/terminal/embedded-cloud.js';
import {durationFlag} from '../../src/terminal/flags.js';
import {runLocal} from '../../src/terminal/local-run.js';
import {localText, type LocalResult} from '../../src/terminal/local.js';

export default class LocalStart extends FrontctlCommand<LocalResult> {
  static override summary =
    'Start the embedded cloud: S3, CloudFront, ACM, Route 53 and an edge that serves.';

  static override description =
    'Runs in the foreground with its request log until Ctrl-C, or in the background with --detach. What it holds is kept in --data and is there again at the next start. It listens on this machine only.';

  static override examples = [
    {description: 'Start it in the background', command: '<%= config.bin %> <%= command.id %> --detach'},
    {
      description: 'Try how a deploy copes when one upload in twenty fails',
      command: "<%= config.bin %> <%= command.id %> --fault 'PutObject:503:0.05'",
    },
  ];

  static override flags = {
    port: Flags.integer({
      min: 1,
      max: 65_535,
      helpValue: 'PORT',
      summary: 'Port of the endpoint (default: 4510, or another when that is taken).',
    }),
    'tls-port': Flags.integer({
      min: 1,
      max: 65_535,
      helpValue: 'PORT',
      summary: 'Port that serves real HTTPS and HTTP/2 (default: any free one).',
    }),
    detach: Flags.boolean({char: 'd', summary: 'Leave it running in the background.'}),
    data: Flags.string({helpValue: 'DIR', summary: 'Where its data is kept (default: .frontctl/local).'}),
    fault: Flags.string({
      multiple: true,
      helpValue: 'OPERATION:WHAT:SHARE',
      summary:
        'Fail or delay a share of the calls: a status, an error code of AWS, reset, or a time such as 25ms. May be repeated.',
    }),
    'deploy-delay': durationFlag({summary: 'How long a distribution stays InProgress after a change.'}),
    'invalidation-delay': durationFlag({summary: 'How long an invalidation stays InProgress.'}),
    'invalidation-quota': Flags.option({
      options: invalidationQuotas,
      multiple: true,
      summary:
        'Enforce a quota: in-progress (3,000 paths and 15 wildcards in progress per distribution) or rate (150 paths or tags and 1 wildcard a second). May be repeated.',
    })(),
  };

  protected override async execute(): Promise<LocalResult> {
    const {flags} = await this.parse(LocalStart);
    return runLocal(this.session(flags), {
      data: flags.data,
      port: flags.port,
      tlsPort: flags['tls-port'],
      faults: flags.fault,
      deployDelayMs: flags['deploy-delay'],
      invalidationDelayMs: flags['invalidation-delay'],
      invalidationQuotas: flags['invalidation-quota'],
      foreground: !flags.detach && !this.jsonEnabled(),
    });
  }

  protected override text(result: LocalResult): string {
    return localText(result);
  }
}
