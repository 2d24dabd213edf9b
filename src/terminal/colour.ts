import chalk, {chalkStderr} from 'chalk';

/** How much colour a stream takes: 0 is none. */
interface Pen {
  level: number;
}

/**
 * Takes the colour from `pens` where `env` asks for none (https://no-color.org: set and not empty). FORCE_COLOR wins, as in
 * Node itself. chalk knows FORCE_COLOR, TERM=dumb and --no-color on its own, but not this variable.
 */
export function honourNoColor(env: NodeJS.ProcessEnv, pens: readonly Pen[]): void {
  if ((env['NO_COLOR'] ?? '') === '' || env['FORCE_COLOR'] !== undefined) return;
  for (const pen of pens) pen.level = 0;
}

honourNoColor(process.env, [chalk, chalkStderr]);

/** `chalk` for what goes to stdout, `chalkStderr` for stderr: each knows whether its own stream takes colour. */
export {default as chalk, chalkStderr} from 'chalk';
