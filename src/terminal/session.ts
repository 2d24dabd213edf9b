import {createAws} from '../aws/index.js';
import type {Aws} from '../aws/index.js';
import {loadConfig} from '../config/index.js';
import type {LoadedConfig} from '../config/types.js';
import type {Work} from '../events.js';
import {ensureCloud, type CloudLocation} from './embedded-cloud.js';
import {onInterrupt} from './interrupt.js';
import {follow, progressMode} from './progress.js';

export interface SessionOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly configFile: string | undefined;
  readonly environment: string | undefined;
  readonly local: boolean;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  /** No progress (--quiet, --json). */
  readonly silent: boolean;
  /** As in a folder without a config: for a command that writes one, whatever is wrong with the one that is there. */
  readonly ignoresConfig?: boolean | undefined;
}

/** What a command needs of the outside, each part made on first use. */
export interface Session {
  readonly config: () => Promise<LoadedConfig>;
  /** Where the embedded cloud of this project is looked for. */
  readonly location: () => Promise<CloudLocation>;
  /** AWS, or the embedded cloud under --local (started when it is not running). */
  readonly aws: () => Promise<Aws>;
  /** Runs long work to its end, showing its progress. */
  readonly follow: <T>(work: Work<T>) => Promise<T>;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly close: () => Promise<void>;
}

export function openSession(options: SessionOptions): Session {
  const interrupt = onInterrupt();
  let config: Promise<LoadedConfig> | undefined;
  let aws: Promise<Aws> | undefined;

  const read = (): Promise<LoadedConfig> =>
    loadConfig({
      ...(options.configFile === undefined ? {} : {file: options.configFile}),
      ...(options.environment === undefined ? {} : {environment: options.environment}),
      cwd: options.cwd,
      env: options.env,
    });
  const none = {config: {}, file: undefined, root: options.cwd, environment: undefined};
  const loadedConfig = (): Promise<LoadedConfig> =>
    (config ??= options.ignoresConfig === true ? Promise.resolve(none) : read());

  const location = async (): Promise<CloudLocation> => ({
    root: (await loadedConfig()).root,
    env: options.env,
  });

  const connect = async (): Promise<Aws> => {
    const {config: settings} = await loadedConfig();
    const region = options.region ?? settings.bucket?.region;
    if (!options.local) {
      return createAws({
        profile: options.profile,
        region,
        endpointUrl: options.endpointUrl,
        env: options.env,
      });
    }
    const cloud = await ensureCloud(await location());
    return createAws({region, local: {endpoint: cloud.endpoint}, env: options.env});
  };

  return {
    config: loadedConfig,
    location,
    aws: () => (aws ??= connect()),
    follow: work => follow(work, progressMode(options.silent), process.stderr),
    signal: interrupt.signal,
    close: async () => {
      interrupt.release();
      // A connection that never came up was reported where it was asked for.
      await aws?.then(clients => clients.close()).catch(() => undefined);
    },
  };
}
