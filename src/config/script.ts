import {fileURLToPath, pathToFileURL} from 'node:url';
import {Failure} from '../failure.js';
import {defineConfig, type ConfigContext} from './define.js';
import {syntaxFailure, type Position} from './position.js';

/**
 * The value that a JavaScript or TypeScript config exports; a function is called with `context`.
 * `import {defineConfig} from 'frontctl'` works although frontctl need not be installed beside the config.
 * Failures: CONFIG_SYNTAX, CONFIG_FAILED (it threw), CONFIG_INVALID (nothing exported).
 */
export async function loadScript(file: string, name: string, context: ConfigContext): Promise<unknown> {
  try {
    const exported = await exportedBy(file);
    return await (typeof exported === 'function'
      ? (exported as (context: ConfigContext) => unknown)(context)
      : exported);
  } catch (error) {
    throw error instanceof Failure ? error : scriptFailure(error, file, name);
  }
}

async function exportedBy(file: string): Promise<unknown> {
  const module = await (file.endsWith('.ts') ? importTranspiled(file) : importNative(file));
  const exported = defaultExport(module);
  if (exported === undefined) {
    throw new Failure('usage', 'CONFIG_INVALID', `${file} has no default export.`, {
      hint: 'Write "export default defineConfig({...})".',
    });
  }
  return exported;
}

/** CommonJS compiled from ESM arrives as `{default: {__esModule: true, default}}`. */
function defaultExport(module: unknown): unknown {
  const outer = isObject(module) && 'default' in module ? module['default'] : undefined;
  return isObject(outer) && outer['__esModule'] === true ? outer['default'] : outer;
}

async function importNative(file: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(file).href)) as unknown;
  } catch (error) {
    // Thrown before the config's own code ran: jiti reads what Node does not (`import` in a package without
    // "type": "module", `frontctl` where it is not installed), and says where a syntax error is, which Node does not.
    const ran = error instanceof Error && positionInStack(error.stack ?? '', file) !== undefined;
    const missing = isObject(error) && error['code'] === 'ERR_MODULE_NOT_FOUND';
    if (!ran || missing) return importTranspiled(file);
    throw error;
  }
}

async function importTranspiled(file: string): Promise<unknown> {
  const {createJiti} = await import('jiti');
  const jiti = createJiti(file, {
    // A shared temporary folder is no place for code that we run.
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: {frontctl: {defineConfig}},
  });
  const module = await jiti.import(file);
  return isObject(module) && 'default' in module ? module : {default: module};
}

function scriptFailure(error: unknown, file: string, name: string): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const parse = /^ParseError: (.*?)\s*\n\s*(.*):(\d+):(\d+)$/s.exec(message);
  if (parse !== null) {
    const [, reason = '', where = '', line, column] = parse;
    // Babel counts columns from 0.
    return syntaxFailure(
      where === file ? name : where,
      {line: Number(line), column: Number(column) + 1},
      reason,
    );
  }
  const at = error instanceof Error ? positionInStack(error.stack ?? '', file) : undefined;
  // jiti puts its own words before the first line of what it transpiles: the column is off there, lines are kept.
  const isShifted = at?.line === 1 && file.endsWith('.ts');
  const column = at === undefined || isShifted ? '' : `:${at.column}`;
  const place = at === undefined ? name : `${name}:${at.line}${column}`;
  const reason = message.split('\n')[0] ?? '';
  return new Failure('usage', 'CONFIG_FAILED', `${place}: the config threw ${JSON.stringify(reason)}.`, {
    hint: 'Run with DEBUG=frontctl to see where.',
    cause: error,
  });
}

function positionInStack(stack: string, file: string): Position | undefined {
  for (const line of stack.split('\n')) {
    const [, place = '', row, column] = /(?:\(|at )([^()]+):(\d+):(\d+)\)?$/.exec(line) ?? [];
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (path === file) return {line: Number(row), column: Number(column)};
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
