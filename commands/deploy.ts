import {Args, Flags} from '@oclif/core';
import type {DeployResult, PlanDescription} from '../src/deploy/index.js';
import {deployOutputs, deploySummary, planSummary} from '../src/terminal/ci/deploy-summary.js';
import type {Outputs} from '../src/terminal/ci/job.js';
import {FrontctlCommand} from '../src/terminal/command.js';
import {maxDeleteFlag} from '../src/terminal/deploy/flags.js';
import {deploySite, planSite} from '../src/terminal/deploy/run.js';
import {deployText, planText} from '../src/terminal/deploy/text.js';
import {beside, durationFlag} from '../src/terminal/flags.js';

export default class Deploy extends FrontctlCommand<DeployResult | PlanDescription> {
  static override summary = 'Put a build live: upload what changed, then invalidate exactly that.';

  static override description =
    'Files go up in an order that never shows a page whose assets are missing: fingerprinted assets, other files, HTML, then deletes. What changed is decided by content and headers, not by time. Run it again after an interruption; it goes on where it stopped.';

  static override examples = [
    {
      description: 'See the site on this machine, without an account or a config',
      command: '<%= config.bin %> deploy ./dist --local',
    },
    {description: 'Show what would change', command: '<%= config.bin %> deploy --dry-run'},
    {
      description: 'Have the plan reviewed, then deploy exactly that',
      command:
        '<%= config.bin %> deploy --dry-run --out plan.json && <%= config.bin %> deploy --plan plan.json',
    },
    {
      description: 'Deploy the production environment of the config from CI',
      command: '<%= config.bin %> deploy --env production --yes --json',
    },
    {
      description: 'Deploy to a bucket and distribution made elsewhere',
      command: '<%= config.bin %> deploy ./dist --bucket my-site --distribution E2QWRUHAPOMQZL',
    },
  ];

  static override args = {
    dir: Args.string({description: 'Build folder (default: site.dir of the config).'}),
  };

  static override flags = {
    'dry-run': Flags.boolean({summary: 'Show the plan and change nothing.', exclusive: ['plan']}),
    out: Flags.string({
      helpValue: 'FILE',
      ...beside('dry-run'),
      summary: 'Save the plan, to be looked at and deployed with --plan.',
    }),
    plan: Flags.string({
      helpValue: 'FILE',
      summary: 'Deploy as it was planned there; refused when the build or the live site has changed since.',
    }),
    bucket: Flags.string({helpValue: 'NAME', summary: 'Bucket (default: bucket.name of the config).'}),
    distribution: Flags.string({
      helpValue: 'ID',
      multiple: true,
      multipleNonGreedy: true,
      summary:
        'Distribution to invalidate, or several (default: distribution.id and invalidation.distributions of the config).',
    }),
    prefix: Flags.string({
      helpValue: 'PREFIX',
      summary: 'Folder inside the bucket (default: bucket.prefix of the config).',
    }),
    wait: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'Wait until the edge has dropped the old files.',
    }),
    timeout: durationFlag({
      default: 600_000,
      defaultHelp: () => Promise.resolve('10m'),
      summary: 'How long to wait.',
    }),
    prune: Flags.boolean({
      allowNo: true,
      default: true,
      summary:
        'Delete files of earlier deploys that are no longer in the build. Files that others put there always stay.',
    }),
    'max-delete': maxDeleteFlag({
      summary: 'Refuse to delete more files than that (default: 25%, which counts from 11 files on).',
    }),
    force: Flags.boolean({
      summary: 'Deploy although a newer release is live, or the bucket holds another site.',
    }),
    'lock-timeout': durationFlag({
      summary: 'How long to wait for another deploy of this site (default: 10m).',
    }),
    'source-maps': Flags.boolean({allowNo: true, summary: 'Publish source maps, too.'}),
    concurrency: Flags.integer({
      min: 1,
      max: 1024,
      helpValue: 'N',
      summary: 'Uploads at a time, at most (default: as many as the bucket takes).',
    }),
    release: Flags.string({
      helpValue: 'ID',
      summary: 'Name of this release (default: the time and six random hex digits).',
    }),
    verify: Flags.boolean({
      summary: 'Look at the headers of every live file too, in case somebody changed them by hand.',
    }),
    commit: Flags.string({helpValue: 'SHA', summary: 'Commit that was built, kept with the release.'}),
  };

  private commit: string | undefined;

  protected override async execute(): Promise<DeployResult | PlanDescription> {
    const {args, flags} = await this.parse(Deploy);
    this.commit = flags.commit ?? process.env['GITHUB_SHA'];
    const request = {...flags, dir: args.dir, timeoutMs: flags.timeout};
    const session = this.session(flags);
    if (!flags['dry-run']) return deploySite(session, request, flags.plan);
    const {description, refusal} = await planSite(session, request, flags.out);
    this.endWith(refusal);
    return description;
  }

  protected override text(result: DeployResult | PlanDescription): string {
    return 'plan' in result ? planText(result) : deployText(result);
  }

  protected override readonly jobTitle = 'Deploy';

  protected override summary(result: DeployResult | PlanDescription): string {
    return 'plan' in result ? planSummary(result) : deploySummary(result, this.commit);
  }

  protected override outputs(result: DeployResult | PlanDescription): Outputs {
    return 'plan' in result ? {} : deployOutputs(result);
  }
}
