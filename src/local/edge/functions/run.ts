import {createHash, createHmac} from 'node:crypto';
import type {QuickJSContext, QuickJSHandle, QuickJSWASMModule, Scope} from 'quickjs-emscripten-core';
import {functionMemoryBytes, functionStackBytes, functionTurns, mostLogBytes} from '../choices.js';
import type {FunctionCode} from '../types.js';
import {bufferSources} from './buffer-source.js';
import {builtInModules} from './built-in-modules.js';
import {importedModule, sandboxSource} from './sandbox.js';
import {unsupportedSyntax} from './syntax.js';

/** What became of one run of a function. */
export interface FunctionRun {
  /** What the handler returned, as JSON; undefined when it failed. */
  readonly output: string | undefined;
  /** `Name: message` of what went wrong, with the line where it is known; '' when nothing did. */
  readonly error: string;
  /** What `console.log` wrote, a line each. */
  readonly logs: readonly string[];
  /** Share of the time that a function may take, 0 to 100. */
  readonly utilization: number;
}

interface Engine {
  readonly quickjs: QuickJSWASMModule;
  readonly Scope: typeof Scope;
}

let engine: Promise<Engine> | undefined;

/** Loaded with the first function that runs: a cloud without functions never pays for it. */
function loadEngine(): Promise<Engine> {
  engine ??= (async () => {
    const [core, variant] = await Promise.all([
      import('quickjs-emscripten-core'),
      import('@jitl/quickjs-singlefile-mjs-release-sync'),
    ]);
    return {quickjs: await core.newQuickJSWASMModuleFromVariant(variant.default), Scope: core.Scope};
  })();
  return engine;
}

/**
 * Runs `handler(event)` of a function in a sandbox of its own, so that no state is left for the next request. `event` is
 * JSON, `now` the time that `Date` tells, in milliseconds. Ends by itself: time and memory are bounded. Never rejects on
 * account of the code.
 */
export async function runFunction(what: FunctionCode, event: string, now: number): Promise<FunctionRun> {
  const logs: string[] = [];
  const failed = (error: string, utilization = 0): FunctionRun => ({
    output: undefined,
    error,
    logs,
    utilization,
  });
  const refused = unsupportedSyntax(what.code, what.runtime);
  if (refused !== undefined) return failed(refused);
  let turns = 0;
  const utilization = () => Math.min(100, Math.round((turns / functionTurns) * 100));
  try {
    const {quickjs, Scope} = await loadEngine();
    return Scope.withScope(scope => {
      const runtime = scope.manage(quickjs.newRuntime());
      runtime.setMemoryLimit(functionMemoryBytes);
      runtime.setMaxStackSize(functionStackBytes);
      runtime.setInterruptHandler(() => ++turns > functionTurns);
      runtime.setModuleLoader(
        name => importedModule(name) ?? {error: new Error(`Cannot find module "${name}"`)},
      );
      const vm = sandboxOf(scope.manage(runtime.newContext()), scope);
      try {
        const output = handle(vm, what, event, now, logs);
        return {output, error: '', logs, utilization: utilization()};
      } catch (error) {
        if (!(error instanceof CodeFailure)) throw error;
        return turns > functionTurns
          ? failed('Error: The function ran longer than CloudFront allows.', 100)
          : failed(error.message, utilization());
      }
    });
  } catch (error) {
    // The engine gave up, or its files went away with an update of frontctl: the next run loads it anew.
    engine = undefined;
    return failed(`InternalError: ${error instanceof Error ? error.message : String(error)}`, 100);
  }
}

/** What the code threw. */
class CodeFailure extends Error {}

/** The context, with handles that live as long as the scope and throws as CodeFailure. */
interface Sandbox {
  readonly context: QuickJSContext;
  readonly keep: <T extends QuickJSHandle>(handle: T) => T;
  readonly evaluate: (code: string, file: string, type: 'global' | 'module') => QuickJSHandle;
  readonly call: (callee: QuickJSHandle, ...given: readonly QuickJSHandle[]) => QuickJSHandle;
  /** What a promise resolved to, once every job that can run has run; other values as they are. */
  readonly settled: (value: QuickJSHandle) => QuickJSHandle;
}

