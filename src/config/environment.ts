import {follow, isPlainObject, type Path} from './path.js';

/** Objects merge key by key; lists and scalars of `over` replace those of `base`; undefined changes nothing. */
export function mergeDeep(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isPlainObject(base) || !isPlainObject(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map(key => [key, mergeDeep(base[key], over[key])]));
}

/** The config of one environment: the file without `environments`, overridden by `environments.<name>`. */
export function selectEnvironment(file: unknown, name: string | undefined): unknown {
  if (!isPlainObject(file)) return file;
  const {environments, ...base} = file;
  if (name === undefined || !isPlainObject(environments)) return base;
  return mergeDeep(base, environments[name]);
}

/** Where in the file a value of the selected config was written. */
export function writtenAt(file: unknown, name: string | undefined, path: Path): Path {
  if (name === undefined) return path;
  const inside = ['environments', name];
  const overridden = follow(file, [...inside, ...path]).depth - inside.length;
  return overridden > 0 && overridden >= follow(file, path).depth ? [...inside, ...path] : path;
}

/** Names of the environments; undefined where the file's shape is wrong, which validation reports. */
export function environmentNames(file: unknown): readonly string[] | undefined {
  if (!isPlainObject(file)) return undefined;
  const environments = file['environments'] ?? {};
  return isPlainObject(environments) ? Object.keys(environments) : undefined;
}
