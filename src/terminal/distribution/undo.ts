/** `frontctl distribution undo`. */
import {configDiff, withLiveHeaderValues, type Distribution} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {chooseKept, listKept, undoEdit, type HistoryOptions, type Kept} from '../../stack/index.js';
import type {Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {changeDistribution, terminalOf, type Changed, type ChangeRequest} from './change.js';
import {findOne, type OneFlags} from './one.js';

export interface UndoRequest extends ChangeRequest {
  /** A number of the list, or a time. */
  readonly to: string | undefined;
}

/** Failures: those of `chooseKept`, `undoEdit` and `changeDistribution`. */
export async function undo(
  session: Session,
  request: UndoRequest,
  options: HistoryOptions = {},
  terminal: Terminal = terminalOf(),
): Promise<Changed> {
  return changeDistribution(
    session,
    request,
    async (live, aws) => {
      const kept = await listKept(aws, live, options);
      const chosen = chooseKept(kept, request.to, live.id);
      const edit = await undoEdit(aws, live, kept, chosen);
      return {
        ...edit,
        asked: {
          question: `Bring this config back`,
          refusal: `Bringing a former config of ${live.id} back asks first`,
        },
      };
    },
    terminal,
  );
}

/** One config that can come back. */
export interface ListedKept {
  /** For --to. */
  readonly number: number;
  /** ISO 8601: when it was replaced. */
  readonly replacedAt: string;
  /** What replaced it. */
  readonly by: string;
  readonly etag: string;
  /** Fields in which it differs from the live one; null where a header value of it is gone. */
  readonly fields: number | null;
  /** `s3://bucket/key`, or a file. */
  readonly place: string;
}

/** The `--json` result of `distribution undo --list`. */
export interface KeptList {
  readonly distributionId: string;
  readonly kept: readonly ListedKept[];
}

export async function listUndo(
  session: Session,
  flags: OneFlags,
  options: HistoryOptions = {},
): Promise<KeptList> {
  const live = await findOne(session, flags);
  const kept = await listKept(await session.aws(), live, options);
  return {
    distributionId: live.id,
    kept: kept.map((each, index) => ({
      number: index + 1,
      replacedAt: each.takenAt,
      by: each.before,
      etag: each.etag,
      fields: fieldsOf(each, live),
      place: each.place,
    })),
  };
}

function fieldsOf(kept: Kept, live: Distribution): number | null {
  try {
    return configDiff(live.config, withLiveHeaderValues(kept.config, live.config)).length;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
