import type {CloudFront, FunctionConfig, FunctionStage, FunctionSummary} from '@aws-sdk/client-cloudfront';
import {Uint8ArrayBlobAdapter} from '@smithy/core/serde';
import type {FunctionCode} from '../edge/types.js';
import {runFunction} from '../edge/functions/run.js';
import type {Handlers, Table} from '../types.js';
import {demand, fault} from './faults.js';
import {acceptCode, acceptConfig, acceptEvent} from './functions-accept.js';
import {functionArn, location, shortId} from './identifiers.js';
import {page, plainList} from './page.js';
import {checkVersion, type ResourceDependencies} from './resources.js';
import type {Tags} from './tags.js';

/** One stage of a function. Times are milliseconds of cloud time. */
interface StoredStage {
  readonly etag: string;
  readonly config: FunctionConfig;
  /** Base64: the bytes as they were sent. */
  readonly code: string;
  readonly modifiedAt: number;
}

interface LiveStage extends StoredStage {
  /** ETag of the DEVELOPMENT stage that it is a copy of. */
  readonly publishedFrom: string;
  /** When what was published reaches the edge. */
  readonly effectiveAt: number;
  /** What the edge runs until then; null after the first publish. */
  readonly replaces: StoredStage | null;
}

interface StoredFunction {
  readonly name: string;
  readonly createdAt: number;
  readonly development: StoredStage;
  /** Null until it is published. */
  readonly live: LiveStage | null;
}

export interface Functions {
  readonly handlers: ReturnType<typeof functionHandlers>;
  readonly exists: (arn: string) => boolean;
  /** Undefined: there is no such function. */
  readonly isPublished: (arn: string) => boolean | undefined;
  /** As the edge runs it now. The same object until it changes. */
  readonly liveCode: (arn: string) => FunctionCode | undefined;
}

export interface FunctionsOptions extends ResourceDependencies {
  /** Cloud time from a publish until the edge runs the new code, in milliseconds. */
  readonly deployDelayMs: number;
  readonly tags: Tags;
  /** Ids of the distributions that run the function. */
  readonly users: (arn: string) => readonly string[];
  /**
   * Inside a transaction: gives distributions a new version of the config that they have, so that they are deployed anew.
   * To be followed by the answer once it is durable.
   */
  readonly redeploy: (ids: readonly string[]) => () => void;
}

const mostFunctions = 100;

/**
 * CloudFront Functions: code in the stage DEVELOPMENT, copied to LIVE when it is published; only LIVE code runs at the edge.
 * Developer guide, "Create functions" to "Publish functions"; quotas: "Quotas on CloudFront Functions".
 */
export function createFunctions(options: FunctionsOptions): Functions {
  const {store, clock} = options;
  const table = store.table<StoredFunction>('cloudfront.function');
  const byArn = (arn: string): StoredFunction | undefined => {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    return arn === functionArn(name) ? table.get(name) : undefined;
  };
  /** By ETag, so that the same code is the same object. */
  const codes = new Map<string, {readonly etag: string; readonly code: FunctionCode}>();
  return {
    handlers: functionHandlers(options, table),
    exists: arn => byArn(arn) !== undefined,
    isPublished(arn) {
      const found = byArn(arn);
      return found && found.live !== null;
    },
    liveCode(arn) {
      const live = byArn(arn)?.live ?? null;
      const runs = live !== null && live.effectiveAt > clock.now() ? live.replaces : live;
      if (runs === null) {
        codes.delete(arn);
        return undefined;
      }
      const known = codes.get(arn);
      if (known?.etag === runs.etag) return known.code;
      const code = codeOf(runs);
      codes.set(arn, {etag: runs.etag, code});
      return code;
    },
  };
}

const stageAlone = ({etag, config, code, modifiedAt}: StoredStage): StoredStage => ({
  etag,
  config,
  code,
  modifiedAt,
});

const codeOf = ({code, config}: StoredStage): FunctionCode => ({
  code: Buffer.from(code, 'base64').toString(),
  runtime: config.Runtime ?? '',
});

