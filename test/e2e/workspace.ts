import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {frontctl, json, type Run, type RunOptions} from './cli.js';
import {searchState} from './key-material.js';

/** An empty folder with an embedded cloud of its own, as a user's project has one. */
export interface Workspace {
  readonly dir: string;
  /** Writes files below `dir`. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  json<T>(args: readonly string[], options?: RunOptions): Promise<T>;
  /** Stops the cloud and deletes the folder. */
  dispose(): Promise<void>;
}

export function workspace(): Workspace {
  const dir = mkdtempSync(join(tmpdir(), 'frontctl-e2e-'));
  const inside = (options?: RunOptions): RunOptions => ({cwd: dir, ...options});
  return {
    dir,
    write: files => {
      for (const [name, body] of Object.entries(files)) {
        const path = join(dir, name);
        mkdirSync(dirname(path), {recursive: true});
        writeFileSync(path, body);
      }
    },
    run: (args, options) => frontctl(args, inside(options)),
    json: (args, options) => json(args, inside(options)),
    dispose: async () => {
      await frontctl(['local', 'stop'], {cwd: dir});
      try {
        searchState(dir);
      } finally {
        rmSync(dir, {recursive: true, force: true});
      }
    },
  };
}

export interface Deployed {
  readonly release: string;
  readonly url: string;
  readonly bucket: string;
  readonly distributionId: string;
  readonly counts: Readonly<
    Record<'uploaded' | 'updated' | 'unchanged' | 'deleted' | 'kept' | 'retained', number>
  >;
  readonly bytesUploaded: number;
  readonly invalidation: {
    readonly paths: readonly string[];
    readonly batches: readonly {readonly id: string; readonly status: string}[];
    readonly costUSD: number;
  } | null;
}

export interface LocalStatus {
  readonly running: boolean;
  readonly endpoint: string;
  readonly pid: number;
  readonly tlsPort: number;
  readonly data: string;
  readonly distributions: readonly {readonly id: string; readonly domainName: string; readonly url: string}[];
}

export interface ErrorJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly exit: number;
  };
}

/** A page that names its assets, as a build tool writes it. */
export const page = (text: string): string =>
  `<!doctype html><html lang="en"><title>${text}</title><link rel="stylesheet" href="/assets/index-BaCd12_x.css"><h1>${text}</h1>`;

export const smallSite = {
  'dist/index.html': page('Home'),
  'dist/about/index.html': page('About'),
  'dist/assets/index-BaCd12_x.css': 'h1 { color: rebeccapurple }',
  'dist/robots.txt': 'User-agent: *\nAllow: /\n',
} as const;
