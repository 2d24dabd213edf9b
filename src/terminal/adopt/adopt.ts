/** `frontctl distribution adopt`: a config file for a live distribution, and the proof that its plan is empty. */
import {loadConfig} from '../../config/index.js';
import type {Config} from '../../config/types.js';
import {configText, type ConfigText, type WrittenFormat} from '../../config/write/index.js';
import {
  findByAlias,
  readDistribution,
  type AdoptedConfig,
  type AdoptedSecret,
  type Distribution,
} from '../../distribution/index.js';
import type {Aws} from '../../aws/index.js';
import {Failure} from '../../failure.js';
import {adopt, listed, prepareSiteStack, type Change, type ListedDistribution} from '../../stack/index.js';
import {asJson} from '../changes-text.js';
import type {Session} from '../session.js';
import {chooseDestination, readBack, writeOut, type Destination} from './file.js';
import {isExpected} from './migration.js';

export interface AdoptRequest {
  /** Id or host name. */
  readonly distribution: string;
  readonly out: string | undefined;
  readonly format: WrittenFormat | undefined;
  readonly force: boolean;
  readonly minimal: boolean;
  readonly policies: boolean;
  readonly local: boolean;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What `--json` prints. Header values are in no part of it. */
export interface AdoptResult {
  readonly distribution: ListedDistribution;
  /** Null where it was printed. */
  readonly file: string | null;
  readonly config: Config;
  readonly secrets: readonly AdoptedSecret[];
  /** Behaviors that keep legacy cache settings. */
  readonly legacyBehaviors: number;
  readonly notes: readonly string[];
  readonly plan: {readonly changes: readonly Change[]};
  readonly minimal: boolean;
  /** The file's text, where it was printed. */
  readonly text: string | null;
}

export interface Adopted {
  readonly result: AdoptResult;
  /** The config is written, and its plan is not what it should be. */
  readonly late: Failure | undefined;
}

/**
 * Failures: CONFIG_EXISTS (exit 4), ADOPT_LOCAL, OUT_FORMAT, OUT_UNWRITABLE, NO_SUCH_DISTRIBUTION (exit 2), and those of the
 * calls. `late`: PLAN_NOT_EMPTY (exit 1), a fault of frontctl's.
 */
export async function adoptDistribution(session: Session, request: AdoptRequest): Promise<Adopted> {
  if (request.local) throw localFailure(request.distribution);
  const destination = await chooseDestination(request);
  const aws = await session.aws();
  const live = await find(aws, request.distribution);
  const adopted = await adopt(aws, live, request);
  const text = await configText(destination.format, textOf(adopted, live, request));
  await writeOut(destination, text, request.force);
  const changes = await planOf(aws, live, adopted, destination, text, request);
  const secrets = adopted.secrets;
  return {
    result: {
      distribution: listed(live),
      file: destination.file ?? null,
      config: adopted.config,
      secrets,
      legacyBehaviors: adopted.legacyBehaviors,
      notes: adopted.notes,
      plan: {changes: asJson(changes)},
      minimal: request.minimal,
      text: destination.file === undefined ? text : null,
    },
    late: request.policies
      ? lateFailure(changes.filter(change => !isExpected(change)))
      : lateFailure(changes),
  };
}

/** Under --local the id in a config belongs to AWS and counts for nothing: what is written could not be planned. */
const localFailure = (named: string): Failure =>
  new Failure(
    'usage',
    'ADOPT_LOCAL',
    'The id of a distribution counts for nothing under --local, so none can be adopted there.',
    {
      hint: `To try it on the embedded cloud: frontctl distribution adopt ${named} --endpoint-url http://127.0.0.1:PORT (\`local status\` shows the port).`,
    },
  );

async function find(aws: Aws, named: string): Promise<Distribution> {
  if (!named.includes('.')) return readDistribution(aws, named);
  const found = await findByAlias(aws, named);
  if (found !== undefined) return found;
  throw new Failure(
    'usage',
    'NO_SUCH_DISTRIBUTION',
    `No distribution of this account answers for ${named}.`,
    {
      hint: 'Check the name and the account (--profile), or name the distribution by its id.',
    },
  );
}

function textOf(adopted: AdoptedConfig, live: Distribution, {minimal}: AdoptRequest): ConfigText {
  const {config, comments} = adopted;
  const about = `Distribution ${live.id} (${live.domainName}), as it was when frontctl adopted it.`;
  const header = minimal
    ? [about, 'Only named: its settings are managed elsewhere, and frontctl leaves them alone.']
    : [about, 'It names every field of the distribution: `frontctl plan` shows what differs.'];
  return {config, comments, header};
}

/** Really loads what was written, with the variables that it needs, and plans it. */
async function planOf(
  aws: Aws,
  live: Distribution,
  adopted: AdoptedConfig,
  destination: Destination,
  text: string,
  {cwd, env}: AdoptRequest,
): Promise<readonly Change[]> {
  const {config} = await readBack(destination, text, file =>
    loadConfig({file, cwd, env: {...env, ...adopted.env}}),
  );
  const settings = {name: config.name ?? live.id.toLowerCase(), config, code: new Map<string, string>()};
  const {changes} = await prepareSiteStack({aws, settings, force: false});
  return changes.filter(({action}) => action !== 'none');
}

function lateFailure(changes: readonly Change[]): Failure | undefined {
  if (changes.length === 0) return undefined;
  const fields = changes.flatMap(({resource, action, diff}) =>
    diff.length === 0 ? [`${action} ${resource}`] : diff.map(({path}) => path),
  );
  return new Failure(
    'unexpected',
    'PLAN_NOT_EMPTY',
    `The config was written, but its plan is not empty: ${fields.join(', ')}.`,
    {
      hint: 'Nothing was changed at AWS. Do not apply it: this is a fault in frontctl, please report these fields.',
    },
  );
}
