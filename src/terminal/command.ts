import {Command, Errors, Flags, type Interfaces} from '@oclif/core';
import {Failure} from '../failure.js';
import type {Outputs} from './ci/job.js';
import {hasJobFiles, isGitHub} from './ci/workflow-command.js';
import {warningLine} from './progress-text.js';
import {asFailure, errorText, reportFailure} from './report.js';
import {openSession, type Session, type SessionOptions} from './session.js';

// Who reads the progress may leave (`frontctl deploy 2>&1 | head`): the work goes on.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// The same for stdout. oclif's listener throws at a full disk, which ends in a dump of its source.
process.stdout.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  const message = `The output cannot be written (${error.code ?? error.name}).`;
  process.exit(reportFailure(new Failure('unexpected', 'OUTPUT_UNWRITABLE', message, {cause: error}), false));
});

type GlobalFlags = Interfaces.InferredFlags<(typeof FrontctlCommand)['baseFlags']>;

/**
 * Base of every command: global flags, `--json`, errors and exit codes. A command parses, makes one call into src/,
 * and returns one value that `text` renders for people and `--json` prints as it is.
 */
export abstract class FrontctlCommand<Result extends object> extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    config: Flags.string({
      char: 'c',
      helpValue: 'FILE',
      helpGroup: 'GLOBAL',
      summary: 'Config file (default: frontctl.config.* found from here upwards).',
    }),
    env: Flags.string({
      char: 'e',
      helpValue: 'NAME',
      helpGroup: 'GLOBAL',
      summary: 'Environment of the config to use.',
    }),
    local: Flags.boolean({
      helpGroup: 'GLOBAL',
      summary: 'Use the embedded cloud on this machine instead of AWS; it is started when it is not running.',
    }),
    profile: Flags.string({
      helpValue: 'NAME',
      helpGroup: 'GLOBAL',
      summary: 'AWS profile (default: AWS_PROFILE).',
    }),
    region: Flags.string({helpValue: 'REGION', helpGroup: 'GLOBAL', summary: 'AWS region of the bucket.'}),
    'endpoint-url': Flags.string({
      helpValue: 'URL',
      helpGroup: 'GLOBAL',
      summary: 'Send every AWS call to this URL (an emulator).',
      exclusive: ['local'],
    }),
    'no-color': Flags.boolean({helpGroup: 'GLOBAL', summary: 'Plain text (NO_COLOR=1 does the same).'}),
    quiet: Flags.boolean({helpGroup: 'GLOBAL', summary: 'No progress on stderr, only warnings and errors.'}),
    yes: Flags.boolean({char: 'y', helpGroup: 'GLOBAL', summary: 'Answer yes to every question.'}),
  };

  /** Does the work and returns what `--json` prints. */
  protected abstract execute(): Promise<Result>;

  /** The same value for people, answer first, without a newline at the end; empty for nothing. */
  protected abstract text(result: Result): string;

  /** The command in headings of the job summary of GitHub Actions: `Deploy`. Without it a run leaves nothing to its job. */
  protected readonly jobTitle: string | undefined = undefined;

  /** Markdown for the job summary. */
  protected summary?(result: Result): string;

  /** Outputs of the step. */
  protected outputs?(result: Result): Outputs;

  override async run(): Promise<Result> {
    const result = await this.execute();
    if (!this.jsonEnabled()) {
      const text = this.text(result);
      if (text !== '') process.stdout.write(`${text}\n`);
    }
    if (this.late !== undefined) {
      if (!this.jsonEnabled() || isGitHub()) process.stderr.write(errorText(this.late));
      this.finishWith(this.late.exitCode);
    }
    await this.tellJob(this.late, result);
    return result;
  }

  /** What the run leaves in the files that GitHub Actions names: its result, its failure, or both. */
  private async tellJob(failure: Failure | undefined, result?: Result): Promise<void> {
    const {env} = process;
    if (this.jobTitle === undefined || !hasJobFiles(env)) return;
    const {failureSummary, writeJobFiles} = await import('./ci/job.js');
    const parts = [
      ...(result === undefined ? [] : [this.summary?.(result) ?? '']),
      ...(failure === undefined ? [] : [failureSummary(this.jobTitle, failure)]),
    ];
    const outputs = result === undefined ? {} : (this.outputs?.(result) ?? {});
    for (const message of await writeJobFiles(
      {summary: parts.filter(part => part !== '').join('\n\n'), outputs},
      env,
    )) {
      process.stderr.write(`${warningLine(message)}\n`);
    }
  }

  /** Exit code of a run that ended without an error but not with success either (0 unless a command says otherwise). */
  protected finishWith(code: number): void {
    process.exitCode = code;
  }

  private late: Failure | undefined;

  /** A failure that came when there was a result already: both are told, and the exit code is the failure's. The result says it under --json. */
  protected endWith(failure: Failure | undefined): void {
    this.late = failure;
  }

  private opened: Session | undefined;

  /** Config, AWS clients, progress and Ctrl-C for this run. */
  protected session(flags: GlobalFlags, more: Pick<SessionOptions, 'ignoresConfig'> = {}): Session {
    this.opened ??= openSession({
      cwd: process.cwd(),
      env: process.env,
      configFile: flags.config,
      environment: flags.env,
      local: flags.local,
      profile: flags.profile,
      region: flags.region,
      endpointUrl: flags['endpoint-url'],
      silent: flags.quiet || this.jsonEnabled(),
      ...more,
    });
    return this.opened;
  }

  // oclif's own handling prints stacks and dumps its config under --json; the exit code has to be set for both modes.
  protected override async catch(error: Error): Promise<never> {
    await this.opened?.close();
    if (error instanceof Errors.ExitError) throw error;
    const code = reportFailure(error, this.jsonEnabled() || this.argv.includes('--json'));
    await this.tellJob(asFailure(error));
    throw Object.assign(new Errors.ExitError(code), {exitCode: code, cause: error});
  }

  protected override async finally(): Promise<void> {
    await this.opened?.close();
  }
}
