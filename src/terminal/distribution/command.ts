import {FrontctlCommand} from '../command.js';
import {changesText, widthOf} from '../changes-text.js';
import {chalk} from '../colour.js';
import type {Changed, ChangeResult} from './change.js';

/** Base of the commands that change a live distribution. */
export abstract class ChangeCommand extends FrontctlCommand<ChangeResult> {
  /** A wait that ended early is told after the result. */
  protected finish({result, late}: Changed): ChangeResult {
    this.endWith(late);
    return result;
  }

  protected override text(result: ChangeResult): string {
    return changedText(result, widthOf(process.stdout));
  }
}

export function changedText({distribution, changes, applied, undo}: ChangeResult, width: number): string {
  const {id, status} = distribution;
  if (!applied) {
    const reasons = changes.map(({reason}) => reason).join('; ');
    const isChange = changes.some(({action}) => action !== 'none');
    return isChange ? changesText(changes, width) : `Nothing to change on ${chalk.bold(id)}: ${reasons}.`;
  }
  const done = changes.filter(({action}) => action !== 'none');
  // What belongs to it (a function) is told in the plan.
  const main = done.find(({resource}) => resource === `distribution ${id}`) ?? done.at(-1);
  return [
    `${chalk.green('Changed')} ${chalk.bold(id)}: ${main?.reason ?? ''} (${status})`,
    ...(undo === null ? [] : [`  Undo  ${undo}`]),
  ].join('\n');
}
