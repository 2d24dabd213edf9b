/**
 * JavaScript that runs inside a function's sandbox before its code, as source text. Developer guide, "JavaScript runtime
 * 2.0 features" and "1.0": what the guide does not list is taken away, what it lists beyond ECMAScript is added.
 */

/** What the guide lists for neither runtime; code that needs it fails here as it fails on CloudFront. */
const unlisted = [
  'AsyncIterator',
  'Atomics',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'FinalizationRegistry',
  'Float16Array',
  'Iterator',
  'Map',
  'Proxy',
  'Reflect',
  'Set',
  'SharedArrayBuffer',
  'WeakMap',
  'WeakRef',
  'WeakSet',
  'eval',
  'performance',
  'queueMicrotask',
];

/**
 * An expression: a function of the host's `{log, hash, source}`, the start time in milliseconds and whether the runtime is
 * 2.0. It prepares the globals and answers `{parse, stringify}`, which the code cannot have tampered with.
 */
export const sandboxSource = `(function (host, now, modern) {
  'use strict';
  const evaluate = eval;
  const {parse, stringify} = JSON;
  const {construct} = Reflect;
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, {value, configurable: true, writable: true, enumerable: false});

  const loaded = Object.create(null);
  const load = name => {
    if (loaded[name] === undefined) loaded[name] = evaluate(host.source(name))(load, host);
    return loaded[name];
  };
  const lazily = (from, names) => {
    for (const name of names) {
      Object.defineProperty(globalThis, name, {
        configurable: true,
        enumerable: false,
        get() {
          define(name, load(from)[name]);
          return globalThis[name];
        },
        set: value => define(name, value),
      });
    }
  };
  if (modern) lazily('buffer', ['Buffer', 'TextEncoder', 'TextDecoder', 'atob', 'btoa']);

  const modules = modern ? ['crypto', 'querystring', 'buffer'] : ['crypto', 'querystring'];
  define('require', name => {
    if (!modules.includes(name)) throw new Error('Cannot find module "' + name + '"');
    return load(name);
  });
  define('__cloudfront', () => load('cloudfront'));
  define('console', {
    // Only the first argument: the guide asks for one.
    log: value => {
      let text;
      try {
        text = typeof value === 'object' && value !== null ? stringify(value) : String(value);
      } catch (error) {
        text = String(error);
      }
      host.log(text === undefined ? 'undefined' : text);
    },
  });

  // The time at which the function started, for as long as it runs.
  const RealDate = Date;
  function FrozenDate(...given) {
    if (!new.target) return new RealDate(now).toString();
    return construct(RealDate, given.length === 0 ? [now] : given, new.target);
  }
  FrozenDate.prototype = RealDate.prototype;
  FrozenDate.prototype.constructor = FrozenDate;
  FrozenDate.now = () => now;
  FrozenDate.parse = RealDate.parse;
  FrozenDate.UTC = RealDate.UTC;
  Object.defineProperty(FrozenDate, 'name', {value: 'Date'});
  define('Date', FrozenDate);

  const refuse = function Function() {
    throw new TypeError('function constructor is disabled in "safe" mode');
  };
  for (const kind of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    Object.defineProperty(Object.getPrototypeOf(kind), 'constructor', {value: refuse});
  }
  refuse.prototype = Object.getPrototypeOf(refuse);
  define('Function', refuse);
  for (const name of ${JSON.stringify(unlisted)}) delete globalThis[name];
  return {parse, stringify};
})`;

/** The module that `import` finds under a name; undefined where there is none. */
export function importedModule(name: string): string | undefined {
  if (name === 'cloudfront') return 'export default globalThis.__cloudfront();';
  return ['crypto', 'querystring', 'buffer'].includes(name)
    ? `export default globalThis.require(${JSON.stringify(name)});`
    : undefined;
}
