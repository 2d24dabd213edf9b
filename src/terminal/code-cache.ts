import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname} from 'node:path';
import {Script} from 'node:vm';

const importModule = (specifier: string): Promise<unknown> => import(specifier);

/**
 * `require` of a CommonJS bundle in dist/, with the bytecode that the build left beside it (`<file>.cache`): half of the
 * start-up time of oclif is compiling it. V8 takes the bytecode only when it is of the same V8 version, flags and source
 * length; the build writes both files together. Without it, or on another Node, the bundle is compiled as ever.
 *
 * The bundle calls `__import` for `import()`: code from a cache has lost what Node needs to know for the latter.
 */
export function requireWithCache(file: string): unknown {
  const isWriting = process.env['FRONTCTL_CODE_CACHE'] === 'write';
  const cachedData = !isWriting && existsSync(`${file}.cache`) ? readFileSync(`${file}.cache`) : undefined;
  const source = readFileSync(file, 'utf8');
  const script = new Script(`(function(exports,require,module,__filename,__dirname,__import){${source}\n})`, {
    filename: file,
    ...(cachedData && {cachedData}),
  });
  const module = {exports: {}};
  const wrapped = script.runInThisContext() as (...args: unknown[]) => void;
  wrapped(module.exports, createRequire(file), module, file, dirname(file), importModule);
  // Only functions that have run are in it: the build starts frontctl once for this.
  if (isWriting) {
    process.once('exit', () => {
      writeFileSync(`${file}.cache.new`, script.createCachedData());
      renameSync(`${file}.cache.new`, `${file}.cache`);
    });
  }
  return module.exports;
}
