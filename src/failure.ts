/**
 * Process exit codes, stable for scripts (README, "Exit codes").
 * 0 done · 1 unexpected · 2 usage or config · 3 credentials or permissions · 4 conflict ·
 * 5 live, but follow-up unfinished · 6 refused by a guard · 130 interrupted.
 */
export const exitCodes = {
  unexpected: 1,
  usage: 2,
  access: 3,
  conflict: 4,
  unfinished: 5,
  refused: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface FailureOptions {
  /** What to try next: one sentence, a command where there is one. */
  readonly hint?: string | undefined;
  /** The underlying error; printed only under DEBUG=frontctl. */
  readonly cause?: unknown;
}

/**
 * The only error a user sees: what went wrong and where (`message`, one sentence), what to try (`hint`),
 * a stable SCREAMING_SNAKE `code` for scripts and the process exit code. Carries no secrets.
 */
export class Failure extends Error {
  readonly hint: string | undefined;

  constructor(
    readonly exit: keyof typeof exitCodes,
    readonly code: string,
    message: string,
    options: FailureOptions = {},
  ) {
    super(message, {cause: options.cause});
    this.name = 'Failure';
    this.hint = options.hint;
  }

  get exitCode(): ExitCode {
    return exitCodes[this.exit];
  }
}
