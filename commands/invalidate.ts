import {Args, Flags} from '@oclif/core';
import {invalidateSummary} from '../src/terminal/ci/invalidate-summary.js';
import {FrontctlCommand} from '../src/terminal/command.js';
import {durationFlag} from '../src/terminal/flags.js';
import {pathTargetFlags} from '../src/terminal/invalidate/flags.js';
import {
  describeInvalidation,
  invalidate,
  type DryRunResult,
  type InvalidateResult,
} from '../src/terminal/invalidate/index.js';
import {dryRunText, invalidateText} from '../src/terminal/invalidate/text.js';

export default class Invalidate extends FrontctlCommand<InvalidateResult | DryRunResult> {
  static override summary =
    'Make the edge fetch paths, tags or changed files afresh, and wait until it does.';

  static override description =
    "What you type is sent as you typed it, and with a / or a query string that the cache key leaves out goes the path under which the page is really cached. With --strategy, --budget, --max-wildcards or --from-git it is planned over the live objects first: fewer paths cost less, but refetch objects that did not change; --dry-run shows both. Quote wildcards and tags: '/img/*' '#release-41'. Run it again after an interruption: what was sent is not paid twice.";

  static override examples = [
    {
      description: 'One page and a folder',
      command: "<%= config.bin %> invalidate /index.html '/img/*'",
    },
    {
      description: 'A wrong page is live: drop it, and see when the edge serves the right one',
      command:
        '<%= config.bin %> invalidate https://www.example.com/pricing --then-check https://www.example.com/pricing',
    },
    {
      description: 'All that the origin marked with a tag, on two distributions',
      command: "<%= config.bin %> invalidate '#product-42' -d www.example.com -d E2QWRUHAPOMQZL",
    },
    {
      description: 'What changed since the last commit: see paths and price first, at most 15 paths',
      command: '<%= config.bin %> invalidate --from-git HEAD~1 --budget 15 --dry-run',
    },
    {
      description: 'Paths from a file or another program, without waiting',
      command: '<%= config.bin %> invalidate - --no-wait < stale-pages.txt',
    },
    {
      description: 'Everything, from a script',
      command: "<%= config.bin %> invalidate '/*' --distribution E2QWRUHAPOMQZL --yes",
    },
  ];

  static override strict = false;

  static override args = {
    item: Args.string({
      // oclif would take whatever comes in on stdin for the argument that was not given.
      ignoreStdin: true,
      description:
        "Path (/index.html), wildcard ('/img/*'), full URL or tag ('#product-42'); - reads them from stdin. May be repeated.",
    }),
  };

  static override flags = {
    ...pathTargetFlags,
    'from-file': Flags.string({
      helpValue: 'FILE',
      summary: 'Read paths from a file, one a line (- is stdin).',
    }),
    'from-git': Flags.string({
      helpValue: 'RANGE',
      summary: 'What the files changed in a range of commits (HEAD~1, v41..v42) became on the site.',
    }),
    repeat: Flags.string({helpValue: 'ID', summary: 'Send the paths of an earlier invalidation again.'}),
    strategy: Flags.option({options: ['exact', 'balanced', 'frugal'] as const})({
      helpValue: 'exact|balanced|frugal',
      summary:
        'exact refetches no object too many, frugal sends the fewest paths, balanced is between (default: balanced where a plan is made).',
    }),
    budget: Flags.integer({min: 1, helpValue: 'N', summary: 'Most paths to send; a wildcard or tag is one.'}),
    'max-wildcards': Flags.integer({min: 0, helpValue: 'N', summary: 'Most wildcards among them.'}),
    'dry-run': Flags.boolean({
      summary: 'Show paths, price and what would be refetched. Sends nothing.',
    }),
    wait: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'Wait until every edge location has dropped them.',
    }),
    timeout: durationFlag({
      default: 600_000,
      defaultHelp: () => Promise.resolve('10m'),
      summary: 'How long to wait once they are sent.',
    }),
    'then-check': Flags.string({
      helpValue: 'URL',
      summary: 'Fetch this URL until the edge no longer serves the old object, and say how long it took.',
    }),
    reference: Flags.string({
      helpValue: 'ID',
      summary: 'Your own name for this job: the same name and paths are never paid twice, from any machine.',
    }),
  };

  protected override async execute(): Promise<InvalidateResult | DryRunResult> {
    const {argv, flags} = await this.parse(Invalidate);
    const request = {
      ...flags,
      args: argv as string[],
      fromFile: flags['from-file'],
      fromGit: flags['from-git'],
      maxWildcards: flags['max-wildcards'],
      thenCheck: flags['then-check'],
      timeoutMs: flags.timeout,
      unattended: this.jsonEnabled(),
    };
    const session = this.session(flags);
    if (flags['dry-run']) return describeInvalidation(session, request);
    const {result, failure} = await invalidate(session, request);
    this.endWith(failure);
    return result;
  }

  protected override text(result: InvalidateResult | DryRunResult): string {
    return 'durationMs' in result ? invalidateText(result, process.stdout.columns) : dryRunText(result);
  }

  protected override readonly jobTitle = 'Invalidation';

  protected override summary(result: InvalidateResult | DryRunResult): string {
    return invalidateSummary(result);
  }
}