function sandboxOf(context: QuickJSContext, scope: Scope): Sandbox {
  const keep = <T extends QuickJSHandle>(handle: T): T => scope.manage(handle);
  type Result = ReturnType<QuickJSContext['evalCode']>;
  const value = (result: Result): QuickJSHandle => {
    if (result.error) throw new CodeFailure(describe(context.dump(keep(result.error))));
    return keep(result.value);
  };
  return {
    context,
    keep,
    evaluate: (code, file, type) => value(context.evalCode(code, file, {type, strict: true})),
    call: (callee, ...given) => value(context.callFunction(callee, context.undefined, ...given)),
    settled(promise) {
      const jobs = context.runtime.executePendingJobs();
      if (jobs.error) throw new CodeFailure(describe(context.dump(keep(jobs.error))));
      const state = context.getPromiseState(promise);
      if (state.type === 'pending') {
        throw new CodeFailure('Error: The function waits for a promise that nothing settles.');
      }
      if (state.type === 'rejected') throw new CodeFailure(describe(context.dump(keep(state.error))));
      return state.notAPromise === true ? promise : keep(state.value);
    },
  };
}

/** The handler's answer as JSON. @throws CodeFailure */
function handle(vm: Sandbox, what: FunctionCode, event: string, now: number, logs: string[]): string {
  const {context, keep} = vm;
  const modern = what.runtime !== 'cloudfront-js-1.0';
  const prepare = vm.evaluate(sandboxSource, 'sandbox.js', 'global');
  const tools = vm.call(
    prepare,
    hostOf(vm, logs),
    keep(context.newNumber(now)),
    modern ? context.true : context.false,
  );
  // A module is strict, and may import; its last line hands over what it declared.
  const exported = '\n;globalThis.__handler = typeof handler === "function" ? handler : undefined;';
  vm.settled(vm.evaluate(what.code + exported, 'function.js', 'module'));
  const handler = keep(context.getProp(context.global, '__handler'));
  if (context.typeof(handler) !== 'function') {
    throw new CodeFailure('ReferenceError: "handler" is not defined');
  }
  const parse = keep(context.getProp(tools, 'parse'));
  const stringify = keep(context.getProp(tools, 'stringify'));
  const given = vm.call(parse, keep(context.newString(event)));
  const answer = vm.settled(vm.call(handler, given));
  const json = vm.call(stringify, answer);
  return context.typeof(json) === 'string' ? context.getString(json) : 'null';
}

/** The sandbox's only way out: `log`, `hash` and `source`. Bytes travel as hex: strings end at a zero byte on the way. */
function hostOf({context, keep}: Sandbox, logs: string[]): QuickJSHandle {
  const host = keep(context.newObject());
  const give = (name: string, work: (...given: readonly QuickJSHandle[]) => QuickJSHandle): void => {
    context.setProp(host, name, keep(context.newFunction(name, work)));
  };
  const text = (handle: QuickJSHandle | undefined): string | undefined =>
    handle !== undefined && context.typeof(handle) === 'string' ? context.getString(handle) : undefined;
  let room = mostLogBytes;
  give('log', line => {
    const kept = (text(line) ?? '').slice(0, room);
    if (room > 0) logs.push(kept);
    room -= kept.length;
    return context.undefined;
  });
  give('hash', (algorithm, key, data) => {
    const name = text(algorithm) ?? '';
    const secret = text(key);
    const made = secret === undefined ? createHash(name) : createHmac(name, Buffer.from(secret, 'hex'));
    return context.newString(made.update(text(data) ?? '', 'hex').digest('hex'));
  });
  const sources: Readonly<Record<string, string>> = {...builtInModules, ...bufferSources};
  give('source', name => context.newString(sources[text(name) ?? ''] ?? ''));
  return host;
}

/** `TypeError: cannot read property 'x' of undefined (line 3)`. Anything may be thrown. */
function describe(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return `Error: ${String(thrown)}`;
  const {name, message, stack} = thrown as Readonly<Record<string, unknown>>;
  const line = /function\.js:(\d+)/.exec(typeof stack === 'string' ? stack : '')?.[1];
  const what = typeof message === 'string' ? message : JSON.stringify(thrown);
  return `${typeof name === 'string' ? name : 'Error'}: ${what}${line === undefined ? '' : ` (line ${line})`}`;
}
