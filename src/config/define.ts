import type {ConfigFile} from './types.js';

/** What a config file that exports a function is called with. */
export interface ConfigContext {
  /** The environment variables of the process. */
  readonly env: NodeJS.ProcessEnv;
  /** The name given with `--env`. */
  readonly environment: string | undefined;
}

/** A config file may export a function instead of an object; it may be asynchronous. */
export type ConfigFunction = (context: ConfigContext) => ConfigFile | Promise<ConfigFile>;

/** Types the default export of `frontctl.config.ts` or `.js`; returns it unchanged. */
export function defineConfig(config: ConfigFile): ConfigFile;
export function defineConfig(config: ConfigFunction): ConfigFunction;
export function defineConfig(config: ConfigFile | ConfigFunction): ConfigFile | ConfigFunction {
  return config;
}
