import type {Path} from '../path.js';

/** What does not fit together in a config whose single values are right. */
export interface Finding {
  /** In the config with its presets expanded. */
  readonly path: Path;
  /** A clause after the key: what was found, what is allowed, and who says so. */
  readonly clause: string;
}
