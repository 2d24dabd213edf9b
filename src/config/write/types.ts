import type {Path} from '../path.js';
import type {ConfigFile} from '../types.js';

export const writtenFormats = ['yaml', 'json', 'ts'] as const;
export type WrittenFormat = (typeof writtenFormats)[number];

/** A config to be written for people. */
export interface ConfigText {
  readonly config: ConfigFile;
  /** Lines at the top. */
  readonly header: readonly string[];
  /** Beside a scalar, above anything else. JSON has none. */
  readonly comments: readonly {readonly path: Path; readonly text: string}[];
}

/** Where a project that has frontctl installed finds the schema; editors read it. */
export const schemaPath = './node_modules/frontctl/config.schema.json';