function functionHandlers(options: FunctionsOptions, table: Table<StoredFunction>) {
  const {store, clock, random, deployDelayMs, tags, users, redeploy} = options;

  const get = (name: string | undefined): StoredFunction => {
    const found = name === undefined || name === '' ? undefined : table.get(name);
    if (found === undefined) throw fault('NoSuchFunctionExists', 'The specified function does not exist.');
    return found;
  };
  const stageOf = (found: StoredFunction, stage: string = 'DEVELOPMENT'): StoredStage => {
    demand(
      stage === 'DEVELOPMENT' || stage === 'LIVE',
      'InvalidArgument',
      `The Stage must be DEVELOPMENT or LIVE, not "${stage}".`,
    );
    const chosen = stage === 'LIVE' ? found.live : found.development;
    if (chosen === null) {
      throw fault(
        'NoSuchFunctionExists',
        `The function ${found.name} has not been published: it has no LIVE stage.`,
      );
    }
    return chosen;
  };

  /** `DEPLOYED` is what CloudFront answers for a function that distributions use. */
  const statusOf = ({name, development, live}: StoredFunction, stage: FunctionStage): string => {
    const published = live !== null && (stage === 'LIVE' || live.publishedFrom === development.etag);
    if (!published) return 'UNPUBLISHED';
    return users(functionArn(name)).length > 0 ? 'DEPLOYED' : 'UNASSOCIATED';
  };
  const summary = (found: StoredFunction, stage: FunctionStage = 'DEVELOPMENT'): FunctionSummary => {
    const {config, modifiedAt} = stageOf(found, stage);
    return {
      Name: found.name,
      Status: statusOf(found, stage),
      FunctionConfig: config,
      FunctionMetadata: {
        FunctionARN: functionArn(found.name),
        Stage: stage,
        CreatedTime: new Date(found.createdAt),
        LastModifiedTime: new Date(modifiedAt),
      },
    };
  };
  const drafted = (config: FunctionConfig | undefined, code: Uint8Array | undefined): StoredStage => ({
    etag: shortId(random, 'E'),
    config: acceptConfig(config),
    code: acceptCode(code),
    modifiedAt: clock.now(),
  });
  const changed = (name: string | undefined, ifMatch: string | undefined): StoredFunction => {
    const before = get(name);
    checkVersion('function', ifMatch, before.development.etag);
    return before;
  };

  return {
    async CreateFunction(input) {
      const name = input.Name ?? '';
      demand(
        /^[a-zA-Z0-9-_]{1,64}$/.test(name),
        'InvalidArgument',
        `The function name "${name}" must have 1 to 64 letters, digits, - and _.`,
      );
      const development = drafted(input.FunctionConfig, input.FunctionCode);
      const wanted = tags.parse(input.Tags?.Items);
      const made: StoredFunction = {name, createdAt: clock.now(), development, live: null};
      await store.write(() => {
        demand(
          table.get(name) === undefined,
          'FunctionAlreadyExists',
          `A function with the name ${name} already exists in this AWS account.`,
        );
        demand(
          [...table.range({limit: mostFunctions})].length < mostFunctions,
          'TooManyFunctions',
          `An account holds at most ${mostFunctions} CloudFront functions.`,
        );
        table.put(name, made);
        tags.put(functionArn(name), wanted);
      });
      return {FunctionSummary: summary(made), ETag: development.etag, Location: location(`function/${name}`)};
    },
    DescribeFunction(input) {
      const found = get(input.Name);
      return {FunctionSummary: summary(found, input.Stage), ETag: stageOf(found, input.Stage).etag};
    },
    GetFunction(input) {
      const {code, etag} = stageOf(get(input.Name), input.Stage);
      return {
        FunctionCode: new Uint8ArrayBlobAdapter(Buffer.from(code, 'base64')),
        ETag: etag,
        ContentType: 'application/octet-stream',
      };
    },
    async UpdateFunction(input) {
      const made = await store.write(() => {
        const before = changed(input.Name, input.IfMatch);
        const made = {...before, development: drafted(input.FunctionConfig, input.FunctionCode)};
        table.put(before.name, made);
        return made;
      });
      return {FunctionSummary: summary(made), ETag: made.development.etag};
    },
    // The ETag of DEVELOPMENT stays; those of the distributions that use the function change.
    async PublishFunction(input) {
      let durable: () => void = () => undefined;
      const made = await store.write(() => {
        const before = changed(input.Name, input.IfMatch);
        const {live, development} = before;
        const runs = live !== null && live.effectiveAt > clock.now() ? live.replaces : live;
        const made: StoredFunction = {
          ...before,
          live: {
            ...development,
            etag: shortId(random, 'E'),
            publishedFrom: development.etag,
            modifiedAt: clock.now(),
            effectiveAt: clock.now() + deployDelayMs,
            replaces: runs && stageAlone(runs),
          },
        };
        table.put(before.name, made);
        durable = redeploy(users(functionArn(before.name)));
        return made;
      });
      durable();
      return {FunctionSummary: summary(made, 'LIVE')};
    },
    async DeleteFunction(input) {
      await store.write(() => {
        const {name} = changed(input.Name, input.IfMatch);
        const used = users(functionArn(name));
        demand(
          used.length === 0,
          'FunctionInUse',
          `Cannot delete the function ${name} because it is in use by ${used.join(', ')}.`,
        );
        table.delete(name);
        tags.put(functionArn(name), new Map());
      });
      return {};
    },
    // Without a Stage both stages of a function are listed.
    ListFunctions(input) {
      const stages = input.Stage === undefined ? (['DEVELOPMENT', 'LIVE'] as const) : [input.Stage];
      const all = [...table.range()].flatMap(([, found]) =>
        stages.filter(stage => stage === 'DEVELOPMENT' || found.live !== null).map(stage => ({found, stage})),
      );
      // A comma sorts before every character of a name.
      const listed = page(all, ({found, stage}) => `${found.name},${stage}`, input);
      return {FunctionList: plainList(listed, ({found, stage}) => summary(found, stage))};
    },
    async TestFunction(input) {
      const found = get(input.Name);
      const stage = stageOf(found, input.Stage);
      checkVersion('function', input.IfMatch, stage.etag);
      const ran = await runFunction(codeOf(stage), acceptEvent(input.EventObject), clock.now());
      return {
        TestResult: {
          FunctionSummary: summary(found, input.Stage),
          ComputeUtilization: String(ran.utilization),
          FunctionExecutionLogs: [...ran.logs],
          FunctionErrorMessage: ran.error,
          FunctionOutput: ran.output === undefined ? '' : shownOutput(ran.output),
        },
      };
    },
  } satisfies Handlers<CloudFront>;
}

/** As CloudFront shows it: what was returned, under the name of what it is. */
function shownOutput(json: string): string {
  const returned: unknown = JSON.parse(json);
  const isResponse = typeof returned === 'object' && returned !== null && 'statusCode' in returned;
  return JSON.stringify(isResponse ? {response: returned} : {request: returned});
}
